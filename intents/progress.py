"""我那个事到哪一步了: one's own matters, by number or by plain words."""

from __future__ import annotations

import re

from intents.booking.change import say as say_booking
from intents.cases import rights
from intents.cases.words import holder_name
from intents.intent import Intent
from intents.message import Option, Reply
from intents.scene import Scene, Verdict
from knowledge import when
from knowledge.cases import KINDS
from storage.cases import Case

NUMBER = re.compile(r"(?<![A-Za-z0-9])([TBDRY]\d{8,12})(?!\d)", re.I)
KIND_WORDS = {"mediation": ("调解", "说和"), "report": ("报", "修", "路灯", "投诉", "反映"), "errand": ("代办", "上门", "跑腿"),
              "handoff": ("人工", "留言")}  # fmt: skip
SHOWN = 5
LIKELY = 0.5  # an item at least so likely is told how to look up


def talk(scene: Scene) -> Reply:
    """By number where one is told, else everything of one's own that is open."""
    scene.verdict = Verdict("act", "progress")
    if found := NUMBER.search(scene.text or ""):
        return _by_number(scene, found[1].upper())
    own = scene.records.conversations.of_person(scene.person.id)
    kinds = [kind for kind, words in KIND_WORDS.items() if any(word in scene.text for word in words)]
    cases = scene.records.cases.of_person(scene.person.id, own, kinds) or scene.records.cases.of_person(
        scene.person.id, own
    )
    cases = [case for case in cases if case.kind != "alert"][:SHOWN]
    bookings = [] if kinds else scene.records.bookings.of_person(scene.person.id, scene.now)[:SHOWN]
    if not cases and not bookings:
        return _nothing(scene)
    lines = [line(scene, case) for case in cases] + [say_booking(scene, booking) for booking in bookings]
    return Reply("\n".join(lines), _push(*cases))


def _by_number(scene: Scene, number: str) -> Reply:
    """Somebody else's number is answered exactly like one that does not exist."""
    if number.startswith("Y"):
        booking = scene.records.bookings.by_code(number)
        if booking and booking.person_id == scene.person.id:
            return Reply(say_booking(scene, booking), (Option("=mine", "我的预约"),))
        return _unknown(number)
    case = scene.records.cases.by_number(number)
    if case and scene.talk.id in scene.records.cases.subscribers(case):
        return Reply(line(scene, case), _push(case))
    if case and rights.is_theirs(scene.records, scene.person.id, case, scene.now):
        return Reply(line(scene, case), _push(case))
    return _unknown(number)


def _push(*cases: Case) -> tuple[Option, ...]:
    """To urge what is open."""
    return (Option("=human", "催一下，找人工"),) if any(case.closed_at is None for case in cases) else ()


def _unknown(number: str) -> Reply:
    text = f"您名下没有查到{number}。请核对编号，或者转人工帮您查。"
    options: tuple[Option, ...] = (Option("=human", "找人工"),)
    if number[0] in "BD":  # whether there is such a number or not
        options = (Option(f"=claim:{number}", "是打12345登记的，核对电话"), *options)
    return Reply(text, options)


def _nothing(scene: Scene) -> Reply:
    entry_id = (scene.lore.index.find(scene.text).entries or ("",))[0]
    entry = scene.lore.entry(entry_id, scene.now) if entry_id else None
    sure = scene.lore.index.find(scene.text).confidence >= LIKELY
    if entry and entry.progress and sure:
        text = f"您在我这里没有登记过这件事。{entry.title}可以这样查：{entry.progress}"
        return Reply(
            text, (Option("=human", "找人工帮我查"),), entry=entry.id, version=scene.lore.versions[entry.id]
        )
    return Reply(
        "您在我这里没有正在办的事。如果是在窗口办的，请告诉我编号，或者转人工帮您查。",
        (Option("=human", "找人工"),),
    )


def line(scene: Scene, case: Case) -> str:
    """One matter in plain words: where it stands, who holds it, by when."""
    kind = KINDS[case.kind]
    who = holder_name(scene.records, case)
    holder = f"，承办人{who}" if case.holder_id else f"，{who}负责"
    holder = "，还没有派出去，街道正在安排" if case.lost_at else holder
    due = f"，{when.say(case.due_at)}前给您答复" if case.due_at and not case.closed_at else ""
    if due and case.due_at and case.due_at < scene.now:
        due = f"，原定{when.say(case.due_at)}前答复，已经超时，已催办"
    return f"{case.number} {kind.title}：{kind.states[case.state]}{'' if case.closed_at else holder + due}。"


INTENT = Intent("progress", "查进度", talk)
