"""Sensitive words that the centre has listed, and what is done when a resident says one."""

from __future__ import annotations

from intents.intent import Intent
from intents.message import Option, Reply
from intents.scene import Scene, Verdict
from storage.questions import Term

ACTIONS = {"human": "转人工", "refuse": "不回答，请打热线", "note": "照常回答，记到“没答上的”里"}


def found(scene: Scene) -> Term | None:
    """The listed word in what was said; the longest where several are. One that is only noted stops nothing."""
    said = [term for term in scene.lore.sensitive if term.word in scene.text]
    term = max(said, key=lambda term: len(term.word), default=None)
    if term and term.value == "note":
        scene.records.handbook.miss(scene.text[:500], "listed", [], scene.talk.id, scene.now)
        return None
    return term


def talk(scene: Scene) -> Reply:
    """This is not for the assistant to answer."""
    scene.verdict = Verdict("refuse", "none")
    human = (Option("=human", "找人工"),)
    return Reply(f"这件事我不方便答，请打{scene.lore.centre.call}，或者找工作人员。", human)


INTENT = Intent("sensitive", "不便回答", talk)
