"""Topics that keep coming back: the same category in the same place. No personal data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.cases.rows import within
from storage.door import Book
from storage.tables import areas, cases, topics


@dataclass(frozen=True, slots=True)
class Topic:
    """A draft for the street's meeting. state: draft | adopted | dropped."""

    id: int
    area_id: str
    category: str
    month: str
    numbers: tuple[str, ...]
    state: str
    made_at: datetime


class TopicBook(Book):
    """Topics, found among reports and decided by the street."""

    def recurring(self, since: datetime, least: int) -> dict[tuple[str, str], list[str]]:
        """(area, category) → numbers of the reports opened there since, where there are at least so many."""
        found = select(cases.c.area_id, cases.c.category, cases.c.number).where(
            cases.c.kind == "report", cases.c.opened_at >= since, cases.c.state.not_in(("duplicate", "withdrawn")))  # fmt: skip
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self.records.run(found.order_by(cases.c.id)):
            groups[row.area_id, row.category or ""].append(row.number)
        return {key: numbers for key, numbers in groups.items() if len(numbers) >= least}

    def draft(self, area_id: str, category: str, month: str, numbers: list[str], now: datetime) -> bool:
        """Write a draft, or bring an undecided one up to date; whether it is new."""
        row = {
            "area_id": area_id,
            "category": category,
            "month": month,
            "numbers": numbers,
            "made_at": now,
            "state": "draft",
        }
        if self.insert_new(topics, row, ["area_id", "category", "month"]):
            return True
        mine = (topics.c.area_id == area_id) & (topics.c.category == category) & (topics.c.month == month)
        self.records.run(update(topics).where(mine, topics.c.state == "draft").values(numbers=numbers))
        return False

    def all(self, path: str, limit: int = 100) -> list[Topic]:
        """Topics of an area's subtree, the newest month first."""
        here = select(areas.c.id).where(areas.c.path.startswith(path, autoescape=True))
        rows = self.records.run(select(topics).where(topics.c.area_id.in_(here))
                                .order_by(topics.c.month.desc(), topics.c.id.desc()).limit(limit))  # fmt: skip
        return [
            Topic(r.id, r.area_id, r.category, r.month, tuple(r.numbers), r.state, r.made_at) for r in rows
        ]

    def decide(self, topic_id: int, state: str, who: str, now: datetime) -> bool:
        """Adopt or drop a draft, once."""
        mine = (topics.c.id == topic_id) & (topics.c.state == "draft")
        done = update(topics).where(mine).values(state=state, decided_by=who[:40], decided_at=now)
        return self.records.run(done).rowcount == 1

    def month(self, path: str, since: datetime, until: datetime) -> list[tuple[str, str, str, int]]:
        """(area, category, state, how many) of the reports opened between: the monthly sheet."""
        scope = within(path)
        found = select(cases.c.area_id, cases.c.category, cases.c.state).where(
            cases.c.kind == "report", cases.c.opened_at >= since, cases.c.opened_at < until)  # fmt: skip
        counts: dict[tuple[str, str, str], int] = defaultdict(int)
        for row in self.records.run(found if scope is None else found.where(scope)):
            counts[row.area_id, row.category or "", row.state] += 1
        return [(*key, n) for key, n in sorted(counts.items())]
