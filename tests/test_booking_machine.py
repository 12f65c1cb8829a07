"""Book, hold, confirm, cancel, move, close and wait in any order, against a simple model."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from knowledge.calendar import Calendar
from knowledge.services import Claim, Closure, Resource, Scheme, Service, Slot, claims, from_mapping, planned
from storage.archive import Archive, Records
from storage.bookings import LIVE, Booking, Draft, SeatTaken
from storage.tables import bookings, metadata, seats, uses
from storage.vault import Vault
from tests.booking_model import Model
from tests.databases import KEY, START

FULL = bool(os.environ.get("JIAMENKOU_FULL"))
PLAN = [{"days": [0, 1, 2, 3, 4, 5, 6], "opens": "00:00", "closes": "23:30"}]
SERVICES: dict[str, Service] = {
    service.id: service
    for service in map(from_mapping, (
        {"id": "class", "name": "课", "price": "免费", "places": ["p"], "plan": PLAN, "capacity": 2, "minutes": 30},
        {"id": "talk", "name": "咨询", "price": "免费", "places": ["p"], "plan": PLAN, "minutes": 45, "before": 5, "after": 10,
         "every": 15, "needs": [["li", "zhao"], ["room"]]},
        {"id": "once", "name": "一人一天一次", "price": "免费", "places": ["p"], "plan": PLAN, "capacity": 3, "minutes": 30,
         "limit": {"count": 1, "period": "day"}, "per_day": 3},
    ))
}  # fmt: skip
RESOURCES = {name: Resource(name, name) for name in ("li", "zhao", "room")}
WHO = st.sampled_from(["甲", "乙", "丙"])
WHAT = st.sampled_from(sorted(SERVICES))
WHEN = st.integers(0, 5)
MANY = st.integers(1, 2)


class Machine(RuleBasedStateMachine):
    """One database and one model do the same."""

    @initialize()
    def begin(self) -> None:
        """An empty database in memory."""
        self.archive = Archive("sqlite://", Vault(KEY, os.urandom), os.urandom)
        metadata.create_all(self.archive.engine)
        self.model, self.now, self.count = Model(), START, 0
        self.codes: dict[str, str] = {}  # live bookings: code → their name in the model
        self.closures: tuple[Closure, ...] = ()
        self.waiting: list[tuple[int, int, str]] = []

    def teardown(self) -> None:
        self.archive.close()

    # helpers

    def _claims(self, what: str, when: int, many: int, who: str) -> tuple[Slot, tuple[Claim, ...]]:
        service = SERVICES[what]
        day = (START + timedelta(days=1)).date()
        scheme = Scheme(Calendar.default(), self.closures, RESOURCES, SERVICES)
        slot = service.slots(day, scheme.calendar)[when]
        return slot, claims(service, "p", slot, scheme, quantity=many, who=f"person:{who}")

    def _is_planned(self, what: str, slot: Slot) -> bool:
        scheme = Scheme(Calendar.default(), self.closures, RESOURCES, SERVICES)
        return slot in planned(SERVICES[what], "p", [(START + timedelta(days=1)).date()], scheme)

    def _draft(self, what: str, slot: Slot, many: int, wanted: tuple[Claim, ...]) -> Draft:
        return Draft(what, "p", slot.starts_at, slot.ends_at, many, 1, None, wanted)

    def _made(self, records: Records, draft: Draft, *, instead: str = "", token: str | None = None,
              state: str = "booked", until: datetime | None = None) -> Booking | None:  # fmt: skip
        try:
            return records.bookings.make(draft, {"name": "张三"}, self.now, instead=instead, token=token, state=state,
                                         until=until)  # fmt: skip
        except SeatTaken:
            return None

    def _one(self, data: st.DataObject) -> tuple[str, str] | None:
        return data.draw(st.sampled_from(sorted(self.codes.items()))) if self.codes else None

    # rules

    @rule(what=WHAT, when=WHEN, many=MANY, who=WHO, pending=st.booleans())
    def book(self, what: str, when: int, many: int, who: str, pending: bool) -> None:
        slot, wanted = self._claims(what, when, many, who)
        if not self._is_planned(what, slot):
            return
        self.count += 1
        name, draft = f"b{self.count}", self._draft(what, slot, many, wanted)
        with self.archive.open() as records:
            until = self.now + timedelta(minutes=20) if pending else None
            made = self._made(
                records, draft, token=name, state="pending" if pending else "booked", until=until
            )
            assert (made is not None) == self.model.take(name, wanted, self.now)
            if made:
                again = self._made(records, draft, token=name)
                assert again is not None
                assert again.id == made.id  # the same tap twice
                self.codes[made.code] = name

    @rule(what=WHAT, when=WHEN, who=WHO)
    def hold(self, what: str, when: int, who: str) -> None:
        slot, wanted = self._claims(what, when, 1, who)
        until, token = self.now + timedelta(minutes=5), f"hold:{who}"
        with self.archive.open() as records:
            before = records.bookings.held(token)
            same = before is not None and (before.service_id, before.starts_at) == (what, slot.starts_at)
            try:
                held: Booking | None = records.bookings.hold(
                    self._draft(what, slot, 1, wanted), until, self.now, token
                )
            except SeatTaken:
                held = None
        if same:
            assert held is not None
            if before and before.until and before.until <= self.now + timedelta(minutes=4):
                self.model.extend(token, until)
            return
        kept = list(self.model.taken)
        self.model.free(token)
        got = self.model.take(token, wanted, self.now, until)
        if not got:
            self.model.taken = kept  # nothing is given up for nothing
        assert (held is not None) == got

    @rule(what=WHAT, when=WHEN, who=WHO)
    def confirm_hold(self, what: str, when: int, who: str) -> None:
        slot, wanted = self._claims(what, when, 1, who)
        self.count += 1
        name, token = f"b{self.count}", f"hold:{who}"
        with self.archive.open() as records:
            made = self._made(records, self._draft(what, slot, 1, wanted), instead=token)
        kept = list(self.model.taken)
        self.model.free(token)
        got = self.model.take(name, wanted, self.now)
        if not got:
            self.model.taken = kept
        assert (made is not None) == got
        if made:
            self.codes[made.code] = name

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        if (found := self._one(data)) is None:
            return
        with self.archive.open() as records:
            booking = records.bookings.by_code(found[0])
            assert booking is not None
            assert records.bookings.confirm(booking.id, self.now) == (booking.state == "pending")
            assert not records.bookings.confirm(booking.id, self.now)

    @rule(data=st.data(), state=st.sampled_from(["cancelled", "expired"]))
    def end(self, data: st.DataObject, state: str) -> None:
        if (found := self._one(data)) is None:
            return
        with self.archive.open() as records:
            booking = records.bookings.by_code(found[0])
            assert booking is not None
            assert records.bookings.end(booking.id, state, self.now)
            assert not records.bookings.end(booking.id, state, self.now)
        self.model.free(self.codes.pop(found[0]))

    @rule(data=st.data(), when=WHEN)
    def move(self, data: st.DataObject, when: int) -> None:
        if (found := self._one(data)) is None:
            return
        with self.archive.open() as records:
            booking = records.bookings.by_code(found[0])
            assert booking is not None
            slot, wanted = self._claims(booking.service_id, when, booking.quantity, "丁")
            try:
                records.bookings.move(
                    booking, starts_at=slot.starts_at, ends_at=slot.ends_at, now=self.now, claims=wanted
                )
                moved = True
            except SeatTaken:
                moved = False
        kept = list(self.model.taken)
        self.model.free(found[1])
        assert moved == self.model.take(found[1], wanted, self.now)
        if not moved:
            self.model.taken = kept

    @rule(whom=st.sampled_from(["li", "zhao", "room"]))
    def close_resource(self, whom: str) -> None:
        if len(self.closures) >= 2:
            return
        begin = START + timedelta(days=1)
        with self.archive.open() as records:
            records.bookings.close("resource", whom, begin, begin + timedelta(days=1), "请假", self.now)
            self.closures = tuple(records.bookings.closures(START))

    @rule()
    def reopen(self) -> None:
        with self.archive.open() as records:
            for shut in self.closures:
                assert records.bookings.reopen(shut.id)
                assert not records.bookings.reopen(shut.id)
        self.closures = ()

    @rule(minutes=st.sampled_from([1, 4, 6, 30]))
    def later(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def lapse(self) -> None:
        with self.archive.open() as records:
            records.bookings.lapse_all(self.now)
        self.model.lapse_all(self.now)

    @rule(when=WHEN, who=st.integers(1, 5), priority=st.integers(0, 2))
    def wait(self, when: int, who: int, priority: int) -> None:
        slot, _ = self._claims("class", when, 1, "甲")
        with self.archive.open() as records:
            wait = records.bookings.wait(
                service_id="class", place_id="p", starts_at=slot.starts_at, ends_at=slot.ends_at, quantity=1,
                priority=priority, person_id=who, conversation_id=None, details={}, now=self.now,
                token=f"w{when}:{who}",
            )  # fmt: skip
            known = {number for _, number, _ in self.waiting}
            if wait.id not in known:
                self.waiting.append((priority, wait.id, slot.starts_at.isoformat()))
            order = sorted(w for w in self.waiting if w[2] == slot.starts_at.isoformat())
            assert [w.id for w in records.bookings.next_waiting("class", "p", slot.starts_at)] == [
                w[1] for w in order
            ]
            assert records.bookings.position(wait) == 1 + [w[1] for w in order].index(wait.id)

    # what always holds

    @invariant()
    def never_one_seat_too_many(self) -> None:
        if not hasattr(self, "archive"):
            return
        with self.archive.reading() as records:
            cells = {(r.resource, r.cell, r.seat) for r in records.run(select(seats))}
            told = {
                (r.resource, cell, r.seat)
                for r in records.run(select(uses))
                for cell in range(r.first, r.last)
            }
            live = set(records.run(select(bookings.c.code).where(bookings.c.state.in_(LIVE))).scalars())
        wanted = {(t.resource, cell, t.seat) for t in self.model.taken for cell in range(t.first, t.last)}
        assert cells == told == wanted
        assert live == set(self.codes)


TestBookingMachine = Machine.TestCase
TestBookingMachine.settings = settings(
    max_examples=400 if FULL else 25, stateful_step_count=40, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
