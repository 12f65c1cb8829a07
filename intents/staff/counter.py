"""At the desk: book for a resident or a walk-in, move, check in. The same seats as the chat, so the same truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from intents.booking import free, making, waiting
from intents.booking.free import Want
from intents.booking.sight import Sight
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Reply
from intents.scene import ZONE, say_to
from knowledge import when
from knowledge.services import Busy, Service, Slot, count, moment
from storage.archive import Records
from storage.bookings import Booking, Draft, SeatTaken
from storage.people import Person
from storage.staff import Worker

HOLD = timedelta(minutes=5)
GONE = "这个时间刚被约走了，没有约上。请另选时间。"


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom a worker books for; `told` are name, phone, address and what else the service asks."""

    told: dict[str, str]
    walk_in: bool = False


def token(worker: Worker) -> str:
    """One worker holds one thing at a time."""
    return f"hold:desk:{worker.login}"[:120]


def _sight(records: Records, lore: Lore, worker: Worker, now: datetime) -> Sight:
    """A worker looks as nobody: residents' ids are positive, so a worker's holds are mixed up with nobody's."""
    return Sight(records, lore, now, Person(-worker.id))


def may_book(service: Service, slot: Slot, now: datetime, *, walk_in: bool = False) -> bool:
    """At the desk the notice does not count, the cut-off and the window do; a walk-in may come while it runs."""
    if walk_in:
        return now < slot.ends_at and slot.starts_at < now + timedelta(hours=3)
    return slot.starts_at > now and replace(service, lead=timedelta()).can_still_book(slot, now)


def times(records: Records, lore: Lore, worker: Worker, want: Want, day: date, now: datetime, *,
          walk_in: bool = False, but: tuple[int, ...] = ()) -> list[Slot]:  # fmt: skip
    """The times of a day that can be had at the desk, each with how much of it is free."""
    sight = _sight(records, lore, worker, now)
    able = [s for s in free.planned(sight, want, [day]) if may_book(want.service, s, now, walk_in=walk_in)]
    wanted = [want.claims(sight, slot) for slot in able]
    every = [claim for claims in wanted for claim in claims]
    if not every:
        return []
    since, until = moment(min(c.first for c in every)), moment(max(c.last for c in every))
    own = [*records.bookings.held_ids(-worker.id), *but]
    busy = Busy(records.bookings.busy({n for c in every for n, _ in c.choices}, since, until, now, own))
    found = [count(slot, claims, busy) for slot, claims in zip(able, wanted, strict=True)]
    return [slot for slot in found if slot.free >= want.quantity]


def slot_at(lore: Lore, want: Want, starts_at: datetime, sight: Sight) -> Slot:
    """The planned time that begins then; Refused where there is none."""
    day = starts_at.astimezone(ZONE).date()
    found = next((s for s in free.planned(sight, want, [day]) if s.starts_at == starts_at), None)
    if found is None:
        raise Refused(f"{when.say(starts_at)}没有{want.service.name}，没有约上。")
    return found


def hold(records: Records, lore: Lore, worker: Worker, want: Want, starts_at: datetime, now: datetime, *,
         walk_in: bool = False) -> Booking:  # fmt: skip
    """Keep a time for five minutes while the worker writes down who comes."""
    sight = _sight(records, lore, worker, now)
    slot = _may(lore, want, starts_at, sight, now, walk_in)
    try:
        return records.bookings.hold(
            _draft(sight, want, slot, -worker.id, None), now + HOLD, now, token(worker)
        )
    except SeatTaken:
        raise Refused(GONE) from None


def _may(lore: Lore, want: Want, starts_at: datetime, sight: Sight, now: datetime, walk_in: bool) -> Slot:
    slot = slot_at(lore, want, starts_at, sight)
    if not may_book(want.service, slot, now, walk_in=walk_in):
        raise Refused(f"{when.say(starts_at)}来不及约了，没有约上。")
    return slot


def _draft(sight: Sight, want: Want, slot: Slot, person_id: int, conversation_id: int | None) -> Draft:
    return Draft(want.service.id, want.place_id, slot.starts_at, slot.ends_at, want.quantity, person_id,
                 conversation_id, want.claims(sight, slot), want.choice)  # fmt: skip


def book(records: Records, lore: Lore, worker: Worker, want: Want, starts_at: datetime, guest: Guest,
         now: datetime, tap: str = "") -> Booking:  # fmt: skip
    """Book for somebody who stands here or rang. `tap`: the form's own mark, so that twice is once."""
    if not guest.told.get("name"):
        raise Refused("请写称呼，没有约上。")
    sight = _sight(records, lore, worker, now)
    slot = _may(lore, want, starts_at, sight, now, guest.walk_in)
    person_id, conversation_id = _person(records, guest, now)
    want = replace(want, who=f"person:{person_id}")
    try:
        made = records.bookings.make(
            _draft(sight, want, slot, person_id, conversation_id), guest.told | {"who": want.who}, now,
            token=f"desk:{worker.login}:{tap}"[:120] if tap else None, instead=token(worker), made_by=worker.login,
        )  # fmt: skip
    except SeatTaken:
        raise Refused(free.over_limit(sight, want, starts_at.astimezone(ZONE).date()) or GONE) from None
    records.audit.write(now, worker.login, "walk-in" if guest.walk_in else "book", made.code)
    if guest.walk_in:
        records.bookings.arrive(made.id, now)
    else:
        _tell(records, lore, made, f"工作人员帮您约好了：{_said(lore, made)}。", now, "desk")
        making.remind(records, lore, made, now)
    return made


def _person(records: Records, guest: Guest, now: datetime) -> tuple[int, int | None]:
    """Who told this number and this name as theirs before, where to reach them; else somebody new.

    The number alone is not enough: anybody can type a number, and would then read of another's bookings.
    """
    phone, name = guest.told.get("phone", ""), guest.told["name"]
    known = (
        [i for i in records.people.by_phone(phone) if records.people.told(i)["name"] == name] if phone else []
    )
    if len(known) == 1:
        return known[0], next(iter(records.conversations.of_person(known[0])), None)
    person_id = records.people.add(now)
    records.people.tell(person_id, name=name, phone=phone, address=guest.told.get("address", ""))
    return person_id, None


def move(records: Records, lore: Lore, worker: Worker, booking: Booking, starts_at: datetime,
         now: datetime) -> Booking:  # fmt: skip
    """Another time for a booking, by the same worker where they are free; whoever booked is told."""
    want, sight = again(records, lore, booking), _sight(records, lore, worker, now)
    slot = _may(lore, want, starts_at, sight, now, False)
    try:
        moved = records.bookings.move(booking, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now,
                                      claims=want.claims(sight, slot))  # fmt: skip
    except SeatTaken:
        raise Refused("那个时间没有空位了，预约没有变。") from None
    records.audit.write(now, worker.login, "move", booking.code)
    records.reminders.stop_for_booking(booking.id)
    making.remind(records, lore, moved, now)
    waiting.offer(records, lore, booking.service_id, booking.place_id, booking.starts_at, now)
    was = when.say(booking.starts_at)
    _tell(records, lore, moved, f"您的预约改时间了：原来{was}，现在{_said(lore, moved)}。", now,
          f"moved:{now:%m%d%H%M%S}")  # fmt: skip
    return moved


def again(records: Records, lore: Lore, booking: Booking) -> Want:
    """The same once more, by the same worker where they are free."""
    service = lore.services.get(booking.service_id)
    if service is None:
        raise Refused(f"{booking.code}的服务已经停了，不能改时间。")
    details: dict[str, Any] = booking.details
    return Want(service, booking.place_id, booking.quantity, booking.option, who=str(details.get("who", "")),
                free=bool(details.get("free")), keep=tuple(records.bookings.resources_of(booking.id)))  # fmt: skip


def check_in(records: Records, worker: Worker, booking: Booking, now: datetime) -> None:
    """Somebody is here, on the day of their booking."""
    if booking.state != "booked":
        raise Refused(f"{booking.code}不是“已约”的，不能签到。")
    if booking.starts_at.astimezone(ZONE).date() != now.astimezone(ZONE).date():
        raise Refused(f"{booking.code}约的是{when.say(booking.starts_at)}，不是今天。")
    if not records.bookings.arrive(booking.id, now):
        raise Refused(f"{booking.code}已经签过到了。")
    records.audit.write(now, worker.login, "check-in", booking.code)


def _said(lore: Lore, booking: Booking) -> str:
    service = lore.services.get(booking.service_id)
    name = service.name if service else booking.service_id
    return f"{name} {when.say(booking.starts_at)}，预约号{booking.code}"


def _tell(records: Records, lore: Lore, booking: Booking, text: str, now: datetime, key: str) -> None:
    if booking.conversation_id is not None:
        say_to(records, booking.conversation_id, Reply(f"{text}去不了请回“取消预约”。"), "booking", now,
               key=f"booking:{booking.code}:{key}"[:120])  # fmt: skip
