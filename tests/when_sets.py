"""Sets of expressions with what they mean: tests/when/*.txt. `@ moment` says when the following lines were spoken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from knowledge.when import When, read
from knowledge.when.model import ZONE

FOLDER = Path(__file__).parent / "when"
Verdict = Literal["right", "silent", "wrong"]


class Line(NamedTuple):
    """Words, the moment they are spoken at, and the readings that are right."""

    words: str
    at: datetime
    expected: tuple[str, ...]


def lines(name: str) -> Iterator[Line]:
    """The lines of one set; several right readings stand apart by “||”."""
    at = datetime(2026, 11, 23, 10, tzinfo=ZONE)
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("@"):
            at = datetime.fromisoformat(line[1:].strip()).replace(tzinfo=ZONE)
            continue
        words, _, expected = line.partition(" = ")
        yield Line(words, at, tuple(part.strip() for part in expected.split("||")) if expected else ("-",))


def shown(when: When, year: int = 2026) -> str:
    """A reading in short: the kind is told by its form."""
    if when.kind in ("none", "question"):
        return {"none": "-", "question": "?"}[when.kind]
    said = _said(when, year)
    return said if when.lead is None else f"{said} lead {when.lead.total_seconds() / 60:g}"


def _said(when: When, year: int) -> str:
    if when.kind == "alternatives":
        return " | ".join(shown(option, year) for option in when.options)
    start, end = _moment(when.start, year), _moment(when.end, year)
    if when.kind == "recurrence":
        return " ".join(filter(None, [f"{when.rule} @", start.removesuffix(" 00:00"), when.part]))
    if when.kind == "part":
        return f"{start[:-6]} {when.part}"
    if when.kind == "day":
        return start[:-6]
    if when.kind == "deadline":
        return f"until {end}"
    return start if when.kind == "point" else f"{start} ~ {end}".strip()


def _moment(moment: datetime | None, year: int) -> str:
    if moment is None:
        return ""
    return f"{moment:%m-%d %H:%M}" if moment.year == year else f"{moment:%Y-%m-%d %H:%M}"


def verdict(line: Line) -> tuple[Verdict, str]:
    """Whether the words are read as they should be; a question or nothing is silent."""
    found = read(line.words, line.at)
    got = shown(found, line.at.year)
    if got in line.expected:
        return "right", got
    return ("silent" if found.kind in ("none", "question") else "wrong"), got
