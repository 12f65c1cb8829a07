"""Promised times: working days of the centre's calendar, ending at closing time."""

from __future__ import annotations

from datetime import date, datetime, time

from intents.scene import ZONE, Scene

CLOSING = time(18)


def workdays_on(scene: Scene, count: int) -> datetime:
    """The closing time of the `count`-th working day after today; the first day is not counted."""
    return end_of(scene.lore.calendar.add_workdays(scene.local.date(), count))


def end_of(day: date) -> datetime:
    """Closing time of a day."""
    return datetime.combine(day, CLOSING, ZONE)
