"""A message read: its grams by characters, by sounds and by concepts, as numbers (`keys.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from knowledge.search.concepts import concepts, concepts_of, numbers, standard, standardise
from knowledge.search.keys import CONCEPT, NOTHING, SOUND, UNIT, Longs, codes, packed, runs, whole
from knowledge.search.pinyin import UNHEARD, sound_of, sounds, spelled, written
from knowledge.search.text import normalise, normalise_all

BLOCKS = ("chars", "sounds", "concepts")
MOST_CONCEPTS = 12
_LATIN = re.compile("[0-9a-z]")
_BLANK, _FEED = ord(" "), ord("\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """The grams of one text, block by block in the order of BLOCKS; a block switched off is empty."""

    text: str
    blocks: tuple[list[int], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The grams of many texts, as parallel arrays: the number of the text, and the gram's key."""

    line: Longs
    key: Longs


def plain(message: str, *, words: bool = True) -> str:
    """The message in normalised, and with `words` in standard, words."""
    text = normalise(message)
    return standardise(text) if words else text


def plain_all(messages: Sequence[str], *, words: bool = True) -> list[str]:
    """The same for many messages at once."""
    texts = normalise_all(messages)
    return standard().put_for_all(texts) if words else texts


def read(text: str, *, sounds: bool = True, words: bool = True) -> Reading:
    """The grams of a plain text; `sounds` and `words` switch their blocks on."""
    found = concepts_of(text, concepts().scan(text)) if words else []
    return Reading(text, (_letters(text), _heard(text) if sounds else [], _concepts(found)))


def _letters(text: str) -> list[int]:
    """One to three letters; a run of Latin letters or digits is one gram, and none if it is pinyin."""
    keys: list[int] = []
    for piece in text.split():
        if not piece.isascii():
            keys += _runs(map(ord, piece))
        elif not (piece.isalpha() and spelled(piece)):
            keys.append(whole(piece))
    return keys


def _heard(text: str) -> list[int]:
    """One to three syllables in a row; letters without a sound are passed over."""
    told, table = _spoken(text) if _LATIN.search(text) else text, sounds()
    return [key | SOUND for key in _runs(unit for unit in [table[ord(c)] for c in told] if unit != UNHEARD)]


def _runs(units: Iterable[int]) -> list[int]:
    keys = []
    before = last = 0
    for unit in units:
        if not unit:
            before = last = 0
            continue
        keys.append(unit)
        if last:
            pair = last << UNIT | unit
            keys.append(pair)
            if before:
                keys.append(before << 2 * UNIT | pair)
        before, last = last, unit
    return keys


def _concepts(names: Sequence[str]) -> list[int]:
    """The concepts named, and all pairs of them."""
    by_name = numbers()
    found = sorted([by_name[name] for name in names[:MOST_CONCEPTS]])
    return [key | CONCEPT for key in [*found, *map(packed, combinations(found, 2))]]


def read_all(texts: Sequence[str], *, sounds: bool = True, words: bool = True) -> list[Block]:
    """The grams of many plain texts at once, one Block for each of BLOCKS."""
    none = Block(NOTHING, NOTHING)
    return [
        _all_letters(texts),
        _all_heard(texts) if sounds else none,
        _all_concepts(texts) if words else none,
    ]


def _all_letters(texts: Sequence[str]) -> Block:
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


def _all_heard(texts: Sequence[str]) -> Block:
    told = codes(_spoken(text) if _LATIN.search(text) else text for text in texts)
    line, units = np.cumsum(told == _FEED), sound_of()[told].astype(np.int64)
    heard = units != UNHEARD
    key, place = runs(units[heard])
    return Block(line[heard][place], key | SOUND)


def _all_concepts(texts: Sequence[str]) -> Block:
    lines: list[int] = []
    keys: list[int] = []
    for number, (text, found) in enumerate(zip(texts, concepts().scan_all(texts), strict=True)):
        keys += _concepts(concepts_of(text, found))
        lines += [number] * (len(keys) - len(lines))
    return Block(np.array(lines, np.int64), np.array(keys, np.int64))


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
