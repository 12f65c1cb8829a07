"""Sentences that say much the same stand together: character grams, one pass, the same result for the same input."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

ALIKE = 0.5  # share of common grams (Dice) from which two sentences stand together
ALIKE_SAME = 0.34  # … where both have the same hint
LONGEST = 200  # characters of a sentence that count


def grams(text: str) -> Counter[str]:
    """Single characters and pairs of neighbours, counted."""
    kept = text[:LONGEST]
    return Counter([*kept, *(a + b for a, b in pairwise(kept))])


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of two bags of grams, 0–1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def clustered(texts: Sequence[str], hints: Sequence[str]) -> list[list[int]]:
    """The numbers of the texts in groups; the first of a group leads it. Equal hints let less alike texts together."""
    bags: list[Counter[str]] = []
    groups: list[list[int]] = []
    where: dict[str, list[int]] = defaultdict(list)  # gram → groups whose leader has it
    for number, text in enumerate(texts):
        bag = grams(text)
        at = _home(bag, hints[number], bags, [hints[group[0]] for group in groups], where)
        if at is not None:
            groups[at].append(number)
            continue
        for gram in bag:
            where[gram].append(len(groups))
        bags.append(bag)
        groups.append([number])
    return groups


def _home(bag: Counter[str], hint: str, leaders: Sequence[Counter[str]], hints: Sequence[str],
          where: dict[str, list[int]]) -> int | None:  # fmt: skip
    """The group whose leader is most alike, the older one where two are."""
    if not bag:
        return next((at for at, leader in enumerate(leaders) if not leader), None)
    near = sorted({at for gram in bag if len(gram) > 1 or len(bag) < 4 for at in where.get(gram, ())})
    best, found = 0.0, None
    for at in near:
        least = ALIKE_SAME if hint and hint == hints[at] else ALIKE
        if (alike := likeness(bag, leaders[at])) >= least and alike > best:
            best, found = alike, at
    return found
