"""The waiting list of a slot: by declared class, then by who came first; one is offered the seat at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from storage.bookings.seats import SeatBook
from storage.tables import bookings, waits


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody who waits for a slot. `booking_id` is the hold they were offered."""

    id: int
    service_id: str
    place_id: str
    starts_at: datetime
    ends_at: datetime
    quantity: int
    option: str
    priority: int
    person_id: int
    conversation_id: int | None
    state: str
    booking_id: int | None
    details: dict[str, Any]

    @property
    def token(self) -> str:
        """Under which its offer is held."""
        return f"offer:{self.id}"


class WaitBook(SeatBook):
    """Who waits, in which order."""

    def wait(self, *, service_id: str, place_id: str, starts_at: datetime, ends_at: datetime, quantity: int,
             priority: int, person_id: int, conversation_id: int | None, details: dict[str, Any], now: datetime,
             token: str, option: str = "") -> Wait:  # fmt: skip
        """Join the list; the same tap twice, or the same person for the same slot, is once."""
        again = select(waits.c.id).where(
            waits.c.person_id == person_id, waits.c.service_id == service_id, waits.c.place_id == place_id,
            waits.c.starts_at == starts_at, waits.c.state.in_(("waiting", "offered")),
        )  # fmt: skip
        if (found := self.records.run(again).scalar()) is None:
            values = {"service_id": service_id, "place_id": place_id, "starts_at": starts_at, "ends_at": ends_at,
                      "quantity": quantity, "priority": priority, "person_id": person_id, "option": option or None,
                      "conversation_id": conversation_id, "state": "waiting", "token": token, "made_at": now,
                      "details": self.vault.seal_json(details, f"waits.details:{token}")}  # fmt: skip
            self.insert_new(waits, values, ["token"])
            found = self.records.run(select(waits.c.id).where(waits.c.token == token)).scalar_one()
        return self.waiting(int(found))

    def waiting(self, wait_id: int) -> Wait:
        """The one with that id."""
        return self._wait(self.records.run(select(waits).where(waits.c.id == wait_id)).one())

    def position(self, wait: Wait) -> int:
        """From 1: how many are before, and oneself."""
        ahead = (waits.c.priority < wait.priority) | (
            (waits.c.priority == wait.priority) & (waits.c.id <= wait.id)
        )
        same = self._same_slot(wait.service_id, wait.place_id, wait.starts_at)
        live = waits.c.state.in_(("waiting", "offered"))
        return int(self.records.run(select(func.count()).where(*same, live, ahead)).scalar_one())

    def next_waiting(self, service_id: str, place_id: str, starts_at: datetime) -> list[Wait]:
        """Who waits for a slot and was offered nothing yet, first come first."""
        rows = self.records.run(
            select(waits)
            .where(*self._same_slot(service_id, place_id, starts_at), waits.c.state == "waiting")
            .order_by(waits.c.priority, waits.c.id)
        )
        return [self._wait(row) for row in rows]

    def waited_for(self, now: datetime) -> list[tuple[str, str, datetime]]:
        """Slots to come that somebody waits for."""
        found = select(waits.c.service_id, waits.c.place_id, waits.c.starts_at).distinct()
        rows = self.records.run(found.where(waits.c.state == "waiting", waits.c.starts_at > now))
        return [(row.service_id, row.place_id, row.starts_at) for row in rows]

    def set_wait(self, wait: Wait, state: str, booking_id: int | None = None) -> bool:
        """Go on in the list's life; False where somebody else was first."""
        mine = (waits.c.id == wait.id) & (waits.c.state == wait.state)
        said = update(waits).where(mine).values(state=state, booking_id=booking_id)
        return self.records.run(said).rowcount == 1

    def lapsed_offers(self, now: datetime) -> list[Wait]:
        """Offers whose hold is over or gone."""
        held = select(bookings.c.id).where(bookings.c.state == "held", bookings.c.until > now)
        rows = self.records.run(
            select(waits).where(waits.c.state == "offered", waits.c.booking_id.not_in(held))
        )
        return [self._wait(row) for row in rows]

    def waits_of(self, person_id: int, now: datetime) -> list[Wait]:
        """What a person waits for."""
        mine = (
            (waits.c.person_id == person_id)
            & waits.c.state.in_(("waiting", "offered"))
            & (waits.c.starts_at > now)
        )
        return [
            self._wait(row) for row in self.records.run(select(waits).where(mine).order_by(waits.c.starts_at))
        ]

    def _same_slot(self, service_id: str, place_id: str, starts_at: datetime) -> tuple[Any, ...]:
        return (
            waits.c.service_id == service_id,
            waits.c.place_id == place_id,
            waits.c.starts_at == starts_at,
        )

    def _wait(self, r: Row[Any]) -> Wait:
        details = self.vault.open_json(r.details, f"waits.details:{r.token}") or {}
        return Wait(r.id, r.service_id, r.place_id, r.starts_at, r.ends_at, r.quantity, r.option or "", r.priority,
                    r.person_id, r.conversation_id, r.state, r.booking_id, details)  # fmt: skip
