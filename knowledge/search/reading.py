"""A message read: its grams by characters, by sounds and by concepts, as numbers (`keys.py`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from knowledge.search.concepts import meanings, numbers, standardise
from knowledge.search.keys import CONCEPT, NOTHING, SOUND, Longs, codes, packed, runs, whole
from knowledge.search.pinyin import UNHEARD, sound_of, spelled, written
from knowledge.search.text import normalise

BLOCKS = ("chars", "sounds", "concepts")
MOST_CONCEPTS = 12
_LATIN = re.compile("[0-9a-z]")
_BLANK, _FEED = ord(" "), ord("\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """The grams of one text, block by block in the order of BLOCKS; a block switched off is empty."""

    text: str
    blocks: tuple[Longs, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The grams of many texts, as parallel arrays: the number of the text, and the gram's key."""

    line: Longs
    key: Longs


def plain(message: str, *, words: bool = True) -> str:
    """The message in normalised, and with `words` in standard, words."""
    text = normalise(message)
    return standardise(text) if words else text


def read(text: str, *, sounds: bool = True, words: bool = True) -> Reading:
    """The grams of a plain text; `sounds` and `words` switch their blocks on."""
    return Reading(text, tuple(block.key for block in read_all([text], sounds=sounds, words=words)))


def read_all(texts: Sequence[str], *, sounds: bool = True, words: bool = True) -> list[Block]:
    """The grams of many plain texts at once, one Block for each of BLOCKS."""
    none = Block(NOTHING, NOTHING)
    return [_letters(texts), _heard(texts) if sounds else none, _concepts(texts) if words else none]


def _letters(texts: Sequence[str]) -> Block:
    """One to three letters; a run of Latin letters or digits is one gram, and none if it is pinyin."""
    told, lines, keys = list(texts), [], []
    for number, text in enumerate(texts):
        if _LATIN.search(text):
            pieces = text.split()
            told[number] = " ".join(piece for piece in pieces if not piece.isascii())
            found = [whole(p) for p in pieces if p.isascii() and not (p.isalpha() and spelled(p))]
            keys += found
            lines += [number] * len(found)
    units = codes(told).astype(np.int64)
    ends = units == _FEED
    units[ends | (units == _BLANK)] = 0
    key, place = runs(units)
    line = np.cumsum(ends)[place]
    return Block(np.append(line, np.array(lines, np.int64)), np.append(key, np.array(keys, np.int64)))


def _heard(texts: Sequence[str]) -> Block:
    """One to three syllables in a row; letters without a sound are passed over."""
    told = codes(_spoken(text) if _LATIN.search(text) else text for text in texts)
    line, units = np.cumsum(told == _FEED), sound_of()[told].astype(np.int64)
    heard = units != UNHEARD
    key, place = runs(units[heard])
    return Block(line[heard][place], key | SOUND)


def _spoken(text: str) -> str:
    """Pinyin as private letters; neighbouring pieces typed so are one run (di bao)."""
    out: list[str] = []
    latin = False
    for piece in text.split():
        if not piece.isascii():
            out.append(piece)
        elif latin:
            out[-1] += written(piece)
        else:
            out.append(written(piece))
        latin = piece.isascii()
    return " ".join(out)


def _concepts(texts: Sequence[str]) -> Block:
    """The concepts named, and all pairs of them."""
    lines: list[int] = []
    keys: list[int] = []
    by_name = numbers()
    for number, text in enumerate(texts):
        found = sorted([by_name[name] for name in meanings(text)[:MOST_CONCEPTS]])
        keys += found
        keys += map(packed, combinations(found, 2))
        lines += [number] * (len(keys) - len(lines))
    return Block(np.array(lines, np.int64), np.array(keys, np.int64) | CONCEPT)
