"""What a publishing is tried with, what is outside, and lists of words: the handbook's own learning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from storage.door import Book
from storage.tables import negatives, saved_questions, terms, waivers


@dataclass(frozen=True, slots=True)
class Saved:
    """A question that must (`expected`) or must not be answered with the entry."""

    id: int
    entry_id: str
    question: str
    expected: bool
    author: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A regression that `author` wants to accept; it counts when somebody else has agreed."""

    id: int
    entry_id: str
    version: int
    owner_id: str
    question: str
    reason: str
    author: str
    approver: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word. kind: alias (value: an entry) | forbidden (what to write instead) | sensitive (the action)."""

    id: int
    kind: str
    word: str
    value: str
    state: str
    author: str
    approver: str


class QuestionBook(Book):
    """Saved questions, waivers, learned negatives and terms."""

    def of(self, entry_ids: Iterable[str] | None = None) -> list[Saved]:
        """The saved questions of some entries, or all."""
        found = select(saved_questions).order_by(saved_questions.c.entry_id, saved_questions.c.id)
        if entry_ids is not None:
            found = found.where(saved_questions.c.entry_id.in_(list(entry_ids)))
        return [Saved(r.id, r.entry_id, r.question, r.expected, r.author) for r in self.records.run(found)]

    def save(self, rows: Iterable[tuple[str, str, bool]], author: str, now: datetime) -> int:
        """Keep (entry, question, expected); what is there already takes the new expectation. Returns how many are new."""
        count = 0
        for entry_id, question, expected in rows:
            row = {
                "entry_id": entry_id,
                "question": question,
                "expected": expected,
                "author": author,
                "made_at": now,
            }
            if self.insert_new(saved_questions, row, ["entry_id", "question"]):
                count += 1
                continue
            mine = (saved_questions.c.entry_id == entry_id) & (saved_questions.c.question == question)
            self.records.run(update(saved_questions).where(mine).values(expected=expected))
        return count

    def fill(self, rows: Iterable[tuple[str, str, bool]], author: str, now: datetime) -> int:
        """Keep many at once in an empty table."""
        told = [
            {"entry_id": i, "question": q, "expected": e, "author": author, "made_at": now}
            for i, q, e in rows
        ]
        if told:
            self.records.run(saved_questions.insert(), told)
        return len(told)

    def drop(self, question_id: int, entry_id: str) -> bool:
        """Forget one question of an entry."""
        mine = (saved_questions.c.id == question_id) & (saved_questions.c.entry_id == entry_id)
        return self.records.run(delete(saved_questions).where(mine)).rowcount == 1

    # accepted regressions

    def waivers(self, entry_id: str, version: int) -> list[Waiver]:
        """What was asked to be accepted for one version."""
        mine = (waivers.c.entry_id == entry_id) & (waivers.c.version == version)
        rows = self.records.run(select(waivers).where(mine).order_by(waivers.c.id))
        return [Waiver(r.id, r.entry_id, r.version, r.owner_id, r.question, r.reason, r.author, r.approver or "")
                for r in rows]  # fmt: skip

    def waive(self, entry_id: str, version: int, owner_id: str, question: str, reason: str, author: str,
              now: datetime) -> bool:  # fmt: skip
        """Ask to accept one; False where that was asked already."""
        row = {"entry_id": entry_id, "version": version, "owner_id": owner_id, "question": question,
               "reason": reason[:200], "author": author, "made_at": now}  # fmt: skip
        return self.insert_new(waivers, row, ["entry_id", "version", "owner_id", "question"])

    def agree(self, waiver_id: int, approver: str, now: datetime) -> bool:
        """Agree to one that somebody else asked for; False where it is one's own, or decided."""
        mine = (waivers.c.id == waiver_id) & waivers.c.approver.is_(None) & (waivers.c.author != approver)
        done = self.records.run(update(waivers).where(mine).values(approver=approver, agreed_at=now))
        return done.rowcount == 1

    # what is outside the handbook

    def negatives(self) -> list[tuple[str, str, str]]:
        """(kind, text, office) of what was learned here."""
        rows = self.records.run(select(negatives).order_by(negatives.c.id))
        return [(r.kind, r.text, r.office or "") for r in rows]

    def learn_outside(self, kind: str, texts: Iterable[str], office: str, author: str, now: datetime) -> int:
        """Sentences that no entry answers from now on."""
        count = sum(
            self.insert_new(
                negatives,
                {"kind": kind, "text": text, "office": office or None, "author": author, "made_at": now},
                ["text"],
            )
            for text in texts
        )
        if count:
            self.turn_page("handbook")
        return count

    # words

    def _term(self, r: Row[Any]) -> Term:
        return Term(r.id, r.kind, r.word, r.value, r.state, r.author, r.approver or "")

    def terms(self, state: str | None = None) -> list[Term]:
        """All words, or those of one state (suggested | approved | rejected)."""
        found = select(terms).order_by(terms.c.kind, terms.c.word, terms.c.id)
        rows = self.records.run(found if state is None else found.where(terms.c.state == state))
        return [self._term(row) for row in rows]

    def term(self, term_id: int) -> Term | None:
        """One word."""
        row = self.records.run(select(terms).where(terms.c.id == term_id)).first()
        return self._term(row) if row else None

    def suggest_term(self, kind: str, word: str, value: str, author: str, now: datetime) -> bool:
        """A word that waits for approval; False where it was suggested before."""
        row = {
            "kind": kind,
            "word": word,
            "value": value,
            "state": "suggested",
            "author": author,
            "made_at": now,
        }
        return self.insert_new(terms, row, ["kind", "word", "value"])

    def decide_term(self, term_id: int, state: str, approver: str, now: datetime) -> bool:
        """Approve or reject; an approved one may be rejected later. False where nothing changed."""
        mine = (terms.c.id == term_id) & (terms.c.state != state)
        values = {"state": state, "approver": approver, "decided_at": now}
        done = self.records.run(update(terms).where(mine).values(**values))
        self.turn_page("terms")
        return done.rowcount == 1
