"""A linear classifier on all grams: one-vs-rest squared hinge (a linear SVM) by truncated Newton steps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from knowledge.search.grams import Halves
from knowledge.search.vocabulary import Floats, Known, Vocabulary

RIDGE = np.float32(1.0)
STEPS = (5, 4, 4)  # rounds of conjugate gradients in each Newton step: stopping early is a ridge of its own
BIAS = np.float32(-1.0)
LEAST = 3  # grams of fewer lines are left out
TOGETHER = 28  # classes solved at a time: bounds the memory
TRUST = (1.0, 0.7, 1.0)  # characters, sounds, concepts


class Classifier:
    """Deterministic: no shuffling, no start values. A score is about 1 for the right class, -1 for others."""

    def __init__(self, vocabulary: Vocabulary, classes: NDArray[np.intp], count: int) -> None:
        kept = np.flatnonzero(vocabulary.frequency >= LEAST)
        kept = kept[
            np.argsort(-vocabulary.frequency[kept], kind="stable")
        ]  # the usual ones side by side: faster
        self._row = np.full(len(vocabulary), -1, dtype=np.int32)
        self._row[kept] = np.arange(len(kept))
        self._trust = (
            np.repeat(np.array(TRUST, dtype=np.float32), np.diff(vocabulary.starts)) * vocabulary.idf
        )
        self._rare = vocabulary.rare
        rows = self._rows(vocabulary, len(kept))
        targets = np.full((vocabulary.count, count), -1, dtype=np.float32)
        targets[np.arange(vocabulary.count), classes] = 1
        turned = rows.T.tocsr()
        ends = np.searchsorted(classes, np.arange(count + 1))  # lines come in the order of their classes
        self._weights: Halves = np.empty((rows.shape[1], count), dtype=np.float16)
        for first in range(0, count, TOGETHER):
            last = min(count, first + TOGETHER)
            start = _starts(rows, ends[first : last + 1])
            self._weights[:, first:last] = _newton(rows, turned, targets[:, first:last], start)

    def _rows(self, vocabulary: Vocabulary, width: int) -> sparse.csr_matrix:
        line = np.concatenate([lines.line for lines in vocabulary.lines])
        gram = np.concatenate([lines.gram for lines in vocabulary.lines])
        used = self._row[gram] >= 0
        line, gram = line[used], gram[used]
        norms = np.sqrt(np.bincount(line, self._trust[gram] ** 2, vocabulary.count)) + 1e-6
        values = (self._trust[gram] / norms[line]).astype(np.float32)
        return sparse.csr_matrix((values, (line, self._row[gram])), shape=(vocabulary.count, width))

    def scores(self, known: Known) -> Floats:
        """One score a class."""
        grams = np.concatenate(known.ids)
        weights = self._trust[grams]
        norm = np.sqrt((weights**2).sum() + known.unknown[0] * self._rare**2) + 1e-6
        rows = self._row[grams]
        used = rows >= 0
        return np.asarray(
            (weights[used] / np.float32(norm)) @ self._weights[rows[used]] + BIAS, dtype=np.float32
        )


def _dots(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", a, b), dtype=np.float32)


def _starts(rows: sparse.csr_matrix, ends: NDArray[np.intp]) -> Floats:
    """The first step: at weights 0 all other classes' lines are settled, each class has its own alone."""
    weights = np.zeros((rows.shape[1], len(ends) - 1), dtype=np.float32)
    for number, (first, last) in enumerate(pairwise(ends.tolist())):
        own = rows[first:last]
        used = np.unique(own.indices)
        own = sparse.csr_matrix(
            (own.data, np.searchsorted(used, own.indices), own.indptr), (last - first, len(used))
        )
        turned = own.T.tocsr()
        found = np.zeros((len(used), 1), dtype=np.float32)
        rest = turned @ np.full((last - first, 1), 1 - BIAS, dtype=np.float32)
        _descend(own, turned, np.ones((last - first, 1), dtype=np.bool_), rest, found, STEPS[0])
        weights[used, number] = found[:, 0]
    return weights


def _newton(rows: sparse.csr_matrix, turned: sparse.csr_matrix, targets: Floats, weights: Floats) -> Floats:
    """All classes together: each step solves least squares on the lines that are not yet told apart."""
    for rounds in STEPS[1:]:
        scores = rows @ weights + BIAS
        open_ = targets * scores < 1
        rest = turned @ (open_ * (targets - scores)) - RIDGE * weights
        _descend(rows, turned, open_, rest, weights, rounds)
    return weights


def _descend(rows: sparse.csr_matrix, turned: sparse.csr_matrix, open_: NDArray[np.bool_], rest: Floats,
             weights: Floats, rounds: int) -> None:  # fmt: skip
    """Conjugate gradients, in place, one independent system a class."""
    tiny = np.float32(1e-12)
    step, size = rest.copy(), _dots(rest, rest)
    for _ in range(rounds):
        along = turned @ (open_ * (rows @ step)) + RIDGE * step
        pace = size / (_dots(step, along) + tiny)
        weights += pace * step
        rest -= pace * along
        fresh = _dots(rest, rest)
        step = rest + np.asarray(fresh / (size + tiny), dtype=np.float32) * step
        size = fresh
