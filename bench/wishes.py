"""How well deeds are recognised: `python bench/wishes.py ACTIONS.tsv [MORE.tsv …]`.

A file has a header and the columns intent, utterance. Prints accuracy, confusions and a cross-validation.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from knowledge.handbook import read_folder
from knowledge.wishes import DATA, Recogniser, questions, read_negatives, read_phrases

NAMES = {"book": "booking", "report_problem": "report", "human": "handoff", "remind_me": "reminder"}
Groups = dict[str, list[str]]


def corpus() -> Groups:
    """Every training sentence by its deed, with the questions and what is neither."""
    asked = questions(read_folder(DATA / "handbook"))
    return {**read_phrases(), "handbook": asked, "none": read_negatives()}


def build(groups: Groups) -> Recogniser:
    """Train on these groups."""
    wishes = {name: lines for name, lines in groups.items() if name not in ("handbook", "none")}
    return Recogniser.build(wishes, groups["handbook"], groups["none"])


def rows(path: str) -> list[tuple[str, str]]:
    """The (deed, sentence) pairs of a file."""
    lines = Path(path).read_text("utf-8").splitlines()[1:]
    pairs = [line.split("\t")[:2] for line in lines if line.strip()]
    return [(NAMES.get(intent, intent), sentence) for intent, sentence in pairs]


def report(title: str, recogniser: Recogniser, pairs: Sequence[tuple[str, str]], shown: int = 60) -> None:
    """Print accuracy, the confusions and the sentences missed."""
    missed = []
    for intent, sentence in pairs:
        best, *others = recogniser.recognise(sentence)
        if best.name != intent:
            missed.append((intent, best.name, best.confidence, others[0].name == intent, sentence))
    print(f"{title}: {len(pairs) - len(missed)}/{len(pairs)} = {1 - len(missed) / len(pairs):.3f}")
    for (told, heard), count in Counter((told, heard) for told, heard, *_ in missed).most_common(25):
        print(f"  {count:4}  {told} → {heard}")
    for told, heard, sure, second, sentence in missed[:shown]:
        print(f"    {told} → {heard} {sure:.2f}{' (2nd)' if second else ''}  {sentence}")


def fold(groups: Groups, parts: int, part: int) -> tuple[Groups, list[tuple[str, str]]]:
    """Training groups without every parts-th sentence, and those sentences."""
    kept = {n: [line for i, line in enumerate(ls) if i % parts != part] for n, ls in groups.items()}
    out = [(n, line) for n, ls in groups.items() for i, line in enumerate(ls) if i % parts == part]
    return kept, out


def main(paths: Sequence[str]) -> None:
    groups = corpus()
    begun = time.perf_counter()
    recogniser = build(groups)
    print(f"{sum(map(len, groups.values()))} sentences, trained in {time.perf_counter() - begun:.2f} s")
    for path in paths:
        pairs = rows(path)
        begun = time.perf_counter()
        report(path, recogniser, pairs)
        print(f"  {(time.perf_counter() - begun) / len(pairs) * 1000:.2f} ms a sentence")
    for part in (0, 2):
        kept, out = fold(groups, 5, part)
        report(f"cross-validation, part {part}", build(kept), out, shown=0)


if __name__ == "__main__":
    main(sys.argv[1:])
