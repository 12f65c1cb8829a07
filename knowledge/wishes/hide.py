"""Words without who said them: for anonymous reports, handbook drafts and topics."""

from __future__ import annotations

import re
import unicodedata

from knowledge.wishes.words import person_name

_NUMBER = re.compile(r"(?<![A-Za-z])\d(?:[\s-]?\d){5,}[\dXx]?|[\w.+-]+@[\w-]+\.[\w.]+")
_ROOM = re.compile(r"(?<=单元|号楼)\s*\d{3,4}(?:室|号|户)?|(?<=[栋幢])\s*\d{3,4}(?:室|号|户)?")


def hidden(text: str) -> str:
    """The text without telephone and identity numbers, mail addresses, room numbers and the name its speaker tells."""
    line = unicodedata.normalize("NFKC", text) if re.search("[０-９]", text) else text
    line = _ROOM.sub("", _NUMBER.sub("（号码）", line))
    name = person_name(line)
    return line.replace(name, "（姓名）") if name and len(name) > 1 else line
