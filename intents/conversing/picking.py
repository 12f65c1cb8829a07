"""Buttons and numbers: always of the list that was really shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from intents import router
from intents.conversing.walking import CHOSEN, MENU, MORE, begin, missed, repeat, walk_on
from intents.message import Reply
from intents.scene import Scene

NUMBER = re.compile(r"^[第选]?\s*([0-9０-９]{1,2}|[一二三四五六七八九十])\s*[个项条号。.、]?$")
DIGITS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


def picked(scene: Scene) -> list[Reply] | None:
    """What a tapped button, a typed number or an option's own words stand for."""
    if button := scene.message.button:
        return _button(scene, button)
    said, talk = scene.message, scene.talk
    asked = talk.state.get("asked") if talk.dialogue else None
    offered = [] if talk.dialogue else (talk.state.get("offered") or [])
    number = _number(said.text)
    if number is None:
        return _named_option(scene, asked, offered)
    scene.message = replace(said, text="")  # a number says nothing by itself
    if number == 0:
        return begin(scene, router.human(scene))
    if asked and asked["options"]:
        return _option(scene, number)
    if 1 <= number <= len(offered):
        return _button(scene, offered[number - 1][0])
    scene.message = said
    return None


def _named_option(scene: Scene, asked: dict[str, Any] | None, offered: list[list[str]]) -> list[Reply] | None:
    """An option's own words, typed, are the option."""
    text = scene.text.strip()
    labels = [label for _, label in (asked["options"] if asked else offered)]
    same = [n for n, label in enumerate(labels, 1) if text in (label, label.split("（")[0])]
    if not text or len(same) != 1:
        return None
    return _option(scene, same[0]) if asked else _button(scene, offered[same[0] - 1][0])


def _number(text: str) -> int | None:
    found = NUMBER.match(text.strip())
    if not found:
        return None
    return DIGITS.get(found[1]) or int(found[1])


def _button(scene: Scene, button: str) -> list[Reply]:
    if button.startswith("="):
        started = router.from_button(scene, button)
        if started:
            return begin(scene, started)
    serial, _, number = button.partition(":")
    asked = scene.talk.state.get("asked") if scene.talk.dialogue else None
    if asked and serial == str(asked["serial"]) and number.isdigit():
        return _option(scene, int(number))
    if not scene.talk.dialogue:
        return [Reply("这个按钮已经用过了。想办什么，直接说就行。", MENU)]
    return repeat(scene, "这个按钮是之前的，已经不能用了。")


def _option(scene: Scene, number: int) -> list[Reply]:
    """The person picked option `number` of the list they were shown, not of one made anew (law 3)."""
    state = scene.talk.state
    asked = state["asked"]
    if not 1 <= number <= len(asked["options"]):
        return missed(scene, f"只有 {len(asked['options'])} 个选项。")
    value = asked["options"][number - 1][0]
    if value == MORE:
        state["page"] = state.get("page", 0) + 1
        return repeat(scene)
    scene.answers[asked["name"]] = value
    state["misses"] = 0
    return walk_on(scene, router.named(scene.talk.dialogue), CHOSEN)
