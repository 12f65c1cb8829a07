"""What a worker must confirm: the seat is kept meanwhile; too late is said so (RG02)."""

from __future__ import annotations

from datetime import datetime

from intents.booking import free, making, waiting
from intents.booking.free import Want
from intents.booking.sight import Sight
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import ZONE, say_to
from knowledge import when
from knowledge.services import Slot
from storage.archive import Records
from storage.bookings import Booking
from storage.staff import Worker


def confirm(records: Records, lore: Lore, worker: Worker, booking: Booking, now: datetime) -> None:
    """A worker says yes. Refused with the reason where the time is gone; the resident is offered others."""
    if booking.state == "expired":
        _offer_others(records, lore, booking, now, "等确认的时间过了，名额已经放给别人")
        raise Refused(f"{booking.code}过了确认时间，名额已经放开了，不能再确认。已经请居民另选时间。")
    if booking.state == "pending" and (why := _why_not(lore, booking)):
        raise Refused(f"{booking.code}不能确认：{why}。请帮居民改时间，或者取消。")
    if not records.bookings.confirm(booking.id, now):
        raise Refused(f"{booking.code}不是待确认的，没有再改。")
    records.audit.write(now, worker.login, "confirm", booking.code)
    making.remind(records, lore, booking, now)
    if booking.conversation_id is not None:
        text = f"确认了：{_name(lore, booking)} {when.say(booking.starts_at)}，预约号{booking.code}。"
        say_to(records, booking.conversation_id, Reply(text), "booking", now, key=f"confirmed:{booking.code}")


def _why_not(lore: Lore, booking: Booking) -> str:
    service = lore.services.get(booking.service_id)
    if service is None:
        return "这项服务已经停了"
    shut = lore.scheme.closure(service, booking.place_id, booking.starts_at, booking.ends_at)
    return f"那天不开放（{shut.reason}）" if shut else ""


def _name(lore: Lore, booking: Booking) -> str:
    service = lore.services.get(booking.service_id)
    return service.name if service else booking.service_id


def make_round(records: Records, lore: Lore, now: datetime) -> None:
    """What nobody confirmed in time is over; the resident is told, and who waits is offered the seat."""
    for booking in records.bookings.unconfirmed(now):
        if records.bookings.end(booking.id, "expired", now):
            _offer_others(records, lore, booking, now, "工作人员没来得及确认")
            waiting.offer(records, lore, booking.service_id, booking.place_id, booking.starts_at, now)


def _offer_others(records: Records, lore: Lore, booking: Booking, now: datetime, why: str) -> None:
    """The resident is told that it did not come about, and why, with the next free times."""
    if booking.conversation_id is None:
        return
    text = (f"抱歉，{_name(lore, booking)} {when.say(booking.starts_at)}（{booking.code}）没有约成：{why}。"
            f"可以另选时间，急的话请打{lore.centre.call}。")  # fmt: skip
    say_to(records, booking.conversation_id, Reply(text, (Option(f"=book:{booking.service_id}", "另选时间"),)),
           "booking", now, key=f"unconfirmed:{booking.code}")  # fmt: skip


def others(records: Records, lore: Lore, booking: Booking, now: datetime, count: int = 3) -> list[Slot]:
    """The free times nearest to a booking's own."""
    service = lore.services.get(booking.service_id)
    if service is None:
        return []
    sight = Sight(records, lore, now, records.people.get(booking.person_id))
    want = Want(service, booking.place_id, booking.quantity, booking.option)
    found = sorted(free.window(sight, want), key=lambda slot: abs(slot.starts_at - booking.starts_at))
    return sorted(found[:count], key=lambda slot: slot.starts_at.astimezone(ZONE))
