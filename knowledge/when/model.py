"""What a reading of a time can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
Kind = Literal["point", "part", "day", "range", "deadline", "recurrence", "alternatives", "question", "none"]

PARTS: Mapping[str, tuple[int, int]] = {
    "morning": (6, 12), "noon": (11, 14), "afternoon": (12, 18), "evening": (18, 24), "night": (0, 6),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """The time that some words speak of; all moments are aware, in Asia/Shanghai.

    `end` is exclusive for days, parts and ranges, and open (None) for “从明天起”. A recurrence's `start` is its
    first occurrence (00:00 when no clock time was told), its `end` the day after the last, if told.
    A deadline ends at `end` and counts from `start`: its own day when told with a clock time, else now.
    """

    kind: Kind
    start: datetime | None = None
    end: datetime | None = None
    part: str | None = None
    rule: str | None = None
    lead: timedelta | None = None
    options: tuple[When, ...] = ()
    why: str = ""
    unconfirmed: bool = False  # it hangs on holidays that are not announced yet
    text: str = ""
    span: tuple[int, int] = (0, 0)


class Unclear(ValueError):
    """A time that was told and cannot be meant; the message asks back in one plain sentence."""


def to_json(when: When) -> dict[str, Any]:
    """Plain values: ISO moments, lead in minutes, options as the same kind of dict."""
    return {
        "kind": when.kind,
        "start": when.start.isoformat() if when.start else None,
        "end": when.end.isoformat() if when.end else None,
        "part": when.part,
        "rrule": when.rule,
        "lead": when.lead.total_seconds() / 60 if when.lead is not None else None,
        "why": when.why,
        "unconfirmed": when.unconfirmed,
        "options": [to_json(option) for option in when.options],
    }
