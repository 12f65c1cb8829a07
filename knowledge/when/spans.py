"""Spans of days: weeks, months, seasons, holidays, years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from knowledge.calendar import Calendar, lunar_month
from knowledge.when.festivals import festival_day, rest_days
from knowledge.when.model import Unclear
from knowledge.when.months import add_months, year_of
from knowledge.when.spec import Spec

Span = tuple[date, date]  # first day, day after the last
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}


def span_of(spec: Spec, today: date, calendar: Calendar, not_before: date | None = None) -> Span:
    """The weeks, months, seasons or years that are told. Raises Unclear."""
    floor = not_before or today
    monday = today - timedelta(days=today.weekday())
    if spec.whole in ("week", "weekend"):
        return _week(spec, today, monday)
    if spec.whole == "span":
        return _weekdays(spec, floor, monday)
    if spec.whole in ("今明", "明后", "这两", "这几"):
        start = today + timedelta(days=spec.whole == "明后")
        return start, start + timedelta(days=3 if spec.whole == "这几" else 2)
    if spec.whole == "holiday":
        return rest_days(festival_day(spec, today, floor, calendar), calendar)
    year = year_of(spec, today)
    if spec.lunar and spec.month is not None:
        first, length = lunar_month(year or today.year, spec.month)
        return first, first + timedelta(days=length)
    if spec.whole in ("年底", "年末", "年初"):
        begin = 12 if spec.whole != "年初" else 1
        return _months(year or today.year, begin, 1)
    if (spec.whole or "").startswith("W"):
        return _nth_week(spec, year, today, floor)
    if spec.month is not None or (spec.whole or "").startswith(("月", "上旬", "中旬", "下旬")):
        return _in_month(spec, year, today, floor)
    if spec.whole is not None:
        return _in_year(spec.whole, year or today.year)
    if year is None:
        raise Unclear("您说的是什么时候？")
    return _months(year, 1, 12)


def _week(spec: Spec, today: date, monday: date) -> Span:
    start = monday + timedelta(days=7 * (spec.week or 0))
    end = start + timedelta(days=7)
    if spec.whole == "weekend":
        start = max(start + timedelta(days=5), today) if not spec.week else start + timedelta(days=5)
    return start, end


def _weekdays(spec: Spec, floor: date, monday: date) -> Span:
    first = spec.weekday or 0
    if spec.week is None:
        start = floor + timedelta(days=(first - floor.weekday()) % 7)
    else:
        start = monday + timedelta(days=first + 7 * spec.week)
    return start, start + timedelta(days=len(spec.weekdays))


def _months(year: int, month: int, count: int) -> Span:
    return date(year, month, 1), date(*add_months(year, month, count), 1)


def _nth_week(spec: Spec, year: int | None, today: date, floor: date) -> Span:
    """The n-th week that begins in a month or year."""
    bare = replace(spec, whole=None)
    begin, after = (
        _in_month(bare, year, today, floor) if spec.month is not None else _months(year or today.year, 1, 12)
    )
    start = begin + timedelta(days=-begin.weekday() % 7 + 7 * (int((spec.whole or "W1")[1:]) - 1))
    if start >= after:
        raise Unclear("没有这一周，您说的是哪一周？")
    return start, start + timedelta(days=7)


def _in_month(spec: Spec, year: int | None, today: date, floor: date) -> Span:
    if spec.month is None or spec.month_rel:
        in_year, month = add_months(year or today.year, today.month, spec.month or 0)
    else:
        month = spec.month
        in_year = year if year is not None else floor.year + (month < floor.month)
    first, after = _months(in_year, month, 1)
    parts = {
        "上旬": (1, 11), "中旬": (11, 21), "下旬": (21, 0), "月初": (1, 6), "月中": (11, 21),
        "月底": (25, 0), "月末": (25, 0),
    }  # fmt: skip
    if spec.whole not in parts:
        return first, after
    begin, end = parts[spec.whole]
    return first.replace(day=begin), first.replace(day=end) if end else after


def _in_year(whole: str, year: int) -> Span:
    if whole in _SEASONS:
        return _months(year, _SEASONS[whole], 3)
    if whole.startswith("Q"):
        return _months(year, int(whole[1]) * 3 - 2, 3)
    if whole in ("暑假", "寒假"):
        return _months(year, 7 if whole == "暑假" else 1, 2)
    return _months(year, 1 if whole == "上半年" else 7, 6)
