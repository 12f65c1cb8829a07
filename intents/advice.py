"""When a second opinion may be asked which of a few entries is meant, with which words, and what is done with it.

Only where the index would ask back. What is private never leaves: no words of a dialogue, of a talk with a person, of
danger or a quarrel; and of the rest no number longer than two digits, no name and no door.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from intents.library import Lore
from intents.message import Message
from intents.router import DEEDS, FAIR, TALK, WITHDRAW
from knowledge import emergency
from knowledge.wishes import words
from storage.archive import Records

MOST = 200  # characters that are sent
NEVER_NEAR = 0.05  # a wish for mediation at least so likely keeps the words here
PRIVATE_KINDS = ("mediation", "alert")
QUARREL = re.compile(
    "吵|骂|打人|打我|打架|打了|纠纷|矛盾|调解|闹|欺负|威胁|离婚|家暴|不讲理|评评?理|出轨|分家|赡养|欠我|欠钱"
)
_DIGITS = re.compile(r"(?:[0-9x][ \-—_.()]{0,2}){3,}", re.I)
_SPELLED = re.compile("[零〇一二三四五六七八九幺两]{4,}")
_DOOR = re.compile(r"[0-9一二三四五六七八九十百]+ ?(?:号院|号楼|号|栋|幢|楼|单元|层|室|户|门)")
_MAIL = re.compile(r"[\w.+-]+@[\w.-]+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be sent: the resident's own words to match the answer with, the words made safe, and the choice."""

    text: str
    safe: str
    entries: tuple[tuple[str, str], ...]  # id, title


def masked(text: str) -> str:
    """The words without numbers, names and doors."""
    line = unicodedata.normalize("NFKC", text)[:MOST]
    name = words.person_name(line)
    line = _MAIL.sub("＊", line.replace(name, "某人") if name else line)
    return _DOOR.sub("＊", _SPELLED.sub("＊", _DIGITS.sub("＊", line)))


def doubt(records: Records, lore: Lore, message: Message, now: datetime) -> Doubt | None:
    """The doubt in which a second opinion may be asked about a message; None: it is heard without."""
    text = message.text.strip()
    plain = message.kind == "words" and message.room == "private"
    if not plain or not text or message.button or message.photo or message.location:
        return None
    finding = lore.index.find(text)
    if finding.decision != "choose" or _is_private(records, lore, message, text, now):
        return None
    known = [entry for i in finding.entries[:3] if (entry := lore.entry(i, now))]
    told = tuple((entry.id, entry.title) for entry in known)
    return Doubt(text, masked(text), told) if told else None


def _is_private(records: Records, lore: Lore, message: Message, text: str, now: datetime) -> bool:
    """Whether words, talk or person are such that nothing is sent."""
    if QUARREL.search(text) or WITHDRAW.search(text) or emergency.check(text) or emergency.suspect(text):
        return True
    wishes = lore.recogniser.recognise(text)
    deeds = any(wish.name in DEEDS | TALK and wish.confidence >= FAIR for wish in wishes)
    if deeds or any(wish.name == "mediation" and wish.confidence >= NEVER_NEAR for wish in wishes):
        return True
    if any(term.word in text for term in lore.sensitive):
        return True
    if records.staff.at(message.channel, message.sender or message.address):
        return True
    talk = records.conversations.find(message.channel, message.address)
    if talk is None:
        return False
    if talk.held != "bot" or talk.dialogue or {"alert", "suspect"} & set(talk.state):
        return True
    mine = records.cases.of_person(talk.person.id, kinds=PRIVATE_KINDS)
    return any(case.closed_at is None for case in mine)
