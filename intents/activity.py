"""Clubs, volunteering, classes: what is on, and signing up (the booking engine takes the seats)."""

from __future__ import annotations

from intents.booking import choose
from intents.intent import Intent
from intents.message import Reply
from intents.questions import Choice
from intents.scene import Scene, Verdict
from intents.talk import Talk, ask
from knowledge import services as catalogue

KINDS = ("volunteer", "club", "class", "nursery")


def talk(scene: Scene) -> Talk:
    """Choose an activity, then book a seat in it."""
    scene.verdict = Verdict("act", "activity")
    offered = {i: s for i, s in scene.lore.services.items() if i.startswith(KINDS)}
    if "service" not in scene.answers:
        named = catalogue.named(scene.opening, offered)
        if len(named) == 1:
            scene.answers["service"] = named[0].id
        elif not offered:
            return Reply(f"现在没有可以报名的活动。请问{scene.lore.centre.call}。")
        else:
            options = [(s.id, f"{s.name}（{s.price}）") for s in (named or offered.values())]
            words = {s.id: (s.name, *s.words) for s in offered.values()}
            yield from ask("service", Choice("想参加哪一个？", options, words=words))
    return (yield from choose.talk(scene))


INTENT = Intent("activity", "活动报名", talk, choose.aside, choose.about)
