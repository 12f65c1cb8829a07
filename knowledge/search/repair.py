"""Typing errors mended by sound (光容牌 → 光荣牌), and pinyin typed in Latin letters written out (dibao → 低保)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.search.keys import NOTHING, UNIT, WHOLE, Longs, letters, packed
from knowledge.search.pinyin import UNHEARD, numbers, sound_of, sounds, spelled

FREQUENT = 3  # a gram must stand in this many lines to be taken for what was meant
_UNIT = (1 << UNIT) - 1


class Repair:
    """Pairs of characters that the lines know, by how they sound."""

    def __init__(self, grams: Iterable[tuple[str, int]] = ()) -> None:
        """`grams`: (gram, in how many lines) of one to three characters."""
        self._known = self._heard = array("q")  # searched one by one, which is quicker than an array of numpy
        self._meant = NOTHING
        self._pairs = self._heard_pairs = frozenset[int]()
        told = sorted((packed(map(ord, gram)), lines) for gram, lines in grams)
        if told:
            self._learn(*np.array(told, dtype=np.int64).T)

    @classmethod
    def of(cls, keys: Longs, lines: NDArray[np.integer]) -> Repair:
        """The same from a vocabulary: the sorted keys of its characters, and in how many lines each is."""
        made = cls()
        made._learn(keys, lines.astype(np.int64))
        return made

    def _learn(self, keys: Longs, lines: Longs) -> None:
        keys, lines = keys[keys < WHOLE], lines[keys < WHOLE]
        units = np.stack([keys >> 2 * UNIT, keys >> UNIT & _UNIT, keys & _UNIT])
        digits = (units >= ord("0")) & (units <= ord("9"))
        written = ~digits.any(axis=0) & (units > 0x7F).any(axis=0)
        sounds = np.where(units > 0, sound_of()[units], 0).astype(np.int64)
        meant = written & (lines >= FREQUENT) & (sounds != UNHEARD).all(axis=0)
        heard = (sounds[0] << 2 * UNIT | sounds[1] << UNIT | sounds[2])[meant]
        order = np.lexsort((keys[meant], -lines[meant], heard))  # of one sound the most usual first
        known, heard, self._meant = keys[written], heard[order], keys[meant][order]
        self._pairs, self._heard_pairs = _pairs(known), _pairs(heard)
        self._known, self._heard = (array("q", told.astype(np.int64).tobytes()) for told in (known, heard))

    def write_out(self, text: str) -> str:
        """The text with words typed as pinyin in characters, the most usual ones for each sound."""
        out: list[str] = []
        run: list[str] = []
        alone = text.isascii()
        for piece in [*text.split(), ""]:
            heard = spelled(piece) if piece.isascii() and piece.isalpha() else []
            if heard and (alone or len(heard) > 1):
                run += heard
                continue
            out += [self._characters(run), piece] if run else [piece]
            run = []
        return " ".join(out).strip()

    def _characters(self, told: Sequence[str]) -> str:
        units = [numbers()[sound] for sound in told]
        out, at = "", 0
        while at < len(units):
            found = (
                (size, self._alike(units[at : at + size])) for size in (3, 2, 1) if at + size <= len(units)
            )
            size, meant = next(((size, grams) for size, grams in found if grams), (1, []))
            out += meant[0] if meant else ""
            at += size
        return out

    def _alike(self, told: Sequence[int]) -> list[str]:
        """The grams that sound so, the most usual first."""
        heard = packed(told)
        first = bisect_left(self._heard, heard)
        last = bisect_left(self._heard, heard + 1, first)
        return [letters(key) for key in self._meant[first:last].tolist()]

    def _knows(self, gram: str) -> bool:
        key = packed(map(ord, gram))
        at = bisect_left(self._known, key)
        return at < len(self._known) and self._known[at] == key

    def mend(self, text: str) -> tuple[str, int]:
        """The text with unknown pairs replaced by known ones, and how many were.

        What replaces a pair sounds the same, differs in one character, and is known with a neighbour; a
        character that makes a known pair with its other neighbour is no error.
        """
        suspects = self._suspects(text)
        chars, mended, fresh = list(text), 0, -1
        for at in range(suspects[0], len(chars) - 1) if suspects else ():
            meant = self._meant_at(chars, at) if at in suspects or at == fresh else None
            if meant:
                chars[at : at + 2] = list(meant)
                mended, fresh = mended + 1, at + 1
        return "".join(chars), mended

    def _suspects(self, text: str) -> list[int]:
        """Where a pair begins that is not known but sounds like one that is."""
        table, pairs, heard = sounds(), self._pairs, self._heard_pairs
        found, last, before = [], 0, 0
        for at, char in enumerate(text):
            unit = ord(char)
            sound = table[unit]
            if sound == UNHEARD:
                sound = 0
            if sound and before and last << UNIT | unit not in pairs and before << UNIT | sound in heard:
                found.append(at - 1)
            last, before = unit, sound
        return found

    def _meant_at(self, chars: Sequence[str], at: int) -> str | None:
        one, two = chars[at], chars[at + 1]
        told = (sounds()[ord(one)], sounds()[ord(two)])
        if self._knows(one + two) or not all(0 < sound < UNHEARD for sound in told):
            return None
        before, after = "".join(chars[max(0, at - 1) : at]), "".join(chars[at + 2 : at + 3])
        return self._choose(self._alike(told), before, one, two, after)

    def _choose(self, candidates: Sequence[str], before: str, one: str, two: str, after: str) -> str | None:
        for pair in candidates:
            if (pair[0] == one) == (pair[1] == two):
                continue
            agreed = (before and self._knows(before + pair)) or (after and self._knows(pair + after))
            beside, kept = (after, two + after) if pair[0] == one else (before, before + one)
            if agreed and not (beside and self._knows(kept)):
                return pair
        return None


def _pairs(keys: Longs) -> frozenset[int]:
    """Those of two letters, quick to look up one by one."""
    return frozenset(keys[(keys > _UNIT) & (keys < 1 << 2 * UNIT)].tolist())
