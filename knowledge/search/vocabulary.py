"""Grams to numbers: one table for all blocks (characters, sounds, concepts), each block a range of numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.reading import BLOCKS, Reading

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Known:
    """A message in numbers: the known grams of each block (sorted, each once), and how many are unknown."""

    ids: tuple[Ints, ...]
    unknown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines in one block, as parallel arrays sorted by line and gram: each pair once, with its count."""

    line: Ints
    gram: Ints
    count: Ints


class Vocabulary:
    """Learned from the lines in one pass; grams of fewer than `least` lines are dropped."""

    def __init__(self, readings: Iterable[Reading], least: int = 2) -> None:
        tables: list[dict[str, int]] = [_numbering() for _ in BLOCKS]
        rows: list[list[Ints]] = [[] for _ in BLOCKS]
        for reading in readings:
            for table, kept, grams in zip(tables, rows, reading.blocks, strict=True):
                kept.append(np.fromiter(map(table.__getitem__, grams), dtype=np.int32, count=len(grams)))
        self.count = len(rows[0])
        self.ids: dict[str, int] = {}
        self.starts = [0]
        self.lines: list[Lines] = []
        seen = [self._keep(tables.pop(0), rows.pop(0), least) for _ in BLOCKS]  # each table freed when kept
        self.frequency: Ints = np.concatenate(seen)
        self.idf: Floats = np.log1p(self.count / (self.frequency + 0.5)).astype(np.float32)
        self.rare = float(np.log1p(self.count))

    def _keep(self, table: dict[str, int], rows: list[Ints], least: int) -> Ints:
        """Number the frequent grams on, keep the lines in those numbers; tell in how many lines each is."""
        owner = np.repeat(np.arange(len(rows), dtype=np.int64), [len(row) for row in rows])
        pairs, count = np.unique(owner * max(1, len(table)) + np.concatenate(rows), return_counts=True)
        line, gram = (part.astype(np.int32) for part in divmod(pairs, max(1, len(table))))
        seen = np.bincount(gram, minlength=len(table)).astype(np.int32)
        kept, start = seen >= least, self.starts[-1]
        renamed = np.where(kept, np.cumsum(kept) - 1 + start, -1).astype(np.int32)
        self.ids.update(
            (gram, number) for gram, number in zip(table, renamed.tolist(), strict=True) if number >= 0
        )
        used = kept[gram]
        self.lines.append(Lines(line[used], renamed[gram[used]], count[used].astype(np.int32)))
        self.starts.append(start + int(kept.sum()))
        return seen[kept]

    def __len__(self) -> int:
        return self.starts[-1]

    def forget_lines(self) -> None:
        """Drop what only training needs."""
        self.lines = []

    def look_up(self, reading: Reading) -> Known:
        """The message in numbers."""
        ids, known, unknown = self.ids, [], []
        for grams in reading.blocks:
            once = set(grams)
            found = [ids[gram] for gram in once if gram in ids]
            found.sort()
            known.append(np.array(found, dtype=np.int32))
            unknown.append(len(once) - len(found))
        return Known(tuple(known), tuple(unknown))


def _numbering() -> dict[str, int]:
    """A table that gives each new gram the next number."""
    table: defaultdict[str, int] = defaultdict()
    table.default_factory = table.__len__
    return table
