"""Everyday and dialect words to standard words, and words to concepts (who, what, event)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from knowledge.search.text import table_of

_TENS = {char: i for i, char in enumerate("一二三四五六七八九", 1)} | {"两": 2}
AGES = ("age50", "age60", "age70", "age80", "age90", "age_baby", "age_small", "age_pupil", "age_grown")
_AGE = re.compile(
    r"(?:(\d{1,2})|([一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]))(?:多|几|来)?(岁半?)?"
)


class Lexicon:
    """Longest-match look-up of words, left to right."""

    def __init__(self, words: dict[str, str]) -> None:
        self._words = words
        sizes: dict[str, set[int]] = {}
        for word in words:
            sizes.setdefault(word[0], set()).add(len(word))
        self._sizes = {first: sorted(of, reverse=True) for first, of in sizes.items()}

    def meanings(self) -> Iterable[str]:
        """What the words mean."""
        return self._words.values()

    def scan(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, meaning) of each word found, none overlapping."""
        found, free, words = [], 0, self._words
        for at, sizes in enumerate(map(self._sizes.get, text)):
            if sizes is None or at < free:
                continue
            for size in sizes:
                meaning = words.get(text[at : at + size])
                if meaning is not None:
                    free = at + size
                    found.append((at, free, meaning))
                    break
        return found


@cache
def standard() -> Lexicon:
    """Dialect words to standard words (`standard.yaml`: standard: [dialect, …])."""
    told: dict[str, list[str]] = table_of("standard.yaml")
    return Lexicon({word: meaning for meaning, words in told.items() for word in words})


def standardise(text: str) -> str:
    """The text in standard words."""
    out, last = [], 0
    for start, end, meaning in standard().scan(text):
        out += [text[last:start], meaning]
        last = end
    return "".join([*out, text[last:]])


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
    named = [name for _, _, names in concepts().scan(text) for name in names.split()]
    return list(dict.fromkeys(named + ages(text)))
