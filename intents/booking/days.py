"""The question for a day, or for several where a service is had day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intents.questions import OnDay
from intents.scene import ZONE, Scene
from intents.talk import Json
from knowledge import when

MOST = 14  # days of one series


class Days(OnDay):
    """Stores ISO dates joined by commas; loads a list of dates."""

    def __init__(self, prompt: str, days: Sequence[date], *, many: bool) -> None:
        super().__init__(prompt, days)
        self._many = many

    def _day(self, text: str, scene: Scene) -> Json:
        if self._many:
            read = when.read(text, scene.local)
            found = _series(read, scene)
            if found:
                return ",".join(day.isoformat() for day in found)
        return super()._day(text, scene)

    def load(self, value: Json) -> list[date]:  # type: ignore[override]
        return [date.fromisoformat(day) for day in str(value).split(",")]


def _series(read: when.When, scene: Scene) -> list[date]:
    if read.start is None:
        return []
    first = read.start.astimezone(ZONE)
    if read.kind == "recurrence" and read.rule:
        return _by_rule(read.rule, first, scene)
    if read.kind == "range" and read.end and read.end - read.start > timedelta(days=1):
        count = min((read.end - read.start).days, MOST)
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
