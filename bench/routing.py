"""How messages are routed, through the code of `bot.py ask`: `python bench/routing.py [--blind] [--quiet]`.

The sets are tests/phrases/blind/*.yaml. Their odd lines are for developing: every error is shown. With --blind the
even lines are counted too, and no sentence of them is shown.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.cli.ask import answers
from bot.cli.common import ZONE, in_memory
from bot.sample import load_sample

SETS = Path(__file__).parent.parent / "tests" / "phrases" / "blind"
AT = datetime(2026, 11, 23, 10, tzinfo=ZONE)
Row = tuple[str, str, str]  # set, kind, text


def rows(part: int) -> Iterator[Row]:
    """Every second line of each kind, from line `part` (0 or 1)."""
    for path in sorted(SETS.glob("*.yaml")):
        for kind, lines in yaml.safe_load(path.read_text("utf-8")).items():
            yield from ((path.stem, kind, str(line)) for line in lines[part::2])


def wrong(row: Row, heard: Mapping[str, Any]) -> str:
    """What is wrong with an answer; "" where it is right."""
    name, kind, _ = row
    decision, intent = heard["decision"], heard["intent"]
    told = f"{decision} {intent} {' '.join(heard['entries'][:1])}"
    if (name == "danger") != (decision == "emergency"):
        return told
    if name == "outside" and decision in ("answer", "choose", "act", "human") and intent != "greeting":
        return told
    if name == "deeds" and kind == "handbook":
        return "" if decision in ("answer", "choose", "refuse") else told
    if name == "deeds":
        return "" if intent == kind and decision in ("act", "human") else told
    return ""


def report(title: str, told: list[Row], *, shown: bool) -> None:
    """Ask every line; print the share that is right a kind, and the errors."""
    archive = in_memory()
    with archive.open() as records:
        load_sample(records, AT)
    heard = list(answers(archive, (text for *_, text in told), AT))
    archive.close()
    errors = [(row, error) for row, answer in zip(told, heard, strict=True) if (error := wrong(row, answer))]
    total, missed = Counter(row[:2] for row in told), Counter(row[:2] for row, _ in errors)
    print(title)
    for name in sorted({row[0] for row in told}):
        kinds = [key for key in total if key[0] == name]
        of, bad = sum(total[key] for key in kinds), sum(missed[key] for key in kinds)
        detail = "  ".join(
            f"{kind} {missed[name, kind]}/{total[name, kind]}" for _, kind in kinds if missed[name, kind]
        )
        print(f"  {name:8} right {1 - bad / of:.3f} of {of}   errors: {detail}")
    for (name, kind, text), error in errors if shown else ():
        print(f"    {name}/{kind} → {error}   {text}")


def main() -> None:
    """Both halves, or the one for developing."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--blind", action="store_true", help="count the blind half, too")
    wishes.add_argument("--quiet", action="store_true", help="show no errors")
    args = wishes.parse_args()
    report("developing half", list(rows(0)), shown=not args.quiet)
    if args.blind:
        report("blind half", list(rows(1)), shown=False)


if __name__ == "__main__":
    main()
