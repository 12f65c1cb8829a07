"""Working days: the announced years day by day, the years to come, the lunar months."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import BadHolidays, Calendar, lunar_day, solar_term

CALENDAR = Calendar.default()


def days(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize("year", [2019, 2024, 2025, 2026])
def test_announced_years_are_as_announced(year: int) -> None:
    wrong = [day for day in days(year) if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)]
    assert wrong == []
    assert CALENDAR.is_confirmed(year)


def test_holidays_have_names_and_make_up_days_have_none() -> None:
    assert CALENDAR.holiday_name(date(2026, 2, 17)) == "春节"
    assert CALENDAR.holiday_name(date(2025, 10, 6)) == "中秋节"
    assert CALENDAR.holiday_name(date(2024, 10, 1)) == "国庆节"
    assert CALENDAR.holiday_name(date(2026, 2, 14)) is None
    assert CALENDAR.holiday_name(date(2026, 11, 28)) is None
    assert CALENDAR.is_workday(date(2026, 2, 14))
    assert not CALENDAR.is_workday(date(2026, 11, 28))


def test_a_year_not_yet_announced_falls_back_and_says_so() -> None:
    assert not CALENDAR.is_confirmed(2027)
    assert CALENDAR.holiday_name(date(2027, 2, 5)) == "春节"  # the eve
    assert CALENDAR.holiday_name(date(2027, 2, 9)) is None
    assert CALENDAR.holiday_name(date(2027, 4, 5)) == "清明节"
    assert CALENDAR.holiday_name(date(2027, 6, 9)) == "端午节"
    assert CALENDAR.holiday_name(date(2027, 9, 15)) == "中秋节"
    assert not CALENDAR.is_workday(date(2027, 10, 1))
    assert CALENDAR.is_workday(date(2027, 10, 8))


@given(st.dates())
def test_no_day_raises(day: date) -> None:
    assert CALENDAR.is_workday(day) in (True, False)
    assert not (CALENDAR.holiday_name(day) and CALENDAR.is_workday(day))
    assert CALENDAR.is_confirmed(day.year) in (True, False)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 40))
def test_adding_counts_working_days(day: date, n: int) -> None:
    later = CALENDAR.add_workdays(day, n)
    between = [day + timedelta(days=k) for k in range(1, (later - day).days + 1)]
    assert sum(map(CALENDAR.is_workday, between)) == n
    assert CALENDAR.is_workday(later)


def test_adding_none_stays_and_negative_goes_back() -> None:
    assert CALENDAR.add_workdays(date(2026, 11, 28), 0) == date(2026, 11, 28)
    assert CALENDAR.add_workdays(date(2026, 11, 23), -1) == date(2026, 11, 20)
    assert CALENDAR.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.next_workday(date(2026, 10, 9)) == date(2026, 10, 10)


def test_the_table_can_be_edited() -> None:
    told = {"2027": {"春节": {"rest": ["2027-02-05 ~ 2027-02-11"], "work": ["2027-01-31"]}}}
    calendar = Calendar.from_table(told)
    assert calendar.is_confirmed(2027)
    assert calendar.holiday_name(date(2027, 2, 11)) == "春节"
    assert calendar.is_workday(date(2027, 1, 31))
    assert calendar.is_workday(date(2027, 10, 1))  # what is told for a year is all there is
    assert calendar.holiday_name(date(2026, 10, 1)) == "国庆节"


@pytest.mark.parametrize("told", [
    {"明年": {}}, {2027: ["春节"]}, {2027: {"春节": "2027-02-06"}}, {2027: {"春节": {"rest": ["2月6号"]}}},
])  # fmt: skip
def test_a_bad_table_is_refused_in_words(told: dict[object, object]) -> None:
    with pytest.raises(BadHolidays, match="节假日表写得不对"):
        Calendar.from_table(told)


def test_lunar_days_and_solar_terms() -> None:
    assert lunar_day(2026, 12, -1) == date(2027, 2, 5)
    assert lunar_day(2025, -6, 1) == date(2025, 7, 25)  # the leap sixth month
    assert solar_term(2026, "冬至") == date(2026, 12, 22)
    for wrong in ((2026, 13, 1), (2026, 12, 30), (2026, -6, 1), (1800, 1, 1)):
        with pytest.raises(ValueError, match="no lunar"):
            lunar_day(*wrong)
