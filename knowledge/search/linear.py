"""A linear classifier on all grams: one-vs-rest squared hinge (a linear SVM)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.search.vocabulary import Floats, Ints, Known, Numbers, Vocabulary

LEAST = 3  # grams that stand less often are left out
BIAS = np.float32(-1.0)
TRUST = (1.0, 0.7, 1.0)  # characters, sounds, concepts


class Classifier:
    """Deterministic: no shuffling, no start values. A score is about 1 for the right class, -1 for others."""

    def __init__(self, vocabulary: Vocabulary, weights: Floats) -> None:
        """`weights`: a row for each gram that counts, the usual ones first (side by side is faster), a column a class."""
        self._trust = np.repeat(np.array(TRUST, np.float32), np.diff(vocabulary.starts)) * vocabulary.idf
        self._rare = vocabulary.rare
        self.row = rows_of(vocabulary)
        self.weights = np.vstack([weights, np.zeros((1, weights.shape[1]), weights.dtype)])

    @classmethod
    def of(cls, vocabulary: Vocabulary, rows: tuple[Ints, Ints], ends: Numbers,
           before: Floats | None = None, columns: Sequence[int] = ()) -> Classifier:  # fmt: skip
        """Trained on lines that come class by class; `ends`: where each class ends, 0 first.

        With `before`, the weights that are known already, only some columns are trained.
        """
        from knowledge.search.training import train  # what only training needs is heavy

        line, gram = rows
        made = cls(vocabulary, np.zeros((0, len(ends) - 1), dtype=np.float32))
        count = int((vocabulary.frequency >= LEAST).sum())
        used = made.row[gram] < count
        line, gram = line[used], gram[used]
        norms = np.sqrt(np.bincount(line, made._trust[gram] ** 2, int(ends[-1]))) + 1e-6
        values = (made._trust[gram] / norms[line]).astype(np.float32)
        wanted = columns if before is not None else range(len(ends) - 1)
        found = train(line, made.row[gram], values, count, ends, wanted)
        if before is None:
            return cls(vocabulary, found)
        before[:, list(columns)] = found
        return cls(vocabulary, before)

    def scores(self, known: Known) -> Floats:
        """One score a class."""
        weights = self._trust.take(known.ids)
        norm = (float(weights @ weights) + known.unknown[0] * self._rare**2) ** 0.5 + 1e-6
        return np.asarray(
            weights @ self.weights.take(self.row.take(known.ids), axis=0) / np.float32(norm) + BIAS
        )


def rows_of(vocabulary: Vocabulary) -> Ints:
    """The row of each gram; those that do not count have the last one, which is empty."""
    kept = np.flatnonzero(vocabulary.frequency >= LEAST)
    kept = kept[np.argsort(-vocabulary.frequency[kept], kind="stable")]
    row = np.full(len(vocabulary), len(kept), dtype=np.int32)
    row[kept] = np.arange(len(kept))
    return row
