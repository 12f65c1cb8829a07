"""Recurrences: from 每…, 天天, 隔天 to a rule and its first occurrence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from knowledge.calendar import SOLAR_TERMS, Calendar
from knowledge.when.clocks import PUBLIC, at_clock, midnight, part_on
from knowledge.when.dates import day_of
from knowledge.when.model import ZONE, Unclear, When
from knowledge.when.months import shifted
from knowledge.when.numerals import N2, number
from knowledge.when.reader import Word, weekday
from knowledge.when.rules import next_after, until
from knowledge.when.spans import span_of
from knowledge.when.spec import Spec
from knowledge.when.words import FESTIVALS, LUNAR_FESTIVALS, NTH_FESTIVALS

BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNITS = {
    "小时": "HOURLY", "钟头": "HOURLY", "分钟": "MINUTELY", "分": "MINUTELY", "秒": "SECONDLY", "秒钟": "SECONDLY", "天": "DAILY",
    "日": "DAILY", "周": "WEEKLY", "星期": "WEEKLY", "礼拜": "WEEKLY", "月": "MONTHLY", "年": "YEARLY",
}  # fmt: skip
_PERIODS = {
    "月": "MONTHLY",
    "年": "YEARLY",
    "时": "HOURLY",
    "头": "HOURLY",
    "周": "WEEKLY",
    "期": "WEEKLY",
    "拜": "WEEKLY",
}


@dataclass(frozen=True, slots=True)
class Every:
    """How often: the rule's text so far."""

    rule: str
    weak: bool = False  # 一周三次: it repeats only where a time is told beside it


def read_every(w: Word) -> Every:
    """The rule that a recurring word tells."""
    if w["ed"] or w["ed2"]:
        return Every("FREQ=DAILY")
    if w["ewe"]:
        return Every("FREQ=WEEKLY;BYDAY=SA,SU")
    if w["edp"]:
        return Every("FREQ=DAILY")
    if digits := w["ewd"]:
        return Every(f"FREQ=WEEKLY;BYDAY={_byday(digits, None)}")
    if listed := w["ew"]:
        return Every(f"FREQ=WEEKLY;BYDAY={_byday(listed, w['ewr'])}")
    if w["eiw"]:
        on = f";BYDAY={BYDAY[weekday(w['eiwd'])]}" if w["eiwd"] else ""
        return Every(f"FREQ=WEEKLY;INTERVAL=2{on}")
    if w["eid"]:
        return Every("FREQ=DAILY;INTERVAL=2")
    if w["ei"]:
        return _interval(w["ei"], w["eih"], w["eu"] or "")
    if told := w["em"]:
        return Every(_monthly(told, w))
    if unit := w["efu"]:
        freq = "DAILY" if unit == "天" else _PERIODS[unit[-1]]
        return Every(f"FREQ={freq}", weak=True)
    if w["ein"]:
        return replace(_interval(w["ein"], None, w["einu"] or ""), weak=True)
    if period := w["ep"] or w["ep2"]:
        return Every("FREQ=MONTHLY;INTERVAL=3" if "季" in period else f"FREQ={_PERIODS[period[-1]]}")
    return Every("WORKDAYS")


def without(every: Every, left_out: list[Spec]) -> Every:
    """除了周末每天: the rule less some weekdays. Raises Unclear."""
    if not left_out:
        return every
    days = set[int]()
    for spec in left_out:
        named = (5, 6) if spec.whole == "weekend" else spec.weekdays or (spec.weekday,)
        days |= {day for day in named if day is not None}
    told = every.rule.removeprefix("FREQ=WEEKLY;BYDAY=")
    kept = BYDAY if every.rule == "FREQ=DAILY" else told.split(",")
    listed = [day for day in kept if day in BYDAY and BYDAY.index(day) not in days]
    if not days or not listed or (told == every.rule and every.rule != "FREQ=DAILY"):
        raise Unclear("您想要哪几天？比如“每周一三五”。")
    return Every(f"FREQ=WEEKLY;BYDAY={','.join(listed)}")


def _byday(listed: str, run: str | None) -> str:
    singles = re.sub("[、,和及周星期礼拜]", "", listed.removesuffix(run or ""))
    days = [weekday(c) for c in singles]
    if run:
        last = weekday(run[-1])
        days += [d % 7 for d in range(days[-1] + 1, last + 1 if last > days[-1] else last + 8)]
    return ",".join(BYDAY[d] for d in sorted(set(days)))


def _interval(size: str, half: str | None, unit: str) -> Every:
    if unit == "工作日":
        return Every("WORKDAYS")
    if unit in ("季度", "刻钟"):
        freq, count = ("MONTHLY", 3.0) if unit == "季度" else ("MINUTELY", 15.0)
    else:
        freq, count = _UNITS[unit], 1.0
    count *= (0.5 if size == "半" else number(size)) + (0.5 if half else 0)
    smaller = {"HOURLY": ("MINUTELY", 60), "YEARLY": ("MONTHLY", 12), "MINUTELY": ("SECONDLY", 60), "DAILY": ("HOURLY", 24),
               "MONTHLY": ("DAILY", 30), "WEEKLY": ("DAILY", 7)}  # fmt: skip
    if count % 1:
        freq, times = smaller[freq]
        count *= times
    if count < 1:
        raise Unclear("您想多久一次？")
    return Every(f"FREQ={freq}" + (f";INTERVAL={int(count)}" if count > 1 else ""))


def _monthly(told: str, w: Word) -> str:
    if w["emw"]:
        told_nth = re.findall("[一二三四五1-5]", re.sub("(?:周|星期|礼拜).", "", w["emn"] or ""))
        nths = [-1] if w["eml"] else [1] if w["emf"] else sorted({number(nth) for nth in told_nth})
        return "FREQ=MONTHLY;BYDAY=" + ",".join(f"{nth}{BYDAY[weekday(w['emw'])]}" for nth in nths)
    if w["ek"]:
        return f"WORKDAYS-MONTHLY;NTH={number(w['ekn']) if w['ekn'] else 1 if w['ekf'] else -1}"
    if told.endswith("初"):
        return "FREQ=MONTHLY;BYMONTHDAY=1"
    if told.endswith("天") and not told.startswith("最后"):
        nth = 1 if told == "头一天" else number(told.removeprefix("倒数"))
        return f"FREQ=MONTHLY;BYMONTHDAY={-nth if told.startswith('倒数') else nth}"
    if told.endswith(("天", "底", "末")):
        return "FREQ=MONTHLY;BYMONTHDAY=-1"
    days = [number(found) for found in re.findall(N2, told)]
    if any(not 1 <= day <= 31 for day in days):
        raise Unclear("一个月里没有这一天，您说的是几号？")
    listed = ",".join(str(day) for day in sorted(set(days)))
    return (
        f"LUNAR-MONTHLY;DAY={listed}"
        if told.startswith("初") or w["eln"]
        else f"FREQ=MONTHLY;BYMONTHDAY={listed}"
    )


def recur(
    every: Every, spec: Spec, at: datetime, calendar: Calendar,
    bounds: tuple[date | None, date | None] = (None, None), hours: tuple[int, ...] = (),
) -> When:  # fmt: skip
    """The recurrence with its first occurrence from now (or its first day) on. Raises Unclear."""
    now = at.astimezone(ZONE)
    if spec.shift or spec.nth_work:
        raise Unclear("这样的重复我记不了，您说的是每年几月几号？")
    every, first, last = _bounded(every, spec, now, calendar, bounds)
    rule = every.rule + (f";BYHOUR={','.join(map(str, hours))};BYMINUTE={spec.minute}" if hours else "")
    rule += f";{until(last)}" if last else ""
    start = _first(rule, spec, now, first, calendar)
    if start is not None and _part(spec) and part_on(start.date(), spec.part or "")[1] <= now:
        start = _first(rule, spec, now, start.date() + timedelta(days=1), calendar)
    if start is None:
        raise Unclear("这段时间里一次也没有，您说的是哪几天？")
    end = midnight(last + timedelta(days=1)) if last else None
    unconfirmed = rule.startswith("WORKDAYS") and not calendar.is_confirmed(start.year)
    return When("recurrence", start, end, part=_part(spec), rule=rule, unconfirmed=unconfirmed)


def _part(spec: Spec) -> str | None:
    if spec.part is None or spec.hour is not None:
        return None
    return PUBLIC.get(spec.part, spec.part)


def _bounded(
    every: Every, spec: Spec, now: datetime, calendar: Calendar, bounds: tuple[date | None, date | None]
) -> tuple[Every, date | None, date | None]:
    first, last = bounds
    if every.rule == "FREQ=YEARLY":
        return _yearly(spec, now.date(), calendar), None, last
    if not spec.dated:
        return every, first, last
    if spec.weekdays and spec.week is None and every.rule == "FREQ=DAILY":
        days = ",".join(BYDAY[d] for d in sorted(set(spec.weekdays)))
        return Every(f"FREQ=WEEKLY;BYDAY={days}"), first, last
    if (
        every.rule.startswith("FREQ=WEEKLY")
        and "BYDAY" not in every.rule
        and spec.weekday is not None
        and spec.week is None
    ):
        return (
            Every(f"{every.rule};BYDAY={','.join(BYDAY[d] for d in sorted({*spec.weekdays, spec.weekday}))}"),
            first,
            last,
        )
    if spec.has_day and not spec.weekdays:
        day = day_of(spec, now.date(), calendar)
        if every.rule == "FREQ=MONTHLY" and spec.day is not None and spec.month is None:
            return Every(f"FREQ=MONTHLY;BYMONTHDAY={spec.day}"), first, last
        return every, day, last
    if spec.whole == "ahead" and spec.length is not None:
        return every, now.date(), shifted(now.date(), spec.length)
    begin, after = span_of(spec, now.date(), calendar)
    return every, begin, after - timedelta(days=1)


def _yearly(spec: Spec, today: date, calendar: Calendar) -> Every:
    name = spec.festival
    if name in LUNAR_FESTIVALS:
        month, day = LUNAR_FESTIVALS[name]
        return Every(f"LUNAR-YEARLY;MONTH={month};DAY={day}")
    if name in SOLAR_TERMS:
        return Every(f"TERM-YEARLY;NAME={name}")
    if name in FESTIVALS:
        month, day = FESTIVALS[name]
        return Every(f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}")
    if name in NTH_FESTIVALS:
        month, nth, on = NTH_FESTIVALS[name]
        return Every(f"FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{BYDAY[on]}")
    if spec.lunar and spec.month and spec.day:
        return Every(f"LUNAR-YEARLY;MONTH={-spec.month if spec.leap else spec.month};DAY={spec.day}")
    if spec.nth and spec.month:
        return Every(f"FREQ=YEARLY;BYMONTH={spec.month};BYDAY={spec.nth[0]}{BYDAY[spec.nth[1]]}")
    if spec.month and not spec.month_rel:
        if spec.day:
            _check(spec.month, spec.day)
        return Every(f"FREQ=YEARLY;BYMONTH={spec.month};BYMONTHDAY={spec.day or 1}")
    if spec.whole:
        begin = span_of(spec, today, calendar)[0]
        return Every(f"FREQ=YEARLY;BYMONTH={begin.month};BYMONTHDAY={begin.day}")
    return Every("FREQ=YEARLY")


def _check(month: int, day: int) -> None:
    try:
        date(2024, month, day)  # a leap year: 29 February comes round too
    except ValueError:
        raise Unclear(f"{month}月没有{day}号，您说的是哪一天？") from None


def _first(rule: str, spec: Spec, now: datetime, first: date | None, calendar: Calendar) -> datetime | None:
    if rule.startswith(("FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY")):
        begin = now.replace(microsecond=0)
        return next_after(rule, begin, begin, calendar)
    day = max(first, now.date()) if first else now.date()
    told = spec.hour is not None
    anchor = at_clock(day, replace(spec, second=0)) if told else midnight(day)
    if told and anchor <= now and "INTERVAL" in rule:
        anchor += timedelta(days=1)
    floor = max(now, anchor - timedelta(seconds=1)) if told else anchor - timedelta(seconds=1)
    return next_after(rule, anchor, floor, calendar)
