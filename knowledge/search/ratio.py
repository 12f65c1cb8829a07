"""RapidFuzz on the best phrasings only, at a low weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.search.vocabulary import Floats

MOST = 40


class Ratio:
    """Edit similarity with the phrasings that share most grams."""

    def __init__(self, phrases: Sequence[str], owners: NDArray[np.intp], count: int) -> None:
        self._phrases, self._owners, self._count = phrases, owners, count

    def scores(self, text: str, similar: Floats) -> Floats:
        """0–1 for each item: the best ratio among its phrasings looked at."""
        out = np.zeros(self._count, dtype=np.float32)
        candidates = np.flatnonzero(similar > similar.max(initial=0.0) * 0.5)
        if len(candidates) > MOST:
            candidates = candidates[np.argsort(-similar[candidates], kind="stable")[:MOST]]
        for number in candidates.tolist():
            owner = self._owners[number]
            out[owner] = max(out[owner], fuzz.ratio(text, self._phrases[number]) / 100.0)
        return out
