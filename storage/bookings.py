"""Bookings and the seats they hold. A seat is a row with a primary key: it cannot be taken twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from storage.door import Book
from storage.tables import bookings, seats

LIVE = ("pending", "booked")
_TAKEN = (
    select(seats.c.starts_at, func.count().label("taken"))
    .where(
        seats.c.service_id == bindparam("service"),
        seats.c.place_id == bindparam("place"),
        seats.c.starts_at >= bindparam("since"),
        seats.c.starts_at < bindparam("until"),
    )
    .group_by(seats.c.starts_at)
)


class SeatTaken(Exception):
    """这个时间刚被约走了。"""


@dataclass(frozen=True, slots=True)
class Booking:
    """A place in a slot, or several, for somebody."""

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


class BookingBook(Book):
    """Bookings; `details` (name, phone, address, note, for whom) are sealed."""

    def taken(self, service_id: str, place_id: str, since: datetime, until: datetime) -> dict[datetime, int]:
        """How many seats are taken of each slot that begins in [since, until)."""
        asked = {"service": service_id, "place": place_id, "since": since, "until": until}
        rows = self.records.run(_TAKEN, asked)
        return {row.starts_at: row.taken for row in rows.all()}

    def _take_seats(self, booking: dict[str, Any], booking_id: int, capacity: int) -> None:
        mine = (
            (seats.c.service_id == booking["service_id"])
            & (seats.c.place_id == booking["place_id"])
            & (seats.c.starts_at == booking["starts_at"])
        )
        held = set(self.records.run(select(seats.c.seat).where(mine)).scalars())
        free = [seat for seat in range(capacity) if seat not in held]
        wanted, got = booking["quantity"], 0
        for seat in free:
            if got == wanted:
                break
            row = {k: booking[k] for k in ("service_id", "place_id", "starts_at")} | {
                "seat": seat,
                "booking_id": booking_id,
            }
            got += self.insert_new(seats, row, ["service_id", "place_id", "starts_at", "seat"])
        if got < wanted:
            raise SeatTaken

    def book(self, *, service_id: str, place_id: str, starts_at: datetime, ends_at: datetime, quantity: int,
             capacity: int, person_id: int, conversation_id: int | None, details: dict[str, Any], now: datetime,
             token: str | None = None, made_by: str = "", state: str = "booked") -> Booking:  # fmt: skip
        """Take the seats and write the booking, or raise SeatTaken and write nothing.

        With a `token`, the same tap twice is one booking.
        """
        if token and (same := self._by_token(token)):
            return same
        code = self._new_code(now)
        values = {
            "code": code, "service_id": service_id, "place_id": place_id, "starts_at": starts_at, "ends_at": ends_at,
            "quantity": quantity, "person_id": person_id, "conversation_id": conversation_id, "state": state,
            "token": token, "made_at": now, "made_by": made_by,
            "details": self.vault.seal_json(details, f"bookings.details:{code}"),
        }  # fmt: skip
        with self.records.connection.begin_nested():
            booking_id = self.insert(bookings, values)
            self._take_seats(values, booking_id, capacity)
        return self.get(booking_id)

    def _new_code(self, now: datetime) -> str:
        day = now.strftime("%y%m%d")
        return f"Y{day}{self.next_number(f'Y{day}'):03d}"

    def _by_token(self, token: str) -> Booking | None:
        row = self.records.run(select(bookings).where(bookings.c.token == token)).first()
        return self._read(row) if row else None

    def _read(self, row: Row[Any]) -> Booking:
        details = self.vault.open_json(row.details, f"bookings.details:{row.code}") or {}
        return Booking(row.id, row.code, row.service_id, row.place_id, row.starts_at, row.ends_at, row.quantity,
                       row.person_id, row.conversation_id, row.state, details)  # fmt: skip

    def get(self, booking_id: int) -> Booking:
        """The booking with that id."""
        return self._read(self.records.run(select(bookings).where(bookings.c.id == booking_id)).one())

    def by_code(self, code: str) -> Booking | None:
        """The booking with that number, whoever's it is: the caller must check."""
        row = self.records.run(select(bookings).where(bookings.c.code == code.upper())).first()
        return self._read(row) if row else None

    def of_person(self, person_id: int, since: datetime) -> list[Booking]:
        """A person's live bookings that end after `since`, soonest first."""
        rows = self.records.run(
            select(bookings)
            .where(bookings.c.person_id == person_id, bookings.c.ends_at > since, bookings.c.state.in_(LIVE))
            .order_by(bookings.c.starts_at, bookings.c.id)
        )
        return [self._read(row) for row in rows]

    def between(self, since: datetime, until: datetime, states: tuple[str, ...] = LIVE) -> list[Booking]:
        """All bookings that begin in [since, until), soonest first."""
        rows = self.records.run(
            select(bookings)
            .where(bookings.c.starts_at >= since, bookings.c.starts_at < until, bookings.c.state.in_(states))
            .order_by(bookings.c.starts_at, bookings.c.id)
        )
        return [self._read(row) for row in rows]

    def end(self, booking_id: int, state: str, now: datetime) -> bool:
        """Cancel, or mark done or no_show; frees the seats unless the service took place. False if it was over."""
        live = (bookings.c.id == booking_id) & bookings.c.state.in_(LIVE)
        if self.records.run(update(bookings).where(live).values(state=state, changed_at=now)).rowcount == 0:
            return False
        if state == "cancelled":
            self.records.run(delete(seats).where(seats.c.booking_id == booking_id))
        return True

    def move(
        self, booking: Booking, *, starts_at: datetime, ends_at: datetime, capacity: int, now: datetime
    ) -> Booking:
        """Take seats at the new time and give back the old ones, or raise SeatTaken and change nothing."""
        with self.records.connection.begin_nested():
            self.records.run(delete(seats).where(seats.c.booking_id == booking.id))
            self._take_seats(
                {"service_id": booking.service_id, "place_id": booking.place_id, "starts_at": starts_at,
                 "quantity": booking.quantity}, booking.id, capacity)  # fmt: skip
            live = (bookings.c.id == booking.id) & bookings.c.state.in_(LIVE)
            changed = self.records.run(
                update(bookings).where(live).values(starts_at=starts_at, ends_at=ends_at, changed_at=now)
            )
            if changed.rowcount == 0:
                raise SeatTaken
        return self.get(booking.id)
