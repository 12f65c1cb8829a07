"""What a booking takes: cells of resources. One mechanism for seats of a class, devices, people, rooms and limits.

A cell is five minutes of one seat of one resource. The database holds each cell once (`storage.tables.seats`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CELL = 300  # seconds
KINDS = {"person": "人员", "room": "房间", "device": "设备", "vehicle": "车辆"}


@dataclass(frozen=True, slots=True)
class Resource:
    """A room, a device or a person that services share. `place` is empty for one that goes everywhere."""

    id: str
    name: str
    kind: str = "room"
    place: str = ""
    capacity: int = 1
    worker: str = ""  # login, where it is one of the centre's people


@dataclass(frozen=True, slots=True)
class Closure:
    """Not to be had for a while: everything (scope "all"), a place, a service, or a resource (a worker's leave)."""

    id: int
    scope: str
    target: str
    starts_at: datetime
    ends_at: datetime
    reason: str

    def covers(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it touches a stretch of time."""
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Claim:
    """`seats` seats of one of several resources (id, capacity; the first that is free) for cells [first, last).

    With `limit`, it only counts how often somebody books.
    """

    choices: tuple[tuple[str, int], ...]
    first: int
    last: int
    seats: int = 1
    limit: bool = False


def cell(moment: datetime, *, up: bool = False) -> int:
    """The cell that a moment lies in; with `up`, the first that begins at or after it."""
    seconds = int(moment.timestamp())
    return -(-seconds // CELL) if up else seconds // CELL


def moment(number: int) -> datetime:
    """When a cell begins."""
    return datetime.fromtimestamp(number * CELL, UTC)


def resource(told: Mapping[str, Any]) -> Resource:
    """Read a resource from plain data. Raises KeyError or ValueError."""
    kind = str(told.get("kind", "room"))
    if kind not in KINDS:
        raise ValueError(f"资源种类只能是：{'、'.join(KINDS)}")
    return Resource(str(told["id"]), str(told["name"]), kind, str(told.get("place", "")), int(told.get("capacity", 1)),
                    str(told.get("worker", "")))  # fmt: skip
