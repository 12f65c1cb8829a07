"""Shared grams by posting lists: how much of a message each entry, and each phrasing, covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.vocabulary import Floats, Numbers, Vocabulary

K1, B = 1.2, 0.6
COMMON = 0.04  # grams in more than this share of the phrasings tell no phrasing from another

Halves = NDArray[np.float16]
Whole = NDArray[np.integer[Any]]


class Postings:
    """For each gram the rows that hold it and with what weight, laid end to end."""

    def __init__(self, grams: Whole, rows: Whole, values: Floats, size: int, count: int) -> None:
        order = np.argsort(grams, kind="stable")
        self._rows = rows[order].astype(np.min_scalar_type(count))
        self._values: Halves = values[order].astype(np.float16)
        self._ends = np.searchsorted(grams[order], np.arange(size + 1)).astype(np.int32)
        self.count = count

    def add_up(self, grams: Numbers, weights: Floats) -> Floats:
        """For each row the sum of weight × value over the grams asked."""
        if not len(grams):
            return np.zeros(self.count, dtype=np.float32)
        first, last = self._ends[grams], self._ends[grams + 1]
        sizes = last - first
        # Each posting's place: the running number plus the gap between where it lies and where it is counted.
        gap = np.repeat(first - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        places = np.arange(len(gap)) + gap
        sums = np.bincount(self._rows[places], self._values[places] * np.repeat(weights, sizes), self.count)
        return sums.astype(np.float32)


class ItemGrams:
    """BM25 over whole items: all phrasings and the names of an entry are one document."""

    def __init__(self, vocabulary: Vocabulary, block: int, owners: NDArray[np.intp], items: int) -> None:
        self._vocabulary = vocabulary
        lines = vocabulary.lines[block]
        owner = owners[lines.line]
        once, where = np.unique(lines.gram.astype(np.int64) * items + owner, return_inverse=True)
        counts = np.bincount(where, lines.count, len(once))
        grams, rows = np.divmod(once, items)
        length = np.bincount(owner, lines.count, items)
        shape = K1 * (1 - B + B * length / (length.mean() or 1.0))
        values = (counts / (counts + shape[rows])).astype(np.float32)
        self._postings = Postings(grams, rows, values, len(vocabulary), items)

    def scores(self, known: Numbers, unknown: int) -> Floats:
        """The share (0–1) of the message's grams, weighted by rarity, that each item holds."""
        weights = self._vocabulary.idf[known]
        whole = float(weights.sum()) + unknown * self._vocabulary.rare
        return self._postings.add_up(known, np.asarray(weights / (whole or 1.0), dtype=np.float32))


class PhraseGrams:
    """TF-IDF cosine with every phrasing, the best phrasing standing for its item."""

    def __init__(self, vocabulary: Vocabulary, block: int, starts: Sequence[int]) -> None:
        """`starts`: the number of the first phrasing of each item (phrasings are ordered by item)."""
        self._starts = np.array(starts, dtype=np.intp)
        self._weights = np.where(vocabulary.frequency > COMMON * vocabulary.count, 0, vocabulary.idf)
        self._weights = self._weights.astype(np.float32)
        self._rare = vocabulary.rare
        lines = vocabulary.lines[block]
        told = self._weights[lines.gram] > 0
        grams, rows = lines.gram[told], lines.line[told]
        norms = np.sqrt(np.bincount(rows, self._weights[grams] ** 2, vocabulary.count)) + 1e-6
        values = (self._weights[grams] / norms[rows]).astype(np.float32)
        self._postings = Postings(grams, rows, values, len(vocabulary), vocabulary.count)

    def phrases(self, known: Numbers, unknown: int) -> Floats:
        """The cosine (0–1) with each phrasing."""
        known = known[self._weights[known] > 0]
        weights = self._weights[known]
        norm = np.sqrt((weights**2).sum() + unknown * self._rare**2) or 1.0
        return self._postings.add_up(known, np.asarray(weights / norm, dtype=np.float32))

    def best(self, scores: Floats) -> Floats:
        """The best phrasing's score of each item."""
        return np.asarray(np.maximum.reduceat(scores, self._starts), dtype=np.float32)
