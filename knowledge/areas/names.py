"""Names of estates and communities in a text: as written, by sound (锦秀花园 for 锦绣花园), or with one letter wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from knowledge.areas.words import normal
from knowledge.search import pinyin

LEAST = 2  # letters of a name
LEAST_LIKE = 4  # letters of a name that may be told with one letter wrong
MOST = 14
HEAD = 24  # letters of a text in which a name is looked for with a letter wrong


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a line: whose it is, where it stands, and whether it is sure."""

    ids: tuple[str, ...]
    start: int
    end: int
    sure: bool = True


def _sound(name: str) -> str:
    table = pinyin.table()
    return " ".join(table.get(char, char) for char in name)


def _shorter(name: str) -> Iterator[str]:
    """The name with any one letter left out: two names that share one differ in one letter at most."""
    yield from {name[:n] + name[n + 1 :] for n in range(len(name))}


@dataclass(frozen=True, slots=True)
class Names:
    """An index of names; each may belong to several ids."""

    exact: Mapping[str, tuple[str, ...]]
    sounds: Mapping[str, tuple[str, ...]]
    like: Mapping[str, tuple[str, ...]]  # shortened names → full names
    longest: int = field(default=0)

    @classmethod
    def build(cls, pairs: Iterable[tuple[str, str]]) -> Names:
        """From (name, id) pairs."""
        exact: dict[str, dict[str, None]] = {}
        for name, owner in pairs:
            if len(key := normal(name)) >= LEAST:
                exact.setdefault(key, {})[owner] = None
        sounds: dict[str, dict[str, None]] = {}
        like: dict[str, dict[str, None]] = {}
        for key, owners in exact.items():
            sounds.setdefault(_sound(key), {}).update(owners)
            if LEAST_LIKE <= len(key) <= MOST:
                for short in (key, *_shorter(key)):
                    like.setdefault(short, {})[key] = None
        return cls(_tuples(exact), _tuples(sounds), _tuples(like), max(map(len, exact), default=0))

    def find(self, line: str) -> Hit | None:
        """The longest name in a line in normal form; one told slightly wrong only where none is right."""
        return self.written(line) or self._heard(line[:HEAD]) or self._mistyped(line[:HEAD])

    def _windows(self, line: str, least: int) -> Iterator[tuple[int, int, str]]:
        """Pieces of the line, the longest first, then from the left."""
        for length in range(min(self.longest, len(line)), least - 1, -1):
            for start in range(len(line) - length + 1):
                yield start, start + length, line[start : start + length]

    def written(self, line: str) -> Hit | None:
        """The longest name that stands in the line letter by letter, the first of equals."""
        for start, end, piece in self._windows(line, LEAST):
            if piece in self.exact:
                return Hit(self.exact[piece], start, end)
        return None

    def _heard(self, line: str) -> Hit | None:
        table = pinyin.table()
        heard = [table.get(char, char) for char in line]
        for start, end, piece in self._windows(line, 3):
            found = self.sounds.get(" ".join(heard[start:end]))
            if found and any("\u4e00" <= char <= "\u9fff" for char in piece):
                return Hit(found, start, end)
        return None

    def _mistyped(self, line: str) -> Hit | None:
        """Names of which the line holds a piece with one letter added, missing or wrong: never sure."""
        for length in range(min(MOST, len(line)), LEAST_LIKE - 2, -1):
            found: dict[str, None] = {}
            span = (0, 0)
            for start in range(len(line) - length + 1):
                piece = line[start : start + length]
                names = [name for short in (piece, *_shorter(piece)) for name in self.like.get(short, ())
                         if abs(len(name) - length) <= 1 and name[0] in piece and name[-2:] in piece]  # fmt: skip
                if names and not found:
                    span = (start, start + length)
                found.update(dict.fromkeys(names))
            if found:
                return Hit(
                    tuple(dict.fromkeys(i for name in found for i in self.exact[name])), *span, sure=False
                )
        return None


def _tuples(told: Mapping[str, Mapping[str, None]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in told.items()}
