"""Times in plain words.

Weeks start on Monday; a bare 周X, a date without a year and a clock time that has passed mean the next one; a bare
1–6点 is in the afternoon. What cannot be (2月30号, 25点) or could be two things is asked back, never guessed.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from knowledge.calendar import Calendar
from knowledge.when.choice import choose
from knowledge.when.model import Kind, Unclear, When, to_json
from knowledge.when.phrases import phrases
from knowledge.when.reading import Sentence, items_of, placed
from knowledge.when.rules import BadRule, next_after
from knowledge.when.saying import say, say_rule

__all__ = ["BadRule", "Kind", "Unclear", "When", "find", "next_after", "read", "say", "say_rule", "to_json"]


@cache
def _calendar() -> Calendar:
    return Calendar.default()


def find(text: str, at: datetime, calendar: Calendar | None = None) -> list[When]:
    """All times that a sentence speaks of, left to right, each by itself. `at` is the message's aware time."""
    sentence = Sentence.of(text)
    items = items_of(phrases(sentence.letters), sentence.letters)
    return [placed(item, at, calendar or _calendar(), sentence) for item in items]


def read(text: str, at: datetime, calendar: Calendar | None = None) -> When:
    """The one time that a sentence speaks of: 改到 chooses, 不行 excludes, several are alternatives."""
    return choose(Sentence.of(text), at, calendar or _calendar())
