"""Which days and times are free, and why a day is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from intents.scene import ZONE, Scene
from knowledge import when
from knowledge.services import Service, Slot


def slots(scene: Scene, service: Service, place_id: str, day: date, quantity: int = 1) -> list[Slot]:
    """The slots of a day that can be booked now for so many, with the seats left."""
    begin = datetime.combine(day, time(), ZONE)
    taken = scene.records.bookings.taken(service.id, place_id, begin, begin + timedelta(days=1))
    open_ones = [
        slot for slot in service.slots(day, scene.lore.calendar) if service.can_still_book(slot, scene.now)
    ]
    counted = [replace(slot, free=slot.capacity - _at(taken, slot)) for slot in open_ones]
    return [slot for slot in counted if slot.free >= quantity]


def _at(taken: dict[datetime, int], slot: Slot) -> int:
    return next((count for moment, count in taken.items() if moment == slot.starts_at), 0)


def days(scene: Scene, service: Service, place_id: str, limit: int) -> list[date]:
    """The next days with something free."""
    today = scene.local.date()
    found: list[date] = []
    for ahead in range(service.window + 1):
        day = today + timedelta(days=ahead)
        if slots(scene, service, place_id, day):
            found.append(day)
            if len(found) == limit:
                break
    return found


def why_not(scene: Scene, service: Service, place_id: str, day: date) -> str:
    """One sentence that says why nothing can be booked on a day."""
    said, today = when.say(day, clock=False, at=scene.local), scene.local.date()
    if day < today:
        return f"{said}已经过去了。"
    if day > today + timedelta(days=service.window):
        return f"{service.name}最多提前{service.window}天约，{said}还太远。"
    if service.closed and day in service.closed:
        return f"{said}不开放：{service.closed[day]}。"
    if not service.slots(day, scene.lore.calendar):
        holiday = scene.lore.calendar.holiday_name(day)
        return f"{said}是{holiday}，不开放。" if holiday else f"{said}没有{service.name}。"
    if all(not service.can_still_book(slot, scene.now) for slot in service.slots(day, scene.lore.calendar)):
        return f"{said}{_too_late(service)}。急的话请打{scene.lore.centre.call}。"
    left = max((slot.free for slot in slots(scene, service, place_id, day)), default=0)
    return f"{said}只剩{left}个名额，不够了。" if left else f"{said}已经约满了。"


def _too_late(service: Service) -> str:
    """The day's own cut-off where there is one."""
    if not service.cutoff:
        return "来不及约了"
    days, clock = service.cutoff
    before = {0: "当天", 1: "前一天"}.get(days, f"提前{days}天")
    return f"的{service.name}来不及约了，要在{before}{clock:%H:%M}前约"


def why_not_at(scene: Scene, service: Service, place_id: str, moment: datetime) -> str:
    """One sentence that says why a time of a day cannot be had."""
    said = when.say(moment)
    planned = service.slots(moment.astimezone(ZONE).date(), scene.lore.calendar)
    slot = next((s for s in planned if s.starts_at == moment), None)
    if slot is None:
        is_between = any(s.starts_at < moment < s.ends_at for s in planned)
        return f"{said}没有这一档。" if is_between else f"{said}不开放。"
    if not service.can_still_book(slot, scene.now):
        return f"{said}来不及约了。"
    left = next(
        (s.free for s in slots(scene, service, place_id, slot.starts_at.date()) if s.starts_at == moment), 0
    )
    return f"{said}只剩{left}个名额，不够了。" if left else f"{said}已经约满了。"
