"""Who did what, and who looked at whose data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from storage.door import Book
from storage.tables import audit


class AuditBook(Book):
    """An append-only book. Details never hold personal data."""

    def write(self, now: datetime, who: str, action: str, about: str, detail: str = "") -> None:
        """Note a deed."""
        row = {"at": now, "who": who[:60], "action": action, "about": about[:80], "detail": detail[:300]}
        self.records.run(audit.insert().inline(), row)

    def last(self, limit: int = 100, about: str = "", *, action: str = "",
             who: Sequence[str] | None = None) -> list[Row[Any]]:  # fmt: skip
        """The newest lines; of one thing, one kind of deed or some people where named."""
        found = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if about:
            found = found.where(audit.c.about == about)
        if action:
            found = found.where(audit.c.action == action)
        if who is not None:
            found = found.where(audit.c.who.in_(who))
        return list(self.records.run(found))
