"""Grams to numbers: one sorted table, each block (characters, sounds, concepts) a range of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.digest import Digest
from knowledge.search.keys import CONCEPT, SOUND, Longs
from knowledge.search.reading import Reading

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Numbers = NDArray[np.intp]
_DIVIDE = np.array((SOUND, CONCEPT), dtype=np.int64)
RARE = 50_000  # for each so many lines a gram must stand once more to be kept


@dataclass(frozen=True, slots=True)
class Known:
    """A message in numbers: its known grams (sorted, each once), where the blocks begin, how many are unknown."""

    ids: Numbers
    starts: tuple[int, int]
    unknown: tuple[int, int, int]


class Vocabulary:
    """The grams of all classes that stand at least twice."""

    def __init__(self, keys: Longs, frequency: Ints, count: int) -> None:
        """`keys`: sorted; `frequency`: how often each stands in the `count` lines."""
        self.keys, self.frequency, self.count = keys, frequency, count
        self.starts = (0, *np.searchsorted(keys, (SOUND, CONCEPT)).tolist(), len(keys))
        self.idf: Floats = np.log1p(count / (frequency + 0.5)).astype(np.float32)
        self.rare = float(np.log1p(count))
        self._divide = np.array(self.starts[1:3])

    @classmethod
    def of(cls, digests: Sequence[Digest]) -> Vocabulary:
        """Learned from every class's grams."""
        count = sum(told.lines for told in digests)
        keys, where = np.unique(np.concatenate([told.keys for told in digests]), return_inverse=True)
        seen = np.bincount(where, np.concatenate([told.counts for told in digests]), len(keys))
        kept = seen >= 2 + count // RARE
        return cls(keys[kept], seen[kept].astype(np.int32), count)

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: Longs) -> tuple[Numbers, NDArray[np.bool_]]:
        """The number of each key, and which of them are known."""
        ids = self.keys.searchsorted(keys)
        np.minimum(ids, len(self.keys) - 1, out=ids)
        return ids, self.keys[ids] == keys if len(self.keys) else np.zeros(len(keys), np.bool_)

    def look_up(self, reading: Reading) -> Known:
        """The message in numbers."""
        asked = np.sort(reading.keys)
        if len(asked):
            fresh = np.empty(len(asked), dtype=np.bool_)
            fresh[0] = True
            np.not_equal(asked[1:], asked[:-1], out=fresh[1:])
            asked = asked[fresh]
        ids, known = self.numbers(asked)
        ids = ids[known]
        one, two = ids.searchsorted(self._divide).tolist()
        first, second = asked.searchsorted(_DIVIDE).tolist()
        unknown = (first - one, second - first - (two - one), len(asked) - second - (len(ids) - two))
        return Known(ids, (one, two), unknown)
