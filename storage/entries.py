"""The handbook's rows: versions of entries, and questions it could not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, update

from knowledge.handbook import HandbookEntry, from_mapping, to_mapping
from storage.door import Book
from storage.tables import entries, unanswered


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry. state: draft | published | replaced | withdrawn | rejected."""

    entry: HandbookEntry
    version: int
    state: str
    author: str
    approver: str
    reason: str
    made_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Words that found no answer, or several."""

    id: int
    at: datetime
    words: str
    decision: str
    candidates: list[str]
    conversation_id: int | None


class HandbookBook(Book):
    """Entries by version; at most one version of an entry is published."""

    def _read(self, row: Row[Any]) -> Version:
        return Version(from_mapping(row.body), row.version, row.state, row.author, row.approver or "",
                       row.reason or "", row.made_at, row.published_at)  # fmt: skip

    def published(self) -> list[Version]:
        """Every published entry, by id."""
        rows = self.records.run(select(entries).where(entries.c.state == "published").order_by(entries.c.id))
        return [self._read(row) for row in rows]

    def current(self, entry_id: str) -> Version | None:
        """The published version of an entry."""
        mine = (entries.c.id == entry_id) & (entries.c.state == "published")
        row = self.records.run(select(entries).where(mine)).first()
        return self._read(row) if row else None

    def version(self, entry_id: str, version: int) -> Version | None:
        """One version, whatever its state."""
        mine = (entries.c.id == entry_id) & (entries.c.version == version)
        row = self.records.run(select(entries).where(mine)).first()
        return self._read(row) if row else None

    def newest(self) -> list[Version]:
        """The newest version of every entry, by id (the desk's list)."""
        last = (
            select(entries.c.id, func.max(entries.c.version).label("version"))
            .group_by(entries.c.id)
            .subquery()
        )
        same = and_(entries.c.id == last.c.id, entries.c.version == last.c.version)
        return [
            self._read(row)
            for row in self.records.run(select(entries).join(last, same).order_by(entries.c.id))
        ]

    def history(self, entry_id: str) -> list[Version]:
        """All versions, newest first."""
        rows = self.records.run(
            select(entries).where(entries.c.id == entry_id).order_by(entries.c.version.desc())
        )
        return [self._read(row) for row in rows]

    def draft(self, entry: HandbookEntry, author: str, reason: str, now: datetime) -> int:
        """Keep a new version that nobody sees yet; returns its number. An older draft is replaced."""
        open_draft = (entries.c.id == entry.id) & (entries.c.state == "draft")
        self.records.run(update(entries).where(open_draft).values(state="replaced", ended_at=now))
        top = (
            self.records.run(select(func.max(entries.c.version)).where(entries.c.id == entry.id)).scalar()
            or 0
        )
        self.records.run(entries.insert().inline(), {
            "id": entry.id, "version": top + 1, "state": "draft", "body": to_mapping(entry), "author": author,
            "reason": reason[:200], "made_at": now,
        })  # fmt: skip
        return int(top) + 1

    def publish(self, entry_id: str, version: int, approver: str, now: datetime) -> bool:
        """Answer from this version from now on; False where it is not a draft any more."""
        mine = (entries.c.id == entry_id) & (entries.c.version == version) & (entries.c.state == "draft")
        self.withdraw(entry_id, now, state="replaced")
        done = self.records.run(
            update(entries).where(mine).values(state="published", approver=approver, published_at=now)
        )
        self.turn_page("handbook")
        return done.rowcount == 1

    def withdraw(self, entry_id: str, now: datetime, state: str = "withdrawn") -> bool:
        """Answer no more from this entry, in any process, from the next message on (RG24)."""
        mine = (entries.c.id == entry_id) & (entries.c.state == "published")
        done = self.records.run(update(entries).where(mine).values(state=state, ended_at=now)).rowcount
        self.turn_page("handbook")
        return done > 0

    def reject(self, entry_id: str, version: int, now: datetime) -> bool:
        """Turn a draft down."""
        mine = (entries.c.id == entry_id) & (entries.c.version == version) & (entries.c.state == "draft")
        return (
            self.records.run(update(entries).where(mine).values(state="rejected", ended_at=now)).rowcount == 1
        )

    # what was not answered

    def miss(
        self, words: str, decision: str, candidates: list[str], conversation_id: int | None, now: datetime
    ) -> None:
        """Remember a question that found no answer or several, for the handbook's owners."""
        self.records.run(unanswered.insert().inline(), {
            "at": now, "decision": decision, "candidates": candidates, "conversation_id": conversation_id,
            "state": "open", "words": self.vault.seal(words, "unanswered.words"),
        })  # fmt: skip

    def misses(self, limit: int = 500) -> list[Unanswered]:
        """Open ones, newest first."""
        rows = self.records.run(
            select(unanswered)
            .where(unanswered.c.state == "open")
            .order_by(unanswered.c.id.desc())
            .limit(limit)
        )
        return [Unanswered(row.id, row.at, self.vault.open(row.words, "unanswered.words"), row.decision,
                           row.candidates, row.conversation_id) for row in rows]  # fmt: skip

    def close_miss(
        self, miss_id: int, how: str, who: str, now: datetime, entry_id: str | None = None
    ) -> bool:
        """Close one: by a phrasing, an entry, or as not_ours. False where somebody else closed it."""
        mine = (unanswered.c.id == miss_id) & (unanswered.c.state == "open")
        values = {"state": how, "closed_by": who, "closed_at": now, "entry_id": entry_id}
        return self.records.run(update(unanswered).where(mine).values(**values)).rowcount == 1
