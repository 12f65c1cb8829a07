"""One message within one conversation: emergency first, then whoever holds it, the open dialogue, or a new wish."""

from __future__ import annotations

import re
from dataclasses import replace

from intents import emergency, handoff, router
from intents.conversing.everywhere import everywhere
from intents.conversing.form import go_on
from intents.conversing.picking import picked
from intents.conversing.walking import begin, offer_rest, pause
from intents.message import Reply
from intents.scene import Scene

TWO = re.compile(
    r"^(.{4,60}?)[，,。；; ]*(?:另外|顺便|再问一下|再问问|还想问|还有就是|还有个事|再帮我|然后再)[，, ]*(.{4,60})$"
)


def converse(scene: Scene) -> list[Reply]:
    """What the assistant says to this message; also changes where the talk stands."""
    if scene.text and (alarm := emergency.heard(scene)):
        return pause(scene, alarm)
    if scene.talk.held != "bot":
        return handoff.while_held(scene)
    if (said := picked(scene)) is not None:
        return said
    if (said := everywhere(scene)) is not None:
        return said
    if (said := emergency.aftermath(scene)) is not None:
        return pause(scene, said)
    if not scene.talk.dialogue and (said := emergency.suspected(scene)) is not None:
        return pause(scene, said)
    if scene.talk.dialogue:
        return go_on(scene)
    rest = _first_of_two(scene)
    replies = begin(scene, router.route(scene))
    if rest:
        scene.talk.state["rest"] = rest
    return offer_rest(scene, replies)


def _first_of_two(scene: Scene) -> str:
    """Two wishes in one sentence: the first is heard now; the other is kept and returned."""
    found = TWO.match(scene.text) if len(scene.text) <= 80 else None
    if not found or not (router.is_clear(scene, found[1]) and router.is_clear(scene, found[2])):
        return ""
    scene.message = replace(scene.message, text=found[1])
    return found[2]
