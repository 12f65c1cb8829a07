"""What comes next by a rule: RFC 5545 text, read in local time, and three rules that it cannot say.

WORKDAYS; WORKDAYS-MONTHLY;NTH=1 (-1: the last of the month); LUNAR-YEARLY;MONTH=1;DAY=15 (DAY=-1: the month's last); LUNAR-MONTHLY;DAY=1,15; TERM-YEARLY;NAME=清明.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrule, rrulestr

from knowledge.calendar import Calendar, lunar_day, solar_term
from knowledge.when.model import ZONE

OWN = ("WORKDAYS", "WORKDAYS-MONTHLY", "LUNAR-YEARLY", "LUNAR-MONTHLY", "TERM-YEARLY")
HORIZON = 60  # years that are searched
_UNTIL = "%Y%m%dT%H%M%S"


class BadRule(ValueError):
    """这条重复规则看不懂：{0}。"""

    def __init__(self, rule: str) -> None:
        super().__init__((self.__doc__ or "").format(rule))


def fields(rule: str) -> dict[str, str]:
    """FREQ=WEEKLY;BYDAY=WE → {"FREQ": "WEEKLY", "BYDAY": "WE"}; our own rules have their name under KIND."""
    head, _, rest = rule.partition(";")
    told = [part.partition("=") for part in (rest if head in OWN else rule).split(";") if part]
    return {"KIND": head if head in OWN else "RRULE"} | {key: value for key, _, value in told}


def next_after(rule: str, start: datetime, after: datetime, calendar: Calendar) -> datetime | None:
    """The first occurrence later than `after`; None when the rule has ended. Raises BadRule."""
    begin, last = start.astimezone(ZONE).replace(tzinfo=None), after.astimezone(ZONE).replace(tzinfo=None)
    try:
        found = _next(rule, begin, last, calendar)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise BadRule(rule) from error
    return found.replace(tzinfo=ZONE) if found else None


def _next(rule: str, begin: datetime, last: datetime, calendar: Calendar) -> datetime | None:
    told = fields(rule)
    if told["KIND"] == "RRULE":
        parsed = rrulestr(rule, dtstart=begin)
        if not isinstance(parsed, rrule):
            raise BadRule(rule)
        return parsed.after(max(last, begin - timedelta(seconds=1)))
    until = _moment(told["UNTIL"]) if "UNTIL" in told else None
    floor = max(last.date(), begin.date())
    clock = begin.time()
    for day in _days(told, floor, calendar):
        moment = datetime.combine(day, clock)
        if until and moment > until:
            return None
        if moment > last and moment >= begin:
            return moment
    return None


def _moment(told: str) -> datetime:
    return datetime.strptime(told, _UNTIL)  # noqa: DTZ007 rules are read in local time


def _days(told: dict[str, str], floor: date, calendar: Calendar) -> Iterator[date]:
    if told["KIND"] == "WORKDAYS":
        yield from _workdays(floor, calendar)
        return
    if told["KIND"] == "WORKDAYS-MONTHLY":
        yield from (day for day in _nth_workdays(floor, int(told["NTH"]), calendar) if day >= floor)
        return
    days_in = {"LUNAR-YEARLY": _lunar_yearly, "LUNAR-MONTHLY": _lunar_monthly, "TERM-YEARLY": _term}[
        told["KIND"]
    ]
    for year in range(floor.year - 1, floor.year + HORIZON):
        yield from (day for day in days_in(told, year) if day >= floor)


def _workdays(floor: date, calendar: Calendar) -> Iterator[date]:
    day = floor if calendar.is_workday(floor) else calendar.next_workday(floor)
    while True:
        yield day
        day = calendar.next_workday(day)


def _nth_workdays(floor: date, nth: int, calendar: Calendar) -> Iterator[date]:
    """The n-th working day of each month; a month without it has none."""
    for count in range(HORIZON * 12):
        year, month = divmod(floor.year * 12 + floor.month - 1 + count, 12)
        first, after = date(year, month + 1, 1), date(year + (month == 11), (month + 1) % 12 + 1, 1)
        day = calendar.add_workdays(first - timedelta(days=1) if nth > 0 else after, nth)
        if first <= day < after:
            yield day


def _lunar(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield lunar_day(year, month, day)
    except ValueError:  # a month of 29 days, a year without that leap month: no occurrence
        return


def _lunar_yearly(told: dict[str, str], year: int) -> Iterator[date]:
    yield from _lunar(year, int(told["MONTH"]), int(told["DAY"]))


def _lunar_monthly(told: dict[str, str], year: int) -> Iterator[date]:
    for month in range(1, 13):
        for day in told["DAY"].split(","):
            yield from _lunar(year, month, int(day))


def _term(told: dict[str, str], year: int) -> Iterator[date]:
    try:
        yield solar_term(year, told["NAME"])
    except ValueError:  # beyond the years whose terms are known
        return


def until(day: date) -> str:
    """The UNTIL part for a last day."""
    return f"UNTIL={datetime.combine(day, time(23, 59, 59)).strftime(_UNTIL)}"
