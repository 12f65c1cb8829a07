"""服务: the catalogue. An admin adds a service by a form or a sheet; closed days and holidays are kept here too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import yaml
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, Visit
from intents.handoff import Refused
from intents.library import Lore
from intents.scene import ZONE
from intents.staff import closing
from knowledge.calendar import BadHolidays, Calendar
from knowledge.handbook_files.report import BadFile
from knowledge.service_rows import COLUMNS, HINTS, REQUIRED, read_row, read_sheet
from knowledge.services import BadService
from storage.archive import Records


async def show(visit: Visit) -> Response:
    """Services, closures, holidays."""

    def look(records: Records) -> tuple[Lore, Any, dict[str, tuple[float, int]]]:
        return visit.lore(records), records.places.fact("holidays", {}), records.bookings.averages()

    lore, holidays, rated = await visit.read(look)
    year = visit.now.astimezone(ZONE).year
    unconfirmed = [number for number in (year, year + 1) if not lore.calendar.is_confirmed(number)]
    return visit.page("services.html", lore=lore, COLUMNS=COLUMNS, HINTS=HINTS, REQUIRED=REQUIRED,
                      SCOPES=closing.SCOPES, shut=[c for c in lore.closures if c.ends_at > visit.now],
                      holidays=yaml.safe_dump(holidays, allow_unicode=True) if holidays else "",
                      unconfirmed=unconfirmed, rated=rated)  # fmt: skip


async def add(visit: Visit) -> Response:
    """One service by the form; it can be booked at once."""
    row = {header: visit.given(name, 1000) for header, name in COLUMNS.items()}
    try:
        body = read_row(row)
    except BadService as error:
        raise Refused(f"{error}。没有保存。") from error
    await visit.write(lambda records: _put(records, visit, [body]))
    return visit.go("/desk/services", f"“{body['name']}”保存好了，现在就可以预约。")


async def load(visit: Visit) -> Response:
    """A sheet of services: all of it, or nothing and what is wrong by row."""
    data = await visit.upload("file")
    try:
        bodies, wrong = await asyncio.to_thread(read_sheet, data, "services.xlsx")
    except BadFile as error:
        raise Refused(f"{error}") from error
    if wrong or not bodies:
        raise Refused("；".join(wrong[:20]) or "表里没有服务。")
    await visit.write(lambda records: _put(records, visit, bodies))
    return visit.go("/desk/services", f"导入了{len(bodies)}项服务，现在就可以预约。")


def _put(records: Records, visit: Visit, bodies: Sequence[Mapping[str, Any]]) -> None:
    lore = visit.lore(records)
    for body in bodies:
        if unknown := [i for i in body["places"] if i not in lore.places]:
            raise Refused(f"{body['name']}：没有“{'、'.join(unknown)}”这个地点。")
        named = [i for wanted in body.get("needs", ()) for i in wanted]
        if unknown := [i for i in named if i not in lore.resources]:
            raise Refused(f"{body['name']}：没有“{'、'.join(unknown)}”这个人员、房间或设备。")
        records.places.put_service(body)
        records.audit.write(visit.now, visit.worker.login, "service", str(body["id"]))


async def resource(visit: Visit) -> Response:
    """A room, a device or a person that services share."""
    body = {name: visit.given(name, 40) for name in ("id", "name", "kind", "place")}
    body["capacity"] = visit.given("capacity", 4) or "1"
    if not body["id"] or not body["name"] or not body["capacity"].isdigit():
        raise Refused("请写编号、名称和名额。")

    def job(records: Records) -> None:
        if body["place"] and body["place"] not in visit.lore(records).places:
            raise Refused("没有这个地点。")
        records.places.put_resource(body)
        records.audit.write(visit.now, visit.worker.login, "resource", body["id"])

    await visit.write(job)
    return visit.go("/desk/services", f"“{body['name']}”保存好了。")


async def close(visit: Visit) -> Response:
    """Close a place, a service or a resource; those affected are told."""
    scope, _, target = visit.given("what", 60).partition(":")
    begin, end = _moment(visit, "first", "opens", time()), _moment(visit, "last", "closes", None)

    def job(records: Records) -> closing.Closed:
        return closing.close(records, visit.lore(records), visit.worker, scope, target, begin, end,
                             visit.given("reason", 200), visit.now)  # fmt: skip

    done = await visit.write(job)
    kept = f"，{len(done.kept)}个换了别人接着办" if done.kept else ""
    listed = "、".join(booking.code for booking in done.affected[:30])
    told = (
        f"{len(done.affected)}个预约受影响，已告诉居民改时间：{listed}" if done.affected else "没有预约受影响"
    )
    return visit.go("/desk/services", f"关闭好了。{told}{kept}。")


def _moment(visit: Visit, day: str, clock: str, default: time | None) -> datetime:
    """A day and a time of it; without a time the day's beginning, or (for the end) the next day's."""
    try:
        told = date.fromisoformat(visit.given(day, 10))
        hour = visit.given(clock, 5)
        if hour or default is not None:
            return datetime.combine(told, time.fromisoformat(hour) if hour else default or time(), ZONE)
        return datetime.combine(told + timedelta(days=1), time(), ZONE)
    except ValueError:
        raise Refused("日期要写成 2026-12-01，时间要写成 09:00。") from None


async def reopen(visit: Visit) -> Response:
    """A closure is taken back."""
    number = visit.path("number")

    def job(records: Records) -> int:
        shut = int(number) if number.isdigit() else 0
        return closing.reopen(records, visit.lore(records), visit.worker, shut, visit.now)

    await visit.write(job)
    return visit.go("/desk/services", "恢复开放了。")


async def holidays(visit: Visit) -> Response:
    """The table of holidays and make-up working days, laid over the shipped one."""
    told = visit.given("holidays", 20_000)
    try:
        table = yaml.safe_load(told) if told else {}
        if not isinstance(table, dict):
            raise BadHolidays("不是一张表")
        Calendar.from_table(table)
    except BadHolidays as error:
        raise Refused(str(error)) from error
    except yaml.YAMLError:
        raise Refused("节假日表的格式不对，请照例子写。") from None
    plain = {str(year): _plain(days) for year, days in table.items()}

    def job(records: Records) -> None:
        records.places.set_fact("holidays", plain)
        records.audit.write(visit.now, visit.worker.login, "holidays", "holidays")

    await visit.write(job)
    return visit.go("/desk/services", "节假日表保存好了。")


def _plain(told: Any) -> Any:
    """YAML reads days as dates; what is kept is text."""
    if isinstance(told, Mapping):
        return {str(key): _plain(value) for key, value in told.items()}
    return [_plain(one) for one in told] if isinstance(told, list) else str(told)


def routes(desk: Desk) -> list[Route]:
    """For admins."""
    return [
        desk.get("/services", show, roles=ADMINS),
        desk.post("/services/add", add, roles=ADMINS),
        desk.post("/services/load", load, roles=ADMINS),
        desk.post("/services/resource", resource, roles=ADMINS),
        desk.post("/services/close", close, roles=ADMINS),
        desk.post("/services/reopen/{number}", reopen, roles=ADMINS),
        desk.post("/services/holidays", holidays, roles=ADMINS),
    ]
