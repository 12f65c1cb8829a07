"""Grams to numbers: one sorted table, each block (characters, sounds, concepts) a range of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.keys import CONCEPT, NOTHING, SOUND, Longs
from knowledge.search.reading import Block, Reading

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Known:
    """A message in numbers: the known grams of each block (sorted, each once), and how many are unknown."""

    ids: tuple[Numbers, ...]
    unknown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines in one block, as parallel arrays sorted by line and gram: each pair once, with its count."""

    line: Ints
    gram: Ints
    count: Ints


class Vocabulary:
    """Learned from the lines in one pass; grams of fewer than `least` lines are dropped."""

    def __init__(self, blocks: Iterable[Block], count: int, least: int = 2) -> None:
        """`blocks`: the grams of `count` lines, in the order of BLOCKS."""
        self.count = count
        self.starts = [0]
        self.lines: list[Lines] = []
        kept = [self._keep(block, least) for block in blocks]
        self.keys: Longs = np.concatenate([keys for keys, _ in kept])
        self.frequency: Ints = np.concatenate([seen for _, seen in kept])
        self.idf: Floats = np.log1p(count / (self.frequency + 0.5)).astype(np.float32)
        self.rare = float(np.log1p(count))

    def _keep(self, block: Block, least: int) -> tuple[Longs, Ints]:
        """Number the frequent grams on, keep the lines in those numbers; their keys, and in how many lines."""
        keys, gram = np.unique(block.key, return_inverse=True)
        pairs, count = np.unique(block.line * max(1, len(keys)) + gram, return_counts=True)
        line, gram = np.divmod(pairs, max(1, len(keys)))
        seen = np.bincount(gram, minlength=len(keys))
        kept, start = seen >= least, self.starts[-1]
        used = kept[gram]
        numbers = (np.cumsum(kept) - 1 + start).astype(np.int32)
        self.lines.append(
            Lines(line[used].astype(np.int32), numbers[gram[used]], count[used].astype(np.int32))
        )
        self.starts.append(start + int(kept.sum()))
        return keys[kept], seen[kept].astype(np.int32)

    def __len__(self) -> int:
        return self.starts[-1]

    def forget_lines(self) -> None:
        """Drop what only training needs."""
        self.lines = []

    def look_up(self, reading: Reading) -> Known:
        """The message in numbers."""
        once = np.sort(np.concatenate(reading.blocks))
        once = once[np.append(True, once[1:] != once[:-1])] if len(once) else NOTHING
        ids = np.searchsorted(self.keys, once)
        found = ids < len(self.keys)
        found[found] = self.keys[ids[found]] == once[found]
        ids = ids[found]
        first, second = np.searchsorted(once, (SOUND, CONCEPT)).tolist()
        one, two = np.searchsorted(ids, self.starts[1:3]).tolist()
        asked = (first, second - first, len(once) - second)
        known = (ids[:one], ids[one:two], ids[two:])
        return Known(known, tuple(n - len(part) for n, part in zip(asked, known, strict=True)))
