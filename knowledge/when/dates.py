"""Placing what was told on the calendar: days and spans of days. Nothing is clipped; what cannot be is asked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from knowledge.calendar import SOLAR_TERMS, Calendar, lunar_day, lunar_month, solar_term
from knowledge.when.model import Unclear
from knowledge.when.spec import Spec
from knowledge.when.words import FESTIVALS, LUNAR_FESTIVALS, NTH_FESTIVALS

Span = tuple[date, date]  # first day, day after the last
WEEKDAYS = "一二三四五六日"
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}


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


def day_of(spec: Spec, today: date, calendar: Calendar, not_before: date | None = None) -> date:
    """The one day that is told; without a year, the next such day from today (or `not_before`) on. Raises Unclear."""
    floor = not_before or today
    if spec.days is not None:
        return today + timedelta(days=spec.days)
    if spec.workdays is not None:
        return calendar.add_workdays(today, spec.workdays)
    if spec.after is not None:
        return shifted(today, spec.after)
    if spec.festival is not None:
        return _checked(spec, _festival(spec, today, floor))
    if spec.lunar:
        return _lunar(spec, today, floor)
    if spec.nth is not None:
        return _nth(spec, today, floor)
    if spec.day is not None:
        return _checked(spec, _dated(spec, today, floor))
    return _weekday(spec, today, floor)


def _checked(spec: Spec, day: date) -> date:
    if spec.weekday is not None and day.weekday() != spec.weekday:
        told, real = WEEKDAYS[spec.weekday], WEEKDAYS[day.weekday()]
        raise Unclear(f"{day.year}年{short(day)}是周{real}，不是周{told}，您说的是哪一天？")
    return day


def _year(spec: Spec, today: date) -> int | None:
    return None if spec.year is None else today.year + spec.year if spec.year_rel else spec.year


def _weekday(spec: Spec, today: date, floor: date) -> date:
    if spec.weekday is None:
        raise Unclear("您说的是哪一天？")
    if spec.week is None:
        return floor + timedelta(days=(spec.weekday - floor.weekday()) % 7)
    day = today + timedelta(days=spec.weekday - today.weekday() + 7 * spec.week)
    if spec.week == 0 and day < today:
        raise Unclear(f"这周{WEEKDAYS[spec.weekday]}（{short(day)}）已经过了，您说的是哪一天？")
    return day


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]


def _dated(spec: Spec, today: date, floor: date) -> date:
    day = spec.day or 0
    if not 1 <= day <= 31 and day != -1:
        raise Unclear(f"没有{day}号，您说的是哪一天？")
    if spec.month is None:
        return _day_of_month(day, _year(spec, today), floor)
    year = _year(spec, today)
    if spec.month_rel:
        year, month = add_months(year or today.year, today.month, spec.month)
        return _sure(year, month, day)
    if not 1 <= spec.month <= 12:
        raise Unclear(f"一年只有12个月，您说的“{spec.month}月”是几月？")
    if year is not None:
        return _sure(year, spec.month, day)
    return _next_yearly(lambda y: _sure(y, spec.month or 1, day), floor, leap=(spec.month, day) == (2, 29))


def _sure(year: int, month: int, day: int) -> date:
    if day == -1:
        return date(year, month, monthrange(year, month)[1])
    if not _exists(year, month, day):
        # 29 February exists in other years, so the year is part of what is wrong
        told = f"{year}年{month}月" if (month, day) == (2, 29) else f"{month}月"
        raise Unclear(f"{told}没有{day}号，您说的是哪一天？")
    return date(year, month, day)


def _day_of_month(day: int, year: int | None, floor: date) -> date:
    if day == -1 or year is not None:
        raise Unclear("您说的是几月几号？")
    year, month = (floor.year, floor.month) if day >= floor.day else add_months(floor.year, floor.month, 1)
    while not _exists(year, month, day):
        year, month = add_months(year, month, 1)
    return date(year, month, day)


def _next_yearly(day_in: Callable[[int], date], floor: date, *, leap: bool = False) -> date:
    years = range(floor.year, floor.year + (9 if leap else 2))
    for year in years:
        if leap and not _exists(year, 2, 29):
            continue
        if (day := day_in(year)) >= floor:
            return day
    raise Unclear("您说的是哪一年？")


def _nth(spec: Spec, today: date, floor: date) -> date:
    if spec.nth is None or spec.month is None:
        raise Unclear("您说的是几月？")
    which, weekday = spec.nth
    year = _year(spec, today)
    if spec.month_rel:
        return nth_weekday(*add_months(year or today.year, today.month, spec.month), which, weekday)
    month = spec.month
    if year is not None:
        return nth_weekday(year, month, which, weekday)
    return _next_yearly(lambda y: nth_weekday(y, month, which, weekday), floor)


def _lunar_in(month: int, day: int) -> Callable[[int], date]:
    def day_in(year: int) -> date:
        try:
            return lunar_day(year, month, day)
        except ValueError:
            raise Unclear(f"{year}年农历{abs(month)}月没有这一天，您说的是哪一天？") from None

    return day_in


def _lunar(spec: Spec, today: date, floor: date) -> date:
    if spec.month_rel:
        raise Unclear("您说的是农历还是公历的几月几号？")
    if spec.month is None or spec.day is None:
        return _lunar_first(spec, floor)
    month, day = -spec.month if spec.leap else spec.month, spec.day
    if not 1 <= spec.month <= 12 or not 1 <= day <= 30:
        raise Unclear("农历没有这一天，您说的是哪一天？")
    return _lunar_year(_lunar_in(month, day), _year(spec, today), floor)


def _lunar_year(day_in: Callable[[int], date], year: int | None, floor: date) -> date:
    """A lunar day by its lunar year; without one, the next: lunar years reach into the following solar one."""
    if year is not None:
        return day_in(year)
    for candidate in range(floor.year - 1, floor.year + 2):
        if (day := day_in(candidate)) >= floor:
            return day
    raise Unclear("您说的是哪一年？")


def _lunar_first(spec: Spec, floor: date) -> date:
    """初五 without a month: the next lunar month that has it from now on."""
    day = spec.day or 1
    for year in (floor.year - 1, floor.year, floor.year + 1):
        for month in range(1, 13):
            found = lunar_month(year, month)[0] + timedelta(days=day - 1)
            if found >= floor:
                return found
    raise Unclear("您说的是几月？")


def _festival(spec: Spec, today: date, floor: date) -> date:
    name, year = spec.festival or "", _year(spec, today)
    if name in LUNAR_FESTIVALS:
        return _lunar_year(_lunar_in(*LUNAR_FESTIVALS[name]), year, floor)
    day_in = festival_in(name)
    if year is not None:
        return day_in(year)
    return _next_yearly(day_in, floor)


def festival_in(name: str) -> Callable[[int], date]:
    """The day of a solar festival or a solar term in a given year."""
    if name in FESTIVALS:
        month, day = FESTIVALS[name]
        return lambda year: date(year, month, day)
    if name in NTH_FESTIVALS:
        in_month, nth, weekday = NTH_FESTIVALS[name]
        return lambda year: nth_weekday(year, in_month, nth, weekday)
    if name not in SOLAR_TERMS:
        raise Unclear(f"“{name}”是哪一天？")
    return lambda year: _term(year, name)


def _term(year: int, name: str) -> date:
    try:
        return solar_term(year, name)
    except ValueError:
        raise Unclear("这个年份太远了，您说的是哪一年？") from None


def span_of(spec: Spec, today: date, not_before: date | None = None) -> Span:
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
    year = _year(spec, today)
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
