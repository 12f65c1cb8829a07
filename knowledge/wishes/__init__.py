"""Which deed a resident wants: plain rules first, then a linear classifier on character grams."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.wishes.grams import Matrix, Space, normal, ridge

DATA = Path(__file__).parent.parent / "data"
HANDBOOK, NONE = "handbook", "none"
PENALTY, ROUNDS, SHARPNESS = 0.5, 12, 5.0  # chosen by cross-validation, see bench/wishes.py
EVENING = 0.65  # how far rare classes are weighted up, 1 is fully


@dataclass(frozen=True, slots=True)
class Wish:
    """A deed (`handbook`: a question, `none`: neither) and the probability that it is meant."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Rule:
    wish: str
    confidence: float
    when: re.Pattern[str]
    unless: re.Pattern[str] | None


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def read_phrases(folder: Path = DATA / "wishes") -> dict[str, list[str]]:
    """The sample sentences of each deed: one YAML list a deed, named as the deed."""
    return {path.stem: [str(line) for line in _yaml(path)] for path in sorted(folder.glob("*.yaml"))}


def read_negatives(path: Path = DATA / "negatives.yaml") -> list[str]:
    """The texts that are neither deed nor question."""
    return [str(row["text"]) for row in _yaml(path)]


# Items where telling of one's own case asks for the deed itself: those sentences are not questions.
DEED_ITEMS = frozenset(
    ("MZ08", "MZ11", "WJ08", "SF01", "RS13", "SF02", "SF03", "JY04", "JY06",
     "DQ03", "DQ04", "DQ05", "CG02", "CG03", "CG05", "CG06", "ZJ08", "ZJ05")
)  # fmt: skip
ASKING_STYLES = ("official", "plain", "terse")


def questions(entries: Sequence[HandbookEntry]) -> list[str]:
    """The handbook's phrasings that ask, rather than tell of a matter to be dealt with."""
    lines: list[str] = []
    for entry in entries:
        styles = ASKING_STYLES if entry.id in DEED_ITEMS else STYLES
        lines += [line for style in styles for line in entry.phrasings.get(style, ())]
    return lines


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(raw["wish"], raw["confidence"], re.compile(raw["when"]),
              re.compile(raw["unless"]) if raw.get("unless") else None)
        for raw in _yaml(DATA / "wish_rules.yaml")
    )  # fmt: skip


def by_rule(text: str) -> Wish | None:
    """The deed that plain words settle, or None."""
    line = normal(text)
    for rule in _rules():
        if rule.when.search(line) and not (rule.unless and rule.unless.search(line)):
            return Wish(rule.wish, rule.confidence)
    return None


class Recogniser:
    """Tells deeds apart from each other, from questions, and from talk that is neither."""

    def __init__(self, names: tuple[str, ...], space: Space, weights: Matrix) -> None:
        self._names, self._space, self._weights = names, space, weights

    @classmethod
    def build(
        cls, wishes: Mapping[str, Sequence[str]], handbook: Sequence[str], negatives: Sequence[str]
    ) -> Recogniser:
        """Train on sentences of each deed, on handbook questions and on what is neither."""
        groups = {
            **wishes,
            HANDBOOK: handbook,
            NONE: [line for line in negatives if (ruled := by_rule(line)) is None or ruled.name == HANDBOOK],
        }
        names = tuple(sorted(name for name, lines in groups.items() if lines))
        texts = [line for name in names for line in groups[name]]
        classes = np.repeat(np.arange(len(names)), [len(groups[name]) for name in names])
        share = np.bincount(classes)[classes].astype(np.float32)
        weights = ((np.median(share) / share) ** EVENING).astype(np.float32)
        space = Space(texts)
        return cls(names, space, ridge(space.rows, classes, weights, ROUNDS, PENALTY))

    def recognise(self, text: str) -> tuple[Wish, ...]:
        """All deeds, best first; the confidences add up to 1."""
        told = self._learned(text)
        if ruled := by_rule(text):
            told = _settled(told, ruled)
        found = [Wish(name, chance) for name, chance in told.items()]
        return tuple(sorted(found, key=lambda wish: (-wish.confidence, wish.name)))

    def _learned(self, text: str) -> dict[str, float]:
        scores = (self._space.row(text) @ self._weights)[0] * SHARPNESS
        chances = np.exp(scores - scores.max())
        return dict(zip(self._names, (chances / chances.sum()).tolist(), strict=True))


def _settled(told: dict[str, float], ruled: Wish) -> dict[str, float]:
    """The learned chances shrunk to what the rule leaves."""
    left = {name: chance * (1 - ruled.confidence) for name, chance in told.items()}
    left[ruled.name] = left.get(ruled.name, 0.0) + ruled.confidence
    return left
