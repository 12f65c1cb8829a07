"""Lists to take along: meals by kitchen and route, and the bookings of some days as xlsx."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.bookings import read_day
from bot.desk.guard import Desk, Visit
from bot.desk.paper import clock, masked_phone
from bot.desk.workbooks import sent, workbook
from intents.handoff import Refused
from intents.library import Lore
from intents.scene import ZONE
from intents.staff import daylist
from intents.staff.bookings import READERS
from intents.staff.chat import masked
from intents.staff.ending import STATES
from storage.archive import Records
from storage.bookings import Booking

HEAD = ("日期", "开始", "结束", "预约号", "服务", "地点", "份数", "姓名", "电话", "状态", "签到")
KEPT = tuple(state for state in STATES if state != "held")


async def meals(visit: Visit) -> Response:
    """What each kitchen cooks, and where it goes. Carriers need the addresses, so the look is written down."""
    day = read_day(visit.asked("day"), visit.now)

    def job(records: Records) -> list[daylist.Kitchen]:
        found = daylist.kitchens(records, visit.lore(records), visit.worker, day)
        records.audit.write(visit.now, visit.worker.login, "meals", day.isoformat())
        return found

    return visit.page("meals.html", kitchens=await visit.write(job), day=day, HERE=daylist.HERE)


async def export(visit: Visit) -> Response:
    """The bookings of up to 31 days; names and numbers masked, who took them out written in the sheet and the log."""
    first, days = read_day(visit.given("day", 10), visit.now), visit.given("days", 2)
    if not days.isdigit() or not 1 <= int(days) <= 31:
        raise Refused("一次导出 1 到 31 天。")

    def job(records: Records) -> tuple[Lore, list[Booking]]:
        lore = visit.lore(records)
        found = daylist.between(records, lore, visit.worker, first, int(days), KEPT)
        records.audit.write(
            visit.now, visit.worker.login, "export", f"bookings:{first}", f"{days}天 {len(found)}行"
        )
        return lore, found

    lore, found = await visit.write(job)
    mark = f"{clock(visit.now)} {visit.worker.name}（{visit.worker.login}）导出，姓名和电话已遮盖，请勿外传。"
    data = await asyncio.to_thread(sheet, mark, found, {i: s.name for i, s in lore.services.items()},
                                   {i: p.name for i, p in lore.places.items()})  # fmt: skip
    return sent(data, f"bookings-{first}.xlsx")


def sheet(
    mark: str, found: Sequence[Booking], services: Mapping[str, str], places: Mapping[str, str]
) -> bytes:
    """A workbook whose first and last rows say who took it out. Every cell is text."""
    rows = [[str(value) for value in _row(it, services, places)] for it in found]
    return workbook("预约", [[mark], HEAD, *rows, [mark]])


def _row(it: Booking, services: Mapping[str, str], places: Mapping[str, str]) -> tuple[object, ...]:
    begin, end = it.starts_at.astimezone(ZONE), it.ends_at.astimezone(ZONE)
    return (begin.date(), f"{begin:%H:%M}", f"{end:%H:%M}", it.code, services.get(it.service_id, it.service_id),
            places.get(it.place_id, it.place_id), it.quantity, masked(str(it.details.get("name") or "")),
            masked_phone(str(it.details.get("phone") or "")), STATES.get(it.state, it.state),
            "已到" if it.arrived_at else "")  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """Who serves residents."""
    return [
        desk.get("/meals", meals, roles=READERS),
        desk.post("/bookings/export", export, roles=READERS),
    ]
