"""The question for a day, or for several where a service is had day by day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intents.booking.times import QUEUE
from intents.message import Message
from intents.questions import OnDay, names_day
from intents.scene import ZONE, Scene
from intents.talk import MISS, Json
from knowledge import when
from knowledge.services import Service, begins_in

BOTH = re.compile("[和跟、及]|各")
EITHER = re.compile("或|还是|要么|都行|都可以|看哪")
WAIT_DAY = "wait@"  # … and the day that is full
MOST = 14  # days of one series


@dataclass(frozen=True, slots=True)
class Other:
    """Another service on a day (ISO) that was refused."""

    service: Service
    day: str
    label: str

    @property
    def value(self) -> str:
        return f"{self.service.id}@{self.day}"


class Days(OnDay):
    """Stores ISO dates joined by commas; loads a list of dates.

    `others` are other services for a day that was refused (dinner where lunch is too late), loaded as id@date.
    `able` are all days with something free: 周二周四都行 takes the first of those told.
    """

    def __init__(self, prompt: str, days: Sequence[date], *, many: bool, others: Sequence[Other] = (),
                 wait: str = "", able: Sequence[date] = ()) -> None:  # fmt: skip
        super().__init__(prompt, days)
        self._many, self._others, self._wait, self._able = many, list(others), wait, list(able)

    def options(self) -> Sequence[tuple[str, str]]:
        full = (
            [(f"{WAIT_DAY}{self._wait}", f"排队等{when.say(date.fromisoformat(self._wait), clock=False)}")]
            if self._wait
            else []
        )
        return [*((other.value, other.label) for other in self._others), *super().options(), *full]

    def hear(self, message: Message, scene: Scene) -> Json:
        if self._wait and QUEUE.search(message.text):
            return f"{WAIT_DAY}{self._wait}"
        if meant := [day for day in either(message.text, scene)[0] if day in self._able]:
            return meant[0].isoformat()
        return self._other(message.text, scene) or super().hear(message, scene)

    def glean(self, text: str, scene: Scene) -> Json:
        if "day" in scene.answers and not names_day(text):
            return MISS  # 改成下午三点 leaves the day as it is
        return super().glean(text, scene)

    def _other(self, text: str, scene: Scene) -> str | None:
        """今晚, said of the day that was refused."""
        told = OnDay._day(self, text, scene)
        meant = [
            other for other in self._others if told in (MISS, other.day) and begins_in(other.service, text)
        ]
        return meant[0].value if meant else None

    def _day(self, text: str, scene: Scene) -> Json:
        if self._many:
            read = when.read(text, scene.local, scene.lore.calendar)
            found = _several(read, text) or _series(read, scene)
            if found:
                return ",".join(day.isoformat() for day in found)
        return super()._day(text, scene)

    def load(self, value: Json) -> list[date] | str:  # type: ignore[override]
        told = str(value)
        return told if "@" in told else [date.fromisoformat(day) for day in told.split(",")]


def either(text: str, scene: Scene) -> tuple[list[date], str]:
    """The days that will do (周二、周四上午都行), soonest first, and the part of the day where one is told of all."""
    read = when.read(text, scene.local, scene.lore.calendar)
    if read.kind != "alternatives" or not EITHER.search(text):
        return [], ""
    parts = [o for o in read.options if o.start and o.kind in ("day", "part")]
    told = {(f"{o.start.astimezone(ZONE):%H:%M}-{o.end.astimezone(ZONE):%H:%M}") if o.kind == "part" and o.end else ""
            for o in parts if o.start}  # fmt: skip
    days = sorted({o.start.astimezone(ZONE).date() for o in parts if o.start})
    return (days, told.pop() if len(told) == 1 else "") if len(parts) == len(read.options) else ([], "")


def _several(read: when.When, text: str) -> list[date]:
    """周三和周五: both of them."""
    if read.kind != "alternatives" or EITHER.search(text) or not BOTH.search(text):
        return []
    days = [
        o.start.astimezone(ZONE).date()
        for o in read.options
        if o.start and o.kind in ("day", "part", "point")
    ]
    return sorted(set(days)) if len(days) == len(read.options) else []


def _series(read: when.When, scene: Scene) -> list[date]:
    if read.start is None:
        return []
    first = read.start.astimezone(ZONE)
    if read.kind == "recurrence" and read.rule:
        return _by_rule(read.rule, first, scene)
    if read.kind == "range" and read.end and read.end - read.start > timedelta(days=1):
        last = (read.end - timedelta(seconds=1)).astimezone(ZONE).date()  # 到下周三中午 has that Wednesday
        count = min((last - first.date()).days + 1, MOST)
        return [(first + timedelta(days=n)).date() for n in range(count)]
    return []


def _by_rule(rule: str, first: datetime, scene: Scene) -> list[date]:
    """The occurrences of a rule that has an end; a rule without one is not a booking."""
    if "UNTIL" not in rule and "COUNT" not in rule:
        return []
    days, moment = [first.date()], first
    while len(days) < MOST:
        following = when.next_after(rule, first, moment, scene.lore.calendar)
        if following is None:
            break
        moment = following
        days.append(following.astimezone(ZONE).date())
    return days
