"""One class's lines, read and counted: what the index is put together from, so that one can be exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.keys import Longs
from knowledge.search.reading import plain_all, read_all

Ints = NDArray[np.int32]
CHUNK = 10_000  # lines read at a time: bounds the memory


@dataclass(frozen=True, slots=True)
class Digest:
    """The grams of many lines: their keys (sorted, each once), and how often each stands there."""

    keys: Longs
    counts: Ints
    lines: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines kept one by one: their words, and as parallel arrays line number and gram."""

    texts: list[str]
    line: Longs
    key: Longs


def spread(lines: Sequence[str], most: int) -> list[int]:
    """The numbers of at most `most` lines, evenly spread."""
    count = len(lines)
    return list(range(count)) if count <= most else [number * count // most for number in range(most)]


def shares(sizes: Sequence[int], most: int) -> list[int]:
    """How many lines each class may keep, `most` together: small classes all, large ones equally many."""
    rest, given = most, dict.fromkeys(range(len(sizes)), 0)
    for done, (size, number) in enumerate(sorted((size, number) for number, size in enumerate(sizes))):
        given[number] = min(size, rest // (len(sizes) - done))
        rest -= given[number]
    return [given[number] for number in range(len(sizes))]


def sample(lines: Sequence[str], *, sounds: bool, words: bool) -> Sample:
    """The lines read one by one."""
    texts = plain_all(lines, words=words)
    blocks = read_all(texts, sounds=sounds, words=words)
    return Sample(texts, np.concatenate([b.line for b in blocks]), np.concatenate([b.key for b in blocks]))


def count(told: Sample) -> Digest:
    """The digest of lines that have been read."""
    return _merged([np.unique(told.key, return_counts=True)], len(told.texts))


def digest(lines: Sequence[str], *, sounds: bool, words: bool) -> Digest:
    """The digest of any number of lines."""
    parts = []
    for first in range(0, len(lines), CHUNK):
        texts = plain_all(lines[first : first + CHUNK], words=words)
        blocks = read_all(texts, sounds=sounds, words=words)
        parts += [np.unique(block.key, return_counts=True) for block in blocks]
    return _merged(parts, len(lines))


def _merged(parts: Sequence[tuple[Longs, NDArray[np.intp]]], lines: int) -> Digest:
    if len(parts) == 1:
        return Digest(parts[0][0], parts[0][1].astype(np.int32), lines)
    if not parts:
        return Digest(np.zeros(0, np.int64), np.zeros(0, np.int32), lines)
    keys, where = np.unique(np.concatenate([keys for keys, _ in parts]), return_inverse=True)
    counts = np.bincount(where, np.concatenate([counts for _, counts in parts]), len(keys))
    return Digest(keys, counts.astype(np.int32), lines)
