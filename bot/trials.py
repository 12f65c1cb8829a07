"""Asks the saved questions before and after a publishing, through the chat's own code; nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot import turn
from bot.copied import copied
from bot.office import Office
from intents.learning import negatives
from intents.library import Library, Lore, with_entries
from intents.message import Message
from intents.scene import Verdict
from intents.staff import trials
from intents.staff.trials import Outcome, Report
from knowledge.search import Negative
from storage.archive import Archive, Records
from storage.entries import Version

__all__ = ["Given", "asked", "attempt", "tried"]
REFUSED = Verdict("refuse", "none", (), 0.0)
_trying = asyncio.Semaphore(1)  # a trial builds an index: one at a time


class Given(Library):
    """A library whose knowledge is given and does not change."""

    def __init__(self, lore: Lore) -> None:
        super().__init__()
        self._given = lore

    def lore(self, records: Records) -> Lore:
        """What was given."""
        return self._given


def asked(archive: Archive, lore: Lore, texts: Iterable[str], now: datetime) -> dict[str, Verdict]:
    """How the chat understands each text from a resident who is new; each is undone."""
    library, out = Given(lore), {}
    for number, text in enumerate(dict.fromkeys(texts)):
        message = Message("console", f"trial-{number}", f"trial-{number}", text, now)
        with archive.engine.connect() as connection, connection.begin() as work:
            _, verdict = turn.listen(archive.records(connection), library, message, now)
            work.rollback()
        out[text] = verdict or REFUSED
    return out


def attempt(archive: Archive, library: Library, drafts: Sequence[tuple[str, int]], now: datetime) -> Report:
    """Try drafts out. Takes as long as building an index, so not on the clerk's thread and not on the event loop."""
    with archive.reading() as records:
        versions = [v for told in drafts if (v := records.handbook.version(*told))]
        lore = library.lore(records)
        if library.is_stale():
            library.rebuild(records)
            lore = library.lore(records)
        questions = trials.questions(records, lore, versions)
        revision, outside = trials.revision(records), negatives(records)
    report = Report(trials.named(versions), revision)
    if not questions:
        return report
    texts = [question.question for question in questions]
    with copied(archive) as copy:
        before = _outcomes(asked(copy, lore, texts, now))
        after = _outcomes(asked(copy, _with(lore, versions, outside), texts, now))
    return Report(report.drafts, revision, len(questions), trials.compared(questions, before, after))


def _with(lore: Lore, drafts: Sequence[Version], outside: Sequence[Negative]) -> Lore:
    return with_entries(lore, {**lore.entries, **{v.entry.id: v.entry for v in drafts}}, outside)


def _outcomes(told: Mapping[str, Verdict]) -> dict[str, Outcome]:
    return {
        text: Outcome(verdict.decision if verdict.intent == "handbook" else "act", verdict.entries)
        for text, verdict in told.items()
    }


async def tried(office: Office, drafts: Sequence[tuple[str, int]]) -> Report:
    """`attempt`, beside the talk."""
    async with _trying:
        return await asyncio.to_thread(attempt, office.archive, office.library, drafts, office.now())
