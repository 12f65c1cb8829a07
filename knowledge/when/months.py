"""Days and months counted; nothing is clipped."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from knowledge.when.model import Unclear
from knowledge.when.spec import Spec

WEEKDAYS = "一二三四五六日"


def short(day: date) -> str:
    """11月24日"""
    return f"{day.month}月{day.day}日"


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """The n-th (or last: -1) weekday of a month. Raises Unclear when the month has no such day."""
    first, length = date(year, month, 1), monthrange(year, month)[1]
    days = [d for d in range(1, length + 1) if (first + timedelta(days=d - 1)).weekday() == weekday]
    if nth > len(days):
        raise Unclear(f"{month}月没有第{nth}个周{WEEKDAYS[weekday]}，您说的是哪一天？")
    return date(year, month, days[nth - 1 if nth > 0 else nth])


def shifted(day: date, by: relativedelta) -> date:
    """A day some months or days on. Raises Unclear when the month has no such day."""
    moved = day + by
    exact = by.months == 0 and by.years == 0
    if not exact and by.days == 0 and moved.day != day.day:
        raise Unclear(f"{moved.year}年{moved.month}月没有{day.day}号，您说的是哪一天？")
    return moved


def add_months(year: int, month: int, by: int) -> tuple[int, int]:
    """Year and month, some months on."""
    count = year * 12 + month - 1 + by
    return count // 12, count % 12 + 1


def year_of(spec: Spec, today: date) -> int | None:
    """The year that is told."""
    return None if spec.year is None else today.year + spec.year if spec.year_rel else spec.year


def exists(year: int, month: int, day: int) -> bool:
    """Whether the month has that day."""
    return 1 <= day <= monthrange(year, month)[1]


def next_yearly(day_in: Callable[[int], date], floor: date, *, leap: bool = False) -> date:
    """The first such day from `floor` on. Raises Unclear."""
    years = range(floor.year, floor.year + (9 if leap else 2))
    for year in years:
        if leap and not exists(year, 2, 29):
            continue
        if (day := day_in(year)) >= floor:
            return day
    raise Unclear("您说的是哪一年？")
