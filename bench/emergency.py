"""How well danger is caught: `python bench/emergency.py FILE.tsv [MORE.tsv …]`.

A file has lines of kind<TAB>text (a header is skipped; the kind of look-alikes is "calm"). Prints the recall of each
kind for check() and for check() or suspect(), the share told as the right kind, and the false alarms.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from knowledge.emergency import check, suspect

CALM = "calm"


def rows(path: str) -> list[tuple[str, str]]:
    """The (kind, sentence) pairs of a file."""
    pairs = [line.split("\t")[:2] for line in Path(path).read_text("utf-8").splitlines() if "\t" in line]
    return [
        (kind, text) for kind, text in pairs if (kind, text) not in {("kind", "text"), ("kind", "sentence")}
    ]


def report(pairs: Sequence[tuple[str, str]]) -> None:
    """Print a line a kind, the sums, and every miss and false alarm."""
    begun = time.perf_counter()
    sure = [check(text) for _, text in pairs]
    spent = (time.perf_counter() - begun) / len(pairs) * 1000
    asked = [found or suspect(text) for found, (_, text) in zip(sure, pairs, strict=True)]
    for kind in [*sorted({kind for kind, _ in pairs} - {CALM}), "danger", CALM]:
        which = [i for i, (k, _) in enumerate(pairs) if k == kind or (kind == "danger" and k != CALM)]
        if which:
            first = sum(sure[i] is not None for i in which)
            both = sum(asked[i] is not None for i in which)
            named = sum((found := asked[i]) is not None and found.kind == pairs[i][0] for i in which)
            print(f"{kind:18} {len(which):5}  check {first / len(which):.3f}  or suspect {both / len(which):.3f}  "
                  f"same kind {named / len(which):.3f}")  # fmt: skip
    print(f"check takes {spent:.2f} ms")
    for (kind, text), found, maybe in zip(pairs, sure, asked, strict=True):
        if (kind == CALM) == (found is not None):
            said = found.kind if found else f"({maybe.kind})" if maybe else "-"
            print(f"  {kind} → {said}  {text}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name)
        report(rows(name))
