"""Who did what, and who looked at whose data."""

from __future__ import annotations

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

    def last(self, limit: int = 100, about: str = "") -> list[Row[Any]]:
        """The newest lines, of one thing where named."""
        found = select(audit).order_by(audit.c.id.desc()).limit(limit)
        return list(self.records.run(found.where(audit.c.about == about) if about else found))
