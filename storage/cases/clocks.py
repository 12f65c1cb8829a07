"""The clocks of cases: each names when the rounds must look again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from storage.cases.rows import Case, Clock
from storage.door import Book
from storage.tables import case_clocks, case_events, cases

PROMISE, SENT, ACCEPT, DECIDE = "promise", "sent", "accept", "decide"  # the engine's own clocks
REACHED_WITHIN = timedelta(minutes=2)  # then it is looked whether anybody could be told
_PUSH = (
    update(case_clocks)
    .where(case_clocks.c.id == bindparam("clock_id"))
    .values(step=bindparam("new_step"), next_at=bindparam("new_next"))
)
_NUDGED = update(cases).where(cases.c.id == bindparam("of")).values(nudged=cases.c.nudged + 1)
_SHOWN = (cases.c.number, cases.c.title, cases.c.kind, cases.c.state, cases.c.area_id, cases.c.holder_id, cases.c.unit,
          cases.c.nudged, cases.c.conversation_id, cases.c.closed_at, cases.c.lost_at)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that has come to its moment, with what its case's line shows."""

    clock: Clock
    number: str
    title: str
    kind: str
    state: str
    area_id: str
    holder_id: int | None
    unit: str
    nudged: int
    conversation_id: int | None
    is_open: bool
    is_lost: bool


def read_clock(row: Row[Any]) -> Clock:
    """A row of `case_clocks`."""
    return Clock(row.id, row.case_id, row.name, row.started_at, row.yellow_at, row.due_at, row.paused_at,
                 row.paused_why or "", row.resume_at, row.stopped_at, row.step, row.next_at)  # fmt: skip


class ClockBook(Book):
    """Clocks. The one named "promise" is the resident's date and is mirrored in the case itself."""

    def start(self, case_id: int, name: str, now: datetime, due_at: datetime, *, yellow_at: datetime | None = None,
              look_at: datetime | None = None) -> None:  # fmt: skip
        """Start a clock, or start it anew. The rounds look at it at `look_at`, else at yellow, else when it is due."""
        row = _fresh(case_id, name, now, due_at, yellow_at, look_at)
        if not self.insert_new(case_clocks, row, ["case_id", "name"]):
            mine = (case_clocks.c.case_id == case_id) & (case_clocks.c.name == name)
            self.records.run(update(case_clocks).where(mine).values(**row))

    def begin(self, case: Case, now: datetime, yellow_at: datetime | None, *, reach: bool) -> None:
        """The clocks of a case that was just opened."""
        due_at = case.due_at or now
        rows = [_fresh(case.id, PROMISE, now, due_at, yellow_at, None)]
        if reach:
            rows.append(_fresh(case.id, SENT, now, now + REACHED_WITHIN, None, None))
        self.records.run(case_clocks.insert(), rows)

    def stop(self, case_id: int, now: datetime, *names: str) -> None:
        """Stop clocks by name, or all of a case."""
        mine = (case_clocks.c.case_id == case_id) & case_clocks.c.stopped_at.is_(None)
        if names:
            mine &= case_clocks.c.name.in_(names)
        self.records.run(update(case_clocks).where(mine).values(stopped_at=now, next_at=None))

    def rest(self, case_id: int) -> None:
        """Nobody is urged: somebody is at it."""
        mine = (case_clocks.c.case_id == case_id) & (case_clocks.c.name == PROMISE)
        self.records.run(update(case_clocks).where(mine).values(next_at=None))

    def pause(self, case_id: int, now: datetime, why: str, until: datetime) -> None:
        """The promised date stands still until a moment; the rounds end the pause then."""
        mine = (case_clocks.c.case_id == case_id) & (case_clocks.c.name == PROMISE)
        row = {"paused_at": now, "paused_why": why[:200], "resume_at": until, "next_at": until}
        self.records.run(update(case_clocks).where(mine).values(**row))

    def of(self, case_id: int) -> list[Clock]:
        """The clocks of a case, running ones first."""
        found = select(case_clocks).where(case_clocks.c.case_id == case_id)
        rows = self.records.run(found.order_by(case_clocks.c.stopped_at.is_not(None), case_clocks.c.id))
        return [read_clock(row) for row in rows]

    def due(self, now: datetime, limit: int) -> list[Due]:
        """Clocks whose moment has come; on PostgreSQL two processes never get the same one."""
        found = (
            select(case_clocks, *(column.label(f"case_{column.name}") for column in _SHOWN))
            .join(cases, cases.c.id == case_clocks.c.case_id)
            .where(case_clocks.c.next_at <= now)
            .order_by(case_clocks.c.next_at, case_clocks.c.id)
            .limit(limit)
            .with_for_update(of=case_clocks, skip_locked=True)
        )
        return [Due(read_clock(r), r.case_number, r.case_title, r.case_kind, r.case_state, r.case_area_id, r.case_holder_id,
                    r.case_unit or "", r.case_nudged, r.case_conversation_id, r.case_closed_at is None,
                    r.case_lost_at is not None)
                for r in self.records.run(found)]  # fmt: skip

    def push(self, moved: Sequence[tuple[int, int, datetime | None]]) -> None:
        """(clock, step, when to look again) of many clocks."""
        if moved:
            self.records.run(
                _PUSH, [{"clock_id": i, "new_step": step, "new_next": at} for i, step, at in moved]
            )

    def urged(self, nudged: Iterable[tuple[Due, str]], now: datetime) -> None:
        """Count and write down that people were told of late cases; the note of each is given."""
        told = list(nudged)
        if not told:
            return
        self.records.run(_NUDGED, [{"of": due.clock.case_id} for due, _ in told])
        self.records.run(case_events.insert(), [
            {"case_id": due.clock.case_id, "at": now, "actor": "系统", "move": "nudge", "state": due.state, "public": False,
             "note": self.vault.seal(words, f"case_events.note:{due.clock.case_id}")}
            for due, words in told
        ])  # fmt: skip


def _fresh(case_id: int, name: str, now: datetime, due_at: datetime, yellow_at: datetime | None,
           look_at: datetime | None) -> dict[str, Any]:  # fmt: skip
    return {"case_id": case_id, "name": name, "started_at": now, "yellow_at": yellow_at, "due_at": due_at, "paused_at": None,
            "paused_why": None, "resume_at": None, "stopped_at": None, "step": 0, "next_at": look_at or yellow_at or due_at}  # fmt: skip
