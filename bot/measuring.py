"""Measures the handbook: questions through the chat's own code, and the collision report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.copied import copied
from bot.trials import asked
from intents.learning import negatives
from intents.library import Lore
from knowledge.collisions import Collision, collisions
from knowledge.evaluation import Answer, Asked, Evaluation, evaluated
from knowledge.handbook import HandbookEntry
from knowledge.search import Index, Negative
from storage.archive import Archive, Records
from storage.questions import Saved

KEPT = 300  # pairs of the collision report that are stored


def measure(archive: Archive, lore: Lore, questions: Sequence[Asked], now: datetime) -> Evaluation:
    """Ask all questions of a copy of the archive."""
    with copied(archive) as copy:
        verdicts = asked(copy, lore, [question.text for question in questions], now)
    rows = []
    for question in questions:
        verdict, found = verdicts[question.text], lore.index.find(question.text)
        decision = verdict.decision if verdict.intent in ("handbook", "none") else "act"
        rows.append((question, Answer(decision, verdict.entries, found.entries, found.confidence)))
    return evaluated(rows)


def of_saved(saved: Sequence[Saved]) -> list[Asked]:
    """Saved questions that an entry must answer, to be measured."""
    return [Asked(q.entry_id, "保存的问题", q.question, frozenset([q.entry_id])) for q in saved if q.expected]


def collide(entries: Sequence[HandbookEntry], outside: Sequence[Negative]) -> list[Collision]:
    """The collision report. Builds several indexes: takes a while."""
    return collisions(entries, lambda kept: Index.build(kept, outside).find)


def report(archive: Archive) -> list[Collision]:
    """The collision report of what is published."""
    with archive.reading() as records:
        entries = [version.entry for version in records.handbook.published()]
        outside = negatives(records)
    return collide(entries, outside)


def keep(records: Records, found: Sequence[Collision], now: datetime) -> None:
    """Remember the report, for the desk and for choosing whose questions a publishing is tried with."""
    pairs = [[c.owner, c.thief, c.count, c.of, list(c.examples)] for c in found[:KEPT]]
    records.places.set_fact("collisions", {"at": now.isoformat(), "pairs": pairs})


def kept(records: Records) -> tuple[str, list[Collision]]:
    """When the last report was made (ISO; empty: never), and what it found."""
    told: dict[str, Any] = records.places.fact("collisions", {})
    found = [Collision(a, b, n, of, tuple(lines)) for a, b, n, of, lines in told.get("pairs", [])]
    return str(told.get("at", "")), found
