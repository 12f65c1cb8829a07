"""The end of a booking, by the desk and in chat: done, missed, cancelled. The seat goes on to who waits."""

from __future__ import annotations

from datetime import datetime

from intents.booking import after, waiting
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import say_to
from knowledge import when
from storage.archive import Records
from storage.bookings import Booking
from storage.staff import Worker

STATES = {"held": "正在约", "pending": "待确认", "booked": "已约", "done": "已完成", "no_show": "没有来", "cancelled": "已取消",
          "expired": "没确认"}  # fmt: skip
ENDS = ("done", "no_show", "cancelled")


def end(
    records: Records, lore: Lore, worker: Worker, booking: Booking, state: str, note: str, now: datetime
) -> bool:
    """Mark a booking done or missed, or cancel it. Returns whether the resident was told."""
    if state != "cancelled" and booking.starts_at > now:
        raise Refused(f"{booking.code}还没到时间，不能标成“{STATES[state]}”。")
    if not records.bookings.end(booking.id, state, now):
        raise Refused(f"{booking.code}已经处理过了，没有再改。")
    records.audit.write(now, worker.login, state, booking.code)
    records.reminders.stop_for_booking(booking.id)
    if state == "done":
        after.ask_how_it_was(records, lore, booking, now)
    if state != "cancelled":
        return False
    waiting.offer(records, lore, booking.service_id, booking.place_id, booking.starts_at, now)
    return _tell(records, lore, booking, note, now)


def _tell(records: Records, lore: Lore, booking: Booking, note: str, now: datetime) -> bool:
    if booking.conversation_id is None:
        return False
    service = lore.services.get(booking.service_id)
    why = f"原因：{note.strip().rstrip('。')}。" if note.strip() else ""
    text = (f"抱歉，您的预约取消了：{service.name if service else booking.service_id} {when.say(booking.starts_at)}，"
            f"预约号{booking.code}。{why}需要的话可以另约时间。")  # fmt: skip
    say_to(records, booking.conversation_id, Reply(text, (Option(f"=book:{booking.service_id}", "另约时间"),)),
           "booking", now, key=f"booking:{booking.code}:cancelled")  # fmt: skip
    return True
