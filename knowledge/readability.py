"""Whether people understand a text at once: long sentences, and office words with what to say instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import COLUMNS

LONGEST = 40  # characters of a sentence that an elder can follow
ENDS = re.compile(r"[。！？；\n]")
NOT_READ = frozenset({"id", "title", "department", "accepted_at", "short", "aliases", "basis", "owner", "related",
                      "services"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hard:
    """One place that is hard to read. `write`: what to do instead."""

    column: str
    wrong: str
    write: str

    def __str__(self) -> str:
        return f"“{self.column}”{self.wrong}，{self.write}"


@cache
def jargon() -> dict[str, str]:
    """Office words and what to say instead, the longest first."""
    text = (Path(__file__).parent / "data" / "jargon.tsv").read_text("utf-8")
    rows = [line.partition("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {word: plain for word, _, plain in sorted(rows, key=lambda row: -len(row[0]))}


def warnings(entry: HandbookEntry) -> list[Hard]:
    """Every place of an entry that residents read and that is hard to read."""
    found = []
    for column in COLUMNS:
        if column.staff or column.kind == "day" or column.name in NOT_READ:
            continue
        value = column.of(entry)
        for line in value if isinstance(value, tuple) else (value,):
            found += [Hard(column.header, wrong, write) for wrong, write in of_text(line)]
    return found


def of_text(text: str) -> list[tuple[str, str]]:
    """(what is hard, what to do) of one text."""
    found = [
        (
            f"有一句 {len(sentence.strip())} 个字：“{sentence.strip()[:12]}……”",
            f"拆成 {LONGEST} 个字以内的短句",
        )
        for sentence in ENDS.split(text)
        if len(sentence.strip()) > LONGEST
    ]
    rest = text
    for word, plain in jargon().items():
        if word in rest:
            rest = rest.replace(word, "　")  # a shorter word inside it is not told again
            found.append((f"用了“{word}”", f"居民更好懂的是“{plain}”"))
    return found
