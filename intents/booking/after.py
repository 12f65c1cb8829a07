"""After a booking is made: 去不了, what is ready to be brought, and how it was."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from intents.booking import making, waiting
from intents.intent import Intent, Started
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import Scene, Verdict, say_to
from knowledge import when
from storage.archive import Records
from storage.bookings import Booking

CANNOT = re.compile(r"^.{0,8}?(去|来|到|赶)不(了|成|上|过去|过来)(了|啦|咧)?[，。！! ]*(.{0,10})$")
READY = re.compile(r"(有了|备好|准备好|带上了|带好|带着|齐了|找到了|都有|拿上了|拿好)")
ALL_READY = re.compile(r"^(材料|东西)?(都|全)?(齐了|备好了|准备好了|有了|带好了|带上了)[。！! ]*$")
SOON = timedelta(hours=36)
SCORES = {"5": "满意", "3": "一般", "1": "不满意"}


def _soon(scene: Scene) -> list[Booking]:
    found = scene.records.bookings.of_person(scene.person.id, scene.now)
    return [booking for booking in found if scene.now < booking.starts_at <= scene.now + SOON]


def heard(scene: Scene) -> Started | None:
    """去不了, or 身份证有了, said of the booking that comes next."""
    text = scene.text.strip()
    if scene.talk.dialogue or not text or len(text) > 24:
        return None
    if CANNOT.match(text) and len(soon := _soon(scene)) == 1:
        return Started(CANNOT_COME, {"code": soon[0].code})
    if READY.search(text) and (found := _ticked(scene, text)):
        return Started(MATERIALS, {"code": found[0].code, "have": found[1]})
    return None


def _ticked(scene: Scene, text: str) -> tuple[Booking, list[str]] | None:
    for booking in scene.records.bookings.of_person(scene.person.id, scene.now):
        service = scene.lore.services.get(booking.service_id)
        things = service.bring if service else ()
        have = list(things) if ALL_READY.match(text) else [thing for thing in things if thing in text]
        if have:
            return booking, have
    return None


def _own(scene: Scene) -> Booking | None:
    """The booking that is meant, if it is the person's own."""
    found = scene.records.bookings.by_code(str(scene.answers.get("code", "")))
    return found if found and found.person_id == scene.person.id else None


def cannot_come(scene: Scene) -> Reply:
    """The seat is free at once, and offered to whoever waits."""
    scene.verdict = Verdict("act", "cancel_booking")
    booking = _own(scene)
    if booking is None or not scene.records.bookings.end(booking.id, "cancelled", scene.now):
        return Reply("这个预约已经不在了，没有再取消。")
    scene.records.reminders.stop_for_booking(booking.id)
    waiting.offer(
        scene.records, scene.lore, booking.service_id, booking.place_id, booking.starts_at, scene.now
    )
    service = scene.lore.services.get(booking.service_id)
    name = service.name if service else ""
    return Reply(f"好的，已经取消：{name} {when.say(booking.starts_at)} 预约号{booking.code}，名额让出来了。",
                 (Option(f"=book:{booking.service_id}", "另约时间"),))  # fmt: skip


def materials(scene: Scene) -> Reply:
    """Tick what is ready; the reminders name only what is missing."""
    scene.verdict = Verdict("act", "booking")
    booking = _own(scene)
    service = scene.lore.services.get(booking.service_id) if booking else None
    if booking is None or service is None:
        return Reply("没有找到您的这个预约。")
    have = [t for t in service.bring if t in booking.details.get("have", ()) or t in scene.answers["have"]]
    scene.records.bookings.tell(booking, have=have)
    scene.records.reminders.stop_for_booking(booking.id)
    booking = scene.records.bookings.get(booking.id)
    making.remind(scene.records, scene.lore, booking, scene.now)
    missing = [thing for thing in service.bring if thing not in have]
    if missing:
        return Reply(f"好，记下了。{service.name}还差：{'、'.join(missing)}。")
    return Reply(f"好，{service.name}要带的都齐了。{when.say(booking.starts_at)}见。")


def ask_how_it_was(records: Records, lore: Lore, booking: Booking, now: datetime) -> None:
    """Once a service is done, the resident is asked with three taps."""
    service = lore.services.get(booking.service_id)
    if service is None or booking.conversation_id is None:
        return
    options = tuple(Option(f"=rate:{booking.code}:{score}", label) for score, label in SCORES.items())
    text = f"{service.name}（{when.say(booking.starts_at)}）办完了，您觉得怎么样？"
    say_to(records, booking.conversation_id, Reply(text, options), "booking", now, key=f"rate:{booking.code}")


def rate(scene: Scene) -> Reply:
    """One tap; 不满意 is told to a person."""
    scene.verdict = Verdict("act", "rate")
    booking, score = _own(scene), str(scene.answers.get("score"))
    if booking is None or booking.state != "done" or score not in SCORES:
        return Reply("没有找到要评价的服务。")
    service = scene.lore.services.get(booking.service_id)
    if not scene.records.bookings.rate(booking.id, booking.service_id, service.provider if service else "",
                                       int(score), scene.now):  # fmt: skip
        return Reply("已经评价过了，谢谢您。")
    if score == "1":
        return Reply(
            "对不起，没让您满意，已经记下了。想说说怎么回事，可以找人工。", (Option("=human", "找人工"),)
        )
    return Reply("谢谢您的评价。")


CANNOT_COME = Intent("cannot_come", "去不了", cannot_come)
MATERIALS = Intent("materials", "要带的材料", materials)
RATE = Intent("rate_booking", "评价服务", rate)
