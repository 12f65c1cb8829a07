"""预约日历: a week or a day at a glance, by place, worker, room or service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.bookings import read_day
from bot.desk.guard import Desk, Visit
from intents.library import Lore
from intents.scene import ZONE
from intents.staff import daylist
from storage.archive import Records
from storage.bookings import LIVE, Booking

SHOWN = (*LIVE, "done", "no_show")


@dataclass(frozen=True, slots=True)
class Column:
    """A day, or (in the day's view) a service at a place."""

    title: str
    day: date
    cells: dict[int, list[Booking]]  # by the hour that they begin in
    today: bool = False


async def show(visit: Visit) -> Response:
    """The calendar. `view` is week or day; `of` is place:…, service:… or resource:…, or everything."""
    day, of = read_day(visit.asked("day"), visit.now), visit.asked("of")
    view = "day" if visit.asked("view") == "day" else "week"
    first = day if view == "day" else day - timedelta(days=day.weekday())

    def look(records: Records) -> tuple[Lore, list[Booking], set[str]]:
        lore = visit.lore(records)
        return lore, _wanted(visit, records, lore, of, first, 1 if view == "day" else 7), daylist.places_of(
            records, lore, visit.worker)  # fmt: skip

    lore, found, here = await visit.read(look)
    columns = _by_service(lore, found, day) if view == "day" else _by_day(found, first, visit.now)
    hours = sorted({hour for column in columns for hour in column.cells} | set(range(9, 18)))
    step = timedelta(days=1 if view == "day" else 7)
    return visit.page("calendar.html", lore=lore, columns=columns, hours=hours, day=day, view=view, of=of, near=here,
                      before=day - step, after=day + step, names={i: s.name for i, s in lore.services.items()})  # fmt: skip


def _wanted(visit: Visit, records: Records, lore: Lore, of: str, first: date, days: int) -> list[Booking]:
    kind, _, target = of.partition(":")
    if kind == "resource":
        begin = datetime.combine(first, time(), ZONE)
        found = records.bookings.using(target, begin, begin + timedelta(days=days))
        return daylist.among(lore, daylist.places_of(records, lore, visit.worker), found)
    found = daylist.between(records, lore, visit.worker, first, days, SHOWN)
    return [it for it in found if kind not in ("place", "service")
            or target == (it.place_id if kind == "place" else it.service_id)]  # fmt: skip


def _cells(found: list[Booking]) -> dict[int, list[Booking]]:
    cells: dict[int, list[Booking]] = {}
    for it in found:
        cells.setdefault(it.starts_at.astimezone(ZONE).hour, []).append(it)
    return cells


def _by_day(found: list[Booking], first: date, now: datetime) -> list[Column]:
    days = [first + timedelta(days=n) for n in range(7)]
    today = now.astimezone(ZONE).date()
    return [Column(f"{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}", day,
                   _cells([it for it in found if it.starts_at.astimezone(ZONE).date() == day]), day == today)
            for day in days]  # fmt: skip


def _by_service(lore: Lore, found: list[Booking], day: date) -> list[Column]:
    named = sorted({it.service_id for it in found})
    return [Column(lore.services[i].name if i in lore.services else i, day,
                   _cells([it for it in found if it.service_id == i])) for i in named]  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """Its one page."""
    return [desk.get("/calendar", show)]
