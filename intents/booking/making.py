"""The booking is made: what is read back, the deed, the receipt, the reminders."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from intents.booking import details, holds, times, trust
from intents.booking.free import Want
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import ZONE, Scene
from intents.talk import Stale
from knowledge import when
from knowledge.services import Service, Slot
from storage.archive import Records
from storage.bookings import Booking, SeatTaken


def summary(scene: Scene, want: Want, slots: list[Slot], told: dict[str, Any], note: str = "") -> str:
    """What is asked a last yes for."""
    service, quantity = want.service, want.quantity
    place = scene.lore.places.get(want.place_id)
    where = told.get("address") if service.at_home else (place.name if place else "")
    days = "、".join(_say(slot, service) for slot in slots)
    many = f"，{quantity}{details.unit(service)}" if "quantity" in service.asks or quantity > 1 else ""
    many += f"，约{told['people']}人" if told.get("people") else ""
    whom = f"，给{told['for_whom']}" if told.get("for_whom") else ""
    spoken = details.spoken(told)
    lines = [f"请核对：{_kind(want)}{whom}，{days}{many}，{where}，{price(want)}。", f"{spoken}。" if spoken else "",
             _longer(scene, slots), _one_of_two(scene, service, quantity), note, *_to_know(service, slots), "确认预约吗？"]  # fmt: skip
    return "\n".join(line for line in lines if line)


def _to_know(service: Service, slots: list[Slot]) -> list[str]:
    """The menu of the days, and the rules of the house."""
    days = dict.fromkeys(slot.starts_at.astimezone(ZONE).weekday() for slot in slots)
    dishes = [f"周{'一二三四五六日'[day]}：{service.menu[day]}。" for day in days if day in service.menu]
    return [*dishes, f"规则：{service.rules.rstrip('。')}。" if service.rules else ""]


def _kind(want: Want) -> str:
    found = want.service.choice(want.choice)
    return f"{want.service.name}（{found.name}）" if found else want.service.name


def price(want: Want) -> str:
    """What it costs, as said before booking."""
    if want.free:
        return "免费"
    found = want.service.choice(want.choice)
    return found.price if found and found.price else want.service.price


def _longer(scene: Scene, slots: list[Slot]) -> str:
    """A stretch was told that is longer than what one booking holds: said, not hidden."""
    begin, length = slots[0].starts_at, slots[0].ends_at - slots[0].starts_at
    for said in (scene.opening, scene.text, *(said.text for said in scene.said_before())):
        read = when.read(said, scene.local)
        if read.kind != "range" or read.start is None or read.end is None or times.LOOSE.search(said):
            continue
        is_same = len(slots) == 1 and times.is_hour(begin, read.start)
        if is_same and length < read.end - read.start < timedelta(days=1):
            return f"一次约{int(length.total_seconds() // 60)}分钟，到{when.say(slots[0].ends_at)}；后面的请再约一次。"
    return ""


def _one_of_two(scene: Scene, service: Service, quantity: int) -> str:
    """Two people were named and one is booked."""
    if quantity > 1 or not details.pair(scene, service):
        return ""
    return "这次先约一位，另一位约好后再约。"


def _say(slot: Slot, service: Service) -> str:
    if service.whole_day:
        day = when.say(slot.starts_at.astimezone(ZONE).date(), clock=False)
        return f"{day}{slot.starts_at.astimezone(ZONE):%H:%M}–{slot.ends_at.astimezone(ZONE):%H:%M}"
    return when.say(slot.starts_at)


def lost(scene: Scene, want: Want, slot: Slot) -> Stale:
    """Somebody else was faster; the nearest times are shown (RG01)."""
    times.keep_near(scene, slot.starts_at, 3)
    scene.answers.pop("sure", None)
    return Stale("day" if want.service.whole_day else "time", f"抱歉，{when.say(slot.starts_at)}刚被约走了。")


def book(scene: Scene, want: Want, slots: list[Slot], told: dict[str, Any]) -> Reply:
    """Take the seats, or ask again with the nearest times."""
    made: list[Booking] = []
    series = scene.token[:40] if len(slots) > 1 else ""
    try:
        with scene.records.connection.begin_nested():
            for n, slot in enumerate(slots):
                made.append(_one(scene, want, slot, told, n, series))
    except SeatTaken:
        raise lost(scene, want, slots[len(made)]) from None
    _remember(scene, told)
    scene.talk.state["booked"] = {"codes": [booking.code for booking in made], "at": scene.now.isoformat()}
    for booking in made:
        remind(scene.records, scene.lore, booking, scene.now)
    return receipt(scene.lore, want.service, made, _one_of_two(scene, want.service, want.quantity))


def _remember(scene: Scene, told: dict[str, Any]) -> None:
    """Keep what the person told of themselves; 到食堂 is nobody's address."""
    if told.get("for_whom") and not told["for_whom"].startswith("本人"):
        return
    kept = {name: told[name] for name in ("name", "phone", "address") if told.get(name)}
    if kept.get("address", "").startswith("到"):
        del kept["address"]
    scene.records.people.tell(scene.person.id, **kept)


def _one(scene: Scene, want: Want, slot: Slot, told: dict[str, Any], n: int, series: str) -> Booking:
    hours = trust.hours_to_confirm(scene.records, want.service, scene.person.id, scene.now)
    until = min(scene.now + timedelta(hours=hours), slot.starts_at) if hours else None
    drafted = replace(holds.draft(scene, want, slot), series=series,
                      also_person_id=_other(scene, told))  # fmt: skip
    return scene.records.bookings.make(
        drafted, told | {"who": want.who, "free": want.free}, scene.now, token=f"book:{n}:{scene.token}"[:120],
        instead=holds.token(scene, n), state="pending" if hours else "booked", until=until,
    )  # fmt: skip


def _other(scene: Scene, told: dict[str, Any]) -> int | None:
    """For somebody else whose own number was told: they are reminded as well."""
    if not told.get("for_whom") or not told.get("phone"):
        return None
    found = [i for i in scene.records.people.by_phone(str(told["phone"])) if i != scene.person.id]
    return found[0] if len(found) == 1 else None


def remind(records: Records, lore: Lore, booking: Booking, now: datetime) -> None:
    """The evening before and two hours before, with what is still to be brought; to the person served too."""
    service = lore.services.get(booking.service_id)
    if service is None or booking.conversation_id is None:
        return
    missing = [thing for thing in service.bring if thing not in booking.details.get("have", ())]
    bring = f"请带：{'、'.join(missing)}。" if missing else ""
    what = f"{service.name}（{when.say(booking.starts_at)}，预约号{booking.code}）。{bring}去不了请回“取消预约”。"
    start = booking.starts_at.astimezone(ZONE)
    evening = (start - timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0)
    heard_by = [(booking.person_id, booking.conversation_id), *_also(records, booking)]
    for name, moment in (("eve", evening), ("2h", start - timedelta(hours=2))):
        for person_id, conversation_id in heard_by if moment > now else ():
            records.reminders.add(
                person_id=person_id, conversation_id=conversation_id, what=what, starts_at=moment, now=now,
                purpose="booking", booking_id=booking.id, late_after=5400,
                token=f"{name}:{booking.code}:{start:%m%d%H%M}:{len(missing)}:{conversation_id}",
            )  # fmt: skip


def _also(records: Records, booking: Booking) -> list[tuple[int, int]]:
    """Where whom it is booked for can be reached."""
    if booking.also_person_id is None:
        return []
    return [(booking.also_person_id, i) for i in records.conversations.of_person(booking.also_person_id)[:1]]


def receipt(lore: Lore, service: Service, made: list[Booking], note: str) -> Reply:
    """What is said when it is done."""
    codes = "、".join(booking.code for booking in made)
    said = "、".join(when.say(booking.starts_at) for booking in made)
    bring = f"\n请带：{'、'.join(service.bring)}。" if service.bring else ""
    note = f"\n{note}" if note else ""
    options = (Option("=mine", "我的预约"), Option("=menu", "办别的事"))
    if made[0].state == "pending":
        by = when.say(made[0].until) if made[0].until else ""
        return Reply(
            f"收到了，等工作人员确认。{service.name}，{said}。\n预约号 {codes}。{bring}{note}\n{by}前告诉您行不行，名额先给您留着。",
            options,
        )
    return Reply(
        f"约好了。{service.name}，{said}。\n预约号 {codes}。{bring}{note}\n前一天和两小时前我会提醒您。去不了请说“取消预约”。\n有事请打{lore.centre.call}。",
        options,
    )
