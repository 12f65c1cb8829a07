"""The classifier's weights by truncated Newton steps; needs scipy, so that only training imports it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from knowledge.search.vocabulary import Floats, Ints, Numbers

RIDGE = np.float32(1.0)
STEPS = (5, 4, 4)  # rounds of conjugate gradients in each Newton step: stopping early is a ridge of its own
BIAS = np.float32(-1.0)
TOGETHER = 28  # classes solved at a time: bounds the memory


def train(
    line: Ints, column: Ints, values: Floats, width: int, ends: Numbers, wanted: Sequence[int]
) -> Floats:
    """The weights of the wanted classes, one column each; class n's lines are those from ends[n] to ends[n + 1]."""
    count = int(ends[-1])
    rows = sparse.csr_matrix((values, (line, column)), shape=(count, width))
    turned = rows.T.tocsr()
    weights = np.empty((width, len(wanted)), dtype=np.float32)
    for first in range(0, len(wanted), TOGETHER):
        part = wanted[first : first + TOGETHER]
        targets = np.full((count, len(part)), -1, dtype=np.float32)
        for number, told in enumerate(part):
            targets[ends[told] : ends[told + 1], number] = 1
        start = _starts(rows, [(int(ends[told]), int(ends[told + 1])) for told in part])
        weights[:, first : first + len(part)] = _newton(rows, turned, targets, start)
    return weights


def _dots(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", a, b), dtype=np.float32)


def _starts(rows: sparse.csr_matrix, owned: Sequence[tuple[int, int]]) -> Floats:
    """The first step: at weights 0 all other classes' lines are settled, each class has its own alone."""
    weights = np.zeros((rows.shape[1], len(owned)), dtype=np.float32)
    for number, (first, last) in enumerate(owned):
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
