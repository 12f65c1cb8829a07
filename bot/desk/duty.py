"""值班: the rota of a week, and its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.bookings import read_day
from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from bot.desk.paper import WEEKDAYS
from intents.handoff import Refused
from intents.scene import ZONE
from storage.archive import Records
from storage.places import Area
from storage.staff import Shift, Worker

CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week that is shown."""

    day: date
    note: str
    shifts: list[Shift]


@dataclass(frozen=True, slots=True)
class Week:
    """What the page shows."""

    days: list[Day]
    workers: dict[int, Worker]
    areas: dict[str, Area]


def areas_of(records: Records, visit: Visit) -> list[Area]:
    """The worker's area and all below it."""
    path = records.places.path(visit.worker.area_id)
    return [area for area in records.places.areas() if area.path.startswith(path)]


async def week(visit: Visit) -> Response:
    """Monday to Sunday."""
    asked = read_day(visit.asked("day"), visit.now)
    monday = asked - timedelta(days=asked.weekday())

    def look(records: Records) -> Week:
        areas = {area.id: area for area in areas_of(records, visit)}
        calendar = visit.lore(records).calendar
        days = [monday + timedelta(days=n) for n in range(7)]
        workers = {worker.id: worker for worker in records.staff.all()}
        return Week([Day(day, calendar.holiday_name(day) or "", _open(records, day, areas, workers)) for day in days],
                    workers, areas)  # fmt: skip

    return visit.page("rota.html", week=await visit.read(look), monday=monday, today=visit.now.astimezone(ZONE).date(),
                      before=monday - timedelta(days=7), after=monday + timedelta(days=7), WEEKDAYS=WEEKDAYS)  # fmt: skip


def _open(records: Records, day: date, areas: dict[str, Area], workers: dict[int, Worker]) -> list[Shift]:
    found = records.staff.shifts_on(day, list(areas))
    return [shift for shift in found if shift.worker_id in workers and workers[shift.worker_id].active]


async def add(visit: Visit) -> Response:
    """A line for a weekday, or for one day only."""
    opens, closes, post = visit.given("opens", 5), visit.given("closes", 5), visit.given("post", 40)
    if not CLOCK.fullmatch(opens) or not CLOCK.fullmatch(closes) or opens >= closes:
        raise Refused("时间要写成 09:00 这样，开始要早于结束。")
    if not post:
        raise Refused("请写岗位，比如“便民服务大厅”。")
    weekday, day = _which(visit)

    def job(records: Records) -> None:
        worker = next(
            (it for it in records.staff.all() if str(it.id) == visit.given("worker", 12) and it.active), None
        )
        area = visit.given("area", 40)
        if worker is None or area not in {it.id for it in areas_of(records, visit)}:
            raise Refused("请在名单里选人和范围。")
        if not records.places.path(worker.area_id).startswith(records.places.path(visit.worker.area_id)):
            raise Refused(f"{worker.name}不在您的范围内。")
        records.staff.put_shift(area_id=area, worker_id=worker.id, post=post, opens=opens, closes=closes,
                                weekday=weekday, day=day)  # fmt: skip
        records.audit.write(visit.now, visit.worker.login, "add_shift", area, worker.login)

    await visit.write(job)
    return visit.go(f"/desk/rota?day={day or ''}", "排好了。")


def _which(visit: Visit) -> tuple[int | None, date | None]:
    told = visit.given("weekday", 1)
    if told in tuple("0123456"):
        return int(told), None
    try:
        return None, date.fromisoformat(visit.given("day", 10))
    except ValueError:
        raise Refused("请选星期几，或者写一个日期。") from None


async def drop(visit: Visit) -> Response:
    """Take a line off."""

    def job(records: Records) -> None:
        here = records.staff.shifts([area.id for area in areas_of(records, visit)])
        shift = next((it for it in here if str(it.id) == visit.path("shift")), None)
        if shift is None:
            raise NotHere
        records.staff.drop_shift(shift.id)
        records.audit.write(visit.now, visit.worker.login, "drop_shift", shift.area_id, shift.post)

    await visit.write(job)
    return visit.go(f"/desk/rota?day={visit.given('back', 10)}", "已从值班表里拿掉。")


def routes(desk: Desk) -> list[Route]:
    """The rota's pages."""
    return [
        desk.get("/rota", week),
        desk.post("/rota/add", add, roles=ADMINS),
        desk.post("/rota/{shift}/drop", drop, roles=ADMINS),
    ]
