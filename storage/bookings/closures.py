"""Closed days and leave: what is not to be had for a while, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from knowledge.services import Closure
from storage.bookings.seats import SeatBook
from storage.tables import closures


class ClosureBook(SeatBook):
    """Closures; every process reads them again when one is made."""

    def close(self, scope: str, target: str, starts_at: datetime, ends_at: datetime, reason: str, now: datetime,
              made_by: str = "") -> Closure:  # fmt: skip
        """Close everything ("all"), a place, a service or a resource from when to when."""
        values = {"scope": scope, "target": target, "starts_at": starts_at, "ends_at": ends_at, "reason": reason,
                  "active": True, "made_at": now, "made_by": made_by}  # fmt: skip
        number = self.insert(closures, values)
        self.turn_page("closures")
        return Closure(number, scope, target, starts_at, ends_at, reason)

    def reopen(self, closure_id: int) -> bool:
        """A closure holds no more; False where it did not."""
        on = (closures.c.id == closure_id) & closures.c.active
        changed = self.records.run(update(closures).where(on).values(active=False)).rowcount == 1
        self.turn_page("closures")
        return changed

    def closures(self, since: datetime) -> list[Closure]:
        """Closures that end after a moment, soonest first."""
        rows = self.records.run(
            select(closures)
            .where(closures.c.active, closures.c.ends_at > since)
            .order_by(closures.c.starts_at, closures.c.id)
        )
        return [Closure(r.id, r.scope, r.target, r.starts_at, r.ends_at, r.reason) for r in rows]
