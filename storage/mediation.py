"""The door to everything a mediation has beside its case. Words are sealed; results hold none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from knowledge.mediation.figures import Result
from storage.cases.rows import within
from storage.door import Book
from storage.tables import (
    areas,
    cases,
    mediation_debts,
    mediation_papers,
    mediation_results,
    mediation_sittings,
    mediations,
)

CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Mediation:
    """What stands beside a case of mediation. confirmed: empty | applied | yes | no."""

    case_id: int
    code: str
    field: str
    chosen_id: int | None
    disclosed_id: int | None
    swapped_at: datetime | None
    level_at: datetime
    rights_applicant: datetime | None
    rights_other: datetime | None
    raise_applicant: str
    raise_other: str
    effective_on: date | None
    confirm_until: date | None
    confirmed: str

    def told_rights(self, role: str) -> bool:
        """Whether that side has acknowledged the rights card."""
        return (self.rights_applicant if role == "applicant" else self.rights_other) is not None


@dataclass(frozen=True, slots=True)
class Paper:
    """Words of one side, a summary, a lawyer's opinion, a disclosure, a draft …; kept by level and round."""

    id: int
    level: int
    round: int
    kind: str
    role: str
    author: str
    made_at: datetime
    words: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting. state: planned | held | off."""

    id: int
    case_id: int
    level: int
    round: int
    place: str
    starts_at: datetime
    arrive_applicant: datetime
    arrive_other: datetime
    state: str
    booking: str
    team: str

    def arrival(self, role: str) -> datetime:
        """When that side is to come."""
        return self.arrive_applicant if role == "applicant" else self.arrive_other


@dataclass(frozen=True, slots=True)
class Debt:
    """An instalment: who owes what by when. state: open | done | late."""

    id: int
    role: str
    due_on: date
    state: str
    done_on: date | None
    what: str = field(repr=False)


class MediationBook(Book):
    """Mediations, papers, sittings, instalments, results."""

    def begin(self, case_id: int, now: datetime, *, field: str = "", chosen_id: int | None = None) -> None:
        """The row of a new case; there already: nothing changes."""
        row = {"case_id": case_id, "level_at": now, "field": field, "chosen_id": chosen_id}
        self.insert_new(mediations, row, ["case_id"])

    def of(self, case_id: int) -> Mediation | None:
        """What stands beside the case."""
        row = self.records.run(select(mediations).where(mediations.c.case_id == case_id)).first()
        return _mediation(row) if row else None

    def put(self, case_id: int, **values: Any) -> None:
        """Change some of it."""
        self.records.run(update(mediations).where(mediations.c.case_id == case_id).values(**values))

    def swap(self, case_id: int, now: datetime) -> bool:
        """Use up the one change of mediator; False where it is used."""
        mine = (mediations.c.case_id == case_id) & mediations.c.swapped_at.is_(None)
        return self.records.run(update(mediations).where(mine).values(swapped_at=now)).rowcount == 1

    def invite(self, case_id: int) -> str:
        """A new code for the other side; an older one is void."""
        code = self.records.code(CODE_LENGTH)
        self.put(case_id, code=code)
        return code

    def by_code(self, code: str) -> int | None:
        """The case that a code invites to."""
        found = select(mediations.c.case_id).where(mediations.c.code == code.lower())
        return self.records.run(found).scalar()

    # papers

    def write(self, case_id: int, kind: str, words: Any, now: datetime, *, level: int, round: int, author: str,
              role: str = "") -> None:  # fmt: skip
        """Add a paper."""
        sealed = self.vault.seal_json(words, f"mediation_papers.words:{case_id}")
        self.insert(mediation_papers, {"case_id": case_id, "level": level, "round": round, "kind": kind, "role": role,
                                       "author": author[:60], "words": sealed, "made_at": now})  # fmt: skip

    def papers(self, case_id: int, kind: str = "", *, level: int | None = None) -> list[Paper]:
        """Papers, oldest first; of one kind or level where named."""
        found = select(mediation_papers).where(mediation_papers.c.case_id == case_id)
        found = found.where(mediation_papers.c.kind == kind) if kind else found
        found = found.where(mediation_papers.c.level == level) if level is not None else found
        about = f"mediation_papers.words:{case_id}"
        return [
            Paper(r.id, r.level, r.round, r.kind, r.role, r.author, r.made_at, self.vault.open_json(r.words, about))
            for r in self.records.run(found.order_by(mediation_papers.c.id))
        ]  # fmt: skip

    # sittings

    def plan(self, case_id: int, now: datetime, **values: Any) -> int:
        """Put a sitting down; what was planned before is off."""
        self.end_sitting(case_id, "off")
        return self.insert(mediation_sittings, {"case_id": case_id, "made_at": now, "state": "planned", **values})  # fmt: skip

    def end_sitting(self, case_id: int, state: str) -> list[Sitting]:
        """The planned sitting was held, or is off; returns those it touched."""
        mine = (mediation_sittings.c.case_id == case_id) & (mediation_sittings.c.state == "planned")
        touched = self._sittings(select(mediation_sittings).where(mine))
        self.records.run(update(mediation_sittings).where(mine).values(state=state))
        return touched

    def sittings(self, case_id: int) -> list[Sitting]:
        """The sittings of a case, oldest first."""
        mine = select(mediation_sittings).where(mediation_sittings.c.case_id == case_id)
        return self._sittings(mine.order_by(mediation_sittings.c.id))

    def planned(self, case_id: int) -> Sitting | None:
        """The sitting that is to come."""
        found = [one for one in self.sittings(case_id) if one.state == "planned"]
        return found[-1] if found else None

    def sent_for(self, sitting_id: int, team: str) -> None:
        """A legal team comes to a sitting."""
        self.records.run(update(mediation_sittings).where(mediation_sittings.c.id == sitting_id).values(team=team))  # fmt: skip

    def is_busy(self, team: str, since: datetime, until: datetime) -> bool:
        """Whether a legal team sits elsewhere then."""
        when = (mediation_sittings.c.starts_at > since) & (mediation_sittings.c.starts_at < until)
        mine = (mediation_sittings.c.team == team) & (mediation_sittings.c.state == "planned") & when
        return self.records.run(select(mediation_sittings.c.id).where(mine)).first() is not None

    def _sittings(self, found: Any) -> list[Sitting]:
        return [
            Sitting(r.id, r.case_id, r.level, r.round, r.place, r.starts_at, r.arrive_applicant, r.arrive_other, r.state,
                    r.booking or "", r.team or "")
            for r in self.records.run(found)
        ]  # fmt: skip

    # instalments

    def owe(self, case_id: int, role: str, due_on: date, what: str) -> None:
        """Put an instalment down."""
        sealed = self.vault.seal(what, f"mediation_debts.what:{case_id}")
        self.insert(mediation_debts, {"case_id": case_id, "role": role, "due_on": due_on, "what": sealed, "state": "open"})  # fmt: skip

    def debts(self, case_id: int) -> list[Debt]:
        """The instalments, the earliest first."""
        found = select(mediation_debts).where(mediation_debts.c.case_id == case_id)
        about = f"mediation_debts.what:{case_id}"
        rows = self.records.run(found.order_by(mediation_debts.c.due_on, mediation_debts.c.id))
        return [
            Debt(r.id, r.role, r.due_on, r.state, r.done_on, self.vault.open(r.what, about)) for r in rows
        ]

    def mark(self, debt_id: int, state: str, day: date) -> None:
        """An instalment is done, or late."""
        values = {"state": state, "done_on": day if state == "done" else None}
        self.records.run(update(mediation_debts).where(mediation_debts.c.id == debt_id).values(**values))

    # results

    def conclude(self, result: Result) -> bool:
        """Write a result down; False where that number has one (it is then replaced)."""
        row = {name: getattr(result, name) for name in Result.__dataclass_fields__}
        if self.insert_new(mediation_results, row, ["number"]):
            return True
        self.records.run(update(mediation_results).where(mediation_results.c.number == result.number).values(**row))  # fmt: skip
        return False

    def confirmed(self, number: str, confirmed: bool) -> None:
        """The court has confirmed a case's agreement, or has not."""
        mine = mediation_results.c.number == number
        self.records.run(update(mediation_results).where(mine).values(confirmed=confirmed))

    def take_in(self, results: Sequence[Result]) -> int:
        """Import results; returns how many were new."""
        return sum(self.conclude(result) for result in results)

    def results(self, path: str, since: date | None = None, until: date | None = None) -> list[Result]:
        """Results of an area's subtree that ended in [since, until]."""
        here = select(areas.c.id).where(areas.c.path.startswith(path, autoescape=True))
        found = select(mediation_results).where(mediation_results.c.area_id.in_(here))
        found = found.where(mediation_results.c.closed_on >= since) if since else found
        found = found.where(mediation_results.c.closed_on <= until) if until else found
        return [Result(**dict(row._mapping)) for row in self.records.run(found)]

    def open_counts(self, path: str) -> dict[str, int]:
        """How many open cases stand in each state."""
        here = [cases.c.kind == "mediation", cases.c.closed_at.is_(None)]
        scope = within(path)
        here += [scope] if scope is not None else []
        rows = self.records.run(select(cases.c.state, func.count().label("many")).where(*here).group_by(cases.c.state))  # fmt: skip
        return {str(row.state): int(row.many) for row in rows}

    def known_areas(self, ids: Iterable[str]) -> set[str]:
        """Those of some area ids that there are."""
        found = select(areas.c.id).where(areas.c.id.in_(sorted(set(ids))))
        return {str(one) for one in self.records.run(found).scalars()}


def _mediation(row: Row[Any]) -> Mediation:
    return Mediation(row.case_id, row.code or "", row.field, row.chosen_id, row.disclosed_id, row.swapped_at, row.level_at,
                     row.rights_applicant, row.rights_other, row.raise_applicant, row.raise_other, row.effective_on,
                     row.confirm_until, row.confirmed)  # fmt: skip
