"""The handbook's rows: versions of entries, and questions it could not answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, update

from knowledge.handbook import HandbookEntry, from_mapping, to_mapping
from storage.door import Book
from storage.tables import entries, unanswered


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry. state: draft | approved | published | replaced | withdrawn | rejected.

    An approved one is answered from `effective_at` on.
    """

    entry: HandbookEntry
    version: int
    state: str
    author: str
    approver: str
    reason: str
    made_at: datetime
    published_at: datetime | None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Words that found no answer, or several."""

    id: int
    at: datetime
    words: str
    decision: str
    candidates: list[str]
    conversation_id: int | None
    owner: str = ""
    entry_id: str = ""
    entry_version: int = 0


class HandbookBook(Book):
    """Entries by version; at most one version of an entry is published."""

    def _read(self, row: Row[Any]) -> Version:
        return Version(from_mapping(row.body), row.version, row.state, row.author, row.approver or "",
                       row.reason or "", row.made_at, row.published_at, row.effective_at)  # fmt: skip

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
        """Answer from this version from now on; False where it is neither a draft nor approved any more."""
        mine = (entries.c.id == entry_id) & (entries.c.version == version)
        mine &= entries.c.state.in_(("draft", "approved"))
        self.withdraw(entry_id, now, state="replaced")
        self.records.run(  # an older version that waits for its time would bring back what this one mends
            update(entries)
            .where(entries.c.id == entry_id, entries.c.state == "approved", entries.c.version < version)
            .values(state="replaced", ended_at=now)
        )
        values = {"state": "published", "approver": approver, "published_at": now}
        done = self.records.run(update(entries).where(mine).values(**values))
        self.turn_page("handbook")
        return done.rowcount == 1

    def approve(self, entry_id: str, version: int, approver: str, effective_at: datetime) -> bool:
        """Answer from this version from a later time on; one that waited before is replaced."""
        waits = (entries.c.id == entry_id) & (entries.c.state == "approved")
        self.records.run(update(entries).where(waits).values(state="replaced", ended_at=effective_at))
        mine = (entries.c.id == entry_id) & (entries.c.version == version) & (entries.c.state == "draft")
        values = {"state": "approved", "approver": approver, "effective_at": effective_at}
        return self.records.run(update(entries).where(mine).values(**values)).rowcount == 1

    def approved(self, until: datetime | None = None) -> list[Version]:
        """Versions that wait for their time; those whose time has come by `until`."""
        found = (
            select(entries)
            .where(entries.c.state == "approved")
            .order_by(entries.c.effective_at, entries.c.id)
        )
        rows = self.records.run(found if until is None else found.where(entries.c.effective_at <= until))
        return [self._read(row) for row in rows]

    def withdraw(self, entry_id: str, now: datetime, state: str = "withdrawn") -> bool:
        """Answer no more from this entry, in any process, from the next message on (RG24)."""
        mine = (entries.c.id == entry_id) & (entries.c.state == "published")
        done = self.records.run(update(entries).where(mine).values(state=state, ended_at=now)).rowcount
        self.turn_page("handbook")
        return done > 0

    def reject(self, entry_id: str, version: int, now: datetime) -> bool:
        """Turn down a draft, or one that waits for its time."""
        mine = (entries.c.id == entry_id) & (entries.c.version == version)
        mine &= entries.c.state.in_(("draft", "approved"))
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

    def misses(self, limit: int = 500, ids: Sequence[int] | None = None) -> list[Unanswered]:
        """Open ones, newest first; only those with these ids where some are named."""
        found = select(unanswered).where(unanswered.c.state == "open")
        if ids is not None:
            found = found.where(unanswered.c.id.in_(list(ids)))
        rows = self.records.run(found.order_by(unanswered.c.id.desc()).limit(limit))
        return [self._miss(row) for row in rows]

    def _miss(self, row: Row[Any]) -> Unanswered:
        words = self.vault.open(row.words, "unanswered.words")
        return Unanswered(row.id, row.at, words, row.decision, row.candidates, row.conversation_id,
                          row.owner or "", row.entry_id or "", row.entry_version or 0)  # fmt: skip

    def close_miss(
        self,
        miss_id: int,
        how: str,
        who: str,
        now: datetime,
        entry_id: str | None = None,
        version: int | None = None,
    ) -> bool:
        """Close one: by a phrasing, an entry (from `version` on), or as not_ours. False where somebody else closed it."""
        mine = (unanswered.c.id == miss_id) & (unanswered.c.state == "open")
        values = {
            "state": how,
            "closed_by": who,
            "closed_at": now,
            "entry_id": entry_id,
            "entry_version": version,
        }
        return self.records.run(update(unanswered).where(mine).values(**values)).rowcount == 1

    def assign_misses(self, ids: list[int], owner: str) -> int:
        """Who sees to these; returns how many are still open."""
        mine = unanswered.c.id.in_(ids) & (unanswered.c.state == "open")
        return self.records.run(update(unanswered).where(mine).values(owner=owner)).rowcount

    def answered_untold(self, limit: int = 100) -> list[Unanswered]:
        """Closed ones whose entry is published by now, and whose resident does not know it yet."""
        waits = unanswered.c.state.in_(("phrasing", "entry")) & unanswered.c.told_at.is_(None)
        ready = and_(entries.c.id == unanswered.c.entry_id, entries.c.state == "published",
                     entries.c.version >= unanswered.c.entry_version)  # fmt: skip
        found = select(unanswered).join(entries, ready)
        found = found.where(waits, unanswered.c.conversation_id.is_not(None)).order_by(unanswered.c.id)
        return [self._miss(row) for row in self.records.run(found.limit(limit))]

    def told_miss(self, miss_id: int, now: datetime) -> bool:
        """The resident knows; False where another process told them first."""
        mine = (unanswered.c.id == miss_id) & unanswered.c.told_at.is_(None)
        return self.records.run(update(unanswered).where(mine).values(told_at=now)).rowcount == 1

    def misses_since(self, since: datetime, until: datetime) -> int:
        """How many questions found no answer in a time."""
        within = (unanswered.c.at >= since) & (unanswered.c.at < until)
        found = select(func.count()).select_from(unanswered).where(within)
        return int(self.records.run(found).scalar_one())
