"""A message read: its grams by characters, by sounds and by concepts, as numbers (`keys.py`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from knowledge.search.concepts import concepts, concepts_of, numbers, standard, standardise
from knowledge.search.keys import CONCEPT, NOTHING, SOUND, UNIT, Longs, codes, packed, runs, whole
from knowledge.search.pinyin import UNHEARD, sound_of, spelled, written
from knowledge.search.text import normalise, normalise_all

BLOCKS = ("chars", "sounds", "concepts")
MOST_CONCEPTS = 12
_LATIN = re.compile("[0-9a-z]")
_BLANK, _FEED = ord(" "), ord("\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """The grams of one text, repeated ones too, block by block in the order of BLOCKS; `letters`: how many are of characters."""

    text: str
    keys: Longs
    letters: int

    @property
    def blocks(self) -> tuple[Longs, ...]:
        """The grams of each block; a block switched off is empty."""
        return tuple(self.keys[self.keys // SOUND == number] for number in range(len(BLOCKS)))


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
    told, wholes, spoken = _apart(text) if _LATIN.search(text) else (text, [], text)
    units = _units(told)
    letters = _runs(np.where(units == _BLANK, 0, units))
    heard = sound_of()[units if spoken is told else _units(spoken)] if sounds else units[:0]
    heard = _runs(heard[heard != UNHEARD].astype(np.int64)) | SOUND
    rest = np.array(wholes + _concepts(found), dtype=np.int64)
    first = len(wholes)
    keys = np.concatenate((letters, rest[:first], heard, rest[first:]))
    return Reading(text, keys, len(letters) + first)


def _units(text: str) -> Longs:
    return np.frombuffer(text.encode("utf-16-le", "replace"), dtype=np.uint16).astype(np.int64)


def _apart(text: str) -> tuple[str, list[int], str]:
    """The pieces that are not Latin; the others as one gram each, none if pinyin; and how it all sounds."""
    pieces = text.split()
    latin = [piece for piece in pieces if piece.isascii()]
    wholes = [whole(piece) for piece in latin if not (piece.isalpha() and spelled(piece))]
    return " ".join(piece for piece in pieces if not piece.isascii()), wholes, _spoken(text)


def _runs(units: Longs) -> Longs:
    """The keys of one to three units side by side; unit 0 divides."""
    if len(units) < 3:
        return runs(units)[0]
    pairs = units[:-1] << UNIT | units[1:]
    triples = units[:-2] << 2 * UNIT | pairs[1:]
    if units.all():
        return np.concatenate((units, pairs, triples))
    held = units > 0
    two = held[:-1] & held[1:]
    return np.concatenate((units[held], pairs[two], triples[two[:-1] & held[2:]]))


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
