"""Units that hold cases, who can be reached there, where cases go, and objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update

from storage.cases.rows import Case
from storage.door import Book
from storage.tables import case_objections, case_units, dispatch_rules, outbox, unit_contacts, units, workers


@dataclass(frozen=True, slots=True)
class Unit:
    """An office, a bureau, a property company: whoever can hold a case."""

    id: str
    name: str
    area_id: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """派单目录: cases of a kind and category in an area's subtree go to a unit; not `main`: it helps."""

    kind: str
    category: str
    area_id: str
    unit: str
    main: bool = True


@dataclass(frozen=True, slots=True)
class Objection:
    """派单异议. decision: empty | upheld | rejected."""

    case_id: int
    worker_id: int
    unit: str
    reason: str
    decider_id: int | None
    made_at: datetime
    decided_at: datetime | None
    decision: str


class UnitBook(Book):
    """Units, their contacts, dispatch rules, co-holders, objections."""

    def put(self, unit: Unit) -> None:
        """Add or replace a unit."""
        row = {"id": unit.id, "name": unit.name, "area_id": unit.area_id, "active": unit.active}
        if not self.insert_new(units, row, ["id"]):
            self.records.run(update(units).where(units.c.id == unit.id).values(**row))

    def all(self, area_ids: Sequence[str] | None = None) -> list[Unit]:
        """Active units, of some areas or of all."""
        found = select(units).where(units.c.active).order_by(units.c.id)
        found = found if area_ids is None else found.where(units.c.area_id.in_(area_ids))
        return [Unit(r.id, r.name, r.area_id, r.active) for r in self.records.run(found)]

    def get(self, unit_id: str) -> Unit | None:
        """The unit with that id."""
        r = self.records.run(select(units).where(units.c.id == unit_id)).first()
        return Unit(r.id, r.name, r.area_id, r.active) if r else None

    def add_contact(self, unit_id: str, worker_id: int) -> None:
        """A worker who can be reached for a unit."""
        self.insert_new(unit_contacts, {"unit": unit_id, "worker_id": worker_id}, ["unit", "worker_id"])

    def drop_contact(self, unit_id: str, worker_id: int) -> None:
        """A worker is no contact of a unit any more."""
        mine = (unit_contacts.c.unit == unit_id) & (unit_contacts.c.worker_id == worker_id)
        self.records.run(delete(unit_contacts).where(mine))

    def contacts(self, unit_id: str) -> list[int]:
        """Workers of a unit who can be reached: active, and with a chat or a way to sign in."""
        can = or_(
            and_(workers.c.address.is_not(None), workers.c.address != ""), workers.c.password.is_not(None)
        )
        found = (
            select(workers.c.id)
            .join(unit_contacts, unit_contacts.c.worker_id == workers.c.id)
            .where(unit_contacts.c.unit == unit_id, workers.c.active, can)
        )
        return list(self.records.run(found.order_by(workers.c.id)).scalars())

    def of_worker(self, worker_id: int) -> list[str]:
        """The units a worker belongs to."""
        mine = select(unit_contacts.c.unit).where(unit_contacts.c.worker_id == worker_id)
        return list(self.records.run(mine.order_by(unit_contacts.c.unit)).scalars())

    def failed(self, keys: Sequence[str]) -> set[str]:
        """Those of some outbox keys whose words did not arrive."""
        found = select(outbox.c.key).where(
            outbox.c.key.in_(keys), outbox.c.state.in_(("dead", "expired", "unknown"))
        )
        return {str(key) for key in self.records.run(found).scalars()}

    # where cases go

    def put_rule(self, rule: Rule) -> None:
        """Add a line to the dispatch table."""
        row = {
            "kind": rule.kind,
            "category": rule.category,
            "area_id": rule.area_id,
            "unit": rule.unit,
            "main": rule.main,
        }
        if not self.insert_new(dispatch_rules, row, ["kind", "category", "area_id", "unit"]):
            mine = and_(
                *(dispatch_rules.c[name] == row[name] for name in ("kind", "category", "area_id", "unit"))
            )
            self.records.run(update(dispatch_rules).where(mine).values(main=rule.main))

    def drop_rule(self, rule: Rule) -> None:
        """Take a line off the dispatch table."""
        told = (
            ("kind", rule.kind),
            ("category", rule.category),
            ("area_id", rule.area_id),
            ("unit", rule.unit),
        )
        self.records.run(
            delete(dispatch_rules).where(*(dispatch_rules.c[name] == value for name, value in told))
        )

    def rules(self, kind: str, category: str, chain: Sequence[str]) -> list[Rule]:
        """The lines for a category in the innermost area of a chain (innermost first) that has any."""
        asked = (dispatch_rules.c.kind == kind) & (dispatch_rules.c.category == category)
        rows = self.records.run(
            select(dispatch_rules).where(asked, dispatch_rules.c.area_id.in_(chain))
        ).all()
        for area_id in chain:
            if here := [r for r in rows if r.area_id == area_id]:
                return [
                    Rule(r.kind, r.category, r.area_id, r.unit, r.main)
                    for r in sorted(here, key=lambda r: r.unit)
                ]
        return []

    def help(self, case_id: int, unit_id: str) -> bool:
        """A unit helps the holder; False where it does already."""
        return self.insert_new(case_units, {"case_id": case_id, "unit": unit_id}, ["case_id", "unit"])

    def helpers(self, case_id: int) -> list[str]:
        """The units that help."""
        found = select(case_units.c.unit).where(case_units.c.case_id == case_id).order_by(case_units.c.unit)
        return list(self.records.run(found).scalars())

    # objections

    def object(self, case: Case, worker_id: int, reason: str, decider_id: int | None, now: datetime) -> bool:
        """Write an objection down; False where the case has had its one."""
        sealed = self.vault.seal(reason, f"case_objections.reason:{case.id}")
        return self.insert_new(case_objections, {
            "case_id": case.id, "worker_id": worker_id, "unit": case.unit, "reason": sealed, "decider_id": decider_id,
            "made_at": now,
        }, ["case_id"])  # fmt: skip

    def objection(self, case_id: int) -> Objection | None:
        """The case's objection."""
        r = self.records.run(select(case_objections).where(case_objections.c.case_id == case_id)).first()
        if r is None:
            return None
        reason = self.vault.open(r.reason, f"case_objections.reason:{case_id}")
        return Objection(
            r.case_id,
            r.worker_id,
            r.unit or "",
            reason,
            r.decider_id,
            r.made_at,
            r.decided_at,
            r.decision or "",
        )

    def decide(self, case_id: int, decision: str, now: datetime) -> bool:
        """Decide an objection once; False where it is decided already."""
        mine = (case_objections.c.case_id == case_id) & case_objections.c.decided_at.is_(None)
        return (
            self.records.run(
                update(case_objections).where(mine).values(decision=decision, decided_at=now)
            ).rowcount
            == 1
        )
