"""A message read: its grams by characters, by sounds and by concepts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from knowledge.search.concepts import meanings, standardise
from knowledge.search.pinyin import spelled, syllables
from knowledge.search.text import normalise

BLOCKS = ("chars", "sounds", "concepts")
MOST_CONCEPTS = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """The grams of one text, block by block in the order of BLOCKS; a block switched off is empty."""

    text: str
    blocks: tuple[list[str], list[str], list[str]]


def _grams(piece: str) -> list[str]:
    """One to three characters; a run of Latin letters or digits is one gram, and none if it is pinyin."""
    if piece.isascii():
        return [] if piece.isalpha() and spelled(piece) else [piece]
    return [piece[i : i + n] for n in (1, 2, 3) for i in range(len(piece) - n + 1)]


def _sound_grams(sounds: list[str]) -> list[str]:
    out = ["~" + sound for sound in sounds]
    out += [f"~{a}-{b}" for a, b in pairwise(sounds)]
    return out + [f"~{a}-{b}-{c}" for a, b, c in zip(sounds, sounds[1:], sounds[2:], strict=False)]


def _concept_grams(text: str) -> list[str]:
    found = sorted(meanings(text)[:MOST_CONCEPTS])
    return ["#" + name for name in found] + [f"#{a}+{b}" for a, b in combinations(found, 2)]


def plain(message: str, *, words: bool = True) -> str:
    """The message in normalised, and with `words` in standard, words."""
    text = normalise(message)
    return standardise(text) if words else text


def read(text: str, *, sounds: bool = True, words: bool = True) -> Reading:
    """The grams of a plain text; `sounds` and `words` switch their blocks on."""
    pieces = text.split()
    chars = [gram for piece in pieces for gram in _grams(piece)]
    heard = [gram for run in _runs(pieces) for gram in _sound_grams(run)] if sounds else []
    return Reading(text, (chars, heard, _concept_grams(text) if words else []))


def _runs(pieces: list[str]) -> list[list[str]]:
    """Syllables of each piece; neighbouring pieces typed as pinyin are one run (di bao)."""
    runs: list[list[str]] = []
    latin = False
    for piece in pieces:
        sounds = syllables(piece)
        if latin and piece.isascii():
            runs[-1] += sounds
        else:
            runs.append(sounds)
        latin = piece.isascii()
    return runs
