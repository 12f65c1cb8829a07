"""The one day that was told, on the calendar. Nothing is clipped; what cannot be is asked."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from knowledge.calendar import Calendar
from knowledge.when.festivals import festival_day, lunar_date, rest_days
from knowledge.when.model import Unclear
from knowledge.when.months import (
    WEEKDAYS,
    add_months,
    exists,
    next_yearly,
    nth_weekday,
    shifted,
    short,
    year_of,
)
from knowledge.when.spans import span_of
from knowledge.when.spec import Spec
from knowledge.when.words import HOLIDAY


def day_of(spec: Spec, today: date, calendar: Calendar, not_before: date | None = None) -> date:
    """The one day that is told; without a year, the next such day from today (or `not_before`) on. Raises Unclear."""
    if spec.nth_work is not None:
        return _working(spec, today, calendar, not_before)
    return _told(spec, today, calendar, not_before) + timedelta(days=spec.shift or 0)


def _told(spec: Spec, today: date, calendar: Calendar, not_before: date | None) -> date:
    floor = not_before or today
    if spec.days is not None:
        return today + timedelta(days=spec.days)
    if spec.workdays is not None:
        return calendar.add_workdays(today, spec.workdays)
    if spec.after is not None:
        return shifted(today, spec.after)
    if spec.festival is not None:
        return _checked(spec, festival_day(spec, today, floor, calendar))
    if spec.lunar:
        return lunar_date(spec, today, floor)
    if spec.nth is not None:
        return _nth(spec, today, floor)
    if spec.day is not None:
        return _checked(spec, _dated(spec, today, floor))
    return _weekday(spec, today, floor)


def _working(spec: Spec, today: date, calendar: Calendar, not_before: date | None) -> date:
    """The n-th working day after a holiday, or of a month, week or year."""
    nth, told = spec.nth_work or 1, replace(spec, nth_work=None, part=None, hour=None)
    if spec.beyond and not told.dated:
        told = replace(told, festival=HOLIDAY)
    if told.has_day:
        day = _told(told, today, calendar, not_before)
        return calendar.add_workdays(rest_days(day, calendar)[1] - timedelta(days=1), nth)
    if not told.dated:
        raise Unclear("您说的是几月的工作日？")
    first, after = span_of(told, today, calendar, not_before)
    before = first - timedelta(days=1)
    day = calendar.add_workdays(before, nth) if nth > 0 else calendar.add_workdays(after, nth)
    if not first <= day < after:
        raise Unclear("没有这一个工作日，您说的是哪一天？")
    return day


def _weekday(spec: Spec, today: date, floor: date) -> date:
    if spec.weekday is None:
        raise Unclear("您说的是哪一天？")
    if spec.week is None:
        return floor + timedelta(days=(spec.weekday - floor.weekday()) % 7)
    day = today + timedelta(days=spec.weekday - today.weekday() + 7 * spec.week)
    if spec.week == 0 and day < today:
        raise Unclear(f"这周{WEEKDAYS[spec.weekday]}（{short(day)}）已经过了，您说的是哪一天？")
    return day


def _dated(spec: Spec, today: date, floor: date) -> date:
    day = spec.day or 0
    if not 1 <= day <= 31 and day != -1:
        raise Unclear(f"没有{day}号，您说的是哪一天？")
    if spec.month is None:
        return _day_of_month(day, year_of(spec, today), floor)
    year = year_of(spec, today)
    if spec.month_rel:
        year, month = add_months(year or today.year, today.month, spec.month)
        return _sure(year, month, day)
    if not 1 <= spec.month <= 12:
        raise Unclear(f"一年只有12个月，您说的“{spec.month}月”是几月？")
    if year is not None:
        return _sure(year, spec.month, day)
    return next_yearly(lambda y: _sure(y, spec.month or 1, day), floor, leap=(spec.month, day) == (2, 29))


def _sure(year: int, month: int, day: int) -> date:
    if day == -1:
        return date(year, month, monthrange(year, month)[1])
    if not exists(year, month, day):
        # 29 February exists in other years, so the year is part of what is wrong
        told = f"{year}年{month}月" if (month, day) == (2, 29) else f"{month}月"
        raise Unclear(f"{told}没有{day}号，您说的是哪一天？")
    return date(year, month, day)


def _day_of_month(day: int, year: int | None, floor: date) -> date:
    if day == -1 or year is not None:
        raise Unclear("您说的是几月几号？")
    year, month = (floor.year, floor.month) if day >= floor.day else add_months(floor.year, floor.month, 1)
    while not exists(year, month, day):
        year, month = add_months(year, month, 1)
    return date(year, month, day)


def _nth(spec: Spec, today: date, floor: date) -> date:
    if spec.nth is None or spec.month is None:
        raise Unclear("您说的是几月？")
    which, weekday = spec.nth
    year = year_of(spec, today)
    if spec.month_rel:
        return nth_weekday(*add_months(year or today.year, today.month, spec.month), which, weekday)
    month = spec.month
    if year is not None:
        return nth_weekday(year, month, which, weekday)
    return next_yearly(lambda y: nth_weekday(y, month, which, weekday), floor)


def _checked(spec: Spec, day: date) -> date:
    if spec.weekday is not None and day.weekday() != spec.weekday:
        told, real = WEEKDAYS[spec.weekday], WEEKDAYS[day.weekday()]
        raise Unclear(f"{day.year}年{short(day)}是周{real}，不是周{told}，您说的是哪一天？")
    return day
