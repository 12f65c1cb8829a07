"""Seats: cells of resources. A cell is a row with a primary key, so it cannot be taken twice on any database.

`uses` says the same in one row a seat, for reading: what is busy from when to when. Both are written together here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from knowledge.services import CELL, Claim, cell
from storage.bookings.model import SeatTaken
from storage.door import Book
from storage.tables import bookings, seats, uses

DAY = 24 * 3600 // CELL  # no use is longer: what began before that has ended
_LOCK = text("SELECT pg_advisory_xact_lock(:room, key) FROM unnest(CAST(:keys AS integer[])) AS key")
_ROOM = 0x6A6D6B  # the locks of resources, apart from the migration's
_HELD_SEATS = select(seats.c.seat).distinct().where(
    seats.c.resource == bindparam("resource"), seats.c.cell >= bindparam("first"), seats.c.cell < bindparam("last")
)  # fmt: skip
_BUSY = select(uses.c.resource, uses.c.first, uses.c.last, uses.c.seat, uses.c.until.is_not(None).label("held")).where(
    uses.c.resource.in_(bindparam("resources", expanding=True)), uses.c.first >= bindparam("first") - DAY,
    uses.c.first < bindparam("last"), uses.c.last > bindparam("first"),
    or_(uses.c.until.is_(None), uses.c.until > bindparam("now")),
    uses.c.booking_id.not_in(bindparam("but", expanding=True)),
)  # fmt: skip
_LAPSED = select(bookings.c.id).where(bookings.c.state == "held", bookings.c.until <= bindparam("now"))
_TAKEN = select(uses.c.first, func.count().label("taken")).where(
    uses.c.resource == bindparam("resource"), uses.c.first >= bindparam("since"), uses.c.first < bindparam("until")
).group_by(uses.c.first)  # fmt: skip


class SeatBook(Book):
    """Taking and giving back cells."""

    def lock(self, claims: Iterable[Claim]) -> None:
        """On PostgreSQL, wait for whoever books the same resources; always in one order, so nobody waits in a ring.

        SQLite has one writer anyway. The primary key holds without this; the lock spares the losers a failed insert.
        """
        if not self.records.is_sqlite:
            named = {name for claim in claims for name, _ in claim.choices}
            keys = sorted({zlib.crc32(name.encode()) - 2**31 for name in named})
            self.records.run(_LOCK, {"room": _ROOM, "keys": keys})

    def take(
        self, booking_id: int, claims: Sequence[Claim], now: datetime, until: datetime | None = None
    ) -> None:
        """Take every claim for a booking, or raise SeatTaken. Call within a savepoint: what was taken before stays."""
        found = [(resource, claim, seat) for claim in claims for resource, seat in self._choose(claim, now)]
        rows = [{"booking_id": booking_id, "resource": resource, "seat": seat, "first": claim.first,
                 "last": claim.last, "until": until} for resource, claim, seat in found]  # fmt: skip
        cells = [{"resource": resource, "cell": number, "seat": seat, "booking_id": booking_id}
                 for resource, claim, seat in found for number in range(claim.first, claim.last)]  # fmt: skip
        try:
            self.records.run(seats.insert(), cells)
            self.records.run(uses.insert(), rows)
        except IntegrityError as error:  # the last guard: somebody took a cell past the lock
            raise SeatTaken from error

    def _choose(self, claim: Claim, now: datetime) -> list[tuple[str, int]]:
        """Seats that are free through all cells of a claim, of the first resource that has enough."""
        for last_try in (False, True):
            for resource, capacity in claim.choices:
                held = self._held(resource, claim)
                free = [seat for seat in range(capacity) if seat not in held]
                if len(free) >= claim.seats:
                    return [(resource, seat) for seat in free[: claim.seats]]
            if last_try or not self._lapse(claim, now):
                break
        raise SeatTaken

    def _held(self, resource: str, claim: Claim) -> set[int]:
        asked = {"resource": resource, "first": claim.first, "last": claim.last}
        return set(self.records.run(_HELD_SEATS, asked).scalars())

    def _lapse(self, claim: Claim, now: datetime) -> bool:
        """Give back what is held past its time of the resources of a claim; whether there was anything."""
        named = [name for name, _ in claim.choices]
        over = select(uses.c.booking_id).where(
            uses.c.resource.in_(named),
            uses.c.first < claim.last,
            uses.c.last > claim.first,
            uses.c.until <= now,
        )
        found = list(self.records.run(over.distinct()).scalars())
        dropped = [booking_id for booking_id in found if self.drop_held(booking_id, now)]
        return bool(dropped)

    def lapse_all(self, now: datetime) -> list[int]:
        """Drop every hold whose time is over; returns which."""
        found = list(self.records.run(_LAPSED, {"now": now}).scalars())
        return [booking_id for booking_id in found if self.drop_held(booking_id, now)]

    def drop_held(self, booking_id: int, now: datetime | None = None) -> bool:
        """A hold is given up; with `now`, only where its time is over. False where it was none any more."""
        held = (bookings.c.id == booking_id) & (bookings.c.state == "held")
        if now is not None:
            held &= bookings.c.until <= now
        if self.records.run(delete(bookings).where(held)).rowcount == 0:
            return False
        self.give_back(booking_id)
        return True

    def give_back(self, booking_id: int) -> None:
        """Every cell of a booking is free again."""
        self.records.run(delete(seats).where(seats.c.booking_id == booking_id))
        self.records.run(delete(uses).where(uses.c.booking_id == booking_id))

    def extend(self, booking_id: int, until: datetime) -> None:
        """A hold is held on."""
        for table, key in ((bookings, bookings.c.id), (uses, uses.c.booking_id)):
            self.records.run(update(table).where(key == booking_id).values(until=until))

    def busy(self, resources: Iterable[str], since: datetime, until: datetime, now: datetime,
             but: Sequence[int] = ()) -> dict[str, list[tuple[int, int, int, bool]]]:  # fmt: skip
        """What is taken of some resources in [since, until), in one query: (first, last, seat, only held)."""
        found: dict[str, list[tuple[int, int, int, bool]]] = {name: [] for name in resources}
        asked = {"resources": list(found), "first": cell(since), "last": cell(until, up=True), "now": now,
                 "but": list(but)}  # fmt: skip
        rows: Any = self.records.run(_BUSY, asked).all()
        for resource, first, last, seat, held in rows:
            found[resource].append((first, last, seat, held))
        return found

    def taken(self, service_id: str, place_id: str, since: datetime, until: datetime) -> dict[datetime, int]:
        """How many of a service's own seats are taken by each start in [since, until)."""
        asked = {"resource": f"{service_id}@{place_id}", "since": cell(since), "until": cell(until, up=True)}
        zero = datetime.fromtimestamp(0, since.tzinfo)
        rows = self.records.run(_TAKEN, asked)
        return {zero + timedelta(seconds=row.first * CELL): row.taken for row in rows.all()}

    def resources_of(self, booking_id: int) -> list[str]:
        """What a booking takes."""
        mine = (
            select(uses.c.resource)
            .distinct()
            .where(uses.c.booking_id == booking_id)
            .order_by(uses.c.resource)
        )
        return list(self.records.run(mine).scalars())
