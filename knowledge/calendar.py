"""Working days, public holidays and the Chinese calendar. Days are local dates (Asia/Shanghai)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

import chinese_calendar
import yaml
from chinese_calendar.constants import holidays as announced
from chinese_calendar.constants import workdays as made_up
from lunar_python import LunarYear, Solar

DATA = Path(__file__).parent / "data" / "holidays.yaml"
FIRST, LAST = 1901, 2099  # years whose lunar months and solar terms are known well enough
SATURDAY = 5
SPRING = "春节"
NAMES = {
    "New Year's Day": "元旦", "Spring Festival": SPRING, "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "National Day": "国庆节", "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}  # fmt: skip


class BadHolidays(ValueError):
    """节假日表写得不对：{0}。每一年写成“春节: {{rest: [2026-02-15 ~ 2026-02-23], work: [2026-02-14]}}”这样。"""

    def __init__(self, where: str) -> None:
        super().__init__((self.__doc__ or "").format(where))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. `off` names the holidays, `work` holds the weekend days worked instead of them."""

    off: Mapping[date, str] = field(default_factory=dict)
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    @classmethod
    def from_table(cls, told: Mapping[Any, Any]) -> Self:
        """From {year: {holiday: {rest: [day or "first ~ last"], work: [day]}}}, laid over the default table.

        Raises BadHolidays. A year that is told replaces the default of that year.
        """
        table = {**_shipped(), **{_year(year): holidays for year, holidays in told.items()}}
        off: dict[date, str] = {}
        work: set[date] = set()
        for year, holidays in table.items():
            for name, days in _named(year, holidays):
                off.update((day, name) for day in _days(days.get("rest"), name))
                work.update(_days(days.get("work"), name))
        return cls(off, frozenset(work), frozenset(table))

    @classmethod
    def default(cls) -> Self:
        """The table that is shipped: data/holidays.yaml."""
        return cls.from_table({})

    def is_confirmed(self, year: int) -> bool:
        """Whether the year's holidays are announced (otherwise: statutory days and Monday–Friday)."""
        return year in self.years or year in _covered()

    def holiday_name(self, day: date) -> str | None:
        """The holiday that makes this a day off; None on ordinary days, weekends and made-up working days."""
        if day.year in self.years:
            return self.off.get(day)
        if day.year in _covered():
            return NAMES.get(announced[day]) if day in announced else None
        return statutory(day.year).get(day)

    def is_workday(self, day: date) -> bool:
        """Whether offices work: Monday to Friday, no holidays, made-up weekend days included."""
        if day.year in self.years:
            return day in self.work or (day.weekday() < SATURDAY and day not in self.off)
        if day.year in _covered():
            return day in made_up or (day.weekday() < SATURDAY and day not in announced)
        return day.weekday() < SATURDAY and day not in statutory(day.year)

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it when n is negative); `day` itself when n is 0."""
        step = timedelta(days=1 if n > 0 else -1)
        for _ in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.add_workdays(day, 1)


@cache
def _shipped() -> dict[int, Any]:
    loaded: dict[int, Any] = yaml.safe_load(DATA.read_text("utf-8"))
    return loaded


@cache
def _covered() -> frozenset[int]:
    return frozenset(day.year for day in announced)


def _year(told: object) -> int:
    try:
        return int(str(told))
    except ValueError:
        raise BadHolidays(f"“{told}”不是年份") from None


def _named(year: int, holidays: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(holidays, Mapping):
        raise BadHolidays(f"{year}年下面要写节日")
    for name, days in holidays.items():
        if not isinstance(days, Mapping):
            raise BadHolidays(f"{year}年{name}下面要写 rest 和 work")
        yield str(name), days


def _days(told: object, name: str) -> Iterable[date]:
    for entry in told if isinstance(told, list | tuple) else [] if told is None else [told]:
        first, _, last = str(entry).partition("~")
        try:
            begin, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        except ValueError:
            raise BadHolidays(f"{name}的“{entry}”不是日期") from None
        yield from (begin + timedelta(days=n) for n in range((end - begin).days + 1))


@lru_cache(maxsize=64)
def statutory(year: int) -> Mapping[date, str]:
    """The days off by law (全国年节及纪念日放假办法, 2025), without the weekends moved around them."""
    fixed = [("元旦", 1, 1), ("劳动节", 5, 1), ("劳动节", 5, 2), *(("国庆节", 10, n) for n in (1, 2, 3))]
    found = {date(year, month, day): name for name, month, day in fixed}
    if FIRST <= year <= LAST:
        new_year = lunar_day(year, 1, 1)
        found |= {new_year + timedelta(days=n): SPRING for n in (-1, 0, 1, 2)}
        found |= {
            solar_term(year, "清明"): "清明节", lunar_day(year, 5, 5): "端午节", lunar_day(year, 8, 15): "中秋节",
        }  # fmt: skip
    return found


@lru_cache(maxsize=256)
def _months(year: int) -> Mapping[int, tuple[date, int]]:
    """First day and length of each month of a lunar year; a leap month is counted negative."""
    found = {}
    for month in LunarYear.fromYear(year).getMonths():
        if month.getYear() == year:
            first = Solar.fromJulianDay(month.getFirstJulianDay())
            first_day = date(first.getYear(), first.getMonth(), first.getDay())
            found[month.getMonth()] = (first_day, month.getDayCount())
    return found


def lunar_month(year: int, month: int) -> tuple[date, int]:
    """First day and length of a lunar month (negative: the leap one). Raises ValueError when there is none."""
    if not FIRST <= year <= LAST or month not in _months(year):
        raise ValueError(f"no lunar month {year}-{month}")
    return _months(year)[month]


def lunar_day(year: int, month: int, day: int) -> date:
    """The solar day of a lunar date; day -1 is the month's last. Raises ValueError when there is none."""
    first, length = lunar_month(year, month)
    day = length if day == -1 else day
    if not 1 <= day <= length:
        raise ValueError(f"no lunar day {year}-{month}-{day}")
    return first + timedelta(days=day - 1)


@lru_cache(maxsize=512)
def solar_term(year: int, name: str) -> date:
    """The day of a solar term (冬至, 清明 …) in a solar year. Raises ValueError when there is none."""
    if FIRST <= year <= LAST:
        terms: list[tuple[date, str]] = chinese_calendar.get_solar_terms(date(year, 1, 1), date(year, 12, 31))
        for day, term in terms:
            if term == name:
                return day
    raise ValueError(f"no solar term {name} in {year}")


SOLAR_TERMS = tuple(
    term for _, term in chinese_calendar.get_solar_terms(date(2025, 1, 1), date(2025, 12, 31))
)
