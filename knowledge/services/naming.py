"""Which services a sentence names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import time

from knowledge.search.text import traditional
from knowledge.services.model import Service

PARTS = (
    (re.compile(r"早"), time(5), time(10, 30)),
    (re.compile(r"(?<![上下])午|晌"), time(10, 30), time(14)),
    (re.compile(r"晚|黑|夜|傍黑"), time(16), time(23)),
)  # 后晌 is left to the words of a service


def named(text: str, services: Mapping[str, Service]) -> list[Service]:
    """Services whose name or words stand in a sentence; the longest word counts first.

    A word that several share counts only for those that are named by a word of their own too, where there are such
    (到食堂吃午饭). What is still equal is decided by the part of the day (中午到食堂吃).
    """
    line = unicodedata.normalize("NFKC", text).lower().translate(traditional())
    hits = {s.id: {w for w in (s.name, *s.words) if w and w in line} for s in services.values()}
    own = {i for i, words in hits.items() if any(_owners(word, hits) == {i} for word in words)}
    found = {i: max((len(w) for w in words if i in own or not _owners(w, hits) & own), default=0)
             for i, words in hits.items()}  # fmt: skip
    best = max(found.values(), default=0)
    return at_part(line, [services[i] for i, length in found.items() if best and length == best])


def _owners(word: str, hits: Mapping[str, set[str]]) -> set[str]:
    return {i for i, words in hits.items() if word in words}


def at_part(text: str, services: Sequence[Service]) -> list[Service]:
    """Those of several services had by the day (meals) that begin in the part of the day told; else all of them."""
    if len(services) < 2 or not all(service.whole_day for service in services):
        return list(services)
    return [service for service in services if begins_in(service, text)] or list(services)


def begins_in(service: Service, text: str) -> bool:
    """Whether a service begins in the one part of the day (早, 午, 晚) that words tell."""
    told = [(begin, end) for word, begin, end in PARTS if word.search(text)]
    return len(told) == 1 and any(told[0][0] <= period.opens < told[0][1] for period in service.plan)
