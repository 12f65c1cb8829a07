"""Learn the second stage of knowledge/emergency: `python bench/calibrate_emergency.py [--write]`.

Trains on knowledge/data/emergency_words/ against everything calm the project knows (handbook, deeds, talk), prints a
four-fold cross-validation, and writes knowledge/data/emergency_weights.npz.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

sys.path.insert(0, str(Path(__file__).parent.parent))

from knowledge.emergency.weighing import BUCKETS, FEW_BUCKETS, SIGNS, Weights, buckets, plain
from knowledge.handbook import read_folder
from knowledge.wishes import DATA, read_negatives, read_phrases

Floats = NDArray[np.float64]
RIDGE = 0.05
WEIGHT = {"danger": 3.0, "calm": 2.0, "handbook": 1.0, "other": 1.0, "turned": 0.5, "framed": 1.0}
DANGER = ("danger", "framed")
SAME = {"self_harm_now": "self_harm"}
FOLDS = 4


def read_words() -> tuple[list[str], list[str], list[str]]:
    """Sentences of danger, the kind of each, and calm look-alikes."""
    danger: list[str] = []
    kinds: list[str] = []
    calm: list[str] = []
    for path in sorted((DATA / "emergency_words").glob("*.yaml")):
        lines = [str(line) for line in yaml.safe_load(path.read_text("utf-8"))]
        if path.stem == "calm":
            calm = lines
        else:
            danger += lines
            kinds += [SAME.get(path.stem, path.stem)] * len(lines)
    return danger, kinds, calm


def turned(danger: Sequence[str]) -> dict[str, list[str]]:
    """The sentences of danger put into the past, a film, a claim …, and into frames that leave them danger."""
    frames = yaml.safe_load(SIGNS.read_text("utf-8"))
    calm, now = frames["turned"], frames["framed"]
    bare = [line.rstrip("。！!") for line in danger]
    return {
        "turned": [calm[(i * step + skip) % len(calm)].format(line)
                   for step, skip in ((1, 0), (7, 3)) for i, line in enumerate(bare)],
        "framed": [now[i % len(now)].format(line) for i, line in enumerate(bare)],
    }  # fmt: skip


def matrix(texts: Sequence[str]) -> Any:
    """One row a text, each gram once, of length 1."""
    rows = [buckets(plain(text)) for text in texts]
    ends = np.cumsum([0, *map(len, rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(len(row))) for row in rows])
    return csr_matrix((values, np.concatenate(rows), ends), shape=(len(texts), BUCKETS))


def logistic(rows: Any, labels: Floats, weights: Floats) -> Floats:
    """Weights of the buckets, and last the bias."""

    def loss(guess: Floats) -> tuple[float, Floats]:
        chance = 1 / (1 + np.exp(-(rows @ guess[:-1] + guess[-1])))
        likely = labels * np.log(chance + 1e-12) + (1 - labels) * np.log(1 - chance + 1e-12)
        slope = weights * (chance - labels)
        value = -(weights * likely).sum() + RIDGE / 2 * guess[:-1] @ guess[:-1]
        return float(value), np.append(rows.T @ slope + RIDGE * guess[:-1], slope.sum())

    return np.asarray(
        minimize(loss, np.zeros(BUCKETS + 1), jac=True, method="L-BFGS-B", options={"maxiter": 120}).x
    )


def likelihoods(danger: Sequence[str], kinds: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """Log-likelihood of each kind's grams, smoothed, against the mean of all kinds (naive Bayes)."""
    names = tuple(sorted(set(kinds)))
    counts = np.full((len(names), FEW_BUCKETS), 0.05)
    for text, kind in zip(danger, kinds, strict=True):
        counts[names.index(kind), np.unique(buckets(plain(text)) % FEW_BUCKETS)] += 1
    logs = np.log(counts / counts.sum(axis=1, keepdims=True))
    return names, logs - logs.mean(axis=0)


def main() -> None:
    """Cross-validate, then train on everything."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--write", action="store_true")
    wishes.add_argument("--fast", action="store_true", help="no cross-validation")
    args = wishes.parse_args()
    danger, kinds, calm = read_words()
    handbook = [line for entry in read_folder(DATA / "handbook") for line in entry.all_phrasings()]
    other = [line for lines in read_phrases().values() for line in lines] + read_negatives()
    groups = {"danger": danger, "calm": calm, "handbook": handbook, "other": [line for line in other if line]}
    groups |= turned(danger)
    texts = [line for lines in groups.values() for line in lines]
    of = np.repeat(np.arange(len(groups)), [len(lines) for lines in groups.values()])
    weights = np.array([WEIGHT[name] for name in groups])[of]
    names = list(groups)
    rows, labels = matrix(texts), np.isin(of, [names.index(name) for name in DANGER]).astype(float)
    scores, fold = np.zeros(len(texts)), np.concatenate([np.arange(len(g)) % FOLDS for g in groups.values()])
    for n in range(FOLDS if not args.fast else 0):
        learned = logistic(rows[fold != n], labels[fold != n], weights[fold != n])
        scores[fold == n] = rows[fold == n] @ learned[:-1] + learned[-1]
    print("cross-validated share of sentences above a score:")
    for cut in (-2.0, -1.5, -1.0, 0.0, 1.0, 2.0):
        shares = "  ".join(f"{name} {(scores[of == n] >= cut).mean():.4f}" for n, name in enumerate(groups))
        print(f"{cut:5.1f}  {shares}")
    if args.write:
        learned = logistic(rows, labels, weights)
        told, logs = likelihoods(danger, kinds)
        Weights(learned[:-1].astype(np.float32), float(learned[-1]), told, logs.astype(np.float32)).save()


if __name__ == "__main__":
    main()
