"""Signals to a ranking, the ranking to calibrated probabilities, probabilities to a decision."""

from __future__ import annotations

import json
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
    second = shares[order[1]] if len(order) > 1 else 0.0
    outside = shares[entries:].sum()
    linear = scores.get("linear")
    rest = 0.0 if linear is None else float(np.delete(linear, best).max(initial=-1.0))
    agreed = sum(float(values[:entries].argmax() == best) for values in scores.values())
    return np.array([
        1.0,
        _log_odds(shares[best]),
        _log_odds(shares[best] / (shares[best] + second + 1e-12)),
        _log_odds(1 - outside),
        0.0 if linear is None else float(linear[best]),
        0.0 if linear is None else float(linear[best]) - rest,
        *(5 * float(scores[name][best]) if name in scores else 0.0 for name in ("item_chars", "item_sounds", "phrase_chars")),
        agreed / 2,
        np.log1p(length) - 4,
        min(mended, 3),
    ])  # fmt: skip


def _log_odds(share: float) -> float:
    return float(np.clip(np.log((share + 1e-6) / (1 - share + 1e-6)), -8, 8))


def chances(measured: Doubles, weights: Weights) -> Chances:
    """The three calibrated probabilities; each at most the next."""
    inside, three, first = (float(1 / (1 + np.exp(-(measured @ np.array(w)))))
                            for w in (weights.inside, weights.three, weights.first))  # fmt: skip
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
