"""The learned stage: how strongly words tell of danger now, and of which kind.

A logistic classifier over hashed character grams, the same with people and numbers as one class each, and signs of
what the sentence does (knowledge/data/emergency_signs.yaml), alone and in pairs. Written by bench/calibrate_emergency.py from
knowledge/data/emergency_words/ against everything calm that the project knows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge.emergency.patterns import book, normal, respelled

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
DATA = Path(__file__).parent.parent / "data"
WEIGHTS = DATA / "emergency_weights.npz"
SIGNS = DATA / "emergency_signs.yaml"
BUCKETS = 1 << 18
FEW_BUCKETS = 1 << 14  # for the kinds
LONGEST = 400  # letters read; danger is told early
CLAUSES = 3  # a stretch has up to so many clauses
ASIDE = 3.0  # what is taken off a stretch's score against the whole message's


@dataclass(frozen=True, slots=True, eq=False)
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
    """The line that patterns.py reads, idioms cut out, | for every pause."""
    line = respelled(normal(re.sub(r"\s+", "，", text[:LONGEST])))
    return re.sub(r"[^\w]+", "|", book().idioms.sub("，", line)).strip("|")


@dataclass(frozen=True, slots=True)
class Signs:
    """Words of one class each, in the order they are replaced, and what a sentence does."""

    classes: tuple[tuple[str, re.Pattern[str]], ...]
    signs: tuple[tuple[str, re.Pattern[str]], ...]

    def classed(self, line: str) -> str:
        """The line with people and numbers as one letter each."""
        for letter, pattern in self.classes:
            line = pattern.sub(letter, line)
        return line

    def found(self, line: str, classed: str) -> set[str]:
        """The signs of a line, and each two of them together."""
        seen = [f"<{name}" for name, pattern in self.signs if pattern.search(line)]
        seen += [f"<{letter}" for letter in "KC" if letter in classed]
        return {*seen, *(f"{one}+{two}" for i, one in enumerate(seen) for two in seen[i + 1 :])}


@cache
def told_signs() -> Signs:
    """The signs that come with the project."""
    raw = yaml.load(SIGNS.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    moods = {f"mood_{name}": pattern for name, pattern in book().moods.items()}
    own = {str(name): re.compile(pattern) for name, pattern in raw["signs"].items()}
    return Signs(
        tuple((str(letter), re.compile(pattern)) for letter, pattern in raw["classes"].items()),
        tuple((own | moods).items()),
    )


_MIX, _STIR = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
)  # odd constants of splitmix and xxhash
_SHIFT = np.uint64(64 - 18)  # BUCKETS is 2**18


def _grams(marked: str, longest: int, salt: int) -> list[NDArray[np.uint64]]:
    """The hashes of all grams of up to `longest` letters."""
    codes = np.frombuffer(marked.encode("utf-32-le"), np.uint32).astype(np.uint64) * _STIR
    told, rows = codes ^ np.uint64(salt), []
    for size in range(longest):
        if size:
            told = (told[:-1] * _MIX) ^ codes[size:]
        rows.append((told ^ (told >> np.uint64(29))) * _MIX >> _SHIFT)
    return rows


@cache
def _sign(name: str) -> int:
    return zlib.crc32(name.encode()) % BUCKETS


def buckets(line: str) -> Ints:
    """The hashed features of a plain line, each once."""
    signs = told_signs()
    classed = signs.classed(line)
    said = np.array([_sign(name) for name in signs.found(line, classed)], np.uint64)
    told = [said, *_grams(f"^{line}$", 4, 1), *_grams(f"~{classed}~", 5, 2)]
    return np.unique(np.concatenate(told)).astype(np.int64)


def stretches(line: str) -> Iterator[str]:
    """Runs of up to three clauses of a line that has more."""
    clauses = [clause for clause in line.split("|") if clause]
    for size in range(1, CLAUSES + 1):
        for at in range(len(clauses) - size + 1):
            stretch = "|".join(clauses[at : at + size])
            if len(stretch) >= 4 and len(clauses) > size:
                yield stretch


@lru_cache(maxsize=8)  # a message is weighed for the card and again for the question
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
