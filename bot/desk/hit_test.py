"""The hit test: what the chat would do with a sentence, by the chat's own code, with nothing kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from bot import turn
from bot.office import Office
from intents import router
from intents.library import Library
from intents.message import Message, Reply
from intents.scene import Verdict
from storage.archive import Records

DECISIONS = {"answer": "直接回答", "choose": "让居民选", "refuse": "说没有收录", "act": "开始办事", "emergency": "按紧急情况处理",
             "human": "转人工"}  # fmt: skip

OTHERS = {"emergency": "紧急情况", "none": "手册里没有", "staff": "工作人员的指令"}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sentence led to. Entries are (id, title), the likeliest first."""

    text: str
    verdict: Verdict
    entries: tuple[tuple[str, str], ...]
    replies: tuple[Reply, ...]

    @property
    def decision(self) -> str:
        """The decision in words."""
        return DECISIONS.get(self.verdict.decision, self.verdict.decision)

    @property
    def intent(self) -> str:
        """What the words were taken to want."""
        known = OTHERS.get(self.verdict.intent)
        return known or (
            router.BY_NAME[self.verdict.intent].title if self.verdict.intent in router.BY_NAME else ""
        )


class Undone(Exception):
    """试问不保存。Carries what was found out of a unit of work that is rolled back."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        super().__init__(self.__doc__)


async def ask(office: Office, text: str) -> Trial:
    """Hear a sentence as from a new resident, and undo it."""
    now = office.now()
    try:
        await office.write(lambda records: _undo(attempt(records, office.library, text, now)))
    except Undone as undone:
        return undone.trial


def _undo(trial: Trial) -> NoReturn:
    raise Undone(trial)


def attempt(records: Records, library: Library, text: str, now: datetime) -> Trial:
    """Hear a sentence in a unit of work that its caller undoes."""
    name = f"trial-{records.code(12)}"
    replies, verdict = turn.listen(records, library, Message("console", name, name, text, now), now)
    found = verdict or Verdict("refuse", "none", (), 0.0)
    lore = library.lore(records)
    titles = tuple((i, lore.entries[i].title if i in lore.entries else "") for i in found.entries)
    return Trial(text, found, titles, tuple(replies))
