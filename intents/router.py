"""Which intent a message is for. First yes wins, in the order one reads here; emergency words came before."""

from __future__ import annotations

import re
from dataclasses import replace

from intents import (
    activity,
    booking,
    claim,
    emergency,
    errand,
    feedback,
    grid,
    handbook,
    handoff,
    mediation,
    nearest,
    precheck,
    progress,
    reminder,
    report,
    sensitive,
    small,
    withdraw,
)
from intents.booking import CANCEL, INTENT, LIST, MOVE
from intents.intent import Intent, Started
from intents.message import Reply
from intents.scene import Scene
from knowledge import services as catalogue
from knowledge import when
from knowledge.search import Finding
from knowledge.wishes import Wish
from storage.cases import Case

INTENTS: tuple[Intent, ...] = (
    handoff.INTENT, handoff.RATE, handoff.COMPLAIN, handbook.INTENT, handbook.NONE, feedback.INTENT, INTENT, LIST, CANCEL, MOVE, booking.ANSWER, booking.CANNOT_COME, booking.MATERIALS, booking.RATE, *mediation.INTENTS,
    report.INTENT, report.VERDICT, errand.INTENT, reminder.INTENT, reminder.LIST, progress.INTENT, nearest.INTENT,
    nearest.DUTY, activity.INTENT, withdraw.INTENT, withdraw.TELL, precheck.INTENT, precheck.PAPER, claim.INTENT, small.HIDE, emergency.CONFIRMED, small.GREETING, small.THANKS, small.MENU_INTENT, small.HELP, small.ELDER,
    small.MEDICAL, small.VOICE, small.ASK, small.EMPTY, sensitive.INTENT, grid.INTENT, grid.MOVED_INTENT,
)  # fmt: skip
BY_NAME = {intent.name: intent for intent in INTENTS}
DEEDS = frozenset({"booking", "cancel_booking", "reschedule", "my_bookings", "mediation", "report", "errand", "progress",
                   "handoff", "reminder", "my_reminders", "nearest", "duty", "activity", "withdraw"})  # fmt: skip
TALK = frozenset({"greeting", "thanks", "menu", "help", "elder_mode"})
PLAIN = 0.90  # a deed at least so likely interrupts a form
CERTAIN = 0.80  # a deed at least so likely is begun, whatever the handbook says
SURE = 0.50  # … where the handbook has no plain answer
FAIR = 0.30  # … and where it is more likely than idle talk

HUMAN = re.compile(
    r"^[/／]?(转|找|要|叫|请)?(个|一下|到)?(人工|真人|客服|工作人员|人工客服|人工服务)(服务|客服)?[吧啊呀。！! ]*$|^(转人工|/human)$"
)
MENU = re.compile(r"^[/／]?(菜单|主菜单|目录|功能|能办什么|有啥功能|menu|start)[。！! ]*$", re.I)
HELP = re.compile(r"^[/／]?(帮助|怎么用|help)[。！!？? ]*$", re.I)
ELDER = re.compile(
    r"^(开启|打开|切换|换成|用|关闭|退出|取消|关掉)?(长者模式|老年模式|大字模式|大字版|普通模式)$|^(把)?字(调|弄|放|变)?大(一)?点|^(看不清|字太小了?|字太小看不清)$"
)
MINE = re.compile(r"^[/／]?(我的预约|我约了什么|我的预约单|mine)[。！!？? ]*$", re.I)
REMINDERS = re.compile(r"^[/／]?(我的提醒|看看提醒|取消提醒|提醒列表)[。！!？? ]*$")
BOOK = re.compile(r"^(我?(要|想)?(预约|约服务|预定|订服务|预约服务|约个服务|服务预约))[吧啊。！! ]*$")
MEDICINE = re.compile(
    r"药.{0,6}(怎么|咋|能不能|可以|一天|几次|多少片).{0,4}(吃|喝|用|停)|吃(什么|啥|点啥|点什么)药|(该|要)吃啥药|是(什么|啥)病|得了啥病"
)
HIDE = re.compile(r"^(隐藏|清空|清除|删除|删掉)(聊天)?(记录|对话)[吧。！! ]*$")
VERDICT = re.compile(
    r"^(?:(?P<no>.{0,4}(没解决|没修好|没有修好|没有解决|没好|还是坏|还坏着|没弄好|又坏了)).{0,3}"
    r"|.{0,3}(解决了|修好了|弄好了|好了|可以了))[的呀啊。！! ]*$"
)
WITHDRAW = re.compile(
    r"(撤回|撤销|不要?调解|不想?调|不报修)(了|我的|那个|这个|上报|报修|调解|代办|申请|投诉|[TBD]\d{9})"
)
MOVED_TO = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d\d)(\d\d)")
PRECHECK = re.compile(r"^(材料)?(预审|先看看?材料|发材料|交材料照片|材料照片)[吧。！! ]*$")
BIND = re.compile(r"^绑定\s*([0-9a-zA-Z]{6,40})$")


def named(name: str) -> Intent:
    """The intent with that name; the handbook where a release dropped it."""
    return BY_NAME.get(name, handbook.INTENT)


def human(scene: Scene) -> Started:
    """Straight to a person, keeping what was being done."""
    return Started(handoff.INTENT, {"doing": scene.talk.dialogue})


def universal(scene: Scene) -> Started | None:
    """Words that mean the same in every state."""
    text = scene.text.strip()
    if HUMAN.match(text):
        return human(scene)
    if MENU.match(text):
        return Started(small.MENU_INTENT)
    if HELP.match(text):
        return Started(small.HELP)
    if ELDER.match(text):
        return Started(small.ELDER)
    if MINE.match(text):
        return Started(LIST)
    if REMINDERS.match(text):
        return Started(reminder.LIST)
    if HIDE.match(text):
        return Started(small.HIDE)
    if not scene.talk.dialogue and (said := feedback.from_words(scene)):
        return said
    if (seen := VERDICT.match(text)) and (case := _to_judge(scene)):
        return Started(report.VERDICT, {"number": case.number, "solved": "no" if seen["no"] else "yes"})
    if BOOK.match(text) and not scene.talk.dialogue:
        return Started(INTENT)
    return None


def _to_judge(scene: Scene) -> Case | None:
    """The report that waits for this person's verdict."""
    followed = scene.records.cases.of_person(scene.person.id, [scene.talk.id], ("report",))
    return next((case for case in followed if case.state == "fixed"), None)


def is_clear(scene: Scene, text: str) -> bool:
    """Whether a text by itself is plainly one wish."""
    best = scene.lore.recogniser.recognise(text)
    if best and best[0].name in DEEDS and best[0].confidence >= CERTAIN:
        return True
    return scene.lore.index.find(text).decision == "answer"


def route(scene: Scene) -> Started:
    """Where a message goes that belongs to no open dialogue."""
    if scene.message.kind != "words" and not scene.text:
        return Started(small.VOICE)
    if scene.message.location and not scene.text:
        return Started(nearest.INTENT)
    if scene.photo and not scene.text:
        return Started(report.INTENT, {"photo": scene.photo})
    if not scene.text:
        return Started(small.EMPTY)
    if mediation.invited.CODE.match(scene.text.strip()):
        return Started(mediation.invited.INTENT)
    if (own := mediation.parties.routed(scene)) is not None:
        return own
    if scene.lore.sensitive and (term := sensitive.found(scene)):
        return human(scene) if term.value == "human" else Started(sensitive.INTENT)
    if (after := booking.heard(scene)) is not None:
        return after
    if handoff.COMPLAINT.search(scene.text) and not scene.text.endswith(("吗", "？", "?")):
        return Started(handoff.COMPLAIN)
    if PRECHECK.match(scene.text.strip()):
        return Started(precheck.INTENT)
    if WITHDRAW.search(scene.text):
        return Started(withdraw.INTENT)
    if progress.NUMBER.search(scene.text):
        return Started(progress.INTENT)
    if (follow := handbook.follow_up(scene)) is not None:
        return Started(handbook.INTENT, {"entry": follow[0], "facet": follow[1]})
    if grid.has_moved(scene.text):
        return Started(grid.MOVED_INTENT)
    if grid.is_asked(scene.text):
        return Started(grid.INTENT)
    if MEDICINE.search(scene.text):
        return Started(small.MEDICAL)
    return _by_wish(scene)


def _by_wish(scene: Scene) -> Started:
    """A deed or a question: a sure deed is begun; a fair one only where the handbook has no plain answer."""
    wishes = scene.lore.recogniser.recognise(scene.text)
    best = wishes[0] if wishes else Wish("none", 1.0)
    if best.name in TALK and best.confidence >= SURE:
        return Started(BY_NAME[best.name])
    likely = next((wish for wish in wishes if wish.name in DEEDS), None)
    if likely and likely.confidence >= CERTAIN:
        return deed(scene, likely.name)
    finding = scene.lore.index.find(scene.text)
    if likely and _begins(scene, likely, best, finding):
        return deed(scene, likely.name)
    return Started(handbook.INTENT)


def plain_deed(scene: Scene) -> Started | None:
    """A deed that the words plainly ask for; None where one could doubt it."""
    wishes = scene.lore.recogniser.recognise(scene.text) if len(scene.text) >= 6 else ()
    sure = bool(wishes) and wishes[0].name in DEEDS and wishes[0].confidence >= PLAIN
    return deed(scene, wishes[0].name) if sure else None


def _begins(scene: Scene, likely: Wish, best: Wish, finding: Finding) -> bool:
    """Whether a deed that is not certain is begun."""
    if _names_a_visit(scene, likely):
        return True
    if finding.decision == "answer":
        return False
    if finding.outside in ("commerce", "attack", "chitchat") and not catalogue.named(
        scene.text, dict(scene.lore.services)
    ):
        return False
    return likely.confidence >= SURE or (likely.confidence >= FAIR and best.name != "none")


def _names_a_visit(scene: Scene, likely: Wish) -> bool:
    """A service and a time told together are a wish to book, however it is put."""
    if likely.name not in ("booking", "activity") or likely.confidence < FAIR:
        return False
    told = when.read(scene.text, scene.local)
    return told.kind in ("point", "part", "day", "range", "deadline") and bool(
        catalogue.named(scene.text, dict(scene.lore.services))
    )


def deed(scene: Scene, name: str) -> Started:
    """Begin a deed with what the words already tell."""
    if name == "handoff":
        return human(scene)
    if name in ("booking", "activity"):
        return _to_book(scene, name)
    return Started(BY_NAME[name])


def to_service(service_id: str) -> Started:
    """Begin booking a service, or signing up where it is a club, a class or volunteering."""
    sign_up = service_id.startswith(activity.KINDS)
    return Started(activity.INTENT if sign_up else INTENT, {"service": service_id})


def _to_book(scene: Scene, name: str) -> Started:
    found = catalogue.named(scene.text, dict(scene.lore.services))
    if len(found) == 1:
        sign_up = name == "activity" or found[0].id.startswith(activity.KINDS)
        return Started(activity.INTENT if sign_up else INTENT, {"service": found[0].id})
    groups = {service.group for service in found}
    return Started(BY_NAME[name], {"group": groups.pop()} if len(groups) == 1 and name == "booking" else {})


def aside(scene: Scene, intent: Intent) -> Reply | None:
    """An answer from the handbook to a question asked in the middle of something else; None where there is none."""
    about = intent.about(scene) if intent.about else None
    if about and scene.lore.index.is_elliptic(scene.text) and scene.lore.entry(about, scene.now):
        return handbook.show(scene, about, scene.lore.index.facet(scene.text))
    if (follow := handbook.follow_up(scene)) is not None:
        return handbook.show(scene, *follow)
    finding = scene.lore.index.find(scene.text)
    if finding.decision != "answer" or scene.lore.entry(finding.entries[0], scene.now) is None:
        return None
    if not _is_question(scene):
        return None
    return handbook.show(scene, finding.entries[0], finding.facet, confidence=finding.confidence)


def _is_question(scene: Scene) -> bool:
    """Whether the words are not plainly a deed."""
    best = scene.lore.recogniser.recognise(scene.text)
    return not best or best[0].name not in DEEDS or best[0].confidence < CERTAIN


def from_button(scene: Scene, button: str) -> Started | None:
    """What a button that needs no memory stands for; None for an id nobody made."""
    name, *rest = button.removeprefix("=").split(":")
    if name == "card" and rest and rest[0] in scene.lore.entries:
        facet = rest[1] if len(rest) > 1 and rest[1] in handbook.LABELS else None
        return Started(handbook.INTENT, {"entry": rest[0], "facet": facet})
    if name == "card" and rest:
        return Started(handbook.INTENT, {"entry": rest[0], "facet": None})
    if name in ("fb", "why"):
        return feedback.from_button(rest)
    if name == "book" and rest and rest[0] in scene.lore.services:
        return Started(INTENT, {"service": rest[0]})
    if name == "start" and rest and rest[0] in DEEDS:
        return Started(BY_NAME[rest[0]])
    if name == "move" and len(rest) == 2 and (told := MOVED_TO.fullmatch(rest[1])):
        return Started(MOVE, {"code": rest[0], "day": told[1], "time": f"{told[2]}:{told[3]}"})
    if name in ("cancel", "move") and rest:
        return Started(CANCEL if name == "cancel" else MOVE, {"code": rest[0]})
    if name in ("take", "pass") and rest:
        return Started(booking.ANSWER, {"wait": rest[0], "yes": "yes" if name == "take" else "no"})
    if name == "rate" and len(rest) == 2 and rest[0].startswith("Y"):
        return Started(booking.RATE, {"code": rest[0], "score": rest[1]})
    if name == "rate" and len(rest) == 2:
        return Started(handoff.RATE, {"number": rest[0], "score": rest[1]})
    if name == "danger":
        return Started(emergency.CONFIRMED) if rest == ["yes"] else _not_in_danger(scene)
    if name == "claim" and rest:
        return Started(claim.INTENT, {"number": rest[0]})
    if name == "paper" and len(rest) == 2:
        return Started(precheck.PAPER, {"paper": rest[0], "said": rest[1]})
    if name == "tell" and rest:
        return Started(withdraw.TELL, {"number": rest[0]})
    if name == "med":
        return mediation.parties.from_button(scene, rest)
    if name in ("solved", "unsolved") and rest:
        return Started(report.VERDICT, {"number": rest[0], "solved": "yes" if name == "solved" else "no"})
    return _plain_button(scene, name)


def _not_in_danger(scene: Scene) -> Started:
    """No danger: the words are heard as what they then are."""
    kept = scene.talk.state.pop("suspect", None) or {}
    scene.message = replace(scene.message, text=str(kept.get("words", "")), button=None)
    return route(scene)


def _plain_button(scene: Scene, name: str) -> Started | None:
    if name == "human":
        return human(scene)
    plain = {"menu": small.MENU_INTENT, "ask": small.ASK, "mine": LIST, "progress": progress.INTENT,
             "nearest": nearest.INTENT, "moved": grid.MOVED_INTENT, "reminders": reminder.LIST, "none": handbook.NONE}  # fmt: skip
    if name == "rest" and (rest := scene.talk.state.pop("rest", "")):
        scene.message = replace(scene.message, text=str(rest), button=None)
        return route(scene)
    return Started(plain[name]) if name in plain else None
