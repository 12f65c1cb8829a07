"""Who is on duty, and when somebody will be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from intents.library import Lore
from intents.scene import ZONE
from storage.archive import Records
from storage.places import Area
from storage.staff import HEIGHTS, Shift, Worker

LOOK_AHEAD = 14  # days


def _shifts(records: Records, lore: Lore, area_id: str, day_at: datetime) -> list[Shift]:
    """The rota of a day for an area or its nearest ancestor that has one; none on a closed day."""
    local = day_at.astimezone(ZONE)
    chain = records.places.chain(area_id) or [area_id]
    found = records.staff.shifts_on(local.date(), chain)
    if not lore.calendar.is_workday(local.date()):
        found = [shift for shift in found if shift.day or local.weekday() >= 5]
        if lore.calendar.holiday_name(local.date()):
            found = [shift for shift in found if shift.day]
    return found


def on_duty(records: Records, lore: Lore, area_id: str, now: datetime) -> list[tuple[Shift, Worker]]:
    """Everybody on duty at that moment for an area: its own people first, then its street's and district's."""
    clock = now.astimezone(ZONE).strftime("%H:%M")
    chain = records.places.chain(area_id) or [area_id]
    here = [shift for shift in _shifts(records, lore, area_id, now) if shift.opens <= clock < shift.closes]
    here.sort(key=lambda shift: chain.index(shift.area_id))
    pairs = [(shift, records.staff.get(shift.worker_id)) for shift in here]
    return [(shift, worker) for shift, worker in pairs if worker.active]


def people_on_duty(records: Records, lore: Lore, area_id: str, now: datetime) -> list[Worker]:
    """The workers on duty, each once."""
    return list({worker.id: worker for _, worker in on_duty(records, lore, area_id, now)}.values())


def opened_since(records: Records, lore: Lore, area_id: str, since: datetime, now: datetime) -> list[Worker]:
    """Workers on duty now whose shift began after `since`."""
    start = since.astimezone(ZONE).strftime("%H:%M")
    fresh = {
        worker.id: worker for shift, worker in on_duty(records, lore, area_id, now) if shift.opens > start
    }
    return list(fresh.values())


def has_just_opened(shift: Shift, now: datetime, within: timedelta) -> bool:
    """Whether a line of the rota may begin at most so long ago (its day is not looked at)."""
    since, clock = (now - within).astimezone(ZONE).strftime("%H:%M"), now.astimezone(ZONE).strftime("%H:%M")
    return since < shift.opens <= clock


def today(records: Records, lore: Lore, area_id: str, now: datetime) -> list[tuple[Shift, Worker]]:
    """Everybody on the rota of that day."""
    return [(shift, records.staff.get(shift.worker_id)) for shift in _shifts(records, lore, area_id, now)]


def next_opening(records: Records, lore: Lore, area_id: str, now: datetime) -> datetime | None:
    """When somebody will next be on duty; None where the rota names nobody for two weeks."""
    local = now.astimezone(ZONE)
    for ahead in range(LOOK_AHEAD):
        day = local + timedelta(days=ahead)
        openings = sorted(_opening(day, shift) for shift in _shifts(records, lore, area_id, day))
        later = [moment for moment in openings if moment > local]
        if later:
            return later[0]
    return None


def _opening(day: datetime, shift: Shift) -> datetime:
    hour, minute = shift.opens.split(":")
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def to_alert(records: Records, lore: Lore, area_id: str, now: datetime) -> Sequence[Worker]:
    """Whom an emergency is told: those on duty, else everybody of today's rota, else every admin."""
    found = people_on_duty(records, lore, area_id, now)
    found = found or list({w.id: w for _, w in today(records, lore, area_id, now) if w.active}.values())
    return found or [w for w in records.staff.all() if w.active and w.role == "admin"]


def supervisors(records: Records, lore: Lore, area_id: str, up: int, now: datetime) -> list[Worker]:
    """Who is told one (street) or two (district) levels up: on duty there, else of its rota today, else its people.

    Where a level has nobody, the next higher one; at last the centre's admins.
    """
    for height in range(up, len(HEIGHTS) + 1):
        for area in _above(records, area_id, height):
            there = [pair for pair in today(records, lore, area.id, now) if pair[0].area_id == area.id]
            clock = now.astimezone(ZONE).strftime("%H:%M")
            found = [who for shift, who in there if shift.opens <= clock < shift.closes]
            found = found or [who for _, who in there] or _people(records, area)
            if active := [who for who in found if who.active]:
                return list({who.id: who for who in active}.values())
    return [who for who in records.staff.all() if who.active and who.role == "admin"]


def decider(records: Records, area_id: str, but: int) -> Worker | None:
    """Who decides for the street: its admin, else the district's; never the one who asks."""
    for height in (1, 2):
        for area in _above(records, area_id, height):
            able = [
                who for who in _people(records, area) if who.active and who.role == "admin" and who.id != but
            ]
            if able:
                return able[0]
    return next(
        (who for who in records.staff.all() if who.active and who.role == "admin" and who.id != but), None
    )


def _above(records: Records, area_id: str, height: int) -> list[Area]:
    chain = [records.places.area(above) for above in records.places.chain(area_id)]
    return [area for area in chain if area and HEIGHTS.get(area.kind) == height]


def _people(records: Records, area: Area) -> list[Worker]:
    return [who for who in records.staff.within(area.path) if who.area_id == area.id]
