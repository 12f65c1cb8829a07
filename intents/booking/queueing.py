"""Joining the waiting list of a time that is full."""

from __future__ import annotations

from datetime import datetime

from intents.booking import details
from intents.booking.free import Want
from intents.message import Option, Reply
from intents.questions import Choice, YesNo
from intents.scene import Scene
from intents.talk import Part, ask
from knowledge import when
from knowledge.services import Slot

NONE = "none"


def join(scene: Scene, want: Want, slot: Slot) -> Part:
    """Ask what the service asks, then put the person on the list."""
    rank = yield from _rank(want)
    told = yield from details.ask_details(scene, want.service, want.quantity)
    said = f"{want.service.name} {when.say(slot.starts_at)}"
    if not (yield from ask("queue", YesNo(f"排队等：{said}。确定吗？", "排队", "不排了"))):
        return Reply("好的，没有排队。还想办什么，直接说。")
    wait = scene.records.bookings.wait(
        service_id=want.service.id, place_id=want.place_id, starts_at=slot.starts_at, ends_at=slot.ends_at,
        quantity=want.quantity, priority=rank, person_id=scene.person.id, conversation_id=scene.talk.id,
        details=told | {"who": want.who}, now=scene.now, token=f"wait:{scene.token}"[:120], option=want.choice,
    )  # fmt: skip
    place = scene.records.bookings.position(wait)
    return Reply(f"排上了：{said}，您排在第{place}位。\n一有空位我马上告诉您，给您留半小时。",
                 (Option("=mine", "我的预约"), Option("=menu", "办别的事")))  # fmt: skip


def _rank(want: Want) -> Part:
    """The declared classes come first, in the order that everybody may read."""
    classes = want.service.priority
    if not classes:
        return 0
    prompt = f"{'、'.join(classes)}排在前面，其他人先来先得。您（或您给约的人）属于哪一种？到时核对证件。"
    options = [*((str(n), name) for n, name in enumerate(classes)), (NONE, "都不是")]
    told = yield from ask("rank", Choice(prompt, options, gleans=False))
    return len(classes) if told == NONE else int(told)


def waited(scene: Scene) -> datetime | None:
    """The full time that was asked for, which one may queue for."""
    told = scene.answers.get("_wait")
    return datetime.fromisoformat(str(told)) if told else None
