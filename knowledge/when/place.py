"""From what a phrase tells to the moment, part, day or range that is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from knowledge.calendar import FIRST, LAST, Calendar
from knowledge.when.clocks import PUBLIC, at_clock, midnight, part_on
from knowledge.when.dates import day_of
from knowledge.when.model import ZONE, Unclear, When
from knowledge.when.months import shifted
from knowledge.when.spans import span_of
from knowledge.when.spec import Spec

FAR = "这个时间太远了，您说的是哪一天？"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def place(spec: Spec, at: datetime, calendar: Calendar, not_before: date | None = None) -> When:
    """The point, part, day, range or deadline that a spec means, seen from `at`. Raises Unclear."""
    try:
        placed = _place(spec, at.astimezone(ZONE), calendar, not_before)
        if placed.start is not None and not FIRST <= placed.start.year <= LAST:
            raise Unclear(FAR)
        return _labelled(placed, spec, at.astimezone(ZONE), calendar)
    except (OverflowError, ValueError) as error:
        if isinstance(error, Unclear):
            raise
        raise Unclear(FAR) from None


def _labelled(placed: When, spec: Spec, at: datetime, calendar: Calendar) -> When:
    """What hangs on a year's holidays that are not announced yet is unconfirmed."""
    hangs = spec.workdays is not None or spec.nth_work is not None or spec.whole == "holiday"
    last = placed.end or placed.start
    if not hangs or last is None:
        return placed
    years = range(at.year, last.year + 1)
    return replace(placed, unconfirmed=not all(calendar.is_confirmed(year) for year in years))


def _place(spec: Spec, at: datetime, calendar: Calendar, not_before: date | None) -> When:
    today = at.date()
    if spec.now:
        return When("point", at.replace(microsecond=0))
    if spec.within:
        within = _within(spec, at, calendar)
        return replace(within, kind="range") if spec.whole == "ahead" else within
    if spec.hourly_shift and spec.after is not None:
        return When("point", at.replace(microsecond=0) + spec.after)
    if (spec.nth_work is not None or (spec.has_day and spec.whole is None)) and not _listed(spec):
        day = day_of(spec, today, calendar, not_before)
        placed = _on(day, spec)
        _doubt(placed, spec, at)
        rolls = spec.weekday is not None and spec.week is None and spec.day is None and spec.festival is None
        if rolls and day == today and not_before is None and _over(placed, at):
            return _on(day + WEEK, spec)
        return placed
    if spec.dated:
        return _spanned(spec, today, calendar, not_before)
    return _undated(spec, at, not_before)


def _doubt(placed: When, spec: Spec, at: datetime) -> None:
    """今天8点, said at ten: this evening, or tomorrow?"""
    told_today = spec.days == 0 and spec.hour is not None and spec.part is None and not spec.fixed
    if told_today and _over(placed, at) and 7 <= (spec.hour or 0) <= 11:
        raise Unclear(f"今天上午{spec.hour}点已经过了，您说的是今晚，还是明天？")


def _listed(spec: Spec) -> bool:
    return bool(spec.weekdays)


def _over(placed: When, at: datetime) -> bool:
    """Whether it lies behind: a point reached, a part or day ended."""
    last = placed.start if placed.kind == "point" else placed.end
    return last is not None and last <= at


def _on(day: date, spec: Spec) -> When:
    if spec.hour is not None:
        start = at_clock(day, spec)
        if spec.until_hour is None:
            return When("point", start)
        ends = at_clock(day, replace(spec, hour=spec.until_hour, minute=0))
        return When("range", start, ends if ends > start else start + timedelta(hours=2))
    if spec.part is not None:
        start, end = part_on(day, spec.part)
        return When("part", start, end, part=PUBLIC.get(spec.part, spec.part))
    return When("day", midnight(day), midnight(day + DAY))


def _spanned(spec: Spec, today: date, calendar: Calendar, not_before: date | None) -> When:
    first, after = span_of(spec, today, calendar, not_before)
    if spec.whole == "span" and spec.part and spec.hour is None:
        return When("range", midnight(first), midnight(after), part=PUBLIC.get(spec.part, spec.part))
    if spec.clocked and spec.whole == "weekend":
        raise Unclear("您说的是周六还是周日？")
    if spec.clocked and spec.month is not None:
        raise Unclear(f"您说的是{first.month}月几号？")
    if spec.clocked:
        raise Unclear("您说的是哪一天？")
    return When("range", midnight(first), midnight(after))


def _undated(spec: Spec, at: datetime, not_before: date | None) -> When:
    day = not_before or at.date()
    placed = _on(day, spec)
    if not_before is None and spec.part in ("late", "evening") and (spec.hour or 13) <= 6:
        earlier = _on(day - DAY, spec)  # 夜里两点, said before two
        if not _over(earlier, at):
            return earlier
    return _on(day + DAY, spec) if not_before is None and _over(placed, at) else placed


def _within(spec: Spec, at: datetime, calendar: Calendar) -> When:
    start, today = at.replace(microsecond=0), at.date()
    if spec.workdays is not None:
        return When("deadline", start, midnight(calendar.add_workdays(today, spec.workdays) + DAY))
    length = spec.length
    if length is None:
        raise Unclear("您说的是多久以内？")
    if spec.exact:
        end = start + length
        return When("deadline", start, end) if end > start else When("range", end, start)
    day = shifted(today, length)
    if day < today:
        return When("range", midnight(day), midnight(today + DAY))
    return When("deadline", start, midnight(day + DAY))
