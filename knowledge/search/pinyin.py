"""How words sound: fuzzy syllables, so that homophones and dialect finals meet."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from knowledge.search.text import data

MOST_LETTERS = 40
_LATIN = re.compile(r"[a-z]+")
_TAIL = re.compile(r"(?<=[aei])ng$")


def fuzzy(syllable: str) -> str:
    """zh, ch, sh like z, c, s; ang, eng, ing like an, en, in."""
    flat = syllable.replace("zh", "z").replace("ch", "c").replace("sh", "s")
    return _TAIL.sub("n", flat)


@cache
def table() -> dict[str, str]:
    """Each character's fuzzy syllable (its commonest reading)."""
    rows = (line.split("\t") for line in data("pinyin.tsv").splitlines())
    return {char: fuzzy(sound) for sound, chars in rows for char in chars}


@cache
def known() -> frozenset[str]:
    """Every syllable there is, as typed."""
    return frozenset(line.split("\t")[0] for line in data("pinyin.tsv").splitlines())


@lru_cache(4096)
def spelled(word: str) -> list[str]:
    """Cut a run of Latin letters into syllables (dibao → di, bao); empty when it is not pinyin."""
    if len(word) > MOST_LETTERS:
        return []
    ends: dict[int, list[str]] = {0: []}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            if start in ends and word[start:end] in known():
                ends[end] = [*ends[start], word[start:end]]
                break
    return [fuzzy(part) for part in ends.get(len(word), [])]


def syllables(piece: str) -> list[str]:
    """The sounds of one piece of text (no spaces); pinyin typed in Latin letters counts as sound."""
    sounds = table()
    if piece.isascii():
        return [sound for word in _LATIN.findall(piece) for sound in spelled(word)]
    return [sounds[char] for char in piece if char in sounds]
