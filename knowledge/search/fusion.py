"""Signals to a ranking, the ranking to calibrated probabilities, probabilities to a decision."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge.search.finding import Costs, Decision
from knowledge.search.text import data
from knowledge.search.vocabulary import Floats

Doubles = NDArray[np.float64]
SIGNALS = ("linear", "item_chars", "item_sounds", "phrase_chars", "ratio")
MEASURES = (
    "one",
    "certain",
    "gap",
    "inside",
    "linear",
    "margin",
    "covered",
    "heard",
    "alike",
    "agreed",
    "length",
    "mended",
)
COVERING = ("item_chars", "item_sounds", "phrase_chars")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """How far each signal is trusted, and what the measures of a ranking say (fitted: bench/calibrate.py)."""

    signals: Mapping[str, float]
    outside: float
    first: tuple[float, ...]
    three: tuple[float, ...]
    inside: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities (0–1): the first entry is right, one of the first three is, any entry is."""

    first: float
    three: float
    inside: float


@cache
def fitted() -> Weights:
    """The weights shipped in `weights.json`, fitted on cross-validated scores only."""
    told = json.loads(data("weights.json"))
    return Weights(told["signals"], told["outside"], *(tuple(told[n]) for n in ("first", "three", "inside")))


def softmax(scores: Mapping[str, Floats], entries: int, weights: Weights) -> Doubles:
    """Shares of all classes: the entries first, then the kinds of messages outside."""
    total = np.zeros(len(next(iter(scores.values()))))
    for name, values in scores.items():
        total += weights.signals.get(name, 0.0) * values
    total[entries:] += weights.outside
    grown = np.exp(total - total.max())
    return np.asarray(grown / grown.sum())


def measures(
    scores: Mapping[str, Floats], shares: Doubles, order: list[int], entries: int, length: int, mended: int
) -> Doubles:
    """What tells a safe ranking from a guess, in the order of MEASURES; about −5 to 5 each."""
    best = order[0]
    second = float(shares[order[1]]) if len(order) > 1 else 0.0
    first, outside = float(shares[best]), float(shares[entries:].sum())
    linear, rest = 0.0, 0.0
    if "linear" in scores:
        top = np.partition(scores["linear"], -2)[-2:] if len(shares) > 1 else np.full(2, -1.0)
        linear = float(scores["linear"][best])
        rest = float(top[0] if top[1] == linear else top[1])
    covered = (5 * float(scores[name][best]) if name in scores else 0.0 for name in COVERING)
    agreed = sum(int(values[:entries].argmax()) == best for name, values in scores.items() if name in SIGNALS)
    return np.array([
        1.0,
        _log_odds(first),
        _log_odds(first / (first + second + 1e-12)),
        _log_odds(1 - outside),
        linear,
        linear - rest,
        *covered,
        agreed / 2,
        math.log1p(length) - 4,
        min(mended, 3),
    ])  # fmt: skip


def _log_odds(share: float) -> float:
    return min(8.0, max(-8.0, math.log((share + 1e-6) / (1 - share + 1e-6))))


def chances(measured: Doubles, weights: Weights) -> Chances:
    """The three calibrated probabilities; each at most the next."""
    told = (weights.inside, weights.three, weights.first)
    inside, three, first = (1 / (1 + math.exp(-odds)) for odds in (np.array(told) @ measured).tolist())
    three = min(three, inside)
    return Chances(min(first, three), three, inside)


def decide(told: Chances, costs: Costs) -> Decision:
    """The cheapest of answering, offering (up to) three and refusing."""
    outside = 1.0 - told.inside
    answer = costs.wrong_answer * (told.inside - told.first) + costs.outside_answered * outside
    choose = (costs.needless_choice * told.three + costs.wrong_choice * (told.inside - told.three)
              + costs.outside_choice * outside)  # fmt: skip
    refuse = costs.wrong_refusal * told.inside
    cheapest = min(answer, choose, refuse)
    if cheapest == answer:
        return "answer"
    return "choose" if cheapest == choose else "refuse"
