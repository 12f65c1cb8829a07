"""Measure knowledge.when on public suites: python -m bench.when_suites FILE [--quiet]

FILE is a table with the columns id, corpus, expr, ref, kind, start, end, alt, recur. By suite and kind it counts
readings that are right, silent (nothing read, or asked back) and wrong, and prints each disagreement.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar
from knowledge.when import When, next_after, read, to_json

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar.default()
Row = dict[str, str]


def moment(text: str) -> datetime | None:
    """A local moment of the table; None for empty and “inf”."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)
    except ValueError:
        return None


def _starts_as_told(row: Row, found: When) -> bool:
    expected = moment(row["start"])
    if found.start is None or expected is None:
        return False
    if found.kind == "deadline":
        return True  # its end tells
    if found.kind == "part":
        return expected.date() in (found.start.date(), (found.end or found.start).date())
    return found.start == expected


def _ends_as_told(row: Row, found: When) -> bool:
    expected = moment(row["end"])
    if expected is None or found.end is None or found.kind == "part":
        return True
    return abs(found.end - expected) <= timedelta(days=1)  # the suites differ on whether the end is counted


def _recurs_as_told(row: Row, found: When) -> bool:
    point: Any = (json.loads(row["recur"]) if row["recur"].startswith("{") else {}).get("point")
    if found.kind != "recurrence" or found.start is None or not point:
        return found.kind == "recurrence"
    times = point["time"] if isinstance(point["time"][0], list) else [point["time"]]
    return any(_occurs(found.rule or "", expected) for t in times if (expected := moment(t[0])))


def _occurs(rule: str, expected: datetime) -> bool:
    return next_after(rule, expected, expected - timedelta(seconds=1), CALENDAR) == expected


def verdict(row: Row, found: When) -> str:
    """right, silent or wrong."""
    if row["kind"] in ("none", "duration"):
        return "right" if found.kind in ("none", "question") else "wrong"
    if row["kind"] == "recur":
        right = _recurs_as_told(row, found)
    else:
        right = _starts_as_told(row, found) and (row["kind"] == "point" or _ends_as_told(row, found))
    if right:
        return "right"
    return "silent" if found.kind in ("none", "question", "alternatives") else "wrong"


def _suites(row: Row) -> list[str]:
    """The row's suite, and `bookable` for days and times of the coming year."""
    suites = [f"{row['corpus']} {row['kind']}"]
    start, ref = moment(row["start"]), moment(row["ref"])
    if (
        start
        and ref
        and row["kind"] == "point"
        and ref.date() <= start.date() <= ref.date() + timedelta(days=366)
    ):
        suites.append("bookable point")
    return [*suites, f"all {row['kind']}"]


def main(path: Path, *, quiet: bool) -> None:
    """Print each disagreement, then the counts."""
    counts: Counter[tuple[str, str]] = Counter()
    spent: list[float] = []
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Row] = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        at = moment(row["ref"])
        if at is None:
            continue
        began = time.perf_counter()
        found = read(row["expr"], at)
        spent.append(time.perf_counter() - began)
        judged = verdict(row, found)
        counts.update((suite, judged) for suite in _suites(row))
        if judged != "right" and not quiet:
            print(
                judged,
                row["id"],
                row["expr"],
                row["ref"],
                row["kind"],
                row["start"],
                row["end"],
                "≠",
                _short(found),
            )
    for suite in sorted({suite for suite, _ in counts}):
        each = {name: counts[suite, name] for name in ("right", "silent", "wrong")}
        total = sum(each.values())
        print(
            f"{suite:20} {total:4}  " + "  ".join(f"{name} {n} ({n / total:.1%})" for name, n in each.items())
        )
    spent.sort()
    if spent:
        median, p99 = spent[len(spent) // 2] * 1000, spent[len(spent) * 99 // 100] * 1000
        print(
            f"{len(spent)} parses, median {median:.2f} ms, p99 {p99:.2f} ms, first use of the lunar tables included"
        )


def _short(found: When) -> str:
    return " ".join(str(value) for value in to_json(found).values() if value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), quiet="--quiet" in sys.argv)
