"""The two ends of a range: the second inherits what it does not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from knowledge.calendar import Calendar
from knowledge.when.clocks import PUBLIC, at_clock, hour_of, midnight
from knowledge.when.model import ZONE, Unclear, When
from knowledge.when.phrases import Phrase
from knowledge.when.place import place
from knowledge.when.spec import Spec

DAY, HALF = timedelta(days=1), timedelta(hours=12)


def inherit(one: Phrase, two: Phrase) -> Phrase:
    """明天上午九点或十点: the second has the day and the part of the first, unless it tells its own."""
    spec = two.spec
    if spec.weekday is not None and spec.week is None and one.spec.weekday is not None:
        return replace(two, spec=replace(spec, week=one.spec.week))
    if not spec.clocked or spec.dated or one.spec.now:
        return two
    part = spec.part or (one.spec.part if spec.hour is not None and not spec.fixed else None)
    merged = replace(
        one.spec, part=part, hour=spec.hour, minute=spec.minute, second=spec.second, until_hour=spec.until_hour,
        fixed=spec.fixed, weak=False,
    )  # fmt: skip
    return replace(two, spec=merged)


def ranged(one: Phrase, two: Phrase, at: datetime, calendar: Calendar) -> When:
    """From the one to the other. Raises Unclear."""
    first, last = one.spec, two.spec
    if last.clocked and not last.dated and not last.now and last.after is None:
        return _same_day(first, last, at, calendar)
    begin = place(_headed(first, last), at, calendar)
    if begin.start is None:
        raise Unclear("您说的是从什么时候开始？")
    if two.next_day:
        return _ends(begin, _on_next_day(begin.start, last))
    return _ends(begin, place(_same_unit(first, last), at, calendar, begin.start.date()))


def _headed(first: Spec, last: Spec) -> Spec:
    """5到7号 of 11月5到7号; 2到4月."""
    if first.day is not None and first.month is None and last.month is not None and last.month_rel:
        return replace(first, month=last.month, month_rel=True)
    return first


def _same_unit(first: Spec, last: Spec) -> Spec:
    if last.lunar or not first.lunar or last.month is not None or last.day is None:
        return last
    return replace(last, lunar=True, month=first.month)


def _on_next_day(start: datetime, last: Spec) -> When:
    day = start.date() + DAY
    if last.hour is not None:
        return When("point", at_clock(day, last))
    return When("day", midnight(day), midnight(day + DAY))


def _ends(begin: When, end: When) -> When:
    stop = end.start if end.kind == "point" else end.end
    if begin.start is None or stop is None:
        raise Unclear("您说的是哪段时间？")
    if stop <= begin.start:
        raise Unclear("结束的时间在开始之前，您说的是哪段时间？")
    return When("range", begin.start, stop)


def _same_day(first: Spec, last: Spec, at: datetime, calendar: Calendar) -> When:
    first = _ordered(first, last)
    begin = place(first, at, calendar)
    if not first.dated and first.hour is not None:
        today = place(first, at, calendar, at.astimezone(ZONE).date())
        begin = today if today.start == at else begin  # what begins this minute is not over
    if begin.start is None:
        raise Unclear("您说的是从几点开始？")
    day = begin.start.date()
    if last.hour is None:
        stop = place(last, at, calendar, day).end or begin.start
        return When("range", begin.start, stop if stop > begin.start else stop + DAY)
    part = last.part or (None if last.fixed else _bent(first.part, last))
    late = first.hour is not None and hour_of(first.hour, first.part, fixed=first.fixed) >= 24
    end = at_clock(day - DAY if late else day, replace(last, part=part))
    if end <= begin.start and last.part is None and not last.fixed and end + HALF > begin.start:
        end += HALF
    return When("range", begin.start, end if end > begin.start else end + DAY)


def _bent(part: str | None, last: Spec) -> str | None:
    """上午九点到两点 ends in the afternoon, 上午九点到十二点 at noon."""
    if (
        part in ("morning", "dawn")
        and last.hour is not None
        and (last.hour > 12 or (last.hour <= 5 and part == "morning"))
    ):
        return None
    return part


def _ordered(first: Spec, last: Spec) -> Spec:
    """三点到下午五点: the first hour is in the afternoon too."""
    if first.hour is None or last.hour is None or first.part or first.fixed or not last.part:
        return first
    if PUBLIC.get(last.part, last.part) != "night" and first.hour < last.hour <= 12:
        return replace(first, part=last.part)
    return first
