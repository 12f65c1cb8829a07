"""What of a talk a worker may read: words said to the mediators are for the mediators (RG41)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intents.message import Card, from_json
from knowledge.cases import MEDIATORS
from storage.conversations import Line

HIDDEN = "（调解的内容，只有调解员能看）"
# What the assistant asks in a mediation request. A test plays the whole request and fails when a question is missed.
ASKED = ("您的话只有调解员能看到", "这件事之前走到哪一步了", "对方是谁？", "事情发生在哪里？（小区、楼号）", "您希望怎么解决？",
         "调解员好联系您", "同意社区去征求对方意见")  # fmt: skip
TOLD = re.compile(r"T\d{9,}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of a talk as it is shown. side: resident | bot | human."""

    id: str
    at: datetime
    side: str
    who: str
    text: str
    hidden: bool = False
    card: Card | None = None
    picture: str = ""
    entry: str = ""
    version: int = 0


def shown(lines: Sequence[Line], role: str) -> list[Shown]:
    """The lines; what was said in a mediation request is hidden from everybody but mediators."""
    if role in MEDIATORS:
        return [_line(line, False) for line in lines]
    return [_line(line, _is_private(lines, place)) for place, line in enumerate(lines)]


def _is_private(lines: Sequence[Line], place: int) -> bool:
    line = lines[place]
    if line.who != "resident":
        text = str(line.body.get("text", ""))
        return _asks(line) or TOLD.search(text) is not None
    before = next((it for it in reversed(lines[:place]) if it.who != "resident"), None)
    after = next((it for it in lines[place + 1 :] if it.who != "resident"), None)
    return bool((before and _asks(before)) or (after and _asks(after)))


def _asks(line: Line) -> bool:
    return line.who == "bot" and any(words in str(line.body.get("text", "")) for words in ASKED)


def _line(line: Line, hidden: bool) -> Shown:
    side = line.who if line.who in ("resident", "bot") else "human"
    who = {"resident": "居民", "bot": "小滨"}.get(line.who, line.who)
    if hidden:
        return Shown(line.id, line.at, side, who, HIDDEN, hidden=True)
    if side == "resident":
        return Shown(line.id, line.at, side, who, _words(line.body), picture=str(line.body.get("photo", "")))
    reply = from_json(line.body)
    return Shown(line.id, line.at, side, who, reply.text, card=reply.card, picture=reply.picture,
                 entry=reply.entry, version=reply.version)  # fmt: skip


def _words(body: dict[str, Any]) -> str:
    text = str(body.get("text", ""))
    if "location" in body:
        text += "（发来一个位置）"
    return text or str(body.get("button", "") and "（点了一个按钮）")
