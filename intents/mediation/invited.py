"""The other side comes in by a code. What it reads is neutral: nothing of the complaint, nothing of who said what (D3)."""

from __future__ import annotations

import re

from intents.intent import Intent
from intents.mediation import papers, steps
from intents.mediation.people import NAMES, committee, holder, party
from intents.message import Option, Reply
from intents.questions import Choice, PersonName, Phone, Story, YesNo
from intents.refused import Refused
from intents.scene import Scene, Verdict
from intents.talk import Talk, ask
from knowledge.mediation.rights import RIGHTS, ROUTES
from storage.cases import Case, Party

CODE = re.compile(r"^[/／]?(?:start\s+)?调解(?:邀请)?[\s：:]*([2-9a-hjkmnp-z]{8})[。！! ]*$", re.I)
ANSWERS = (("yes", "同意调解"), ("no", "不同意"), ("learn", "想先了解"))
WORDS = {"yes": ("同意", "愿意"), "no": ("不愿意", "不调", "拒绝"), "learn": ("了解", "问问", "再说")}
VOID = Reply("这个邀请码不对，或者已经用过、过期了。请问给您码的调解员。", (Option("=human", "找人工"),))


def talk(scene: Scene) -> Talk:
    """Yes, no, or first to know more; then the rights card, and words that only the mediator reads."""
    scene.verdict = Verdict("act", "mediation")
    case, other = _case(scene)
    if case is None or other is None:
        return VOID
    answer = yield from ask("answer", Choice(_invitation(scene, case), ANSWERS, words=WORDS, gleans=False))
    if answer == "no":
        return _no(scene, case)
    if answer == "learn":
        return _learn(scene, case)
    name = scene.records.people.told(scene.person.id)["name"] or (yield from ask("name", PersonName()))
    phone = yield from ask("phone", Phone("留个电话，调解员好联系您（只有调解员能看到）：", skip="不留"))
    words = yield from ask("words", Story("有什么想先跟调解员说的？您的话只有调解员能看到，不会转给另一方。没有就回“没有”。", least=2))  # fmt: skip
    question = YesNo(f"{RIGHTS}\n您看清楚了，同意参加调解吗？", "看清楚了，同意", "不同意")
    if not (yield from ask("sure", question)):
        return _no(scene, case)
    return _yes(scene, case, other, name, phone, words)


def _case(scene: Scene) -> tuple[Case | None, Party | None]:
    """The case behind the code, where it still asks, and this is not the applicant nor a third person."""
    found = CODE.match(scene.opening.strip())
    code = str(scene.answers.get("code") or (found[1] if found else ""))
    case_id = scene.records.mediation.by_code(code) if code else None
    case = scene.records.cases.get(case_id) if case_id else None
    if case is None or case.state != "inviting" or case.person_id == scene.person.id:
        return None, None
    other = party(scene.records, case, "other")
    taken = other is None or other.person_id not in (None, scene.person.id)
    return (None, None) if taken else (case, other)


def _invitation(scene: Scene, case: Case) -> str:
    who = "、".join(worker.name for worker in holder(scene.records, case)) or "调解员"
    return (
        f"您好。有位居民想请{committee(scene.records, scene.lore, case)}从中帮忙，和您把一件事商量好，调解员是{who}（{case.number}）。"
        "调解免费，全凭自愿，同意了也随时可以不调。这里不会说另一方讲了什么，也不会把您的话告诉另一方。您愿意吗？"
    )


def _no(scene: Scene, case: Case) -> Reply:
    try:
        steps.by_party(scene.records, scene.lore, case, "refuse", scene.now, NAMES["other"])
    except Refused:
        return VOID
    text = f"{case.number} 对方在聊天里说不同意，调解已终止，申请人已告知。"
    scene.tell_workers(holder(scene.records, case), text, f"med:{case.number}:no")
    return Reply(f"好的，已经记下您不同意，这次调解到此终止，不会再问您。\n{ROUTES}")


def _learn(scene: Scene, case: Case) -> Reply:
    text = f"{case.number} 对方想先了解，请打电话或当面讲讲调解是怎么回事。"
    scene.tell_workers(holder(scene.records, case), text, f"med:{case.number}:learn:{scene.talk.id}")
    scene.records.cases.note(case.id, scene.now, NAMES["other"], "learn", case.state, "")
    return Reply(
        f"{RIGHTS}\n调解员会联系您讲清楚。想好了，再发一次邀请码就能答复。", (Option("=human", "找人工"),)
    )


def _yes(scene: Scene, case: Case, other: Party, name: str, phone: str, words: str) -> Reply:
    records = scene.records
    contact = {key: value for key, value in (("name", name), ("phone", phone)) if value}
    seated = records.parties.seat(other, scene.person.id, scene.talk.id, contact)
    other = party(records, case, "other") or other
    if not (seated or other.person_id == scene.person.id):
        return VOID
    records.cases.subscribe(case.id, scene.talk.id)
    steps.told_rights(records, case, "other", scene.now, NAMES["other"])
    if words.strip(" 。") not in ("没有", "没", "无"):
        papers.add_words(records, case, "other", words, scene.now)
    steps.by_party(records, scene.lore, case, "consent", scene.now, NAMES["other"])
    records.mediation.put(case.id, code=None)
    return Reply(
        f"好的，您同意调解，编号{case.number}。调解员会约时间，双方各有到场时间，分开等。\n"
        "想补充，说“补充 您的话”，只有调解员能看到；不想调了，说“停止调解”。",
        (Option("=progress", "查进度"),),
    )


INTENT = Intent("mediation_invited", "答复调解邀请", talk, about=lambda _scene: "SF01")
