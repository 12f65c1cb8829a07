"""Whom to ask about other government business: named only where the words leave no doubt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from knowledge.search.concepts import Lexicon
from knowledge.search.text import table_of
from knowledge.search.vocabulary import Floats

LIKENESS = 0.55  # cosine from which a known question's office holds for another wording


@cache
def topics() -> Lexicon:
    """Words to offices (`offices.yaml`: office: [word, …])."""
    told: dict[str, list[str]] = table_of("offices.yaml")
    return Lexicon({str(word): office for office, words in told.items() for word in words})


def office(text: str, similar: Floats, offices: Sequence[str]) -> str:
    """The office by a word of the text, else by a known line very much alike; "" where unsure."""
    found = topics().scan(text)
    if found:
        return max(found, key=lambda hit: hit[1] - hit[0])[2]
    best = int(np.argmax(similar))
    return offices[best] if similar[best] >= LIKENESS else ""
