"""Fit the weights of knowledge/data/search/weights.json: bench/calibrate.py [--folds 10] [--write].

Every score used comes from an index that never saw the sentence. Made messages are added that
the content lacks: typing errors (homophones), long messages outside, a wish after small talk. Needs about a minute.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.quality import DATA, Asked, held_out
from knowledge.handbook import HandbookEntry, read_folder
from knowledge.search import Index, Negative, Switches, read_negatives
from knowledge.search.fusion import SHOWN, SIGNALS, Doubles, Weights, fitted, measures, softmax
from knowledge.search.text import data
from knowledge.search.vocabulary import Floats

NEED_WEIGHT = 0.5  # situations are written to be hard: residents' messages hold fewer of them


@dataclass
class Row:
    """One sentence asked: the scores, the right classes' numbers, its style."""

    scores: dict[str, Floats]
    right: list[int]
    style: str
    length: int
    mended: int

    @property
    def weight(self) -> float:
        return NEED_WEIGHT if self.style == "need" else 1.0


class Homophones:
    """Typing errors: deterministic replacements by characters of the same sound that people do write."""

    def __init__(self, corpus: Sequence[str]) -> None:
        written = sorted({char for line in corpus for char in line})
        sounds = {
            char: row.split("\t")[0] for row in data("pinyin.tsv").splitlines() for char in row.split("\t")[1]
        }
        self._alike = {
            char: [c for c in written if c != char and sounds.get(c) == sounds.get(char, "")]
            for char in written
        }

    def mistype(self, text: str, number: int) -> str:
        """The text with one character in nine wrong (at least one)."""
        places = [i for i, char in enumerate(text) if self._alike.get(char)]
        out = list(text)
        for turn in range(min(len(places), 1 + len(text) // 9)):
            place = places[(number * 7 + turn * 5) % len(places)]
            alike = self._alike[text[place]]
            out[place] = alike[(number + turn) % len(alike)]
        return "".join(out)


def joined(asked: Sequence[Asked]) -> list[Asked]:
    """Long messages outside (the negatives themselves are short), and a wish after small talk."""
    outside = [row for row in asked if not row[2]]
    runs = [(a[0], f"{a[1]} {b[1]} {c[1]}", a[2]) for a, b, c in zip(outside, outside[1:], outside[2:], strict=False)
            if a[0] == b[0] == c[0]]  # fmt: skip
    talk = [text for kind, text, _ in outside if kind == "chitchat"]
    wishes = [row for row in asked if row[0] in ("plain", "dialect")][::4] if talk else []
    mixed = [("mixed", f"{talk[i % len(talk)]} {text}", right) for i, (_, text, right) in enumerate(wishes)]
    return [*runs[::2], *mixed]


def more(asked: Sequence[Asked], errors: Homophones) -> list[Asked]:
    """The questions, every third once more with typing errors, and joined ones."""
    wrong = [("typo", errors.mistype(text, i), right) for i, (style, text, right) in enumerate(asked)
             if i % 3 == 0 and right and style != "need"]  # fmt: skip
    return [*asked, *wrong, *joined(asked)]


def rows(
    entries: Sequence[HandbookEntry], negatives: Sequence[Negative], folds: int, switches: Switches
) -> list[Row]:
    """Cross-validated scores of every sentence."""
    errors = Homophones([line for entry in entries for line in entry.all_phrasings()])
    out = []
    for fold in range(folds):
        kept, rest, asked = held_out(entries, negatives, fold, folds)
        index = Index.build(kept, rest, switches=switches)
        classes = index.ids + index.kinds
        for style, text, right in more(asked, errors):
            reading, mended = index.read(text)
            numbers = [classes.index(name) for name in (right or {style}) if name in classes]
            out.append(Row(index.signals(reading).scores, numbers, style, reading.letters, mended))
    return out


def fit_signals(told: Sequence[Row], entries: int) -> Weights:
    """A conditional logit over all classes; no signal may count against a class."""
    names = [name for name in SIGNALS if name in told[0].scores]
    scores = np.stack([np.stack([row.scores[name] for name in names]) for row in told]).astype(np.float64)
    right = np.zeros((len(told), scores.shape[2]))
    for i, row in enumerate(told):
        right[i, row.right] = 1
    weight = np.array([row.weight for row in told])
    weight /= weight.sum()
    beyond = np.arange(scores.shape[2]) >= entries

    def loss(guess: Doubles) -> tuple[float, Doubles]:
        logits = np.einsum("nsc,s->nc", scores, guess[:-1]) + guess[-1] * beyond
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        hit = (shares * right).sum(axis=1) + 1e-9
        slope = (shares - shares * right / hit[:, None]) * weight[:, None]
        grad = np.append(np.einsum("nc,nsc->s", slope, scores), (slope * beyond).sum())
        return float(-(np.log(hit) * weight).sum() + 1e-5 * guess @ guess), grad + 2e-5 * guess

    bounds = [(0, None)] * len(names) + [(None, None)]
    best = minimize(loss, np.append(np.full(len(names), 3.0), 0), jac=True, method="L-BFGS-B", bounds=bounds)
    signals = {name: round(float(w), 3) for name, w in zip(names, best.x, strict=False)}
    return replace(fitted(), signals=signals, outside=round(float(best.x[-1]), 3))


def logistic(measured: Doubles, hit: Doubles, weight: Doubles) -> tuple[float, ...]:
    """Plain logistic regression with a small ridge."""

    def loss(guess: Doubles) -> tuple[float, Doubles]:
        logits = measured @ guess
        chance = 1 / (1 + np.exp(-logits))
        told = (np.logaddexp(0, logits) - hit * logits) * weight
        return float(told.sum() + 0.5 * guess @ guess), measured.T @ ((chance - hit) * weight) + guess

    best = minimize(loss, np.zeros(measured.shape[1]), jac=True, method="L-BFGS-B")
    return tuple(round(float(w), 4) for w in best.x)


def fit(told: Sequence[Row], entries: int) -> Weights:
    """Both stages: the ranking's weights, then the three calibrated probabilities."""
    weights = fit_signals(told, entries)
    measured, first, three, inside = [], [], [], []
    for row in told:
        shares = softmax(row.scores, entries, weights)
        order = np.argsort(-shares[:entries], kind="stable")[:SHOWN].tolist()
        measured.append(measures(row.scores, shares, order, entries, row.length, row.mended))
        first.append(order[0] in row.right)
        three.append(bool(set(order) & set(row.right)))
        inside.append(any(number < entries for number in row.right))
    table, weight = np.stack(measured), np.array([row.weight for row in told])
    by_target = [logistic(table, np.array(hits, dtype=np.float64), weight) for hits in (first, three, inside)]
    return replace(weights, first=by_target[0], three=by_target[1], inside=by_target[2])


def main() -> None:
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--folds", type=int, default=10)
    asking.add_argument("--write", action="store_true")
    asked = asking.parse_args()
    entries, negatives = read_folder(DATA / "handbook"), read_negatives(DATA / "negatives.yaml")
    weights = fit(rows(entries, negatives, asked.folds, Switches()), len(entries))
    text = json.dumps(asdict(weights), indent=1)
    print(text)
    if asked.write:
        (DATA / "search" / "weights.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
