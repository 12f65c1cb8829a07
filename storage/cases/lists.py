"""Lists of cases, each a walk along an index in the order in which it is shown; pages go on after a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_

from knowledge.cases import KINDS
from storage.cases.rows import Case, read_case, steps_of, within
from storage.door import Book
from storage.tables import case_subscribers, case_units, cases
from storage.tables.cases import DEPTH

Key = tuple[int, datetime, int]  # rank, due, id
_OPEN = cases.c.closed_at.is_(None)
_ORDER = (cases.c.rank, cases.c.due_at, cases.c.id)


def key_of(case: Case) -> Key:
    """Where a case stands in a list of open ones."""
    return -case.priority, case.due_at or case.opened_at, case.id


class ListBook(Book):
    """The part of the case book that finds many."""

    def _rows(self, found: Iterable[Select[Any]]) -> dict[int, Row[Any]]:
        return {row.id: row for one in found for row in self.records.run(one)}

    def _cases(self, rows: Iterable[Row[Any]], *, sealed: bool = False) -> list[Case]:
        return [read_case(row, self.vault, sealed=sealed) for row in rows]

    def open_ones(self, path: str, kinds: Sequence[str] = (), *, holder_id: int | None = None, state: str = "",
                  limit: int = 200, after: Key | None = None, where: Sequence[ColumnElement[bool]] = (),
                  unheld: bool = False, sealed: bool = False) -> list[Case]:  # fmt: skip
        """Open cases in an area's subtree, most urgent first; a worker's own are among them wherever they are."""
        asked = tuple(kinds) or tuple(KINDS)
        more = [*where, *([cases.c.state == state] if state else [])]
        more += [cases.c.holder_id.is_(None)] if unheld else []
        if after is not None:
            more.append(tuple_(*_ORDER) > tuple_(*after))
        scope = within(path)
        here = [_OPEN, *more, *([scope] if scope is not None else [])]
        keys = select(*_ORDER)
        found = [keys.where(*here, cases.c.kind == kind).order_by(*_ORDER).limit(limit) for kind in asked]
        if holder_id is not None:
            mine = keys.where(_OPEN, cases.c.holder_id == holder_id, *more)
            mine = mine.where(cases.c.kind.in_(asked)) if kinds else mine
            found.append(mine.order_by(*_ORDER).limit(limit))
        first = sorted({tuple(row) for one in found for row in self.records.run(one)})[:limit]
        return self._by_ids([key[2] for key in first], sealed=sealed)

    def _by_ids(self, ids: Sequence[int], *, sealed: bool = False) -> list[Case]:
        """The cases with those ids, in that order."""
        if not ids:
            return []
        rows = {row.id: row for row in self.records.run(select(cases).where(cases.c.id.in_(ids)))}
        return self._cases((rows[i] for i in ids if i in rows), sealed=sealed)

    def held_by(self, holder_id: int, kinds: Sequence[str] = (), *, limit: int = 200) -> list[Case]:
        """A worker's own open cases, most urgent first."""
        mine = select(cases).where(_OPEN, cases.c.holder_id == holder_id)
        mine = mine.where(cases.c.kind.in_(kinds)) if kinds else mine
        return self._cases(self.records.run(mine.order_by(*_ORDER).limit(limit)))

    def of_unit(self, unit: str, *, limit: int = 200) -> list[Case]:
        """Open cases that a unit holds, is offered, or helps with."""
        helped = (
            select(cases)
            .join(case_units, case_units.c.case_id == cases.c.id)
            .where(case_units.c.unit == unit, _OPEN)
        )
        found = [
            select(cases).where(_OPEN, cases.c.unit == unit),
            select(cases).where(_OPEN, cases.c.asked_unit == unit),
            helped,
        ]
        rows = self._rows(one.order_by(*_ORDER).limit(limit) for one in found)
        ordered = sorted(rows.values(), key=lambda row: (row.rank, row.due_at, row.id))
        return self._cases(ordered[:limit], sealed=True)

    def listed(self, path: str, *, holder_id: int, kind: str = "", state: str = "open", mine: bool = False,
               late_at: datetime | None = None, warn_at: datetime | None = None, limit: int = 200,
               after: Key | None = None, before: int | None = None, sealed: bool = False) -> list[Case]:  # fmt: skip
        """The desk's list; `sealed` leaves the words unread. state: open | closed | all, or one of the kind's own states.

        Open ones come most urgent first (next page: `after`), others newest first (next page: `before`).
        `late_at`: only red ones; `warn_at`: only yellow and red ones.
        """
        kinds = (kind,) if kind else tuple(KINDS)
        is_open = state == "open" or (bool(kind) and state in KINDS[kind].open_states) or late_at or warn_at
        if is_open:
            late: list[ColumnElement[bool]] = [cases.c.due_at < late_at] if late_at is not None else []
            late += [cases.c.yellow_at <= warn_at] if warn_at is not None else []
            if late:
                late.append(cases.c.paused_at.is_(None))
            own = state if state not in ("open", "closed", "all") else ""
            scope = "/?/" if mine else path
            return self.open_ones(scope, kinds, holder_id=holder_id, state=own, limit=limit, after=after, where=late, sealed=sealed)  # fmt: skip
        more: list[ColumnElement[bool]] = (
            [cases.c.closed_at.is_not(None)]
            if state == "closed"
            else [cases.c.state == state]
            if state != "all"
            else []
        )
        if before is not None:
            more.append(cases.c.id < before)
        ids = select(cases.c.id)
        found = [ids.where(cases.c.holder_id == holder_id, cases.c.kind.in_(kinds), *more)]
        if not mine:
            scope_is = within(path)
            here = [*more, *([scope_is] if scope_is is not None else [])]
            found += [ids.where(*here, cases.c.kind == one) for one in kinds]
        newest = {
            row.id for one in found for row in self.records.run(one.order_by(cases.c.id.desc()).limit(limit))
        }
        return self._by_ids(sorted(newest, reverse=True)[:limit], sealed=sealed)

    def lost(self, path: str = "/", *, limit: int = 200) -> list[Case]:
        """未派出: open cases that nobody could be told of, the longest waiting first."""
        scope = within(path)
        found = select(cases).where(_OPEN, cases.c.lost_at.is_not(None))
        found = found.where(scope) if scope is not None else found
        return self._cases(
            self.records.run(found.order_by(cases.c.lost_at, cases.c.id).limit(limit)), sealed=True
        )

    def offered_to(self, worker_id: int, units: Sequence[str], *, limit: int = 50) -> list[Case]:
        """Open cases that a worker or one of their units was asked to take over."""
        asked = or_(
            cases.c.asked_unit.in_(units), and_(cases.c.asked_id == worker_id, cases.c.asked_unit == "")
        )
        found = (
            select(cases)
            .where(_OPEN, cases.c.asked_unit.is_not(None), asked)
            .order_by(cases.c.id)
            .limit(limit)
        )
        return self._cases(self.records.run(found), sealed=True)

    def of_person(self, person_id: int, conversation_ids: Iterable[int] = (), kinds: Sequence[str] = (),
                  limit: int = 10) -> list[Case]:  # fmt: skip
        """A person's own matters and those followed, open ones first, newest first."""
        followed = select(case_subscribers.c.case_id).where(
            case_subscribers.c.conversation_id.in_(list(conversation_ids))
        )
        mine = or_(cases.c.person_id == person_id, cases.c.id.in_(followed))
        found = select(cases).where(mine)
        if kinds:
            found = found.where(cases.c.kind.in_(kinds))
        return self._cases(
            self.records.run(found.order_by(cases.c.closed_at.is_not(None), cases.c.id.desc()).limit(limit))
        )

    def similar(self, *, category: str, area_id: str, since: datetime) -> list[Case]:
        """Open reports of the same category in the same area."""
        same = and_(cases.c.kind == "report", cases.c.category == category, cases.c.area_id == area_id,
                    cases.c.opened_at >= since, _OPEN)  # fmt: skip
        return self._cases(self.records.run(select(cases).where(same).order_by(cases.c.id)))

    def is_in_scope(self, case: Case, path: str) -> bool:
        """Whether the case lies in an area's subtree."""
        steps = steps_of(path)
        if not steps:
            return True
        if len(steps) <= DEPTH:
            return case.areas[len(steps) - 1] == steps[-1]
        own = self.records.places.chain(case.area_id)
        return steps[-1] in own

    def queue_place(self, case: Case) -> int:
        """How many of the same kind, area and state wait before this one."""
        ahead = and_(cases.c.kind == case.kind, cases.c.state == case.state, cases.c.area_id == case.area_id, _OPEN,
                     cases.c.id < case.id)  # fmt: skip
        return int(self.records.run(select(func.count()).where(ahead)).scalar_one())
