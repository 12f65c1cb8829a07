"""Emergency words come before everything, in every state: the numbers at once, then an alert to the duty worker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from intents import duty
from intents.intent import Intent
from intents.message import Option, Reply
from intents.scene import Scene, Verdict
from knowledge import emergency
from knowledge.emergency import Emergency
from storage.cases import Case
from storage.staff import Worker

TITLES = {
    "fire": "着火", "gas": "燃气泄漏", "medical": "有人突发急病", "choking": "噎住、卡住", "electric_shock": "触电",
    "poisoning": "中毒", "overdose": "服药过量", "drowning": "溺水", "labour": "要生了", "accident": "交通事故",
    "violence": "打人、行凶", "intruder": "有人闯入", "followed": "被人跟踪", "domestic_violence": "家庭暴力",
    "child_harm": "儿童受伤害", "self_harm": "轻生念头", "trapped": "有人被困", "missing": "有人走失", "scam": "正在被骗",
}  # fmt: skip
LINES = {"119": "火警、救援", "120": "急救", "110": "报警", "122": "交通事故", "12356": "心理援助", "12338": "妇女维权",
         "12355": "青少年", "96110": "反诈"}  # fmt: skip
FRESH = timedelta(minutes=60)  # how long what is said belongs to an alert
TAKE_WITHIN = timedelta(minutes=1)
EVERYDAY = 0.85  # a handbook question at least so plain is answered even then
CALM_DEEDS = frozenset({"booking", "cancel_booking", "reschedule", "my_bookings", "errand", "progress", "reminder",
                        "my_reminders", "duty", "activity", "withdraw"})  # fmt: skip
CALM = 0.8  # one of these so plainly wished is begun without asking about danger
SAFE = re.compile(
    r"(我|都|已经|现在|人)(没事|没危险|安全|平安)了|^(没事|没危险|安全|平安)了?[呀啊。！! ]*$|误会|虚惊一场|说着玩"
    r"|^[^还没又不]*(扑灭|灭|找到|找着|醒过来)了[^还没又不]*$"
)
PRIVATE = frozenset({"domestic_violence", "child_harm", "self_harm"})


def heard(scene: Scene) -> list[Reply] | None:
    """The card for an emergency in the words, or None. The alert goes to people, never to a shared group (RG45)."""
    found = emergency.check(scene.text) if scene.worker is None else emergency.matched(scene.text)
    if found is None:
        return None
    scene.verdict = Verdict("emergency", "emergency")
    told = False
    if scene.worker is None:
        open_case = current(scene)
        told = _add(scene, open_case) if open_case else _alert(scene, found)
    return [_card(scene, found, told)]


def suspected(scene: Scene) -> list[Reply] | None:
    """Words that may tell of danger and are not plainly something else: the person is asked, with the number at hand."""
    if scene.worker is not None or scene.message.button or _is_everyday(scene) or _is_calm_deed(scene):
        return None
    found = emergency.suspect(scene.text)
    if found is None:
        return None
    scene.verdict = Verdict("emergency", "emergency")
    scene.talk.state["suspect"] = {"words": scene.text, "kind": found.kind}
    number = found.numbers[0]
    text = f"您现在有危险吗？有危险请马上打{number}（{LINES.get(number, '求助')}）。"
    return [Reply(text, (Option("=danger:yes", "有危险"), Option("=danger:no", "没有危险")))]


def confirmed(scene: Scene) -> list[Reply]:
    """Yes: the card and the alert."""
    kept = scene.talk.state.pop("suspect", None) or {}
    scene.message = replace(scene.message, text=str(kept.get("words", "")), button=None)
    found = emergency.check(scene.text) or emergency.suspect(scene.text)
    if found is None:
        return [Reply("请马上打110或120。我帮您转人工：回“0”。")]
    scene.verdict = Verdict("emergency", "emergency")
    return [_card(scene, found, _alert(scene, found))]


def _card(scene: Scene, found: Emergency, told: bool) -> Reply:
    numbers = "、".join(f"{number}（{LINES.get(number, '求助')}）" for number in found.numbers)
    lines = [f"请马上打：{numbers}", *found.advice]
    if scene.worker is None:
        who = "我已经通知值班工作人员。" if told else "这件事已经记到值班台，请先打上面的电话。"
        lines.append(f"{who}您现在安全吗？能打字就告诉我您在哪里。")
    if found.kind in PRIVATE:
        lines.append("您说的话只有值班人员能看到。不方便时，可以点“隐藏记录”。")
    if scene.talk.dialogue:
        lines.append("刚才在办的事先放着，回“继续”可以接着办。")
    return Reply("\n".join(lines), quick_exit=found.kind in PRIVATE)


def _alert(scene: Scene, found: Emergency) -> bool:
    title = TITLES.get(found.kind, "紧急情况")
    case = scene.records.cases.open(
        "alert", area_id=scene.area_id, title=f"紧急提醒：{title}", priority=9,
        body={"words": scene.text, "kind": found.kind}, person_id=scene.person.id, conversation_id=scene.talk.id,
        due_at=scene.now + TAKE_WITHIN, now=scene.now, token=f"alert:{scene.token}:{scene.message.event_id}"[:120],
    )  # fmt: skip
    scene.talk.state["alert"] = {"number": case.number, "at": scene.now.isoformat()}
    text = f"【紧急】{case.number} {title}。居民已收到求助电话。请马上到工作台查看并联系，或回“接 {case.number}”。"
    return scene.tell_workers(_workers(scene), text, f"alert:{case.number}") > 0


def _workers(scene: Scene) -> Sequence[Worker]:
    return duty.to_alert(scene.records, scene.lore, scene.area_id, scene.now)


def current(scene: Scene) -> Case | None:
    """The alert of this talk that is still fresh and open."""
    kept = scene.talk.state.get("alert")
    if not kept or scene.now - datetime.fromisoformat(kept["at"]) > FRESH:
        return None
    case = scene.records.cases.by_number(kept["number"])
    return case if case and not case.closed_at else None


def _add(scene: Scene, case: Case) -> bool:
    """What is said after an alert belongs to it: the people who were alerted hear it too."""
    words = scene.text or ("（发来一张照片）" if scene.photo else "（发来一个位置）")
    scene.records.cases.note(case.id, scene.now, "居民", "words", case.state, words)
    holder = [scene.records.staff.get(case.holder_id)] if case.holder_id else _workers(scene)
    return (
        scene.tell_workers(
            holder, f"{case.number} 居民又说：{words}", f"alert:{case.number}:{scene.message.event_id}"
        )
        > 0
    )


def aftermath(scene: Scene) -> list[Reply] | None:
    """Words said while an alert is open go to it, unless they are plainly an everyday question."""
    case = current(scene)
    if case is None or scene.worker is not None or _is_everyday(scene):
        return None
    scene.verdict = Verdict("emergency", "emergency")
    told = _add(scene, case)
    if SAFE.search(scene.text):
        scene.talk.state.pop("alert")
        return [Reply("好的，平安就好。值班人员还会看一下。有事随时找我。")]
    lead = "已经转给值班人员。" if told else "已经记到值班台。"
    return [
        Reply(
            f"{lead}有危险马上打110或120，别等。\n没事了请回“没事了”。",
            quick_exit=case.body.get("kind") in PRIVATE,
        )
    ]


def _is_everyday(scene: Scene) -> bool:
    if scene.message.button or not scene.text:
        return bool(scene.message.button)
    finding = scene.lore.index.find(scene.text)
    asks = finding.decision == "answer" and finding.confidence >= EVERYDAY
    return asks or finding.outside in ("attack", "commerce")  # nobody in danger sounds like these


def _is_calm_deed(scene: Scene) -> bool:
    """A haircut for somebody who cannot walk is a haircut."""
    wishes = scene.lore.recogniser.recognise(scene.text) if scene.text else ()
    return bool(wishes) and wishes[0].name in CALM_DEEDS and wishes[0].confidence >= CALM


CONFIRMED = Intent("danger", "求助", confirmed)
