"""The waiting list: a seat that is given back is offered to one after the other, each for half an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from intents.booking import free, making
from intents.booking.free import Want
from intents.booking.sight import Sight
from intents.intent import Intent
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import ZONE, Scene, Verdict, say_to
from knowledge import when
from knowledge.services import Service, Slot
from storage.archive import Records
from storage.bookings import Draft, SeatTaken, Wait

OFFER = timedelta(minutes=30)
AGAIN = "想再排队，重新说一次就行。"


def _want(service: Service, wait: Wait) -> Want:
    return Want(service, wait.place_id, wait.quantity, wait.option, str(wait.details.get("who", "")))


def _draft(records: Records, lore: Lore, wait: Wait, now: datetime) -> Draft | None:
    """What is offered; None where the time is not planned any more."""
    service = lore.services.get(wait.service_id)
    if service is None or wait.conversation_id is None:
        return None
    sight, want = Sight(records, lore, now, records.people.get(wait.person_id)), _want(service, wait)
    slot = _slot(sight, want, wait.starts_at)
    if slot is None:
        return None
    return Draft(wait.service_id, wait.place_id, slot.starts_at, slot.ends_at, wait.quantity, wait.person_id,
                 wait.conversation_id, want.claims(sight, slot), wait.option)  # fmt: skip


def _slot(sight: Sight, want: Want, starts_at: datetime) -> Slot | None:
    day = starts_at.astimezone(ZONE).date()
    return next((slot for slot in free.planned(sight, want, [day]) if slot.starts_at == starts_at), None)


def offer(
    records: Records, lore: Lore, service_id: str, place_id: str, starts_at: datetime, now: datetime
) -> None:
    """Offer what is free of a slot to those who wait, by class and then by who came first."""
    until = min(now + OFFER, starts_at)
    if until <= now:
        return
    for wait in records.bookings.next_waiting(service_id, place_id, starts_at):
        draft = _draft(records, lore, wait, now)
        if draft is None:
            continue
        try:
            held = records.bookings.hold(draft, until, now, wait.token)
        except SeatTaken:
            continue  # who waits behind may want fewer seats
        if records.bookings.set_wait(wait, "offered", held.id):
            _say_offer(records, lore, wait, until, now)


def _say_offer(records: Records, lore: Lore, wait: Wait, until: datetime, now: datetime) -> None:
    assert wait.conversation_id is not None  # whoever has none is offered nothing
    text = (f"您排队的{lore.services[wait.service_id].name}{when.say(wait.starts_at)}有空位了，"
            f"给您留到{until.astimezone(ZONE):%H:%M}。要吗？")  # fmt: skip
    options = (Option(f"=take:{wait.id}", "要"), Option(f"=pass:{wait.id}", "不要了"))
    say_to(
        records,
        wait.conversation_id,
        Reply(text, options),
        "booking",
        now,
        key=f"offer:{wait.id}:{until:%d%H%M}",
    )


def make_round(records: Records, lore: Lore, now: datetime) -> None:
    """Offers that nobody took go to the next; holds whose time is over are dropped; what is free is offered."""
    for wait in records.bookings.lapsed_offers(now):
        if not records.bookings.set_wait(wait, "lapsed"):
            continue
        records.bookings.let_go(wait.token)
        if wait.conversation_id is not None:
            name = lore.services[wait.service_id].name if wait.service_id in lore.services else "预约"
            text = f"{name}{when.say(wait.starts_at)}的空位没等到您回话，让给下一位了。{AGAIN}"
            say_to(records, wait.conversation_id, Reply(text), "booking", now, key=f"lapsed:{wait.id}")
    records.bookings.lapse_all(now)
    for service_id, place_id, starts_at in records.bookings.waited_for(now):
        offer(records, lore, service_id, place_id, starts_at, now)


def answer(scene: Scene) -> Reply:
    """要 or 不要了 to an offer; a stranger's tap does nothing (RG06)."""
    scene.verdict = Verdict("act", "booking")
    wait = next((w for w in scene.records.bookings.waits_of(scene.person.id, scene.now)
                 if str(w.id) == str(scene.answers.get("wait"))), None)  # fmt: skip
    if wait is None or wait.state != "offered":
        return Reply(f"这个空位已经不在了。{AGAIN}")
    if scene.answers.get("yes") != "yes":
        return _declined(scene, wait)
    return _taken(scene, wait)


def _declined(scene: Scene, wait: Wait) -> Reply:
    scene.records.bookings.set_wait(wait, "left")
    scene.records.bookings.let_go(wait.token)
    offer(scene.records, scene.lore, wait.service_id, wait.place_id, wait.starts_at, scene.now)
    return Reply("好的，空位让给下一位了。")


def _taken(scene: Scene, wait: Wait) -> Reply:
    draft = _draft(scene.records, scene.lore, wait, scene.now)
    service = scene.lore.services.get(wait.service_id)
    try:
        if draft is None or service is None:
            raise SeatTaken
        booking = scene.records.bookings.make(
            draft, wait.details, scene.now, token=f"wait:{wait.id}", instead=wait.token
        )
    except SeatTaken:
        scene.records.bookings.set_wait(wait, "lapsed")
        return Reply(f"抱歉，{when.say(wait.starts_at)}这个空位已经没有了，没有约上。{AGAIN}")
    scene.records.bookings.set_wait(wait, "taken", booking.id)
    making.remind(scene.records, scene.lore, booking, scene.now)
    return making.receipt(scene.lore, service, [booking], "")


ANSWER = Intent("offer", "候补空位", answer)
