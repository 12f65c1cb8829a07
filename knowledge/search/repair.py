"""Typing errors mended by sound (光容牌 → 光荣牌), and pinyin typed in Latin letters written out (dibao → 低保)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from knowledge.search.pinyin import spelled, table

FREQUENT = 3  # a gram must stand in this many lines to be taken for what was meant


class Repair:
    """Pairs of characters that the lines know, by how they sound."""

    def __init__(self, grams: Iterable[tuple[str, int]]) -> None:
        """`grams`: (gram, in how many lines) of one to three characters."""
        sounds = table()
        self._known: set[str] = set()
        self._meant: dict[tuple[str, ...], list[str]] = {}
        for gram, lines in sorted(grams, key=lambda told: (-told[1], told[0])):
            heard = tuple(sounds.get(char, "") for char in gram)
            self._known.add(gram)
            if lines >= FREQUENT and all(heard):
                self._meant.setdefault(heard, []).append(gram)

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

    def _characters(self, sounds: list[str]) -> str:
        out, at = "", 0
        while at < len(sounds):
            sizes = (size for size in (3, 2, 1) if tuple(sounds[at : at + size]) in self._meant)
            size = next(sizes, 0)
            out += self._meant[tuple(sounds[at : at + size])][0] if size else ""
            at += max(size, 1)
        return out

    def mend(self, text: str) -> tuple[str, int]:
        """The text with unknown pairs replaced by known ones, and how many were.

        What replaces a pair sounds the same, differs in one character, and is known with a neighbour; a
        character that makes a known pair with its other neighbour is no error.
        """
        chars, mended, sounds = list(text), 0, table()
        for at in range(len(chars) - 1):
            one, two = chars[at], chars[at + 1]
            if one + two in self._known:
                continue
            candidates = self._meant.get((sounds.get(one, ""), sounds.get(two, "")))
            meant = candidates and self._choose(candidates, "".join(chars[max(0, at - 1) : at]), one, two,
                                                "".join(chars[at + 2 : at + 3]))  # fmt: skip
            if meant:
                chars[at : at + 2] = list(meant)
                mended += 1
        return "".join(chars), mended

    def _choose(self, candidates: Sequence[str], before: str, one: str, two: str, after: str) -> str | None:
        known = self._known
        for pair in candidates:
            if (pair[0] == one) == (pair[1] == two):
                continue
            agreed = (before and before + pair in known) or (after and pair + after in known)
            sound_elsewhere = two + after in known if pair[0] == one else before + one in known
            if agreed and not (sound_elsewhere and (after if pair[0] == one else before)):
                return pair
        return None


def character_grams(ids: Mapping[str, int], frequency: Iterable[int]) -> list[tuple[str, int]]:
    """The character grams of a vocabulary with their number of lines."""
    return [
        (gram, lines)
        for gram, lines in zip(ids, frequency, strict=True)
        if len(gram) < 4 and gram.isalpha() and not gram.isascii()
    ]
