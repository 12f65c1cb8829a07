"""Grams as whole numbers: one to three units of 16 bits side by side, and above them a mark for the block."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
UNIT = 16
WHOLE = 1 << 59  # a run of Latin letters or digits, by its hash
SOUND, CONCEPT = 1 << 60, 2 << 60  # where the second and the third block begin
NOTHING: Longs = np.zeros(0, dtype=np.int64)


def codes(texts: Iterable[str]) -> NDArray[np.uint16]:
    """The letters' numbers, a line feed after each text (plain text has no letter beyond the basic plane)."""
    return np.frombuffer(("\n".join(texts) + "\n").encode("utf-16-le", "replace"), dtype=np.uint16)


def runs(units: Longs) -> tuple[Longs, NDArray[np.intp]]:
    """The keys of one to three units side by side, and where each begins; unit 0 divides."""
    key, held = units, units > 0
    keys, places = [], []
    for size in range(3):
        if size:
            key, held = key[:-1] << UNIT | units[size:], held[:-1] & (units[size:] > 0)
        at = np.flatnonzero(held)
        keys.append(key[at])
        places.append(at)
    return np.concatenate(keys), np.concatenate(places)


def packed(units: Iterable[int]) -> int:
    """The key of a few units."""
    key = 0
    for unit in units:
        key = key << UNIT | unit
    return key


def whole(piece: str) -> int:
    """The key of a run of Latin letters or digits; a short one has the key it has within a word (3楼, a类)."""
    return (
        packed(map(ord, piece))
        if len(piece) < 4
        else WHOLE | int.from_bytes(blake2b(piece.encode(), digest_size=7).digest())
    )


def letters(key: int) -> str:
    """The letters of a gram of characters."""
    return "".join(chr(key >> shift & 0xFFFF) for shift in (2 * UNIT, UNIT, 0) if key >> shift)
