"""The door to bookings. A booking and its seats are one savepoint: all of it is there, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from knowledge.services import Claim
from storage.bookings.closures import ClosureBook
from storage.bookings.model import LIVE, Booking, Draft, SeatTaken, own_seats
from storage.bookings.ratings import RatingBook
from storage.bookings.waits import WaitBook
from storage.tables import bookings, uses

_BY_ID = select(bookings).where(bookings.c.id == bindparam("told"))
_BY_TOKEN = select(bookings).where(bookings.c.token == bindparam("told"))


class BookingBook(WaitBook, ClosureBook, RatingBook):
    """Bookings; `details` (name, phone, address, note, for whom) are sealed."""

    def hold(self, draft: Draft, until: datetime, now: datetime, token: str) -> Booking:
        """Keep a time for somebody for a few minutes, or raise SeatTaken.

        One token holds one thing: the same again is held on, another time instead of it lets the first go.
        """
        before = self.held(token)
        if before and _same(before, draft):
            if before.until is None or before.until <= now + (until - now) * 0.8:  # not at each word
                self.extend(before.id, until)
            return before
        with self.records.connection.begin_nested():
            self.lock(draft.claims)
            if before:
                self.drop_held(before.id)
            code = f"H{self.records.code(12)}"
            values = draft.row() | {
                "code": code,
                "state": "held",
                "until": until,
                "token": token,
                "made_at": now,
            }
            booking_id = self.insert(bookings, values)
            self.take(booking_id, draft.claims, now, until)
        return self.get(booking_id)

    def held(self, token: str) -> Booking | None:
        """What a token holds still."""
        found = self._by_token(token)
        return found if found and found.state == "held" else None

    def held_ids(self, person_id: int) -> list[int]:
        """What a person holds at the moment; to them it is free."""
        mine = (bookings.c.person_id == person_id) & (bookings.c.state == "held")
        return list(self.records.run(select(bookings.c.id).where(mine)).scalars())

    def let_go(self, token: str) -> None:
        """What a token holds is free again."""
        if found := self.held(token):
            self.drop_held(found.id)

    def book(self, *, service_id: str, place_id: str, starts_at: datetime, ends_at: datetime, quantity: int,
             person_id: int, conversation_id: int | None, details: dict[str, Any], now: datetime, capacity: int = 1,
             token: str | None = None, made_by: str = "", state: str = "booked",
             claims: Sequence[Claim] = ()) -> Booking:  # fmt: skip
        """Book a time in one line; without claims, of the service's own `capacity` seats."""
        wanted = tuple(claims) or own_seats(service_id, place_id, starts_at, ends_at, capacity, quantity)
        draft = Draft(service_id, place_id, starts_at, ends_at, quantity, person_id, conversation_id, wanted)
        return self.make(draft, details, now, token=token, made_by=made_by, state=state)

    def make(self, draft: Draft, details: dict[str, Any], now: datetime, *, token: str | None = None,
             made_by: str = "", state: str = "booked", until: datetime | None = None,
             instead: str = "") -> Booking:  # fmt: skip
        """Take the seats and write the booking, or raise SeatTaken and write nothing.

        With a `token`, the same tap twice is one booking. `instead` names the hold that becomes this booking.
        """
        if token and (same := self._by_token(token)):
            if instead:
                self.let_go(instead)
            return same
        with self.records.connection.begin_nested():
            self.lock(draft.claims)
            if instead:
                self.let_go(instead)
            code = self._new_code(now)
            values = draft.row() | {
                "code": code, "state": state, "token": token, "made_at": now, "made_by": made_by, "until": until,
                "details": self.vault.seal_json(details, f"bookings.details:{code}"),
            }  # fmt: skip
            booking_id = self.insert(bookings, values)
            self.take(booking_id, draft.claims, now)
        return _made(booking_id, draft, code, details, state, until, made_by)

    def _new_code(self, now: datetime) -> str:
        day = now.strftime("%y%m%d")
        return f"Y{day}{self.next_number(f'Y{day}'):03d}"

    def confirm(self, booking_id: int, now: datetime) -> bool:
        """A worker says yes to what was pending; False where it is not pending any more (RG02)."""
        pending = (bookings.c.id == booking_id) & (bookings.c.state == "pending")
        said = update(bookings).where(pending).values(state="booked", until=None, changed_at=now)
        return self.records.run(said).rowcount == 1

    def end(self, booking_id: int, state: str, now: datetime) -> bool:
        """Cancel or let expire, which frees the seats; or mark done or no_show. False if it was over."""
        live = (bookings.c.id == booking_id) & bookings.c.state.in_(LIVE)
        said = update(bookings).where(live).values(state=state, until=None, changed_at=now)
        if self.records.run(said).rowcount == 0:
            return False
        if state in ("cancelled", "expired"):
            self.give_back(booking_id)
        return True

    def move(self, booking: Booking, *, starts_at: datetime, ends_at: datetime, now: datetime, capacity: int = 1,
             claims: Sequence[Claim] = ()) -> Booking:  # fmt: skip
        """Take seats at the new time and give back the old ones, or raise SeatTaken and change nothing."""
        wanted = tuple(claims) or own_seats(booking.service_id, booking.place_id, starts_at, ends_at, capacity,
                                            booking.quantity)  # fmt: skip
        with self.records.connection.begin_nested():
            self.lock(wanted)
            live = (bookings.c.id == booking.id) & bookings.c.state.in_(LIVE)
            said = update(bookings).where(live).values(starts_at=starts_at, ends_at=ends_at, changed_at=now)
            if self.records.run(said).rowcount == 0:
                raise SeatTaken
            self.give_back(booking.id)
            self.take(booking.id, wanted, now)
        return self.get(booking.id)

    def tell(self, booking: Booking, **told: Any) -> None:
        """Write more into a booking's details."""
        sealed = self.vault.seal_json(booking.details | told, f"bookings.details:{booking.code}")
        self.records.run(update(bookings).where(bookings.c.id == booking.id).values(details=sealed))

    def arrive(self, booking_id: int, now: datetime) -> bool:
        """Somebody is here; False where that was noted before or the booking is over."""
        waiting = (
            (bookings.c.id == booking_id) & (bookings.c.state == "booked") & bookings.c.arrived_at.is_(None)
        )
        return self.records.run(update(bookings).where(waiting).values(arrived_at=now)).rowcount == 1

    # reading

    def _by_token(self, token: str) -> Booking | None:
        row = self.records.run(_BY_TOKEN, {"told": token}).first()
        return self._read(row) if row else None

    def _read(self, row: Row[Any]) -> Booking:
        details = self.vault.open_json(row.details, f"bookings.details:{row.code}") or {}
        return Booking(row.id, row.code, row.service_id, row.place_id, row.starts_at, row.ends_at, row.quantity,
                       row.person_id, row.conversation_id, row.state, details, row.option or "", row.until,
                       row.series or "", row.also_person_id, row.arrived_at, row.made_by or "", _changes(row))  # fmt: skip

    def _list(self, *wanted: Any) -> list[Booking]:
        rows = self.records.run(select(bookings).where(*wanted).order_by(bookings.c.starts_at, bookings.c.id))
        return [self._read(row) for row in rows]

    def get(self, booking_id: int) -> Booking:
        """The booking with that id."""
        return self._read(self.records.run(_BY_ID, {"told": booking_id}).one())

    def by_code(self, code: str) -> Booking | None:
        """The booking with that number, whoever's it is: the caller must check."""
        row = self.records.run(select(bookings).where(bookings.c.code == code.upper())).first()
        return self._read(row) if row else None

    def of_person(self, person_id: int, since: datetime) -> list[Booking]:
        """A person's live bookings that end after `since`, soonest first."""
        return self._list(
            bookings.c.person_id == person_id, bookings.c.ends_at > since, bookings.c.state.in_(LIVE)
        )

    def between(self, since: datetime, until: datetime, states: Iterable[str] = LIVE) -> list[Booking]:
        """All bookings that begin in [since, until), soonest first."""
        return self._list(
            bookings.c.starts_at >= since, bookings.c.starts_at < until, bookings.c.state.in_(states)
        )

    def of_services(self, services: Iterable[str], since: datetime, until: datetime) -> list[Booking]:
        """Live bookings of some services that begin in [since, until), soonest first."""
        return self._list(bookings.c.service_id.in_(list(services)), bookings.c.starts_at >= since,
                          bookings.c.starts_at < until, bookings.c.state.in_(LIVE))  # fmt: skip

    def overlapping(self, since: datetime, until: datetime) -> list[Booking]:
        """Live bookings that overlap [since, until), soonest first."""
        return self._list(bookings.c.starts_at < until, bookings.c.starts_at >= since - timedelta(days=1),
                          bookings.c.ends_at > since, bookings.c.state.in_(LIVE))  # fmt: skip

    def in_series(self, series: str, since: datetime) -> list[Booking]:
        """The live bookings of a series from a moment on."""
        return self._list(
            bookings.c.series == series, bookings.c.starts_at >= since, bookings.c.state.in_(LIVE)
        )

    def using(self, resource: str, since: datetime, until: datetime) -> list[Booking]:
        """Live bookings that take something of a resource and overlap [since, until)."""
        theirs = select(uses.c.booking_id).where(uses.c.resource == resource)
        return self._list(bookings.c.id.in_(theirs), bookings.c.starts_at < until, bookings.c.ends_at > since,
                          bookings.c.state.in_(LIVE))  # fmt: skip

    def unconfirmed(self, now: datetime) -> list[Booking]:
        """Pending bookings whose time to be confirmed is over."""
        return self._list(bookings.c.state == "pending", bookings.c.until <= now)

    def missed(self, person_id: int, since: datetime) -> int:
        """How often a person did not come."""
        mine = (
            bookings.c.person_id == person_id,
            bookings.c.state == "no_show",
            bookings.c.starts_at >= since,
        )
        return len(self._list(*mine))


def _changes(row: Row[Any]) -> int:
    """Seconds from the making to the last change."""
    return max(1, int((row.changed_at - row.made_at).total_seconds())) if row.changed_at else 0


def _same(booking: Booking, draft: Draft) -> bool:
    return (booking.service_id, booking.place_id, booking.starts_at, booking.ends_at, booking.quantity) == (
        draft.service_id, draft.place_id, draft.starts_at, draft.ends_at, draft.quantity)  # fmt: skip


def _made(booking_id: int, draft: Draft, code: str, details: dict[str, Any], state: str, until: datetime | None,
          made_by: str) -> Booking:  # fmt: skip
    """What was just written, without reading it again."""
    return Booking(booking_id, code, draft.service_id, draft.place_id, draft.starts_at.astimezone(UTC),
                   draft.ends_at.astimezone(UTC), draft.quantity, draft.person_id, draft.conversation_id, state, details,
                   draft.option, until, draft.series, draft.also_person_id, None, made_by)  # fmt: skip
