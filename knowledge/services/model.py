"""A line of the catalogue, and the times it plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
GROUPS = ("吃", "住", "行", "医", "育", "护", "法", "文")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the working plan: weekdays (0 = Monday), local opening and closing time."""

    days: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of the service that takes its own time (and price): 烫染 90 minutes."""

    id: str
    name: str
    minutes: int
    price: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many bookings a person in one day, week or month."""

    count: int
    period: str

    def first_day(self, day: date) -> date:
        """The first day of the period that a day lies in."""
        if self.period == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.period == "month" else day

    def next_day(self, day: date) -> date:
        """The first day of the period after the one that a day lies in."""
        first = self.first_day(day)
        if self.period == "month":
            return (first + timedelta(days=31)).replace(day=1)
        return first + timedelta(days=7 if self.period == "week" else 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked; `free` and `held` (someone is just booking it) are filled in where the seats are known."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """One line of the catalogue.

    `cutoff` (days before, time) ends booking for a day; `lead` is the least notice; `window` how many days ahead.
    `needs`: sets of resource ids, one of each set is taken (any lawyer and any room); without needs the service has
    `capacity` seats of its own. `occupies`: rooms that its planned times keep from others (a class).
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
    exceptions: Mapping[date, tuple[Period, ...]] = field(
        default_factory=dict
    )  # other hours on a day, or none
    before: int = 0  # minutes kept free before and after
    after: int = 0
    every: int = 0  # minutes from one start to the next; 0: one follows the other
    choices: tuple[Choice, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    occupies: tuple[str, ...] = ()
    per_day: int = 0  # at most so many bookings a day at one place
    limit: Limit | None = None
    confirm_hours: int = 0  # a worker confirms within so many hours; 0: booked at once
    entitled: tuple[str, ...] = ()  # classes of people who have it free
    free_limit: Limit | None = None  # … so often
    provider: str = ""
    menu: Mapping[int, str] = field(default_factory=dict)  # by weekday
    rules: str = ""
    fits: int = 0  # people a room holds
    priority: tuple[str, ...] = ()  # classes that come first on the waiting list, as everybody may read
    phone: str = ""  # whom to ring once it is too late to book

    def slots(self, day: date, calendar: Calendar, minutes: int = 0) -> list[Slot]:
        """The slots of one day as planned, whether free or not, soonest first."""
        if not self.works(day, calendar):
            return []
        return [slot for period in self._periods(day, calendar) for slot in self._cut(day, period, minutes)]

    def works(self, day: date, calendar: Calendar) -> bool:
        """Whether anything is planned for a day at all."""
        if self.closed and day in self.closed:
            return False
        return day in self.exceptions or self.on_holidays or calendar.holiday_name(day) is None

    def _periods(self, day: date, calendar: Calendar) -> list[Period]:
        if day in self.exceptions:
            return list(self.exceptions[day])
        made_up = day.weekday() >= 5 and calendar.is_workday(day)
        weekday = 0 if made_up else day.weekday()
        return [period for period in self.plan if weekday in period.days or day.weekday() in period.days]

    def _cut(self, day: date, period: Period, minutes: int) -> list[Slot]:
        begin = datetime.combine(day, period.opens, ZONE)
        end = datetime.combine(day, period.closes, ZONE)
        if self.whole_day:
            return [Slot(begin, end, self.capacity)]
        length = timedelta(minutes=minutes or self.minutes)
        step = timedelta(minutes=self.every or self.minutes + self.before + self.after)
        count = (end - begin - length) // step + 1
        return [Slot(begin + n * step, begin + n * step + length, self.capacity) for n in range(count)]

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

    def choice(self, choice_id: str) -> Choice | None:
        """The kind with that id."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)

    def minutes_of(self, choice_id: str) -> int:
        """How long a kind takes."""
        found = self.choice(choice_id)
        return found.minutes if found else self.minutes
