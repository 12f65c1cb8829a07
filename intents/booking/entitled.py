"""Who has a service free: asked before booking, so that the price is said before it."""

from __future__ import annotations

from dataclasses import replace

from intents.booking import free
from intents.booking.free import Want
from intents.questions import Choice
from intents.scene import Scene
from intents.talk import Part, ask
from knowledge import when
from knowledge.services import ZONE, Slot
from knowledge.services.offers import limit_claim

NONE = "none"


def ask_class(scene: Scene, want: Want) -> Part:
    """The class that the person served belongs to; nothing where the service is the same for everybody."""
    classes = want.service.entitled
    if not classes:
        return ""
    prompt = f"{want.service.name}：{'、'.join(classes)}免费，上门时核对证件。要服务的人属于哪一种？"
    options = [*((name, name) for name in classes), (NONE, "都不是")]
    told = str((yield from ask("class", Choice(prompt, options, gleans=False))))
    return "" if told == NONE else told


def priced(scene: Scene, want: Want, slot: Slot, told: str) -> tuple[Want, str]:
    """Whether this time is free for them, and what is said about it."""
    limit, day = want.service.free_limit, slot.starts_at.astimezone(ZONE).date()
    if not told:
        return want, ""
    if limit is None:
        return replace(want, free=True), ""
    if free.limit_left(scene, limit_claim(want.service, limit, f"{want.who}/free", day)) > 0:
        return replace(want, free=True), ""
    again = when.say(limit.next_day(day), clock=False)
    return want, f"免费的次数用完了，{again}起又有；这次{want.service.price}。"
