"""Learn the second stage of knowledge/emergency: `python bench/calibrate_emergency.py [--write]`.

Trains on knowledge/data/emergency_words/ and on everything calm the project knows (handbook, deeds, talk), prints a
cross-validation by blocks of neighbouring sentences, and writes knowledge/data/emergency_learned.npz.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

sys.path.insert(0, str(Path(__file__).parent.parent))

from knowledge.emergency.grams import SIGNS, plain, signs, streams
from knowledge.emergency.learned import Model, Weighed, weigh
from knowledge.emergency.patterns import matched
from knowledge.handbook import read_folder
from knowledge.wishes import DATA, read_negatives, read_phrases

Floats = NDArray[np.float64]
CALM = "calm"
# Deeds and handbook phrasings that tell of danger themselves: no training either way.
UNSURE = frozenset({"变压器嗡嗡响冒火星"})
LEAST = 2  # grams of fewer sentences are left out
SIGN = 0.6  # weight of a sign against a whole sentence's grams
PENALTY, KIND_PENALTY = 0.35, 0.35
WEIGHTS = {"words": 1.0, "deed": 0.6, "talk": 0.6, "handbook": 0.35, "mixed": 0.5}
STRETCH = 1.2
HIGH_FALSE, BLOCK, FOLDS = 0.002, 6, 5


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: its kind of danger or CALM, and where it is from (a key of WEIGHTS)."""

    kind: str
    text: str
    source: str


def corpus() -> list[Line]:
    """Every sentence to learn from; calm ones that the patterns take for harm at home are left out."""
    words = read_phrases(DATA / "emergency_words")
    lines = [Line(kind, text, "words") for kind, texts in words.items() for text in texts]
    calm = {
        "deed": [text for texts in read_phrases().values() for text in texts],
        "talk": read_negatives(),
        "handbook": [text for entry in read_folder(DATA / "handbook") for text in entry.all_phrasings()],
    }
    danger = {line.text for line in lines if line.kind != CALM}
    lines += [
        Line(CALM, text, source)
        for source, texts in calm.items()
        for text in texts
        if text not in UNSURE | danger and not _private(text)
    ]
    return lines


def _private(text: str) -> bool:
    found = matched(text)
    return found is not None and found.kind in ("domestic_violence", "child_harm", "self_harm")


def mixed(lines: Sequence[Line]) -> list[Line]:
    """Long messages: a danger, or a look-alike, among calm sentences."""
    calm = [line.text for line in lines if line.kind == CALM and line.source in ("deed", "talk") and len(line.text) > 5]
    words = [line for line in lines if line.source == "words"]
    pauses = ("，", "。", "")
    return [
        Line(line.kind, pauses[i % 3].join(_around(line.text, calm, i)), "mixed")
        for i, line in enumerate(words)
        if i % 2 == 0
    ]


def _around(text: str, calm: Sequence[str], i: int) -> list[str]:
    before, after = calm[(i * 37) % len(calm)], calm[(i * 53 + 11) % len(calm)]
    return [[before, text], [text, after], [before, text, after]][i // 2 % 3]


class Design:
    """Sentences as rows: gram vectors of length 1, and signs."""

    def __init__(self, texts: Sequence[str]) -> None:
        plains = [plain(text) for text in texts]
        self.grams = [[gram for stream in streams(line) for gram in stream.grams] for line in plains]
        shown = np.zeros((len(texts), len(SIGNS)), dtype=np.float64)
        for row, line in enumerate(plains):
            shown[row, signs(line)] = SIGN
        self.signs = csr_matrix(shown)

    def columns(self, rows: Sequence[int]) -> tuple[dict[str, int], NDArray[np.float32]]:
        """The grams of these rows, and their rarity; last that of grams not kept."""
        count: dict[str, int] = {}
        for row in rows:
            for gram in set(self.grams[row]):
                count[gram] = count.get(gram, 0) + 1
        kept = sorted(gram for gram, n in count.items() if n >= LEAST)
        rarity = [1 + np.log(len(rows) / count[gram]) for gram in kept]
        rarity.append(1 + np.log(len(rows)))
        return {gram: column for column, gram in enumerate(kept)}, np.array(rarity, dtype=np.float32)

    def matrix(self, rows: Sequence[int], columns: dict[str, int], rarity: NDArray[np.float32]) -> csr_matrix:
        """Rows × grams, each row divided by its length (grams not kept count in the length)."""
        values, at, start = [], [], [0]
        for row in rows:
            found = np.array([columns.get(gram, len(columns)) for gram in self.grams[row]], dtype=np.intp)
            weights = rarity[found]
            values.append(weights / (np.linalg.norm(weights) + 1e-9))
            at.append(found)
            start.append(start[-1] + len(found))
        shape = (len(rows), len(columns) + 1)
        full = csr_matrix((np.concatenate(values), np.concatenate(at), start), shape=shape, dtype=np.float64)
        return full[:, :-1].tocsr()


def logistic(x: Any, y: Floats, weight: Floats, penalty: float) -> tuple[Floats, float]:
    """Weighted logistic regression with a ridge; the bias is free."""
    turned = x.T.tocsr()

    def loss(guess: Floats) -> tuple[float, Floats]:
        w, b = guess[:-1], guess[-1]
        score = x @ w + b
        slope = weight * (1 / (1 + np.exp(-score)) - y)
        value = float((weight * (np.logaddexp(0, score) - y * score)).sum() + penalty / 2 * w @ w)
        return value, np.append(turned @ slope + penalty * w, slope.sum())

    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return best.x[:-1], float(best.x[-1])


def softmax(x: Any, classes: NDArray[np.intp], weight: Floats, penalty: float) -> tuple[Floats, Floats]:
    """Weighted multinomial regression with a ridge: grams × classes, and the biases."""
    turned, count = x.T.tocsr(), int(classes.max()) + 1
    hot = np.eye(count)[classes]

    def loss(guess: Floats) -> tuple[float, Floats]:
        table = guess.reshape(-1, count)
        w, b = table[:-1], table[-1]
        score = x @ w + b
        score -= score.max(axis=1, keepdims=True)
        share = np.exp(score)
        share /= share.sum(axis=1, keepdims=True)
        slope = (share - hot) * weight[:, None]
        value = float(-(weight * np.log((share * hot).sum(axis=1) + 1e-12)).sum() + penalty / 2 * (w * w).sum())
        return value, np.vstack([turned @ slope + penalty * w, slope.sum(axis=0)]).ravel()

    start = np.zeros((x.shape[1] + 1) * count)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x.reshape(-1, count)
    return best[:-1], best[-1]


def learn(lines: Sequence[Line], design: Design, rows: Sequence[int]) -> Model:
    """Both classifiers from these rows, with open thresholds."""
    columns, rarity = design.columns(rows)
    x = design.matrix(rows, columns, rarity)
    weight = np.array([WEIGHTS[lines[row].source] for row in rows])
    danger = np.array([lines[row].kind != CALM for row in rows])
    w, bias = logistic(hstack([x, design.signs[rows]]).tocsr(), danger.astype(float), weight, PENALTY)
    names = tuple(sorted({lines[row].kind for row in rows} - {CALM}))
    classes = np.array([names.index(lines[row].kind) for row, told in zip(rows, danger, strict=True) if told])
    share = np.bincount(classes)[classes]
    even = weight[danger] * (np.median(share) / share) ** 0.5
    kinds, kind_bias = softmax(x[danger], classes, even, KIND_PENALTY)
    return Model(
        names=names,
        columns=columns,
        rarity=rarity,
        danger=np.append(w[: len(columns)], 0).astype(np.float32),
        kinds=np.vstack([kinds, np.zeros((1, len(names)))]).astype(np.float32),
        signs=(w[len(columns) :] * SIGN).astype(np.float32),
        bias=bias,
        kind_bias=kind_bias.astype(np.float32),
        stretch=STRETCH,
        low=-np.inf,
        high=np.inf,
    )


def validated(lines: Sequence[Line], design: Design) -> list[Weighed]:
    """Each sentence weighed by a model that saw none of its block."""
    fold, seen = [], {}
    for line in lines:
        key = (line.kind, line.source)
        fold.append(seen.get(key, 0) // BLOCK % FOLDS)
        seen[key] = seen.get(key, 0) + 1
    found: dict[int, Weighed] = {}
    for part in range(FOLDS):
        told = learn(lines, design, [row for row, f in enumerate(fold) if f != part])
        found |= {row: weigh(lines[row].text, told) for row, f in enumerate(fold) if f == part}
    return [found[row] for row in range(len(lines))]
