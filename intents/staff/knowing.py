"""全岗通 in chat: a worker asks 「高龄补贴 常见驳回」 and reads the staff side of an entry. Residents never get here."""

from __future__ import annotations

import re

from intents.library import Lore
from intents.message import Reply
from intents.staff.speaker import Speaker
from knowledge.handbook import HandbookEntry

SIDES = {
    "checks": ("核对要点", r"核对要点|核对|审核要点|要点"),
    "rejections": ("常见驳回", r"常见驳回(?:原因)?|驳回(?:原因)?|退件(?:原因)?"),
    "system": ("系统入口", r"系统入口|系统|入口|在哪个系统办?"),
    "hints": ("提醒", r"工作提醒|办理提醒|提醒事项"),
    "phone": ("咨询电话", r"内部电话|咨询电话"),
    "all": ("全岗通", r"全岗通"),
}
ASKED = re.compile(
    r"^(?P<topic>.{2,30}?)\s*(?:的|有哪些|有什么)?\s*(?:"
    + "|".join(f"(?P<{name}>{words})" for name, (_, words) in SIDES.items())
    + r")(?:是什么|有哪些|有啥)?[？?。]?$"
)
FIRST = re.compile(r"^全岗通[\s：:]+(?P<topic>.{2,30})$")


def answer(speaker: Speaker, text: str) -> Reply | None:
    """The staff side that was asked for; None where the words ask for none. In a talk only after 全岗通."""
    found = FIRST.match(text) or (None if speaker.talks else ASKED.match(text))
    if found is None:
        return None
    side = "all" if found.re is FIRST else next(name for name in SIDES if found[name])
    entry = topic(speaker.lore, found["topic"].strip(), speaker)
    return Reply(_said(entry, side)) if entry else None


def topic(lore: Lore, words: str, speaker: Speaker) -> HandbookEntry | None:
    """The published entry that a few words name: by its number, or as the search finds it."""
    if words.upper() in lore.entries:
        return lore.entry(words.upper(), speaker.now)
    finding = lore.index.find(words)
    sure = finding.decision == "answer" or (finding.entries and finding.confidence >= 0.5)
    return lore.entry(finding.entries[0], speaker.now) if sure else None


def _said(entry: HandbookEntry, side: str) -> str:
    sides = ("checks", "rejections", "system", "hints", "phone") if side == "all" else (side,)
    parts = [f"【{entry.id} {entry.title}】只给工作人员看"]
    for name in sides:
        value = entry.phone if name == "phone" else getattr(entry.staff, name)
        lines = [value] if isinstance(value, str) else list(value)
        told = (
            "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1)) if len(lines) > 1 else "".join(lines)
        )
        parts.append(f"{SIDES[name][0]}：" + ("\n" if len(lines) > 1 else "") + (told or "还没有写。"))
    return "\n".join(parts)
