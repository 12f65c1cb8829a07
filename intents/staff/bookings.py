"""Bookings in the workers' chat: today's, one of them, and its end: done, missed, cancelled."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from intents.booking import pending
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Reply
from intents.scene import ZONE
from intents.staff import ending
from intents.staff.ending import STATES
from intents.staff.showing import masked
from intents.staff.speaker import Speaker
from knowledge import when
from storage.archive import Records
from storage.bookings import LIVE, Booking
from storage.staff import Worker

ENDS = {"完成": "done", "已完成": "done", "没来": "no_show", "没有来": "no_show", "取消": "cancelled"}
DETAILS = {"for_whom": "给谁", "people": "人数", "child": "孩子", "note": "备注"}
READERS = ("worker", "admin")  # who serves residents reads names and phones; a mediator does not


def is_in_scope(records: Records, lore: Lore, worker: Worker, booking: Booking) -> bool:
    """Whether the place of a booking lies in the worker's area."""
    place = lore.places.get(booking.place_id)
    area = lore.areas.get((place.area if place else "") or lore.centre.area_id)
    return area is not None and area.path.startswith(records.places.path(worker.area_id))


def find(records: Records, lore: Lore, worker: Worker, code: str) -> Booking:
    """The booking with that number, if it lies in the worker's area; unknown and foreign ones answer alike."""
    booking = records.bookings.by_code(code)
    if booking is None or not is_in_scope(records, lore, worker, booking):
        raise Refused(f"没有找到 {code.upper()}，请核对预约号。")
    return booking


def _name(lore: Lore, booking: Booking) -> str:
    service = lore.services.get(booking.service_id)
    return service.name if service else booking.service_id


def _address(speaker: Speaker, booking: Booking) -> str:
    """Where to go, for a home visit; never into a group, and only for those who go."""
    service = speaker.lore.services.get(booking.service_id)
    if speaker.in_group or speaker.worker.role not in READERS or not (service and service.at_home):
        return ""
    return str(booking.details.get("address") or "")


def today(speaker: Speaker) -> Reply:
    """Today's bookings of the worker's area, names masked."""
    begin = datetime.combine(speaker.now.astimezone(ZONE).date(), time(), ZONE)
    found = [
        booking
        for booking in speaker.records.bookings.between(begin, begin + timedelta(days=1))
        if is_in_scope(speaker.records, speaker.lore, speaker.worker, booking)
    ]
    if not found:
        return Reply("今天没有预约。")
    for booking in found:
        if _address(speaker, booking):
            speaker.records.audit.write(speaker.now, speaker.worker.login, "look", booking.code)
    return Reply("今天的预约：\n" + "\n".join(_line(speaker, booking) for booking in found))


def _line(speaker: Speaker, booking: Booking) -> str:
    whose, address = masked(str(booking.details.get("name", ""))), _address(speaker, booking)
    parts = (f"{booking.starts_at.astimezone(ZONE):%H:%M}", _name(speaker.lore, booking), whose,
             f"{booking.quantity}份", booking.code, address)  # fmt: skip
    return " ".join(part for part in parts if part)


def show(speaker: Speaker, code: str) -> Reply:
    """One booking; the look is written down."""
    booking = find(speaker.records, speaker.lore, speaker.worker, code)
    speaker.records.audit.write(speaker.now, speaker.worker.login, "look", booking.code)
    place = speaker.lore.places.get(booking.place_id)
    head = (f"{booking.code} {_name(speaker.lore, booking)} {when.say(booking.starts_at)} {booking.quantity}份"
            f"（{STATES.get(booking.state, booking.state)}）")  # fmt: skip
    rows = [
        *_who(speaker, booking),
        ("地址", _address(speaker, booking)),
        ("地点", place.name if place else ""),
    ]
    rows += [(label, str(booking.details.get(name) or "")) for name, label in DETAILS.items()]
    if speaker.in_group:
        rows = rows[:2]
    told = [f"{label}：{words}" for label, words in rows if words]
    return Reply("\n".join([head, *told, f"可以：{_able(booking, speaker.now)}"]))


def _who(speaker: Speaker, booking: Booking) -> list[tuple[str, str]]:
    name, phone = str(booking.details.get("name") or ""), str(booking.details.get("phone") or "")
    if speaker.in_group or speaker.worker.role not in READERS:
        name, phone = masked(name), f"尾号{phone[-4:]}" if phone else ""
    return [("姓名", name), ("电话", phone)]


def _able(booking: Booking, now: datetime) -> str:
    if booking.state not in LIVE:
        return "没有能做的了"
    if booking.state == "pending":
        return f"{booking.code} 确认、{booking.code} 取消"
    ends = ("取消",) if booking.starts_at > now else ("完成", "没来", "取消")
    return "、".join(f"{booking.code} {end}" for end in ends)


def end(speaker: Speaker, code: str, word: str, note: str) -> Reply:
    """确认, 完成, 没来 or 取消; whoever booked is told."""
    records, booking = speaker.records, find(speaker.records, speaker.lore, speaker.worker, code)
    if word == "确认":
        pending.confirm(records, speaker.lore, speaker.worker, booking, speaker.now)
        return Reply(f"{booking.code} → 已约，也告诉了居民。")
    state = ENDS.get(word)
    if state is None:
        raise Refused(f"{booking.code}可以：{_able(booking, speaker.now)}。")
    is_told = ending.end(records, speaker.lore, speaker.worker, booking, state, note, speaker.now)
    return Reply(f"{booking.code} → {STATES[state]}{'，也告诉了居民' if is_told else ''}。")
