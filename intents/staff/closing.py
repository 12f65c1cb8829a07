"""A closed day or a worker's leave: who is affected is listed, told, and offered other times (RG07)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from intents.booking import making, pending
from intents.booking.free import Want
from intents.booking.sight import Sight
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import ZONE, say_to
from knowledge import when
from knowledge.services import Closure, Slot
from storage.archive import Records
from storage.bookings import Booking, SeatTaken
from storage.staff import Worker

SCOPES = {"all": "全部", "place": "地点", "service": "服务", "resource": "人员、房间或设备"}


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closure did: bookings that stay with somebody else, and those that need another time."""

    closure: Closure
    kept: tuple[Booking, ...]
    affected: tuple[Booking, ...]


def close(records: Records, lore: Lore, worker: Worker, scope: str, target: str, starts_at: datetime,
          ends_at: datetime, reason: str, now: datetime) -> Closed:  # fmt: skip
    """Close; whoever has booked is told why, with the nearest other times."""
    if scope not in SCOPES or not _exists(lore, scope, target):
        raise Refused("请选要关闭的地点、服务或人员。")
    if starts_at >= ends_at or ends_at <= now:
        raise Refused("结束时间要在开始时间和现在之后。")
    if not reason.strip():
        raise Refused("请写原因，居民会看到。")
    closure = records.bookings.close(
        scope, target, starts_at, ends_at, reason.strip()[:200], now, worker.login
    )
    records.audit.write(now, worker.login, "close", f"{scope}:{target}", reason[:200])
    lore = replace(lore, closures=(*lore.closures, closure))
    kept: list[Booking] = []
    affected: list[Booking] = []
    for booking in touched(records, lore, closure):
        (kept if _given_on(records, lore, closure, booking, now) else affected).append(booking)
    for booking in affected:
        _tell(records, lore, closure, booking, now)
    return Closed(closure, tuple(kept), tuple(affected))


def _exists(lore: Lore, scope: str, target: str) -> bool:
    known = {
        "all": {""},
        "place": set(lore.places),
        "service": set(lore.services),
        "resource": set(lore.resources),
    }
    return target in known[scope]


def touched(records: Records, lore: Lore, closure: Closure) -> list[Booking]:
    """Live bookings that a closure covers, soonest first."""
    if closure.scope == "resource":
        return records.bookings.using(closure.target, closure.starts_at, closure.ends_at)
    found = records.bookings.overlapping(closure.starts_at, closure.ends_at)
    return [
        booking
        for booking in found
        if closure.scope == "all"
        or (closure.scope == "place" and booking.place_id == closure.target)
        or (closure.scope == "service" and booking.service_id == closure.target)
    ]


def _given_on(records: Records, lore: Lore, closure: Closure, booking: Booking, now: datetime) -> bool:
    """One worker is away: another takes the same time where one is free."""
    service = lore.services.get(booking.service_id)
    if closure.scope != "resource" or service is None:
        return False
    want = Want(
        service, booking.place_id, booking.quantity, booking.option, str(booking.details.get("who", ""))
    )
    sight = Sight(records, lore, now, records.people.get(booking.person_id))
    slot = Slot(booking.starts_at, booking.ends_at, service.capacity)
    try:
        records.bookings.move(booking, starts_at=booking.starts_at, ends_at=booking.ends_at, now=now,
                              claims=want.claims(sight, slot))  # fmt: skip
    except SeatTaken:
        return False
    return True


def _tell(records: Records, lore: Lore, closure: Closure, booking: Booking, now: datetime) -> None:
    records.reminders.stop_for_booking(booking.id)
    if booking.conversation_id is None:
        return
    service = lore.services.get(booking.service_id)
    name = service.name if service else booking.service_id
    why = (
        f"那时候不开放（{closure.reason}）"
        if closure.scope != "resource"
        else f"那时候没有人手（{closure.reason}）"
    )
    text = f"抱歉，您约的{name} {when.say(booking.starts_at)}（{booking.code}）办不成了：{why}。"
    times = pending.others(records, lore, booking, now)
    options = [Option(_moved_to(booking, slot), f"改到{when.say(slot.starts_at)}") for slot in times]
    options += [Option(f"=move:{booking.code}", "看别的时间"), Option(f"=cancel:{booking.code}", "不约了")]
    say_to(records, booking.conversation_id, Reply(text + ("可以改到：" if times else ""), tuple(options)), "booking",
           now, key=f"closed:{closure.id}:{booking.code}")  # fmt: skip


def _moved_to(booking: Booking, slot: Slot) -> str:
    return f"=move:{booking.code}:{slot.starts_at.astimezone(ZONE):%Y-%m-%d.%H%M}"


def reopen(records: Records, lore: Lore, worker: Worker, closure_id: int, now: datetime) -> int:
    """It is open after all; reminders of bookings that are still there ring again. Returns how many."""
    closure = next((shut for shut in lore.closures if shut.id == closure_id), None)
    if closure is None or not records.bookings.reopen(closure_id):
        raise Refused("这条已经取消过了。")
    records.audit.write(now, worker.login, "reopen", f"{closure.scope}:{closure.target}")
    still = touched(records, lore, closure)
    for booking in still:
        making.remind(records, lore, booking, now)
    return len(still)
