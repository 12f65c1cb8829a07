"""Emergency words come before everything, in every state: the numbers at once, then an alert to the duty worker."""

from __future__ import annotations

from intents import duty
from intents.message import Reply
from intents.scene import Scene, Verdict
from knowledge import emergency
from knowledge.emergency import Emergency

TITLES = {
    "fire": "着火", "gas": "燃气泄漏", "medical": "有人突发急病", "choking": "噎住、卡住", "electric_shock": "触电",
    "poisoning": "中毒", "overdose": "服药过量", "drowning": "溺水", "labour": "要生了", "accident": "交通事故",
    "violence": "打人、行凶", "intruder": "有人闯入", "followed": "被人跟踪", "domestic_violence": "家庭暴力",
    "child_harm": "儿童受伤害", "self_harm": "轻生念头", "trapped": "有人被困", "missing": "有人走失",
}  # fmt: skip
LINES = {"119": "火警、救援", "120": "急救", "110": "报警", "122": "交通事故", "12356": "心理援助", "12338": "妇女维权",
         "12355": "青少年"}  # fmt: skip
PRIVATE = frozenset({"domestic_violence", "child_harm", "self_harm"})


def heard(scene: Scene) -> list[Reply] | None:
    """The card for an emergency in the words, or None. The alert goes to people, never to a shared group (RG45)."""
    if scene.worker is not None:
        return None
    found = emergency.check(scene.text)
    if found is None:
        return None
    scene.verdict = Verdict("emergency", "emergency")
    _alert(scene, found)
    return [_card(scene, found)]


def _card(scene: Scene, found: Emergency) -> Reply:
    numbers = "、".join(f"{number}（{LINES.get(number, '求助')}）" for number in found.numbers)
    lines = [
        f"请马上打：{numbers}",
        *found.advice,
        "我已经通知值班工作人员。您现在安全吗？能打字就告诉我您在哪里。",
    ]
    if found.kind in PRIVATE:
        lines.append("您说的话只有值班人员能看到。不方便时，可以点“隐藏记录”。")
    if scene.talk.dialogue:
        lines.append("刚才在办的事先放着，回“继续”可以接着办。")
    return Reply("\n".join(lines), quick_exit=found.kind in PRIVATE)


def _alert(scene: Scene, found: Emergency) -> None:
    title = TITLES.get(found.kind, "紧急情况")
    workers = duty.to_alert(scene.records, scene.lore, scene.area_id, scene.now)
    case = scene.records.cases.open(
        "alert", area_id=scene.area_id, title=f"紧急提醒：{title}", priority=9,
        body={"words": scene.text, "kind": found.kind}, person_id=scene.person.id, conversation_id=scene.talk.id,
        due_at=scene.now, now=scene.now, token=f"alert:{scene.token}:{scene.message.event_id}"[:120],
    )  # fmt: skip
    scene.tell_workers(
        workers,
        f"【紧急】{case.number} {title}。居民已收到求助电话。请马上到工作台查看并联系。",
        f"alert:{case.number}",
    )
