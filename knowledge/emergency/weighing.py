"""The learned stage: how strongly words tell of danger now, and of which kind.

A logistic classifier over hashed character grams (1–4), written by bench/calibrate_emergency.py from
knowledge/data/emergency_words/ against everything calm that the project knows.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
WEIGHTS = Path(__file__).parent.parent / "data" / "emergency_weights.npz"
BUCKETS = 1 << 16
FEW_BUCKETS = 1 << 14  # for the kinds
LONGEST = 400  # letters read; danger is told early
CLAUSES = 3  # a stretch has up to so many clauses
ASIDE = 3.0  # what is taken off a stretch's score against the whole message's


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds of danger by bucket; log-likelihood of each kind by (smaller) bucket."""

    danger: Floats
    bias: float
    names: tuple[str, ...]
    kinds: Floats  # kinds × FEW_BUCKETS

    def save(self, path: Path = WEIGHTS) -> None:
        """Write them in half precision."""
        np.savez_compressed(path, danger=self.danger.astype(np.float16), bias=np.array([self.bias]),
                            names=np.array(self.names), kinds=self.kinds.astype(np.float16))  # fmt: skip

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Weights:
        """Read what `save` wrote."""
        with np.load(path) as kept:
            return cls(kept["danger"].astype(np.float32), float(kept["bias"][0]), tuple(kept["names"].tolist()),
                       kept["kinds"].astype(np.float32))  # fmt: skip


@cache
def shipped() -> Weights:
    """The weights that come with the project."""
    return Weights.load()


@dataclass(frozen=True, slots=True)
class Weighed:
    """The log-odds of danger, and the kind of danger it would be."""

    score: float
    kind: str


def plain(text: str) -> str:
    """Half width, lower case, dialect letters unified, | for every pause."""
    line = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    line = re.sub(r"[咧嘞哩啦喽咯嘛哇]", "了", re.sub(r"[俺额咱]", "我", line))
    return re.sub(r"[^\w]+", "|", line).strip("|")


def buckets(line: str) -> Ints:
    """The hashed grams of a plain line, each once."""
    marked = f"^{line}$"
    grams = {marked[i : i + n] for n in (1, 2, 3, 4) for i in range(len(marked) - n + 1)}
    return np.unique(
        np.fromiter((zlib.crc32(gram.encode()) % BUCKETS for gram in grams), np.int64, len(grams))
    )


def stretches(line: str) -> Iterator[str]:
    """Runs of up to three clauses of a line that has more."""
    clauses = [clause for clause in line.split("|") if clause]
    for size in range(1, CLAUSES + 1):
        for at in range(len(clauses) - size + 1):
            stretch = "|".join(clauses[at : at + size])
            if len(stretch) >= 4 and len(clauses) > size:
                yield stretch


def weigh(text: str, by: Weights | None = None) -> Weighed:
    """Score the message and each stretch of it; the most dangerous part counts."""
    told = by or shipped()
    line = plain(text)
    parts = [(0.0, buckets(line)), *((ASIDE, buckets(part)) for part in list(stretches(line))[:24])]
    scored = [(_score(grams, told) - less, grams) for less, grams in parts]
    score, grams = max(scored, key=lambda pair: pair[0])
    return Weighed(score, told.names[int(told.kinds[:, np.unique(grams % FEW_BUCKETS)].sum(axis=1).argmax())])


def _score(grams: Ints, told: Weights) -> float:
    return float(told.danger[grams].sum() / np.sqrt(max(len(grams), 1))) + told.bias
