"""Which entries steal each other's questions: every sentence is asked of an index that does not hold it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.search import Finding

FOLDS = 5
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Collision:
    """How often sentences of `owner` are taken for `thief` first, of how many, with examples."""

    owner: str
    thief: str
    count: int
    of: int
    examples: tuple[str, ...]


def held_out(
    entries: Sequence[HandbookEntry], fold: int, folds: int = FOLDS
) -> tuple[list[HandbookEntry], list[tuple[str, str]]]:
    """The entries without every `folds`-th sentence, and those sentences as (entry, sentence)."""
    kept, out = [], []
    for entry in entries:
        number = 0
        rest: dict[str, tuple[str, ...]] = {}
        for style in STYLES:
            lines = entry.phrasings.get(style, ())
            mine = {i for i in range(len(lines)) if (number + i) % folds == fold}
            number += len(lines)
            rest[style] = tuple(line for i, line in enumerate(lines) if i not in mine)
            out += [(entry.id, lines[i]) for i in sorted(mine)]
        kept.append(replace(entry, phrasings=rest))
    return kept, out


Finder = Callable[[str], Finding]


def collisions(
    entries: Sequence[HandbookEntry], build: Callable[[Sequence[HandbookEntry]], Finder], folds: int = FOLDS
) -> list[Collision]:
    """All pairs, the most frequent first. `build` makes an index of some entries and returns how it finds."""
    total = Counter({entry.id: len(entry.all_phrasings()) for entry in entries})
    stolen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for owner, thief, sentence in _stolen(entries, build, folds):
        stolen[owner, thief].append(sentence)
    found = [
        Collision(a, b, len(lines), total[a], tuple(lines[:EXAMPLES])) for (a, b), lines in stolen.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.owner, one.thief))


def _stolen(
    entries: Sequence[HandbookEntry], build: Callable[[Sequence[HandbookEntry]], Finder], folds: int
) -> Iterator[tuple[str, str, str]]:
    for fold in range(folds):
        kept, asked = held_out(entries, fold, folds)
        find = build(kept)
        for owner, sentence in asked:
            best = find(sentence).entries[:1]
            if best and best[0] != owner:
                yield owner, best[0], sentence
