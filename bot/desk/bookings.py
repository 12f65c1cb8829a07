"""预约: the bookings of a day, by service and place; done, missed or cancelled; on paper too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import Desk, NotHere, Visit
from intents.booking import pending
from intents.handoff import Refused
from intents.library import Lore
from intents.scene import ZONE
from intents.staff import daylist, ending
from intents.staff.bookings import is_in_scope
from intents.staff.ending import ENDS, STATES
from storage.archive import Records
from storage.bookings import Booking

DETAILS = {"name": "姓名", "phone": "电话", "address": "地址", "for_whom": "给谁", "people": "人数", "child": "孩子",
           "note": "备注"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """Bookings of one service at one place."""

    service: str
    place: str
    bookings: list[Booking]


def read_day(told: str, now: datetime) -> date:
    """The day asked for; today where none is named."""
    try:
        return date.fromisoformat(told)
    except ValueError:
        return now.astimezone(ZONE).date()


async def day(visit: Visit, *, shown: str = "") -> Response:
    """The bookings of a day. `shown` is the number of one whose details are in full."""
    chosen = read_day(visit.asked("day") or visit.given("day", 10), visit.now)

    def look(records: Records) -> list[Table]:
        lore = visit.lore(records)
        begin = datetime.combine(chosen, time(), ZONE)
        found = records.bookings.between(
            begin, begin + timedelta(days=1), tuple(state for state in STATES if state != "held")
        )
        return _tables(lore, daylist.among(lore, daylist.places_of(records, lore, visit.worker), found))

    tables = await visit.read(look)
    return visit.page("bookings.html", tables=tables, day=chosen, before=chosen - timedelta(days=1), shown=shown,
                      today=visit.now.astimezone(ZONE).date(), after=chosen + timedelta(days=1), STATES=STATES, DETAILS=DETAILS)  # fmt: skip


def _tables(lore: Lore, found: list[Booking]) -> list[Table]:
    named = sorted({(it.service_id, it.place_id) for it in found})
    return [
        Table(lore.services[service].name if service in lore.services else service,
              lore.places[place].name if place in lore.places else place,
              [it for it in found if (it.service_id, it.place_id) == (service, place)])
        for service, place in named
    ]  # fmt: skip


def find(records: Records, visit: Visit, code: str = "") -> Booking:
    """The booking with that number (of the path), if it is in the worker's area; a hold is none yet."""
    code = code or visit.path("code")
    found = records.bookings.by_code(code)
    if (
        found is None
        or found.state == "held"
        or not is_in_scope(records, visit.lore(records), visit.worker, found)
    ):
        raise NotHere(f"没有找到 {code}，请核对预约号。")
    return found


async def show(visit: Visit) -> Response:
    """The same page with one booking's details in full; that is written down."""

    def job(records: Records) -> str:
        booking = find(records, visit)
        records.audit.write(visit.now, visit.worker.login, "reveal", booking.code)
        return booking.code

    return await day(visit, shown=await visit.write(job))


async def end(visit: Visit) -> Response:
    """Mark a booking done or missed, or cancel it and tell the resident."""
    state, note = visit.given("state", 12), visit.given("note", 200)
    if state not in (*ENDS, "confirmed"):
        raise Refused("请选“已完成”“没有来”或“取消”。")

    def job(records: Records) -> Booking:
        booking = find(records, visit)
        _end(records, visit, booking, state, note)
        return booking

    booking = await visit.write(job)
    back = booking.starts_at.astimezone(ZONE).date().isoformat()
    return visit.go(f"/desk/bookings?day={back}", f"{booking.code}：{STATES.get(state, '已确认')}")


def _end(records: Records, visit: Visit, booking: Booking, state: str, note: str) -> None:
    lore = visit.lore(records)
    if state == "confirmed":
        pending.confirm(records, lore, visit.worker, booking, visit.now)
    else:
        ending.end(records, lore, visit.worker, booking, state, note, visit.now)


def routes(desk: Desk) -> list[Route]:
    """The bookings' pages."""
    return [
        desk.get("/bookings", day),
        desk.post("/bookings/{code}/show", show),
        desk.post("/bookings/{code}/end", end),
    ]
