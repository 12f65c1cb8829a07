"""Shared grams by posting lists: how much of a message each item covers, and how alike each line is.

Items are weighed by BM25 (all lines of an item are one document), by characters and by sounds; what many items hold
lies side by side as whole rows, which add up faster than postings do. Lines are weighed by the cosine of TF-IDF, and
are added up only when somebody asks.
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
MANY = 12  # a gram that one in so many items holds has a whole row
Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Postings:
    """For each gram the places that hold it and with what weight, laid end to end."""

    places: Whole
    values: Floats
    ends: Ints

    @classmethod
    def of(
        cls, grams: Numbers | Ints, places: Numbers | Ints, values: Floats, count: int, most: int
    ) -> Postings:
        """`count` grams, places below `most`."""
        order = np.argsort(grams, kind="stable")
        ends = np.searchsorted(grams[order], np.arange(count + 1)).astype(np.int32)
        return cls(places[order].astype(np.min_scalar_type(most)), values[order], ends)

    def add_up(self, ids: Numbers, most: int) -> Floats:
        """For each place the sum of the values of the grams asked."""
        first = self.ends.take(ids)
        sizes = self.ends.take(ids + 1) - first
        # Each posting's number: the running number plus the gap between where it lies and where it is counted.
        gap = np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
        at = np.arange(len(gap)) + gap
        sums = np.bincount(self.places.take(at), self.values.take(at), most)
        return sums.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Shared:
    """The share (0–1) of a message's grams that each item holds."""

    chars: Floats
    sounds: Floats


class Grams:
    """What the items hold. Places are the items by characters, then the items by sounds."""

    def __init__(
        self, vocabulary: Vocabulary, items: int, few: Postings, rows: Floats, owners: Numbers
    ) -> None:
        """`rows`: what each item gets for a gram that many hold; `owners`: those grams."""
        self._vocabulary, self._items = vocabulary, items
        self.few, self.rows, self.owners = few, rows, owners
        self._rows = np.vstack([rows, np.zeros((1, items), dtype=np.float32)])
        self._row = np.full(len(vocabulary), len(rows), dtype=np.int32)
        self._row[owners] = np.arange(len(owners))

    @classmethod
    def of(cls, vocabulary: Vocabulary, digests: Sequence[Digest]) -> Grams:
        """Every item's grams, counted."""
        items = len(digests)
        parts = [_items(vocabulary, digests, block) for block in (0, 1)]
        grams, owner, value = (np.concatenate([part[n] for part in parts]) for n in range(3))
        sound = grams >= vocabulary.starts[1]
        held = np.bincount(grams, minlength=len(vocabulary))
        owners = np.flatnonzero(held * MANY > items)
        many = held[grams] * MANY > items
        rows = np.zeros((len(owners), items), dtype=np.float32)
        rows[np.searchsorted(owners, grams[many]), owner[many]] = value[many]
        places = (owner + sound * items)[~many]
        few = Postings.of(grams[~many], places, value[~many], len(vocabulary), 2 * items)
        return cls(vocabulary, items, few, rows, owners)

    def shared(self, known: Known) -> Shared:
        """Both sums of one message."""
        ids, (one, two) = known.ids[: known.starts[1]], known.starts
        idf, rare, unknown = self._vocabulary.idf.take(ids), self._vocabulary.rare, known.unknown
        chars = float(idf[:one].sum()) + unknown[0] * rare or 1.0
        sounds = float(idf[one:two].sum()) + unknown[1] * rare or 1.0
        sums = self.few.add_up(ids, 2 * self._items)
        rows, items = self._rows.take(self._row.take(ids), axis=0), self._items
        return Shared(
            (sums[:items] + rows[:one].sum(axis=0)) / np.float32(chars),
            (sums[items:] + rows[one:].sum(axis=0)) / np.float32(sounds),
        )


class Lines:
    """What the lines that are kept one by one hold, by characters only."""

    def __init__(self, vocabulary: Vocabulary, lines: int, postings: Postings) -> None:
        self._lines, self.postings = lines, postings
        self._weights = line_weights(vocabulary)[: vocabulary.starts[1]] ** 2
        self._rare = vocabulary.rare

    @classmethod
    def of(cls, vocabulary: Vocabulary, rows: tuple[Ints, Ints], lines: int) -> Lines:
        """`rows`: line and gram, each pair once."""
        grams, places, values = _lines(vocabulary, rows, lines)
        return cls(vocabulary, lines, Postings.of(grams, places, values, vocabulary.starts[1], lines))

    def similar(self, known: Known) -> Floats:
        """The cosine (0–1) with each line."""
        ids = known.ids[: known.starts[0]]
        norm = (float(self._weights.take(ids).sum()) + known.unknown[0] * self._rare**2) ** 0.5 or 1.0
        return self.postings.add_up(ids, self._lines) / np.float32(norm)


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
