"""How words sound: fuzzy syllables, so that homophones and dialect finals meet."""

from __future__ import annotations

import re
from array import array
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from knowledge.search.text import data

MOST_LETTERS = 40
UNHEARD = 0xFFFF  # the number of a letter without a sound
WRITTEN = 0xE000  # syllables typed in Latin letters stand as private letters from here on
_LATIN = re.compile(r"[a-z]+")
_TAIL = re.compile(r"(?<=[aei])ng$")


def fuzzy(syllable: str) -> str:
    """zh, ch, sh like z, c, s; ang, eng, ing like an, en, in."""
    flat = syllable.replace("zh", "z").replace("ch", "c").replace("sh", "s")
    return _TAIL.sub("n", flat)


@cache
def table() -> dict[str, str]:
    """Each character's fuzzy syllable (its commonest reading)."""
    return {char: fuzzy(sound) for sound, chars in _rows() for char in chars}


def _rows() -> list[list[str]]:
    return [line.split("\t") for line in data("pinyin.tsv").splitlines()]


@cache
def known() -> frozenset[str]:
    """Every syllable there is, as typed."""
    return frozenset(sound for sound, _ in _rows())


@cache
def numbers() -> dict[str, int]:
    """Fuzzy syllables numbered from 1."""
    return {sound: number for number, sound in enumerate(sorted(set(map(fuzzy, known()))), 1)}


@cache
def sound_of() -> NDArray[np.uint16]:
    """By letter (UTF-16) the number of its syllable: 0 for blanks, UNHEARD for letters without a sound."""
    out = np.full(1 << 16, UNHEARD, dtype=np.uint16)
    for sound, chars in _rows():
        out[np.frombuffer(chars.encode("utf-16-le"), dtype=np.uint16)] = numbers()[fuzzy(sound)]
    count = len(numbers())
    out[WRITTEN + 1 : WRITTEN + 1 + count] = np.arange(1, count + 1)
    out[[ord(" "), ord("\n")]] = 0
    return out


@cache
def sounds() -> array[int]:
    """The same table for one letter at a time."""
    return array("H", sound_of().tobytes())


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
    if piece.isascii():
        return [sound for word in _LATIN.findall(piece) for sound in spelled(word)]
    sounds = table()
    return [sounds[char] for char in piece if char in sounds]


def written(piece: str) -> str:
    """The sounds of a piece of Latin letters and digits, one private letter each."""
    return "".join(chr(WRITTEN + numbers()[sound]) for sound in syllables(piece))
