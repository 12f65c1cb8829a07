"""Days of the lunar year, festivals, solar terms, the dog days, and the days off around a holiday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from knowledge.calendar import SOLAR_TERMS, Calendar, lunar_day, lunar_month, solar_term
from knowledge.when.model import Unclear
from knowledge.when.months import next_yearly, nth_weekday, year_of
from knowledge.when.spec import Spec
from knowledge.when.words import COLD_DAYS, DOG_DAYS, FESTIVALS, HOLIDAY, LUNAR_FESTIVALS, NTH_FESTIVALS

DAY = timedelta(days=1)
STEM = 2  # of ten: 15 July 2026 is a 庚 day


def _lunar_in(month: int, day: int) -> Callable[[int], date]:
    def day_in(year: int) -> date:
        try:
            return lunar_day(year, month, day)
        except ValueError:
            raise Unclear(f"{year}年农历{abs(month)}月没有这一天，您说的是哪一天？") from None

    return day_in


def rest_days(day: date, calendar: Calendar) -> tuple[date, date]:
    """First day off and day after the last of the holiday that the day lies in; the day alone when it is none."""
    name, first, after = calendar.holiday_name(day), day, day + DAY
    while name and calendar.holiday_name(first - DAY) == name:
        first -= DAY
    while name and calendar.holiday_name(after) == name:
        after += DAY
    return first, after


def _next_holiday(floor: date, calendar: Calendar) -> date:
    """The public holiday that runs, or else the next one; a weekend is none."""
    for n in range(370):
        if calendar.holiday_name(floor + n * DAY):
            return floor + n * DAY
    raise Unclear("您说的是哪个节？")


def _dog_day(year: int, name: str) -> date:
    """初伏 is the third 庚 day from 夏至 on, 中伏 the fourth, 末伏 the first from 立秋 on; each tenth day is a 庚."""
    since, nth, later = DOG_DAYS[name]
    term = _term(year, since)
    return term + timedelta(days=(STEM - term.toordinal()) % 10 + 10 * (nth - 1) + later)


def lunar_date(spec: Spec, today: date, floor: date) -> date:
    """The day of the lunar year that is told. Raises Unclear."""
    if spec.month_rel:
        raise Unclear("您说的是农历还是公历的几月几号？")
    if spec.month is None or spec.day is None:
        return _lunar_first(spec, floor)
    month, day = -spec.month if spec.leap else spec.month, spec.day
    if not 1 <= spec.month <= 12 or not 1 <= day <= 30:
        raise Unclear("农历没有这一天，您说的是哪一天？")
    return _lunar_year(_lunar_in(month, day), year_of(spec, today), floor)


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


def festival_day(spec: Spec, today: date, floor: date, calendar: Calendar) -> date:
    """The day of the festival that is told; “节” alone is the next public holiday. Raises Unclear."""
    name, year = spec.festival or "", year_of(spec, today)
    if name == HOLIDAY:
        return _next_holiday(floor, calendar)
    if name in LUNAR_FESTIVALS:
        return _lunar_year(_lunar_in(*LUNAR_FESTIVALS[name]), year, floor)
    day_in = festival_in(name)
    if year is not None:
        return day_in(year)
    return next_yearly(day_in, floor)


def festival_in(name: str) -> Callable[[int], date]:
    """The day of a solar festival or a solar term in a given year."""
    if name in FESTIVALS:
        month, day = FESTIVALS[name]
        return lambda year: date(year, month, day)
    if name in NTH_FESTIVALS:
        in_month, nth, weekday = NTH_FESTIVALS[name]
        return lambda year: nth_weekday(year, in_month, nth, weekday)
    if name in DOG_DAYS:
        return lambda year: _dog_day(year, name)
    if name in COLD_DAYS:
        return lambda year: _term(year, "冬至")
    if name not in SOLAR_TERMS:
        raise Unclear(f"“{name}”是哪一天？")
    return lambda year: _term(year, name)


def _term(year: int, name: str) -> date:
    try:
        return solar_term(year, name)
    except ValueError:
        raise Unclear("这个年份太远了，您说的是哪一年？") from None
