"""Figures of mediation under one printed definition. A result has no words in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

OUTCOMES = {"agreed": "达成协议", "failed": "调解不成", "refused": "一方不同意", "withdrawn": "申请人撤回", "diverted": "不适合调解，转别处"}  # fmt: skip
CONCLUDED = ("agreed", "failed", "refused", "withdrawn")
DEFINITION = (
    "成功率 = 达成协议的件数 ÷ 已结束的件数。已结束：达成协议、调解不成、一方不同意、申请人撤回都算；"
    "不适合调解、转到别处的不算。司法确认件数：法院裁定协议有效的件数。"
)


@dataclass(frozen=True, slots=True)
class Result:
    """A concluded mediation. level: 0 community, 1 street, 2 district; round: sittings held at that level."""

    number: str
    area_id: str
    opened_on: date
    closed_on: date
    field: str
    level: int
    round: int
    outcome: str
    confirmed: bool = False
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Counts of a group of results."""

    label: str
    concluded: int
    agreed: int
    confirmed: int

    @property
    def rate(self) -> float | None:
        """Agreed of concluded, 0 … 1; None where nothing is concluded."""
        return self.agreed / self.concluded if self.concluded else None

    @property
    def percent(self) -> str:
        """The rate as it is printed."""
        return "—" if self.rate is None else f"{self.rate:.1%}"


def count(label: str, results: Iterable[Result]) -> Line:
    """Count results by the printed definition."""
    ended = [one for one in results if one.outcome in CONCLUDED]
    agreed = [one for one in ended if one.outcome == "agreed"]
    return Line(label, len(ended), len(agreed), sum(one.confirmed for one in agreed))


def by_level(results: Sequence[Result], levels: Sequence[str]) -> list[Line]:
    """A line a level."""
    return [count(name, (one for one in results if one.level == n)) for n, name in enumerate(levels)]


def by_round(results: Sequence[Result]) -> list[Line]:
    """A line for each number of sittings held at the last level."""
    rounds = sorted({one.round for one in results})
    return [count(f"第{n}次" if n else "没有坐下来谈", (one for one in results if one.round == n)) for n in rounds]  # fmt: skip


def by_outcome(results: Sequence[Result]) -> list[tuple[str, int]]:
    """How many ended in each way."""
    return [(label, sum(one.outcome == name for one in results)) for name, label in OUTCOMES.items()]
