"""The edit form of an entry: its fields as text, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.handbook_files import COLUMNS, STYLE_NAMES, Column, Problem, Row, read_row

MOST = 60_000  # characters of one box
PARTS = (
    ("是什么", ("title", "short", "department", "accepted_at", "aliases", "summary")),
    ("居民看到的", ("who", "materials", "steps", "time_limit", "fee", "where", "hours", "online", "proxy", "lost",
                 "progress", "phone", "basis", "notes")),
    ("核对和有效期", ("checked_on", "review_by", "valid_from", "valid_until", "owner")),
    ("连到哪里", ("related", "services")),
    ("全岗通（只给工作人员看，不会给居民）", ("staff_checks", "staff_rejections", "staff_system", "staff_hints")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the boxes, and what is wrong with it."""

    values: Mapping[str, str]
    phrasings: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def parts(self) -> list[tuple[str, list[Column]]]:
        """The boxes under their headings."""
        columns = {column.name: column for column in COLUMNS}
        return [(title, [columns[name] for name in names]) for title, names in PARTS]

    @property
    def styles(self) -> Mapping[str, str]:
        return STYLE_NAMES


def of_entry(entry: HandbookEntry) -> Form:
    """The form filled from an entry."""
    values = {column.name: _text(column.of(entry)) for column in COLUMNS}
    return Form(values, {style: _text(entry.phrasings.get(style, ())) for style in STYLES})


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "\n".join(value) if isinstance(value, tuple) else value or ""


def of_given(given: Callable[[str, int], str]) -> Form:
    """The form as it was sent."""
    values = {column.name: given(column.name, MOST) for column in COLUMNS}
    return Form(values, {style: given(f"phrasings_{style}", MOST) for style in STYLES})


def read(form: Form) -> tuple[HandbookEntry | None, list[Problem]]:
    """The entry that a form holds; None where a box cannot be read, and everything worth saying about it."""
    lines = {style: _lines(text) for style, text in form.phrasings.items()}
    row = Row(0, dict(form.values), lines)
    return read_row(row), row.problems


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
