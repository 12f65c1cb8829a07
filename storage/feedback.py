"""What residents say of answers: 有用, 没用, 已过时; and which reviews were announced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from storage.door import Book
from storage.tables import feedback, review_notices


@dataclass(frozen=True, slots=True)
class Feedback:
    """One resident's word on one version. state: none | open (已过时, a task for the owner) | mended | kept."""

    id: int
    at: datetime
    conversation_id: int
    entry_id: str
    version: int
    rating: str
    why: str
    state: str


class FeedbackBook(Book):
    """Feedback on answers; 已过时 opens a task."""

    def _read(self, r: Row[Any]) -> Feedback:
        return Feedback(r.id, r.at, r.conversation_id, r.entry_id, r.version, r.rating, r.why or "", r.state)

    def rate(self, conversation_id: int, entry_id: str, version: int, rating: str, now: datetime) -> bool:
        """Keep a resident's word; a second one replaces it. False where it is the same again."""
        state = "open" if rating == "old" else "none"
        row = {"at": now, "conversation_id": conversation_id, "entry_id": entry_id, "version": version,
               "rating": rating, "state": state}  # fmt: skip
        if self.insert_new(feedback, row, ["conversation_id", "entry_id", "version"]):
            return True
        mine = self._mine(conversation_id, entry_id, version) & (feedback.c.rating != rating)
        values = {
            "rating": rating,
            "state": state,
            "at": now,
            "why": None,
            "closed_by": None,
            "closed_at": None,
        }
        return self.records.run(update(feedback).where(mine).values(**values)).rowcount == 1

    def _mine(self, conversation_id: int, entry_id: str, version: int) -> Any:
        c = feedback.c
        return (c.conversation_id == conversation_id) & (c.entry_id == entry_id) & (c.version == version)

    def explain(self, conversation_id: int, entry_id: str, version: int, why: str) -> bool:
        """Why it was no use."""
        mine = self._mine(conversation_id, entry_id, version)
        return self.records.run(update(feedback).where(mine).values(why=why)).rowcount == 1

    def open_ones(self, entry_id: str = "") -> list[Feedback]:
        """已过时 that nobody has looked at, oldest first; of one entry where named."""
        found = select(feedback).where(feedback.c.state == "open").order_by(feedback.c.id)
        if entry_id:
            found = found.where(feedback.c.entry_id == entry_id)
        return [self._read(row) for row in self.records.run(found)]

    def close(self, entry_id: str, state: str, who: str, now: datetime) -> int:
        """The entry was mended, or found to be right (kept); returns how many tasks that ends."""
        mine = (feedback.c.state == "open") & (feedback.c.entry_id == entry_id)
        values = {"state": state, "closed_by": who, "closed_at": now}
        return self.records.run(update(feedback).where(mine).values(**values)).rowcount

    def untold(self, limit: int = 100) -> list[Feedback]:
        """Tasks that ended and whose resident does not know it yet."""
        done = feedback.c.state.in_(("mended", "kept")) & feedback.c.told_at.is_(None)
        rows = self.records.run(select(feedback).where(done).order_by(feedback.c.id).limit(limit))
        return [self._read(row) for row in rows]

    def told(self, feedback_id: int, now: datetime) -> bool:
        """The resident knows; False where somebody else told them first."""
        mine = (feedback.c.id == feedback_id) & feedback.c.told_at.is_(None)
        return self.records.run(update(feedback).where(mine).values(told_at=now)).rowcount == 1

    def counts(self) -> dict[str, dict[str, int]]:
        """How often each entry was called good, bad and old."""
        rows = self.records.run(
            select(feedback.c.entry_id, feedback.c.rating, func.count().label("n")).group_by(
                feedback.c.entry_id, feedback.c.rating
            )
        )
        out: dict[str, dict[str, int]] = {}
        for row in rows:
            out.setdefault(row.entry_id, {})[row.rating] = row.n
        return out

    # reviews

    def announced(self) -> set[tuple[str, date, int]]:
        """(entry, review_by, days before) of every announcement made."""
        rows: Sequence[Row[Any]] = self.records.run(select(review_notices)).all()
        return {(r.entry_id, r.review_by, r.days) for r in rows}

    def announce(self, entry_id: str, review_by: date, days: int, now: datetime) -> bool:
        """Note an announcement; False where another process made it first."""
        row = {"entry_id": entry_id, "review_by": review_by, "days": days, "at": now}
        return self.insert_new(review_notices, row, ["entry_id", "review_by", "days"])
