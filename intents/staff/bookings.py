"""Bookings in the workers' chat: today's, one of them, and its end: done, missed, cancelled."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from intents.handoff import Refused
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import ZONE, say_to
from intents.staff.showing import masked
from intents.staff.speaker import Speaker
from knowledge import when
from storage.archive import Records
from storage.bookings import LIVE, Booking
from storage.staff import Worker

STATES = {"pending": "待确认", "booked": "已约", "done": "已完成", "no_show": "没有来", "cancelled": "已取消"}
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
    ends = ("取消",) if booking.starts_at > now else ("完成", "没来", "取消")
    return "、".join(f"{booking.code} {end}" for end in ends)


def end(speaker: Speaker, code: str, word: str, note: str) -> Reply:
    """完成, 没来 or 取消; whoever booked is told of a cancelled one."""
    records, booking = speaker.records, find(speaker.records, speaker.lore, speaker.worker, code)
    state = ENDS.get(word)
    if state is None:
        raise Refused(f"{booking.code}可以：{_able(booking, speaker.now)}。")
    if state != "cancelled" and booking.starts_at > speaker.now:
        raise Refused(f"{booking.code}还没到时间，不能标成“{STATES[state]}”。")
    if not records.bookings.end(booking.id, state, speaker.now):
        raise Refused(f"{booking.code}已经处理过了，没有再改。")
    records.audit.write(speaker.now, speaker.worker.login, state, booking.code)
    records.reminders.stop_for_booking(booking.id)
    told = "，也告诉了居民" if state == "cancelled" and _tell(speaker, booking, note) else ""
    return Reply(f"{booking.code} → {STATES[state]}{told}。")


def _tell(speaker: Speaker, booking: Booking, note: str) -> bool:
    if booking.conversation_id is None:
        return False
    why = f"原因：{note.strip().rstrip('。')}。" if note.strip() else ""
    text = (f"抱歉，您的预约取消了：{_name(speaker.lore, booking)} {when.say(booking.starts_at)}，"
            f"预约号{booking.code}。{why}需要的话可以另约时间。")  # fmt: skip
    say_to(speaker.records, booking.conversation_id, Reply(text, (Option(f"=book:{booking.service_id}", "另约时间"),)),
           "booking", speaker.now, key=f"booking:{booking.code}:cancelled")  # fmt: skip
    return True
