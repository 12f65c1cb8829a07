"""The catalogue: what can be booked, when, and how many at once. A new service is data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
ASKS = ("for_whom", "name", "phone", "address", "quantity", "people", "child", "note")
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
    """Services whose name or words stand in a sentence; the longest word counts first."""
    found: dict[str, int] = {}
    for service in services.values():
        hits = [len(word) for word in (service.name, *service.words) if word and word in text]
        if hits:
            found[service.id] = max(hits)
    best = max(found.values(), default=0)
    return [services[i] for i, length in found.items() if length == best]
