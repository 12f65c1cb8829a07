"""Concluded mediations that are made up (示例): always the same ones, so that the figures can be tried. No real case is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from knowledge.mediation.figures import Result

COUNT = 1949
ENDS = (("agreed", 1559), ("failed", 270), ("refused", 80), ("withdrawn", 40))  # 1,949 together
CONFIRMED = 391  # of the agreed ones
FIELDS = ("邻里", "家庭", "物业、房屋", "借钱、赔偿", "别的")
FIRST = date(2025, 1, 1)


def concluded(areas: Sequence[str], count: int = COUNT) -> Iterator[Result]:
    """The sample's results, spread over communities, levels and sittings by plain counting."""
    outcomes = [name for name, many in ENDS for _ in range(many)]
    for n in range(count):
        outcome = outcomes[(n * 911) % len(outcomes)]  # 911 and 1949 share no divisor: each place once
        place = (n * 911) % len(outcomes)
        level = 0 if n % 10 < 7 else 1 if n % 10 < 9 else 2
        sat = 0 if outcome in ("refused", "withdrawn") else 1 + n % 3
        opened = FIRST + timedelta(days=n % 330)
        yield Result(f"样{n + 1:05d}", areas[n % len(areas)], opened, opened + timedelta(days=5 + n % 26), FIELDS[n % 5],
                     level, sat, outcome, outcome == "agreed" and place < CONFIRMED, True)  # fmt: skip
