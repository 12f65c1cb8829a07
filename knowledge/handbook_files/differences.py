"""What changed between two states of the handbook, field by field, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.handbook_files.columns import COLUMNS, STYLE_NAMES

Change = Literal["added", "changed", "removed", "same"]
CHANGES = {"added": "新增", "changed": "有改动", "removed": "没有了", "same": "没有变"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's difference: the lines that went and the lines that came."""

    label: str
    gone: tuple[str, ...]
    come: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"－{line}" for line in self.gone] + [f"＋{line}" for line in self.come]
        return f"{self.label}：{'；'.join(parts)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one entry."""

    id: str
    title: str
    change: Change
    fields: tuple[FieldChange, ...] = ()

    @property
    def label(self) -> str:
        return CHANGES[self.change]

    def __str__(self) -> str:
        return "\n".join([f"{self.id} {self.title}：{self.label}", *(f"  {field}" for field in self.fields)])


def diff(old: Iterable[HandbookEntry], new: Iterable[HandbookEntry]) -> list[Difference]:
    """One difference for each id on either side, by id."""
    before, after = {e.id: e for e in old}, {e.id: e for e in new}
    return [compare(before.get(i), after.get(i)) for i in sorted(before.keys() | after.keys())]


def compare(old: HandbookEntry | None, new: HandbookEntry | None) -> Difference:
    """The difference between two versions of one entry; None is "not there"."""
    entry = new or old
    if entry is None:
        raise ValueError("nothing to compare")
    fields = tuple(_changes(old or HandbookEntry(entry.id), new or HandbookEntry(entry.id)))
    change: Change = "added" if old is None else "removed" if new is None else "changed" if fields else "same"
    return Difference(entry.id, entry.title, change, fields if change in ("added", "changed") else ())


def _changes(old: HandbookEntry, new: HandbookEntry) -> Iterable[FieldChange]:
    for column in COLUMNS:
        if (
            change := _lines(column.header, _as_lines(column.of(old)), _as_lines(column.of(new)))
        ) is not None:
            yield change
    for style in STYLES:
        before, after = old.phrasings.get(style, ()), new.phrasings.get(style, ())
        if (change := _lines(f"说法·{STYLE_NAMES[style]}", before, after)) is not None:
            yield change


def _as_lines(value: Any) -> Sequence[str]:
    if isinstance(value, date):
        return (value.isoformat(),)
    return value if isinstance(value, tuple) else ((value,) if value else ())


def _lines(label: str, old: Sequence[str], new: Sequence[str]) -> FieldChange | None:
    if tuple(old) == tuple(new):
        return None
    gone: list[str] = []
    come: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += old[a:b]
            come += new[c:d]
    return FieldChange(label, tuple(gone), tuple(come))
