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
         "调解员好联系您", "想请哪里调解", "同意社区去征求对方意见", "和您把一件事商量好",
         "有什么想先跟调解员说的", "同意参加调解吗", "只有调解员能看到，不会告诉另一方", "现在履行得怎么样")  # fmt: skip
TOLD = re.compile(r"T\d{9,}")
ENDED = re.compile(
    r"申请收到了|没有提交|什么都没有提交|先放着|正在为您转人工|现在没有人值班|请马上打|请问法院：|先听派出所的|您同意调解，编号|不会再问您|调解员会联系您讲清楚|谢谢，记下了，只有调解员看|不能靠调解|12333|行政复议|对方已经明确不同意"
)


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
    hidden = _private(lines)
    return [_line(line, place in hidden) for place, line in enumerate(lines)]


def _private(lines: Sequence[Line]) -> set[int]:
    """The places of lines from the first question of a mediation request to what ends it, the words before included."""
    hidden: set[int] = set()
    inside = False
    for place, line in enumerate(lines):
        text = str(line.body.get("text", "")) if line.who != "resident" else ""
        if _asks(line):
            inside = True
            hidden |= {place, place - 1} if place else {place}
        elif inside and ENDED.search(text):
            inside = False
        if inside or TOLD.search(text):
            hidden.add(place)
    return hidden


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
