"""A machine of random deeds by random people over real storage: no case is ever without owner, date or way out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot import rounds, turn
from intents.cases import dispatch, leaving, objection, pause, rights, transfer
from intents.library import Library
from intents.message import Message
from intents.refused import Refused
from intents.report import CATEGORIES
from intents.staff import deeds
from knowledge.cases import KINDS
from storage.archive import Archive, Records
from storage.cases import Case, CaseEvent, Rule, Unit
from storage.cases.clocks import PROMISE
from storage.staff import Worker
from storage.tables import case_events, cases
from tests.databases import START, PostgresFactory, SqliteFactory, open_archive

PEOPLE = ("li", "wang", "zhao", "liu", "sun", "qian", "ma", "zhou", "wu", "far", "far_admin", "estate")
LEAVERS = ("li", "wang", "sun", "far", "estate")
UNITS = ("estate", "lamps")
AREAS = ("wb01", "wb01-03", "wb02", "rm01-02")
STEPS = sorted({move.name for kind in KINDS.values() for move in kind.moves})
SAYINGS = ("撤回", "确定撤回", "1", "解决了", "没解决", "转人工", "不用人工了", "我的事到哪一步了")
PASSING = (
    timedelta(minutes=1),
    timedelta(minutes=16),
    timedelta(hours=3),
    timedelta(days=1),
    timedelta(days=9),
)
PERSON, UNIT = some.sampled_from(PEOPLE), some.sampled_from(UNITS)
PLACE = some.integers(0, 5)
NOTE = some.sampled_from(("", "归物业管"))


class Centre(RuleBasedStateMachine):
    """Two communities of two streets, a unit with one contact, a unit with none."""

    new_url: Callable[[], str]
    library: Library

    @initialize()
    def begin(self) -> None:
        self.archive: Archive = open_archive(type(self).new_url())
        self.now: datetime = START
        self.said = 0
        self.history: dict[int, list[CaseEvent]] = {}
        with self.archive.open() as records:
            for login, role, area in (
                ("far", "worker", "rm01"),
                ("far_admin", "admin", "rm01"),
                ("estate", "worker", "qd"),
            ):
                records.staff.add(login=login, name=login, role=role, area_id=area, now=START)
            for who in records.staff.all():
                records.staff.change(who.id, channel="console", address=who.login)
            for unit in UNITS:
                records.units.put(Unit(unit, f"{unit}公司", "wb"))
            records.units.add_contact("estate", self._who(records, "estate").id)
            records.units.put_rule(Rule("report", "light", "wb", "lamps"))
            records.units.put_rule(Rule("report", "elevator", "qd", "estate"))

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()

    def _who(self, records: Records, login: str) -> Worker:
        found = records.staff.by_login(login)
        assert found
        return found

    def _case(self, records: Records, place: int) -> Case | None:
        """One of the newest cases, open or not."""
        ids = records.run(select(cases.c.id).order_by(cases.c.id.desc()).limit(6)).scalars().all()
        return records.cases.get(ids[place % len(ids)]) if ids else None

    def _do(self, login: str, place: int, deed: Callable[[Records, Worker, Case], object]) -> None:
        """A deed that is done or refused, as a whole."""
        with suppress(Refused), self.archive.open() as records:
            who, case = self._who(records, login), self._case(records, place)
            if case and who.active and rights.may(records, who, case, "open", self.now):
                deed(records, who, case)

    def _lore(self, records: Records) -> Any:
        return self.library.lore(records)

    # residents

    @rule(
        kind=some.sampled_from(sorted(KINDS)),
        area=some.sampled_from(AREAS),
        category=some.sampled_from(("light", "elevator", "road")),
    )
    def open(self, kind: str, area: str, category: str) -> None:
        with self.archive.open() as records:
            talk = records.conversations.open("web", "ren", self.now)
            case = records.cases.open(kind, area_id=area, title="示例：事", body={"words": "话"}, now=self.now, person_id=talk.person.id,
                                      conversation_id=talk.id, category=category if kind == "report" else "")  # fmt: skip
            if kind == "report":
                dispatch.dispatch(records, self._lore(records), case, self.now)

    @rule(text=some.sampled_from(SAYINGS))
    def say(self, text: str) -> None:
        self.said += 1
        with self.archive.open() as records:
            turn.hear(records, self.library, Message("web", "ren", str(self.said), text, self.now), self.now)

    # workers

    @rule(login=PERSON, place=PLACE, step=some.sampled_from(STEPS), note=NOTE)
    def move(self, login: str, place: int, step: str, note: str) -> None:
        self._do(login, place, lambda records, who, case: deeds.move(records, self._lore(records), who, case, step, self.now, note=note))  # fmt: skip

    @rule(login=PERSON, place=PLACE)
    def take(self, login: str, place: int) -> None:
        def first(records: Records, who: Worker, case: Case) -> object:
            takes = [move.name for move in KINDS[case.kind].moves if move.effect == "take"]
            return deeds.move(records, self._lore(records), who, case, takes[0], self.now)

        self._do(login, place, first)

    @rule(login=PERSON, to=PERSON, place=PLACE)
    def assign(self, login: str, to: str, place: int) -> None:
        self._do(login, place, lambda records, who, case: deeds.assign(records, who, case, self._who(records, to), self.now))  # fmt: skip

    @rule(login=PERSON, to=PERSON, unit=some.one_of(some.none(), UNIT), place=PLACE)
    def offer(self, login: str, to: str, unit: str | None, place: int) -> None:
        self._do(login, place, lambda records, who, case: transfer.offer(
            records, self._lore(records), who, case, self.now, unit=unit or "", to=None if unit else self._who(records, to), note="归你们"))  # fmt: skip

    @rule(login=PERSON, place=PLACE, accepts=some.booleans())
    def answer(self, login: str, place: int, accepts: bool) -> None:
        def deed(records: Records, who: Worker, case: Case) -> object:
            if accepts:
                return transfer.accept(records, who, case, self.now)
            return transfer.decline(records, who, case, "不归我们", self.now)

        self._do(login, place, deed)

    @rule(login=PERSON, place=PLACE)
    def object(self, login: str, place: int) -> None:
        self._do(login, place, lambda records, who, case: objection.object_to(records, self._lore(records), who, case, "不归我们", self.now))  # fmt: skip

    @rule(login=PERSON, place=PLACE, upheld=some.booleans(), unit=UNIT)
    def decide(self, login: str, place: int, upheld: bool, unit: str) -> None:
        self._do(login, place, lambda records, who, case: objection.decide(
            records, self._lore(records), who, case, upheld=upheld, note="定了", now=self.now, unit=unit))  # fmt: skip

    @rule(login=PERSON, place=PLACE)
    def pause(self, login: str, place: int) -> None:
        self._do(login, place, lambda records, who, case: pause.pause(records, self._lore(records), who, case, "等配件", self.now))  # fmt: skip

    @rule(login=PERSON, place=PLACE)
    def resume(self, login: str, place: int) -> None:
        self._do(
            login,
            place,
            lambda records, who, case: pause.resume(records, self._lore(records), case, self.now, who),
        )

    @rule(login=PERSON, place=PLACE, unit=UNIT)
    def send(self, login: str, place: int, unit: str) -> None:
        self._do(login, place, lambda records, who, case: dispatch.send_to(records, self._lore(records), who, case, unit, self.now))  # fmt: skip

    @rule(login=PERSON, place=PLACE, category=some.sampled_from(CATEGORIES))
    def recategorise(self, login: str, place: int, category: tuple[str, str]) -> None:
        self._do(login, place, lambda records, who, case: dispatch.recategorise(
            records, self._lore(records), who, case, *category, self.now))  # fmt: skip

    @rule(login=PERSON, place=PLACE)
    def give_back(self, login: str, place: int) -> None:
        self._do(
            login, place, lambda records, who, case: leaving.give_back(records, who, case, self.now, "下班")
        )

    @rule(login=PERSON, to=some.one_of(some.none(), PERSON))
    def hand_over(self, login: str, to: str | None) -> None:
        with self.archive.open() as records:
            who, other = self._who(records, login), self._who(records, to) if to else None
            leaving.hand_over(
                records, who, other, self.now, lambda case, it: deeds.assign(records, who, case, it, self.now)
            )

    @rule(login=some.sampled_from(LEAVERS))
    def leave(self, login: str) -> None:
        with self.archive.open() as records:
            who = self._who(records, login)
            records.staff.change(who.id, active=not who.active)
            if who.active:
                leaving.left(records, self._lore(records), who, self.now)
            else:
                leaving.returned(records, who, self.now)

    @rule(login=PERSON, other=PERSON, place=PLACE)
    def two_at_once(self, login: str, other: str, place: int) -> None:
        """Both have read the same case; the second is told, and changes nothing."""
        with self.archive.open() as records:
            case, one, two = self._case(records, place), self._who(records, login), self._who(records, other)
            if (
                case is None
                or case.closed_at
                or records.cases.change(case, self.now, holder_id=case.holder_id) is None
            ):
                return
            for who in (one, two):
                before = records.cases.get(case.id)
                for deed in (lambda it: deeds.move(records, self._lore(records), it, case, "accept", self.now),
                             lambda it: transfer.accept(records, it, case, self.now),
                             lambda it: pause.pause(records, self._lore(records), it, case, "等", self.now)):  # fmt: skip
                    with pytest.raises(Refused, match=case.number if who.active else ""):
                        deed(who)  # type: ignore[no-untyped-call]
                assert records.cases.get(case.id) == before

    # time

    @rule(by=some.sampled_from(PASSING))
    def pass_time(self, by: timedelta) -> None:
        self.now += by
        more = True
        while more:
            with self.archive.open() as records:
                more = rounds.make(records, self.library, self.now)

    # what holds at every moment

    @invariant()
    def every_open_case_is_owned_dated_and_can_go_on(self) -> None:
        if not hasattr(self, "archive"):
            return
        with self.archive.reading() as records:
            people = [who for who in records.staff.all() if who.active]
            for case in records.cases.listed("/", holder_id=0, state="all", limit=100):
                if case.closed_at:
                    assert {clock.stopped_at for clock in records.clocks.of(case.id)}.isdisjoint({None}), case
                    assert (case.asked_unit, case.asked_id, case.paused_at, case.lost_at) == (
                        "",
                        None,
                        None,
                        None,
                    ), case
                else:
                    self._is_owned(records, case, people)
                    self._has_a_date(records, case)
                    self._can_go_on(records, case, people)

    def _is_owned(self, records: Records, case: Case, people: list[Worker]) -> None:
        """A person who is here, the pool of a unit or an area with somebody in it, or the 未派出 queue."""
        held = any(who.id == case.holder_id for who in people)
        pooled = case.holder_id is None and bool(dispatch.reachable(records, case))
        assert held or pooled or case in records.cases.lost("/") or case.lost_at, case
        if case.holder_id is None:
            assert case.state in KINDS[case.kind].pool, case

    def _has_a_date(self, records: Records, case: Case) -> None:
        rules = KINDS[case.kind]
        promise = next(clock for clock in records.clocks.of(case.id) if clock.name == PROMISE)
        assert case.due_at is not None, case
        assert promise.due_at == case.due_at, case
        assert promise.stopped_at is None, case
        assert (promise.paused_at is None) == (case.paused_at is None), case
        told_all = promise.step > len(rules.escalate)
        assert promise.next_at is not None or case.state in rules.rests or told_all, (case, promise)

    def _can_go_on(self, records: Records, case: Case, people: list[Worker]) -> None:
        """Somebody here can take a step of the table, or put it into hands that can."""

        def steps(who: Worker) -> bool:
            role = rights.acting(records, who, case, self.now).role
            moves = KINDS[case.kind].moves_from(case.state, role)
            return any(
                rights.may(records, who, case, "take" if it.effect == "take" else "move", self.now)
                for it in moves
            )

        assert any(steps(who) for who in people), case

    @invariant()
    def what_was_written_stays(self) -> None:
        if not hasattr(self, "archive"):
            return
        with self.archive.reading() as records:
            for case_id in records.run(select(cases.c.id)).scalars().all():
                events, before = records.cases.events(case_id), self.history.get(case_id, [])
                assert events[: len(before)] == before
                self.history[case_id] = events


def run(new_url: Callable[[], str], library: Library, examples: int, steps: int) -> None:
    machine = type("Machine", (Centre,), {"new_url": staticmethod(new_url), "library": library})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        derandomize=True, database=None))  # fmt: skip


def test_no_case_is_ever_lost(sqlite_factory: SqliteFactory, library: Library) -> None:
    run(sqlite_factory.new, library, 3, 20)


def test_no_case_is_ever_lost_on_postgres(
    request: pytest.FixtureRequest, postgres_url: str, library: Library
) -> None:
    assert postgres_url
    factory: PostgresFactory = request.getfixturevalue("_postgres")
    run(factory.new, library, 2, 20)


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_history_cannot_be_changed(archive: Archive, deed: str) -> None:
    with archive.open() as records:
        case = records.cases.open("report", area_id="wb01", title="灯", body={}, now=START)
    change = case_events.delete() if deed == "delete" else case_events.update().values(actor="别人")
    with pytest.raises(DBAPIError, match="append-only"), archive.open() as records:
        records.run(change)
    with archive.reading() as records:
        assert [event.actor for event in records.cases.events(case.id)] == ["居民"]
