"""Danger in a resident's words: what kind, whom to call first, what to do until help comes.

Plain patterns speak first (patterns.py, data in knowledge/data/emergency.yaml); what they miss is weighed by a
classifier learned from sentences (weighing.py, data in knowledge/data/emergency_words/).
"""

from __future__ import annotations

from functools import lru_cache

from knowledge.emergency.patterns import Emergency, book, matched
from knowledge.emergency.weighing import Weighed, weigh

__all__ = ["Emergency", "check", "matched", "suspect"]
SURE = 2.0  # log-odds from which the card is shown; set with bench/routing.py's developing half
LIKELY = 0.0  # … and from which it is asked whether there is danger
NEVER = -2.0  # … below which a plain pattern is not believed either: the rest tells of no danger


@lru_cache(8)  # both questions are asked about the same words
def _weighed(text: str) -> Weighed:
    return weigh(text)


def check(text: str) -> Emergency | None:
    """The danger the words tell of now, or None."""
    weighed = _weighed(text)
    if weighed.score < NEVER:  # most messages; the patterns, which are slower, need not be asked
        return None
    return matched(text) or (book().kinds[weighed.kind] if weighed.score >= SURE else None)


def suspect(text: str) -> Emergency | None:
    """The danger the words may tell of, where check() is not sure: worth asking back; else None."""
    weighed = _weighed(text)
    return book().kinds[weighed.kind] if weighed.score >= LIKELY else None
