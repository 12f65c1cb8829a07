"""Shared grams by posting lists: how much of a message each item, and each line, covers.

Items are weighed by BM25 (all lines of an item are one document), by characters and by sounds; lines by the
cosine of TF-IDF. All three lie in one table and are added up in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.digest import Digest
from knowledge.search.vocabulary import Floats, Ints, Known, Numbers, Vocabulary

K1, B = 1.2, 0.6
COMMON = 0.015  # grams in more than this share of the phrasings tell no phrasing from another
Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Shared:
    """The share (0–1) of a message's grams that each item holds, and the cosine (0–1) with each line."""

    chars: Floats
    sounds: Floats
    lines: Floats


class Grams:
    """For each gram the places that hold it and with what weight, laid end to end.

    Places are the items by characters, the items by sounds, then the lines.
    """

    def __init__(self, vocabulary: Vocabulary, items: int, lines: int, places: Whole, values: Floats,
                 ends: Ints) -> None:  # fmt: skip
        self._vocabulary, self._items, self._lines = vocabulary, items, lines
        self.places, self.values, self.ends = places, values, ends
        self._weights = line_weights(vocabulary)[: vocabulary.starts[1]] ** 2

    @classmethod
    def of(
        cls, vocabulary: Vocabulary, digests: Sequence[Digest], rows: tuple[Ints, Ints], lines: int
    ) -> Grams:
        """`rows`: of the `lines` that are kept one by one, line and gram, each pair once."""
        items = len(digests)
        parts = [_items(vocabulary, digests, block) for block in (0, 1)] + [_lines(vocabulary, rows, lines)]
        offsets = (0, items, 2 * items)
        grams = np.concatenate([gram for gram, _, _ in parts])
        places = np.concatenate(
            [place + offset for (_, place, _), offset in zip(parts, offsets, strict=True)]
        )
        order = np.argsort(grams, kind="stable")
        ends = np.searchsorted(grams[order], np.arange(len(vocabulary) + 1)).astype(np.int32)
        places = places[order].astype(np.min_scalar_type(2 * items + lines))
        values = np.concatenate([value for _, _, value in parts])[order]
        return cls(vocabulary, items, lines, places, values, ends)

    def shared(self, known: Known) -> Shared:
        """All three sums of one message."""
        ids, (one, two) = known.ids[: known.starts[1]], known.starts
        sums = self._add_up(ids)
        idf, rare, unknown = self._vocabulary.idf[ids], self._vocabulary.rare, known.unknown
        chars = float(idf[:one].sum()) + unknown[0] * rare or 1.0
        sounds = float(idf[one:two].sum()) + unknown[1] * rare or 1.0
        norm = (float(self._weights[ids[:one]].sum()) + unknown[0] * rare**2) ** 0.5 or 1.0
        items = self._items
        return Shared(sums[:items] / chars, sums[items : 2 * items] / sounds, sums[2 * items :] / norm)

    def _add_up(self, ids: Numbers) -> Floats:
        """For each place the sum of the values of the grams asked."""
        first = self.ends[ids]
        sizes = self.ends[ids + 1] - first
        # Each posting's number: the running number plus the gap between where it lies and where it is counted.
        gap = np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
        at = np.arange(len(gap)) + gap
        sums = np.bincount(self.places[at], self.values[at], 2 * self._items + self._lines)
        return sums.astype(np.float32)


def _items(vocabulary: Vocabulary, digests: Sequence[Digest], block: int) -> tuple[Numbers, Numbers, Floats]:
    """Gram, item and weight by BM25, the gram's rarity in it."""
    first, last = vocabulary.starts[block : block + 2]
    grams, counts, owners = [], [], []
    for number, told in enumerate(digests):
        ids, known = vocabulary.numbers(told.keys)
        known &= (ids >= first) & (ids < last)
        grams.append(ids[known])
        counts.append(told.counts[known])
        owners.append(np.full(int(known.sum()), number))
    gram, count, owner = np.concatenate(grams), np.concatenate(counts), np.concatenate(owners)
    length = np.bincount(owner, count, len(digests))
    shape = K1 * (1 - B + B * length / (length.mean() or 1.0))
    return gram, owner, (count / (count + shape[owner]) * vocabulary.idf[gram]).astype(np.float32)


def line_weights(vocabulary: Vocabulary) -> Floats:
    """What a gram counts in the likeness of lines: nothing where it stands in very many."""
    common = vocabulary.frequency > COMMON * vocabulary.count
    return np.where(common, np.float32(0), vocabulary.idf)


def _lines(vocabulary: Vocabulary, rows: tuple[Ints, Ints], count: int) -> tuple[Ints, Ints, Floats]:
    """Gram, line and weight by TF-IDF, each line of length 1; by characters only."""
    weights = line_weights(vocabulary)
    line, gram = rows
    told = (gram < vocabulary.starts[1]) & (weights[gram] > 0)
    line, gram = line[told], gram[told]
    norms = np.sqrt(np.bincount(line, weights[gram] ** 2, count)) + 1e-6
    return gram, line, (weights[gram] ** 2 / norms[line]).astype(np.float32)


def best_lines(similar: Floats, starts: Numbers) -> Floats:
    """The most similar line of each item."""
    return np.asarray(np.maximum.reduceat(similar, starts), dtype=np.float32)
