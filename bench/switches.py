"""What each signal adds: bench/switches.py [FILE.tsv]. Every row is calibrated anew; takes about two minutes.

first: the right entry first, cross-validated; typo: the same with made typing errors; loss: the mean log loss of the
ranking over all classes. With a file of questions: first, one-step and wrong answers there.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.calibrate import Row, fit, rows
from bench.quality import DATA, Asked, Tally, answer, questions
from knowledge.handbook import STYLES, read_folder
from knowledge.search import Index, Switches, read_negatives
from knowledge.search.fusion import Weights, softmax


def crossed(told: list[Row], entries: int, weights: Weights) -> tuple[float, float, float]:
    """first, typo, loss."""
    shares = [softmax(row.scores, entries, weights) for row in told]
    hit = np.array([share[:entries].argmax() in row.right for row, share in zip(told, shares, strict=True)])
    written = np.array([row.style in STYLES for row in told])
    typo = np.array([row.style == "typo" for row in told])
    loss = [-np.log(share[row.right].sum() + 1e-9) for row, share in zip(told, shares, strict=True)]
    return float(hit[written].mean()), float(hit[typo].mean()), float(np.mean(loss))


def main() -> None:
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("file", type=Path, nargs="?")
    asking.add_argument("--folds", type=int, default=3)
    told = asking.parse_args()
    entries, negatives = read_folder(DATA / "handbook"), read_negatives(DATA / "negatives.yaml")
    asked: list[Asked] = questions(told.file) if told.file else []
    print(
        f"{'':12}{'first':>9}{'typo':>9}{'loss':>9}"
        + (f"{'first':>9}{'one-step':>9}{'wrong':>9}" if asked else "")
    )
    rest = [(f"- {f.name}", Switches(**{f.name: False})) for f in fields(Switches) if f.default]
    for name, switches in [("all", Switches()), ("+ ratio", Switches(ratio=True)), *rest]:
        scored = rows(entries, negatives, told.folds, switches)
        weights = fit(scored, len(entries))
        figures = list(crossed(scored, len(entries), weights))
        if asked:
            index, tally = Index.build(entries, negatives, switches=switches, weights=weights), Tally()
            for row, found in answer(index, asked):
                tally.add(row[2], found)
            figures += [tally.first / tally.n, tally.one_step / tally.n, tally.wrong / tally.n]
        print(f"{name:12}" + "".join(f"{value:9.3f}" for value in figures), flush=True)


if __name__ == "__main__":
    main()
