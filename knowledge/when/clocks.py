"""The clock: which hour is meant, and how a part of the day lies on it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from knowledge.when.model import PARTS, ZONE, Unclear
from knowledge.when.spec import Spec

PUBLIC = {"dawn": "night", "late": "night"}  # how a part is called outside
LATE = (22, 30)  # 夜里: from ten in the evening to six in the morning


def midnight(day: date) -> datetime:
    """The local moment at which a day starts."""
    return datetime.combine(day, time(), ZONE)


def hour_of(hour: int, part: str | None, *, fixed: bool = False) -> int:
    """The hour counted from the day's midnight; 24 and more is the next morning. Raises Unclear."""
    if hour > 24:
        raise Unclear(f"一天没有{hour}点，您说的是几点？")
    if part is None:
        return hour + 12 if 1 <= hour <= 6 and not fixed else hour
    if hour > 12:
        if part in ("morning", "dawn") and hour < 24:
            raise Unclear(f"您说的是上午，还是{hour}点？")
        return hour
    if part == "dawn":
        return hour % 12
    if part == "morning":
        return hour
    if part == "noon":
        return hour + 12 if 1 <= hour <= 4 else hour
    if part == "afternoon":
        if hour == 0:
            raise Unclear("下午没有0点，您说的是几点？")
        return hour if hour == 12 else hour + 12
    if hour in (0, 12):
        return 24
    return hour + 24 if hour <= (6 if part == "late" else 4) else hour + 12


def at_clock(day: date, spec: Spec) -> datetime:
    """The moment of a told hour on a day."""
    hours = hour_of(spec.hour or 0, spec.part, fixed=spec.fixed)
    return midnight(day) + timedelta(hours=hours, minutes=spec.minute, seconds=spec.second)


def part_on(day: date, part: str) -> tuple[datetime, datetime]:
    """First moment and end of a part of a day."""
    first, last = LATE if part == "late" else PARTS[PUBLIC.get(part, part)]
    return midnight(day) + timedelta(hours=first), midnight(day) + timedelta(hours=last)
