"""Everyday and dialect words to standard words, and words to concepts (who, what, event)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge.search.keys import codes
from knowledge.search.text import table_of

_TENS = {char: i for i, char in enumerate("一二三四五六七八九", 1)} | {"两": 2}
AGES = ("age50", "age60", "age70", "age80", "age90", "age_baby", "age_small", "age_pupil", "age_grown")
_AGE = re.compile(
    r"(?:(\d{1,2})|([一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]))(?:多|几|来)?(岁半?)?"
)


Hits = list[tuple[int, int, str]]  # start, end, meaning


class Lexicon:
    """A table of words: scans texts left to right, the longest word first."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = dict(words)
        sizes: dict[str, set[int]] = {}
        for word in words:
            sizes.setdefault(word[0], set()).add(len(word))
        self._sizes = {first: sorted(of, reverse=True) for first, of in sizes.items()}
        self._firsts: tuple[NDArray[np.bool_], NDArray[np.uint32]] | None = None

    def meanings(self) -> Iterable[str]:
        """What the words mean."""
        return self._words.values()

    def scan(self, text: str) -> Hits:
        """Each word found, none overlapping."""
        return self._hits(text, enumerate(map(self._sizes.get, text)))

    def _hits(self, text: str, places: Iterable[tuple[int, list[int] | None]]) -> Hits:
        found, free, words = [], 0, self._words
        for at, sizes in places:
            if sizes is None or at < free:
                continue
            for size in sizes:
                meaning = words.get(text[at : at + size])
                if meaning is not None:
                    free = at + size
                    found.append((at, free, meaning))
                    break
        return found

    def scan_all(self, texts: Sequence[str]) -> list[Hits]:
        """The same for many texts: only where the first two letters of a word stand it is looked further."""
        units = codes(texts)
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        if len(units) != starts[-1]:  # letters beyond the basic plane
            return [self.scan(text) for text in texts]
        places = np.flatnonzero(self._begins(units))
        cuts = np.searchsorted(places, starts).tolist()
        offsets, at = starts.tolist(), places.tolist()
        sizes = self._sizes
        return [
            self._hits(text, [(n - first, sizes[text[n - first]]) for n in at[low:high]])
            if low < high
            else []
            for text, first, low, high in zip(texts, offsets, cuts, cuts[1:], strict=False)
        ]

    def _begins(self, units: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Where a word may begin, by its first two letters."""
        one, two = self._beginnings()
        pairs = units[:-1].astype(np.uint32) << 16 | units[1:]
        known = two[np.minimum(np.searchsorted(two, pairs), len(two) - 1)] == pairs
        return np.append(one[units[:-1]] | known, one[units[-1]])

    def _beginnings(self) -> tuple[NDArray[np.bool_], NDArray[np.uint32]]:
        if self._firsts is not None:
            return self._firsts
        one = np.zeros(1 << 16, dtype=np.bool_)
        one[[ord(word) for word in self._words if len(word) == 1]] = True
        two = {ord(word[0]) << 16 | ord(word[1]) for word in self._words if len(word) > 1}
        self._firsts = one, np.array(sorted(two) or [0], dtype=np.uint32)
        return self._firsts

    def put_for_all(self, texts: Sequence[str]) -> list[str]:
        """The texts with each word's meaning in its place."""
        return [
            _put(text, hits) if hits else text for text, hits in zip(texts, self.scan_all(texts), strict=True)
        ]


def _put(text: str, hits: Hits) -> str:
    out, last = [], 0
    for start, end, meaning in hits:
        out += [text[last:start], meaning]
        last = end
    return "".join([*out, text[last:]])


@cache
def standard() -> Lexicon:
    """Dialect words to standard words (`standard.yaml`: standard: [dialect, …])."""
    told: dict[str, list[str]] = table_of("standard.yaml")
    return Lexicon({word: meaning for meaning, words in told.items() for word in words})


def standardise(text: str) -> str:
    """The text in standard words."""
    return _put(text, standard().scan(text))


@cache
def concepts() -> Lexicon:
    """Words to concepts (`concepts.yaml`: concept: [word, …]); a word may carry several, a space between."""
    told: dict[str, list[str]] = table_of("concepts.yaml")
    words: dict[str, str] = {}
    for name, listed in told.items():
        for word in map(standardise, map(str, listed)):
            words[word] = (
                f"{words[word]} {name}" if word in words and name not in words[word].split() else name
            )
    return Lexicon(words)


@cache
def numbers() -> dict[str, int]:
    """All concepts, told ages too, numbered from 1."""
    named = {name for names in concepts().meanings() for name in names.split()}
    return {name: number for number, name in enumerate(sorted({*named, *AGES}), 1)}


def ages(text: str) -> list[str]:
    """Ages told in a text, by decade from 50 on, by stage before: 八十一岁 → age80."""
    found = []
    for match in _AGE.finditer(text):
        years = (
            int(match[1])
            if match[1]
            else _TENS.get(match[2][0], 1) * 10
            if "十" in match[2]
            else _TENS[match[2]]
        )
        if years >= 50:
            found.append(f"age{min(years, 99) // 10}0")
        elif match[3]:
            found.append(
                "age_baby"
                if years < 3
                else "age_small"
                if years < 7
                else "age_pupil"
                if years < 19
                else "age_grown"
            )
    return found


def meanings(text: str) -> list[str]:
    """The concepts named in a text, each once, in order."""
    return concepts_of(text, concepts().scan(text))


def concepts_of(text: str, hits: Hits) -> list[str]:
    """The same from the words found in it."""
    named = [name for _, _, names in hits for name in names.split()]
    return list(dict.fromkeys(named + ages(text)))
