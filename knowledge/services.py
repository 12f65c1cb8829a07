"""The catalogue: what can be booked, when, and how many at once. A new service is data, not code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar
from knowledge.search.text import traditional

ZONE = ZoneInfo("Asia/Shanghai")
ASKS = ("for_whom", "name", "phone", "address", "quantity", "people", "child", "note")
PARTS = (
    (re.compile(r"早"), time(5), time(10, 30)),
    (re.compile(r"(?<![上下])午|晌"), time(10, 30), time(14)),
    (re.compile(r"晚|黑|夜|傍黑"), time(16), time(23)),
)  # 后晌 is left to the words of a service
GROUPS = ("吃", "住", "行", "医", "育", "护", "法", "文")


class BadService(ValueError):
    """这项服务的资料不完整，请按提示修改。"""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the working plan: weekdays (0 = Monday), local opening and closing time."""

    days: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked; `free` is filled in where the seats are known."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """One line of the catalogue.

    `cutoff` (days before, time) ends booking for a day; `lead` is the least notice; `window` how many days ahead.
    """

    id: str
    name: str
    group: str
    summary: str
    price: str
    who: str
    words: tuple[str, ...]
    places: tuple[str, ...]
    plan: tuple[Period, ...]
    minutes: int
    capacity: int
    lead: timedelta
    window: int
    asks: tuple[str, ...]
    bring: tuple[str, ...] = ()
    cutoff: tuple[int, time] | None = None
    on_holidays: bool = False
    entries: tuple[str, ...] = ()
    at_home: bool = False
    alarm: bool = False  # 120 first on alarming symptoms
    whole_day: bool = False  # a meal or a visit: the day is chosen, the plan's period is the time
    closed: Mapping[date, str] | None = None

    def slots(self, day: date, calendar: Calendar) -> list[Slot]:
        """The slots of one day, whether free or not, soonest first."""
        if not self._works(day, calendar):
            return []
        return [slot for period in self._periods(day, calendar) for slot in self._cut(day, period)]

    def _works(self, day: date, calendar: Calendar) -> bool:
        if self.closed and day in self.closed:
            return False
        return self.on_holidays or calendar.holiday_name(day) is None

    def _periods(self, day: date, calendar: Calendar) -> list[Period]:
        made_up = day.weekday() >= 5 and calendar.is_workday(day)
        weekday = 0 if made_up else day.weekday()
        return [period for period in self.plan if weekday in period.days or day.weekday() in period.days]

    def _cut(self, day: date, period: Period) -> list[Slot]:
        begin = datetime.combine(day, period.opens, ZONE)
        end = datetime.combine(day, period.closes, ZONE)
        if self.whole_day:
            return [Slot(begin, end, self.capacity)]
        step = timedelta(minutes=self.minutes)
        count = int((end - begin) / step)
        return [Slot(begin + n * step, begin + (n + 1) * step, self.capacity) for n in range(count)]

    def can_still_book(self, slot: Slot, now: datetime) -> bool:
        """Whether a slot may be booked at that moment: notice, cut-off and window."""
        if slot.starts_at < now + self.lead:
            return False
        local = slot.starts_at.astimezone(ZONE)
        if self.cutoff:
            days, clock = self.cutoff
            if now > datetime.combine(local.date() - timedelta(days=days), clock, ZONE):
                return False
        return local.date() <= now.astimezone(ZONE).date() + timedelta(days=self.window)


def _clock(text: Any) -> time:
    if isinstance(text, int):  # YAML reads an unquoted 09:30 as minutes of a sexagesimal number
        return time(text // 60, text % 60)
    return time.fromisoformat(str(text))


def _period(told: Mapping[str, Any]) -> Period:
    period = Period(tuple(int(day) for day in told["days"]), _clock(told["opens"]), _clock(told["closes"]))
    if period.opens >= period.closes:
        raise BadService("开始时间要早于结束时间")
    return period


def _cutoff(told: str | None) -> tuple[int, time] | None:
    """ "1 17:00": at 17:00 the day before."""
    if not told:
        return None
    days, clock = str(told).split()
    return int(days), time.fromisoformat(clock)


def from_mapping(told: Mapping[str, Any]) -> Service:
    """Read a service from plain data; raise BadService with what is wrong."""
    try:
        return Service(
            id=str(told["id"]), name=str(told["name"]), group=str(told.get("group", "")),
            summary=str(told.get("summary", "")), price=str(told["price"]), who=str(told.get("who", "")),
            words=tuple(told.get("words", ())), places=tuple(told["places"]),
            plan=tuple(_period(period) for period in told["plan"]), minutes=int(told.get("minutes", 30)),
            capacity=int(told.get("capacity", 1)), lead=timedelta(hours=float(told.get("lead_hours", 1))),
            window=int(told.get("window_days", 14)), asks=tuple(told.get("asks", ("name", "phone"))),
            bring=tuple(told.get("bring", ())), cutoff=_cutoff(told.get("cutoff")),
            on_holidays=bool(told.get("on_holidays", False)), entries=tuple(told.get("entries", ())),
            at_home=bool(told.get("at_home", False)), alarm=bool(told.get("alarm", False)),
            whole_day=bool(told.get("whole_day", False)),
            closed={date.fromisoformat(str(day)): str(why) for day, why in told.get("closed", {}).items()},
        )  # fmt: skip
    except KeyError as missing:
        raise BadService(f"缺“{missing.args[0]}”") from missing
    except (TypeError, ValueError) as error:
        raise BadService(str(error)) from error


def named(text: str, services: Mapping[str, Service]) -> list[Service]:
    """Services whose name or words stand in a sentence; the longest word counts first.

    A word that several share counts only for those that are named by a word of their own too, where there are such
    (到食堂吃午饭). What is still equal is decided by the part of the day (中午到食堂吃).
    """
    line = unicodedata.normalize("NFKC", text).lower().translate(traditional())
    hits = {s.id: {w for w in (s.name, *s.words) if w and w in line} for s in services.values()}
    own = {i for i, words in hits.items() if any(_owners(word, hits) == {i} for word in words)}
    found = {i: max((len(w) for w in words if i in own or not _owners(w, hits) & own), default=0)
             for i, words in hits.items()}  # fmt: skip
    best = max(found.values(), default=0)
    return at_part(line, [services[i] for i, length in found.items() if best and length == best])


def _owners(word: str, hits: Mapping[str, set[str]]) -> set[str]:
    return {i for i, words in hits.items() if word in words}


def at_part(text: str, services: Sequence[Service]) -> list[Service]:
    """Those of several services had by the day (meals) that begin in the part of the day told; else all of them."""
    if len(services) < 2 or not all(service.whole_day for service in services):
        return list(services)
    return [service for service in services if begins_in(service, text)] or list(services)


def begins_in(service: Service, text: str) -> bool:
    """Whether a service begins in the one part of the day (早, 午, 晚) that words tell."""
    told = [(begin, end) for word, begin, end in PARTS if word.search(text)]
    return len(told) == 1 and any(told[0][0] <= period.opens < told[0][1] for period in service.plan)
