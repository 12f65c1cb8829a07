"""What a booking is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.services import Claim, cell

LIVE = ("pending", "booked")
ENDED = ("done", "no_show", "cancelled", "expired")


class SeatTaken(Exception):
    """这个时间刚被约走了。"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be taken: a time of a service at a place, for how many, and the cells that are claimed for it."""

    service_id: str
    place_id: str
    starts_at: datetime
    ends_at: datetime
    quantity: int
    person_id: int
    conversation_id: int | None
    claims: tuple[Claim, ...]
    option: str = ""
    series: str = ""
    also_person_id: int | None = None

    def row(self) -> dict[str, Any]:
        """The columns that every booking has."""
        return {
            "service_id": self.service_id, "place_id": self.place_id, "starts_at": self.starts_at,
            "ends_at": self.ends_at, "quantity": self.quantity, "person_id": self.person_id,
            "conversation_id": self.conversation_id, "option": self.option or None, "series": self.series or None,
            "also_person_id": self.also_person_id,
        }  # fmt: skip


def own_seats(service_id: str, place_id: str, starts_at: datetime, ends_at: datetime, capacity: int,
              quantity: int) -> tuple[Claim, ...]:  # fmt: skip
    """The claim of a service that needs nothing but seats of its own."""
    return (
        Claim(((f"{service_id}@{place_id}", capacity),), cell(starts_at), cell(ends_at, up=True), quantity),
    )


@dataclass(frozen=True, slots=True)
class Booking:
    """A place in a slot, or several, for somebody. `until`: when a hold lapses, or by when a worker confirms."""

    id: int
    code: str
    service_id: str
    place_id: str
    starts_at: datetime
    ends_at: datetime
    quantity: int
    person_id: int
    conversation_id: int | None
    state: str
    details: dict[str, Any]
    option: str = ""
    until: datetime | None = None
    series: str = ""
    also_person_id: int | None = None
    arrived_at: datetime | None = None
    made_by: str = ""
    changes: int = 0  # grows with every change: what calendars call SEQUENCE
