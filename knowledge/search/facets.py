"""Which field of an entry a question asks for, and whether it names a topic at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from knowledge.search.text import normalise, table_of

LONG, TAIL = 48, 30  # in a long spoken message the wish stands at the end
SHORT = 24  # characters; a longer question brings its own topic
REST = ("empty", "people")  # words that name no field


class Facets:
    """Patterns of `facets.yaml`: the first that matches names the field."""

    def __init__(self) -> None:
        told: Mapping[str, list[str]] = table_of("facets.yaml")
        self._fields = [
            (name, re.compile("|".join(words))) for name, words in told.items() if name not in REST
        ]
        self._empty = _any(word for name, words in told.items() if name != "people" for word in words)
        self._people = _any(word for words in told.values() for word in words)

    def facet(self, text: str) -> str | None:
        """The field asked for, None for the whole entry."""
        return self.field(normalise(text))

    def field(self, plain: str) -> str | None:
        """The same of a normalised text."""
        if len(plain) > LONG:
            plain = plain[-TAIL:]
        return next((name for name, pattern in self._fields if pattern.search(plain)), None)

    def content(self, plain: str) -> str:
        """What is left of a normalised text without the words that name a field or nothing."""
        return self._empty.sub("", plain).replace(" ", "")

    def is_elliptic(self, text: str) -> bool:
        """Whether the question names a field but no topic of its own: 要带什么？ 我妈能代办吗？"""
        plain = normalise(text)
        topic = self._people.sub("", plain).replace(" ", "")
        return len(plain) <= SHORT and self.facet(plain) is not None and not topic


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """All words that stand for themselves; patterns with a gap would swallow the topic in it."""
    return re.compile("|".join(sorted((word for word in words if "[^" not in word), key=len, reverse=True)))
