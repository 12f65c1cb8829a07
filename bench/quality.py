"""How well residents are understood: bench/quality.py FILE.tsv [--outside FILE.tsv] [--folds 5] [--show].

FILE.tsv: id, style, question, also_ok (tab-separated, with a heading); the outside file: kind, question.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from knowledge.handbook import STYLES, HandbookEntry, read_folder
from knowledge.search import Finding, Index, Negative, read_negatives

DATA = Path(__file__).parents[1] / "knowledge" / "data"
Asked = tuple[str, str, frozenset[str]]  # style, question, right ids (none: outside)


@dataclass
class Tally:
    """Counts over one style."""

    n: int = 0
    first: int = 0
    three: int = 0
    one_step: int = 0
    wrong: int = 0
    chosen: int = 0
    refused: int = 0

    def add(self, right: frozenset[str], found: Finding) -> None:
        hit, among = found.entries[:1] and found.entries[0] in right, bool(right & set(found.entries))
        self.n += 1
        self.first += bool(hit)
        self.three += among
        self.wrong += found.decision == "answer" and not hit
        self.chosen += found.decision == "choose"
        self.refused += found.decision == "refuse"
        self.one_step += bool(hit) if found.decision == "answer" else among and found.decision == "choose"

    def row(self, name: str) -> str:
        told = (self.first, self.three, self.one_step, self.wrong, self.chosen, self.refused)
        return f"{name:12}{self.n:6}" + "".join(f"{value / max(1, self.n):10.3f}" for value in told)


HEAD = f"{'':12}{'n':>6}" + "".join(
    f"{h:>10}" for h in ("first", "three", "one-step", "wrong", "chosen", "refused")
)


def questions(path: Path) -> list[Asked]:
    """The rows of a questions file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["style"], row["question"], frozenset([row["id"], *(row.get("also_ok") or "").split()]))
                for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]  # fmt: skip


def outsiders(path: Path) -> list[Asked]:
    """The rows of a file of messages outside the handbook."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["kind"], row["question"], frozenset()) for row in rows]


def tell(title: str, answers: Iterable[tuple[Asked, Finding]]) -> None:
    """Print the figures of each style and of all."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for (style, _, right), found in answers:
        tallies[style].add(right, found)
        tallies["all"].add(right, found)
    print(f"\n{title}\n{HEAD}")
    for name in sorted(tallies, key=lambda name: (name == "all", name)):
        print(tallies[name].row(name))


def answer(index: Index, asked: Sequence[Asked]) -> list[tuple[Asked, Finding]]:
    """Every question with what was found."""
    return [(row, index.find(row[1])) for row in asked]


def held_out(entries: Sequence[HandbookEntry], negatives: Sequence[Negative], fold: int,
             folds: int) -> tuple[list[HandbookEntry], list[Negative], list[Asked]]:  # fmt: skip
    """The content without every `folds`-th sentence, and those sentences as questions."""
    kept, asked = [], []
    for entry in entries:
        number = 0
        phrasings: dict[str, tuple[str, ...]] = {}
        for style in STYLES:
            lines = entry.phrasings.get(style, ())
            out = {i for i in range(len(lines)) if (number + i) % folds == fold}
            number += len(lines)
            phrasings[style] = tuple(line for i, line in enumerate(lines) if i not in out)
            asked += [(style, lines[i], frozenset([entry.id])) for i in sorted(out)]
        kept.append(replace(entry, phrasings=phrasings))
    asked += [(n.kind, n.text, frozenset[str]()) for i, n in enumerate(negatives) if i % folds == fold]
    return kept, [n for i, n in enumerate(negatives) if i % folds != fold], asked


def crossed(
    entries: Sequence[HandbookEntry], negatives: Sequence[Negative], folds: int
) -> Iterator[tuple[Asked, Finding]]:
    """Cross-validation on the content itself: no sentence is asked of an index that holds it."""
    for fold in range(folds):
        kept, rest, asked = held_out(entries, negatives, fold, folds)
        yield from answer(Index.build(kept, rest), asked)


def speed(index: Index, asked: Sequence[Asked]) -> None:
    """Thread-CPU milliseconds of one find."""
    spent = []
    for _, question, _ in [*asked, *asked, *asked]:
        begun = time.thread_time()
        index.find(question)
        spent.append((time.thread_time() - begun) * 1000)
    spent.sort()
    print(f"\nfind: p50 {spent[len(spent) // 2]:.2f} ms, p99 {spent[int(len(spent) * 0.99)]:.2f} ms")


def main() -> None:
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("file", type=Path, nargs="?")
    asking.add_argument("--outside", type=Path)
    asking.add_argument("--folds", type=int, default=0, help="cross-validate on the phrasings themselves")
    asking.add_argument("--show", action="store_true", help="print every wrong answer and miss")
    told = asking.parse_args()
    entries, negatives = read_folder(DATA / "handbook"), read_negatives(DATA / "negatives.yaml")
    begun = time.perf_counter()
    index = Index.build(entries, negatives)
    print(f"{len(entries)} entries, {sum(len(e.all_phrasings()) for e in entries)} phrasings, "
          f"{len(negatives)} negatives, built in {time.perf_counter() - begun:.2f} s")  # fmt: skip
    present = {entry.id for entry in entries}
    if told.file:
        asked = [row for row in questions(told.file) if row[2] & present]
        found = answer(index, asked)
        tell(told.file.name, found)
        speed(index, asked)
        if told.show:
            show(found)
    if told.outside:
        found = answer(index, outsiders(told.outside))
        tell(told.outside.name, found)
        if told.show:
            show(found)
    if told.folds:
        rows = list(crossed(entries, negatives, told.folds))
        tell(f"{told.folds}-fold, phrasings", [row for row in rows if row[0][2]])
        tell(f"{told.folds}-fold, negatives", [row for row in rows if not row[0][2]])


def show(found: Sequence[tuple[Asked, Finding]]) -> None:
    """Every question that went wrong."""
    for (style, question, right), told in found:
        among = right & set(told.entries)
        if told.decision == "answer" and not right & set(told.entries[:1]):
            print(
                f"WRONG {style:9} {question} | {' '.join(sorted(right))} | {told.entries} {told.confidence:.2f}"
            )
        elif right and (told.decision == "refuse" or not among):
            print(
                f"{told.decision:6}{style:9} {question} | {' '.join(sorted(right))} | {told.entries} {told.confidence:.2f}"
            )


if __name__ == "__main__":
    main()
