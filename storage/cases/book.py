"""Cases: mediation, reports, errands, handoffs, alerts. Every change is a compare-and-set on the revision."""

from __future__ import annotations

from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from knowledge.calendar import Calendar
from knowledge.cases import KINDS, Span, clock
from storage.cases.clocks import PROMISE, SENT
from storage.cases.lists import ListBook
from storage.cases.pictures import PictureBook
from storage.cases.rows import Case, CaseEvent, area_columns, read_case, within
from storage.tables import case_events, case_subscribers, cases

CLEARED = {"paused_at": None, "paused_why": None, "lost_at": None, "asked_unit": None, "asked_id": None, "asked_at": None}  # fmt: skip


@cache
def _shipped() -> Calendar:
    return Calendar.default()


class CaseBook(ListBook, PictureBook):
    """Cases, their events, subscribers and pictures; body and notes are sealed."""

    def open(self, kind: str, *, area_id: str, title: str, body: dict[str, Any], now: datetime,
             person_id: int | None = None, conversation_id: int | None = None, due_at: datetime | None = None,
             unit: str = "", level: int = 0, category: str = "", priority: int = 0, token: str | None = None,
             actor: str = "居民") -> Case:  # fmt: skip
        """Open a case; with a token, the same request twice is one case."""
        if token and (same := self._by_token(token)):
            return same
        rules = KINDS[kind]
        day = now.strftime("%y%m%d")
        number = f"{rules.letter}{day}{self.next_number(rules.letter + day):03d}"
        due_at = due_at or clock.due(now, rules.promise(category), self.calendar)
        yellow_at = clock.yellow(now, due_at, self.calendar)
        path = self.records.places.path(area_id)
        case_id = self.insert(cases, {
            "number": number, "kind": kind, "state": rules.first, "area_id": area_id, "person_id": person_id,
            "conversation_id": conversation_id, "title": title[:80], "unit": unit, "level": level, "round": 0,
            "body": self.vault.seal_json(body, f"cases.body:{number}"), "category": category, "priority": priority,
            "opened_at": now, "due_at": due_at, "yellow_at": yellow_at, "nudged": 0, "token": token, "rank": -priority,
            "rev": 0, **area_columns(path),
        })  # fmt: skip
        self.note(case_id, now, actor, "open", rules.first, "", public=True)
        case = self.get(case_id)
        self.records.clocks.begin(case, now, yellow_at, reach=rules.transfers)
        return case

    @cached_property
    def calendar(self) -> Calendar:
        """The centre's own table of holidays, laid over the shipped one."""
        told = self.records.places.fact("holidays", {})
        return Calendar.from_table(told) if told else _shipped()

    def _by_token(self, token: str) -> Case | None:
        row = self.records.run(select(cases).where(cases.c.token == token)).first()
        return read_case(row, self.vault) if row else None

    def get(self, case_id: int) -> Case:
        """The case with that id."""
        return read_case(self.records.run(select(cases).where(cases.c.id == case_id)).one(), self.vault)

    def by_number(self, number: str) -> Case | None:
        """The case with that number, whoever's it is: the caller must check."""
        row = self.records.run(select(cases).where(cases.c.number == number.upper())).first()
        return read_case(row, self.vault) if row else None

    def change(self, case: Case, now: datetime, **values: Any) -> Case | None:
        """Change a case that still is as it was read; None where another was first.

        The clocks follow: an end stops them all, a new due time or a state with its own clock starts the promise anew.
        """
        rules, state = KINDS[case.kind], values.get("state", case.state)
        if "body" in values:
            values["body"] = self.vault.seal_json(values["body"], f"cases.body:{case.number}")
        if "priority" in values:
            values["rank"] = -values["priority"]
        if rules.is_end(state):
            values = CLEARED | {"closed_at": now} | values
        elif span := _own_span(case, state):
            values.setdefault("due_at", clock.due(now, span, self.calendar))
        if values.get("holder_id"):
            values.setdefault("lost_at", None)
        if values.get("due_at"):
            values.setdefault("paused_at", None)  # a clock that starts anew runs
            values.setdefault("paused_why", None)
            values["yellow_at"] = clock.yellow(now, values["due_at"], self.calendar)
        as_read = (cases.c.id == case.id) & (cases.c.rev == case.rev)
        if self.records.run(update(cases).where(as_read).values(**values, rev=case.rev + 1)).rowcount == 0:
            return None
        self._wind(case, state, now, values)
        return self.get(case.id)

    def _wind(self, case: Case, state: str, now: datetime, values: dict[str, Any]) -> None:
        """Let the clocks follow a change."""
        clocks, rules = self.records.clocks, KINDS[case.kind]
        if rules.is_end(state):
            clocks.stop(case.id, now)
            return
        if values.get("due_at"):
            clocks.start(case.id, PROMISE, now, values["due_at"], yellow_at=values["yellow_at"])
        if state in rules.rests:
            clocks.rest(case.id)
        if values.get("holder_id") and rules.transfers:
            clocks.stop(case.id, now, SENT)

    def place(self, area_id: str) -> int:
        """After an area moved in the tree: its cases get its present ancestors. How many there were."""
        return self._place(area_id, cases.c.area_id == area_id)

    def follow(self, area_id: str, was: str) -> int:
        """The same by the area's former path, whose index finds the cases without a scan."""
        scope = within(was)
        here = cases.c.area_id == area_id
        return self._place(area_id, here if scope is None else and_(scope, here))

    def _place(self, area_id: str, which: ColumnElement[bool]) -> int:
        columns = area_columns(self.records.places.path(area_id))
        return self.records.run(update(cases).where(which).values(**columns)).rowcount

    def note(self, case_id: int, now: datetime, actor: str, move: str, state: str, words: str, *,
             public: bool = False) -> None:  # fmt: skip
        """Append to the case's history."""
        sealed = self.vault.seal(words, f"case_events.note:{case_id}") if words else None
        row = {"case_id": case_id, "at": now, "actor": actor[:60], "move": move, "state": state, "note": sealed,
               "public": public}  # fmt: skip
        self.records.run(case_events.insert().inline(), row)

    def events(self, case_id: int, *, public_only: bool = False) -> list[CaseEvent]:
        """The case's history, oldest first."""
        found = select(case_events).where(case_events.c.case_id == case_id)
        if public_only:
            found = found.where(case_events.c.public)
        about = f"case_events.note:{case_id}"
        return [CaseEvent(row.at, row.actor, row.move, row.state, self.vault.open(row.note, about), row.public)
                for row in self.records.run(found.order_by(case_events.c.id))]  # fmt: skip

    def subscribe(self, case_id: int, conversation_id: int) -> bool:
        """Follow a case from a conversation; False where it is followed already."""
        row = {"case_id": case_id, "conversation_id": conversation_id}
        return self.insert_new(case_subscribers, row, ["case_id", "conversation_id"])

    def subscribers(self, case: Case) -> list[int]:
        """Conversations that want to hear of this case, the reporter's first."""
        rows = self.records.run(
            select(case_subscribers.c.conversation_id).where(case_subscribers.c.case_id == case.id)
        ).scalars()
        return list(dict.fromkeys([*([case.conversation_id] if case.conversation_id else []), *rows]))


def _own_span(case: Case, state: str) -> Span | None:
    """The time of a state that has its own, or of one that goes on after somebody was at it; None: the promise runs on."""
    rules = KINDS[case.kind]
    if state == case.state:
        return None
    if state in rules.clocks:
        return rules.clocks[state]
    return rules.promise(case.category) if case.state in rules.rests and state not in rules.rests else None
