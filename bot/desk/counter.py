"""预约台: book for somebody who stands here or rang, move a booking, check in by its number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.bookings import find, read_day
from bot.desk.guard import Desk, Visit
from intents.booking.free import Want
from intents.handoff import Refused
from intents.library import Lore
from intents.scene import ZONE
from intents.staff import counter, daylist
from intents.staff.bookings import READERS
from intents.staff.ending import STATES
from knowledge.services import ASKS, Service, Slot
from storage.archive import Records
from storage.bookings import Booking

LABELS = {"for_whom": "给谁（不是本人才写）", "name": "称呼", "phone": "电话", "address": "地址", "people": "大约几人",
          "child": "孩子", "note": "备注、忌口"}  # fmt: skip


def read_moment(told: str) -> datetime:
    """A local "2026-11-24 09:00"."""
    try:
        return datetime.strptime(told, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    except ValueError:
        raise Refused("请选一个时间。") from None


def _want(visit: Visit, records: Records, lore: Lore, service_id: str, place_id: str, quantity: str,
          choice: str) -> Want:  # fmt: skip
    service = lore.offered(visit.now).get(service_id)
    if service is None or place_id not in daylist.places_of(records, lore, visit.worker) & set(
        service.places
    ):
        raise Refused("请选您这里的服务和地点。")
    many = int(quantity) if quantity.isdigit() else 1
    if not 1 <= many <= 200:
        raise Refused("份数要在 1 到 200 之间。")
    if service.choices and service.choice(choice) is None:
        choice = service.choices[0].id
    return Want(service, place_id, many, choice)


def _served(visit: Visit, records: Records, lore: Lore) -> list[tuple[Service, list[str]]]:
    """What this worker's places offer, with the places."""
    here = daylist.places_of(records, lore, visit.worker)
    return [(service, places) for service in lore.offered(visit.now).values()
            if (places := [i for i in service.places if i in here and i in lore.places])]  # fmt: skip


async def new(visit: Visit) -> Response:
    """Choose the service and the day; then its free times."""
    told = {name: visit.asked(name) for name in ("what", "quantity", "choice", "walk_in")}
    day = read_day(visit.asked("day"), visit.now)

    def look(records: Records) -> tuple[Lore, list[tuple[Service, list[str]]], list[Slot], Service | None]:
        lore = visit.lore(records)
        service_id, _, place_id = told["what"].partition("@")
        if not service_id:
            return lore, _served(visit, records, lore), [], None
        want = _want(visit, records, lore, service_id, place_id, told["quantity"], told["choice"])
        found = counter.times(
            records, lore, visit.worker, want, day, visit.now, walk_in=bool(told["walk_in"])
        )
        return lore, _served(visit, records, lore), found, want.service

    lore, served, slots, service = await visit.read(look)
    return visit.page("booking_new.html", lore=lore, served=served, slots=slots, service=service, told=told, day=day,
                      held=None, LABELS=LABELS, asks=[])  # fmt: skip


async def hold(visit: Visit) -> Response:
    """The time is kept for five minutes; now who comes."""
    told = _told(visit)
    starts_at = read_moment(visit.given("start", 20))

    def job(records: Records) -> tuple[Lore, Booking, Service]:
        lore = visit.lore(records)
        want = _wanted(visit, records, lore)
        held = counter.hold(
            records, lore, visit.worker, want, starts_at, visit.now, walk_in=bool(told["walk_in"])
        )
        return lore, held, want.service

    lore, held, service = await visit.write(job)
    asks = [name for name in ASKS if name in LABELS and name in (*service.asks, "name", "phone")]
    return visit.page("booking_new.html", lore=lore, served=[], slots=[], service=service, told=told,
                      day=starts_at.date(), held=held, LABELS=LABELS, asks=asks)  # fmt: skip


def _told(visit: Visit) -> dict[str, str]:
    return {name: visit.given(name, 60) for name in ("what", "quantity", "choice", "walk_in")}


def _wanted(visit: Visit, records: Records, lore: Lore) -> Want:
    service_id, _, place_id = visit.given("what", 90).partition("@")
    return _want(
        visit, records, lore, service_id, place_id, visit.given("quantity", 4), visit.given("choice", 40)
    )


async def book(visit: Visit) -> Response:
    """The booking is made for whoever stands here."""
    starts_at = read_moment(visit.given("start", 20))
    told = {name: words for name in LABELS if (words := visit.given(name, 200))}
    guest = counter.Guest(told, bool(visit.given("walk_in", 1)))

    def job(records: Records) -> Booking:
        lore = visit.lore(records)
        want = _wanted(visit, records, lore)
        return counter.book(
            records, lore, visit.worker, want, starts_at, guest, visit.now, visit.given("tap", 24)
        )

    made = await visit.write(job)
    said = (
        "已经签到。"
        if guest.walk_in
        else ("居民会收到消息和提醒。" if made.conversation_id else "没有联系方式，请当面告诉。")
    )
    return visit.go(_day_of(made), f"约好了：{made.code}。{said}")


def _day_of(booking: Booking) -> str:
    return f"/desk/bookings?day={booking.starts_at.astimezone(ZONE).date()}#{booking.code}"


async def moving(visit: Visit) -> Response:
    """The free times to move a booking to; `hour` is where it was dragged to."""

    def look(records: Records) -> tuple[Lore, Booking, date, list[Slot]]:
        lore, booking = visit.lore(records), find(records, visit)
        day = read_day(visit.asked("day") or booking.starts_at.astimezone(ZONE).date().isoformat(), visit.now)
        want = counter.again(records, lore, booking)
        found = counter.times(
            records, lore, visit.worker, replace(want, who=""), day, visit.now, but=(booking.id,)
        )
        return lore, booking, day, [slot for slot in found if slot.starts_at != booking.starts_at]

    lore, booking, day, slots = await visit.read(look)
    hour = visit.asked("hour")
    near = (
        min(slots, key=lambda s: abs(s.starts_at.astimezone(ZONE).hour - int(hour)))
        if slots and hour.isdigit()
        else None
    )
    return visit.page("booking_move.html", lore=lore, booking=booking, day=day, slots=slots, near=near)


async def move(visit: Visit) -> Response:
    """Move it and tell whoever booked."""
    starts_at = read_moment(visit.given("start", 20))

    def job(records: Records) -> Booking:
        return counter.move(
            records, visit.lore(records), visit.worker, find(records, visit), starts_at, visit.now
        )

    moved = await visit.write(job)
    return visit.go(
        _day_of(moved), f"{moved.code}改好了{'，也告诉了居民' if moved.conversation_id else ''}。"
    )


async def arriving(visit: Visit) -> Response:
    """Type or scan a booking's number; what it is, and the button that checks in."""
    code = visit.asked("code").upper()

    def look(records: Records) -> tuple[Lore, Booking | None]:
        lore = visit.lore(records)
        return lore, find(records, visit, code) if code else None

    lore, booking = await visit.read(look)
    return visit.page("check_in.html", lore=lore, booking=booking, STATES=STATES)


async def arrive(visit: Visit) -> Response:
    """They are here."""

    def job(records: Records) -> Booking:
        booking = find(records, visit, visit.given("code", 24))
        counter.check_in(records, visit.worker, booking, visit.now)
        return booking

    booking = await visit.write(job)
    return visit.go("/desk/check-in", f"{booking.code}签到好了。")


def routes(desk: Desk) -> list[Route]:
    """Who serves residents."""
    return [
        desk.get("/bookings/new", new, roles=READERS),
        desk.post("/bookings/hold", hold, roles=READERS),
        desk.post("/bookings/book", book, roles=READERS),
        desk.get("/bookings/{code}/move", moving, roles=READERS),
        desk.post("/bookings/{code}/move", move, roles=READERS),
        desk.get("/check-in", arriving),
        desk.post("/check-in", arrive),
    ]
