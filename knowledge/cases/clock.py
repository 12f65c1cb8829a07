"""Due times: working days and holidays, three quarters of the time, and what a pause adds. Moments are aware."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar
from knowledge.cases.model import Span

ZONE = ZoneInfo("Asia/Shanghai")
OPENING, CLOSING = time(9), time(18)
WARN_AT = 0.75
A_WHILE = timedelta(hours=12)  # shorter than this is counted by the wall clock
Colour = Literal["", "yellow", "red"]


def due(start: datetime, span: Span, calendar: Calendar) -> datetime:
    """When so much time is over; of working days the closing time of the last, the first day not counted."""
    if span.unit == "workdays":
        day = calendar.add_workdays(start.astimezone(ZONE).date(), span.count)
        return datetime.combine(day, CLOSING, ZONE)
    return start + (timedelta(days=span.count) if span.unit == "days" else timedelta(minutes=span.count))


def yellow(start: datetime, due_at: datetime, calendar: Calendar) -> datetime:
    """When 75 % of the working time between the two is gone; short times run by the wall clock."""
    total = sum((end - begin for begin, end in _worked(start, due_at, calendar)), timedelta())
    if due_at - start < A_WHILE or not total:
        return start + (due_at - start) * WARN_AT
    left = total * WARN_AT
    for begin, end in _worked(start, due_at, calendar):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return due_at


def resumed(paused_at: datetime, now: datetime, due_at: datetime, calendar: Calendar) -> datetime:
    """The due time after a pause: what was left then is left now, in working time for anything longer than half a day."""
    if due_at - paused_at < A_WHILE:
        return due_at + (now - paused_at)
    left = sum((end - begin for begin, end in _worked(paused_at, due_at, calendar)), timedelta())
    for begin, end in _worked(now, now + (due_at - paused_at) * 3 + timedelta(days=30), calendar):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return due_at + (now - paused_at)


def colour(yellow_at: datetime | None, due_at: datetime | None, now: datetime) -> Colour:
    """How a running clock looks."""
    if due_at is not None and now >= due_at:
        return "red"
    return "yellow" if yellow_at is not None and now >= yellow_at else ""


def _worked(start: datetime, end: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time between two moments."""
    for day in _days(start.astimezone(ZONE).date(), end.astimezone(ZONE).date()):
        begin = max(start, datetime.combine(day, OPENING, ZONE))
        stop = min(end, datetime.combine(day, CLOSING, ZONE))
        if calendar.is_workday(day) and begin < stop:
            yield begin, stop


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
