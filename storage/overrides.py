"""Area overrides: the fields of an entry that differ in an area and everywhere below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from storage.door import Book
from storage.tables import overrides


@dataclass(frozen=True, slots=True)
class Override:
    """One version of what an area changes in an entry. state: as an entry's version.

    `base_version` is the entry's version that its writer saw.
    """

    area_id: str
    entry_id: str
    version: int
    state: str
    fields: dict[str, Any]
    base_version: int
    author: str
    approver: str
    reason: str
    made_at: datetime
    published_at: datetime | None

    @property
    def name(self) -> str:
        """Its identity, as the outbox keeps it."""
        return f"{self.area_id}:{self.version}"


class OverrideBook(Book):
    """Overrides by version; at most one of an area and entry is published."""

    def _read(self, row: Row[Any]) -> Override:
        return Override(row.area_id, row.entry_id, row.version, row.state, row.fields, row.base_version, row.author,
                        row.approver or "", row.reason or "", row.made_at, row.published_at)  # fmt: skip

    def published(self) -> list[Override]:
        """Every override that holds now."""
        rows = self.records.run(
            select(overrides)
            .where(overrides.c.state == "published")
            .order_by(overrides.c.entry_id, overrides.c.area_id)
        )
        return [self._read(row) for row in rows]

    def of_entry(self, entry_id: str) -> list[Override]:
        """All versions of all areas' overrides of an entry, newest first."""
        rows = self.records.run(
            select(overrides).where(overrides.c.entry_id == entry_id).order_by(overrides.c.id.desc())
        )
        return [self._read(row) for row in rows]

    def draft(self, area_id: str, entry_id: str, fields: dict[str, Any], base_version: int, author: str,
              reason: str, now: datetime) -> int:  # fmt: skip
        """Keep a new version that nobody sees yet; returns its number. An older draft is replaced."""
        mine = (overrides.c.area_id == area_id) & (overrides.c.entry_id == entry_id)
        self.records.run(
            update(overrides).where(mine, overrides.c.state == "draft").values(state="replaced", ended_at=now)
        )
        top = self.records.run(select(func.max(overrides.c.version)).where(mine)).scalar() or 0
        self.records.run(overrides.insert().inline(), {
            "area_id": area_id, "entry_id": entry_id, "version": top + 1, "state": "draft", "fields": fields,
            "base_version": base_version, "author": author, "reason": reason[:200], "made_at": now,
        })  # fmt: skip
        return int(top) + 1

    def publish(self, area_id: str, entry_id: str, version: int, approver: str, now: datetime) -> bool:
        """Hold from now on; False where it is not a draft any more."""
        mine = (overrides.c.area_id == area_id) & (overrides.c.entry_id == entry_id)
        draft = mine & (overrides.c.version == version) & (overrides.c.state == "draft")
        if self.records.run(select(overrides.c.id).where(draft)).first() is None:
            return False
        self.end(area_id, entry_id, now, "replaced")
        values = {"state": "published", "approver": approver, "published_at": now}
        done = self.records.run(update(overrides).where(draft).values(**values))
        self.turn_page("overrides")
        return done.rowcount == 1

    def reject(self, area_id: str, entry_id: str, version: int, now: datetime) -> bool:
        """Turn a draft down."""
        mine = (overrides.c.area_id == area_id) & (overrides.c.entry_id == entry_id)
        draft = mine & (overrides.c.version == version) & (overrides.c.state == "draft")
        done = self.records.run(update(overrides).where(draft).values(state="rejected", ended_at=now))
        return done.rowcount == 1

    def end(self, area_id: str, entry_id: str, now: datetime, state: str = "withdrawn") -> bool:
        """The area answers with the text from above again."""
        mine = (overrides.c.area_id == area_id) & (overrides.c.entry_id == entry_id)
        done = self.records.run(
            update(overrides).where(mine, overrides.c.state == "published").values(state=state, ended_at=now)
        )
        self.turn_page("overrides")
        return done.rowcount > 0
