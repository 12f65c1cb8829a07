"""A request for mediation: a few short questions, a number, and what happens next. Nobody but its mediators reads the words."""

from __future__ import annotations

from intents import duty
from intents.clocks import workdays_on
from intents.intent import Intent
from intents.message import Option, Reply
from intents.questions import Choice, PersonName, Phone, Story, Where, Words, YesNo
from intents.scene import Scene, Verdict
from intents.talk import Part, Talk, ask
from knowledge import when

RIGHTS = (
    "调解不收费，双方自愿。您可以选调解员，可以要求不公开，也可以随时不调了。"
    "请如实说情况，尊重对方。依据：《人民调解法》第四条、第二十三条、第二十四条。"
)
ACCEPT_WITHIN = 3  # working days
BEFORE = (("none", "没有，想先调解"), ("court", "已经起诉或判了"), ("crime", "有人受伤，或已报警"))


BEFORE_WORDS = {
    "none": ("没有", "没告", "还没"),
    "court": ("起诉", "法院", "判", "打官司", "开庭"),
    "crime": ("报警", "受伤", "派出所"),
}


def talk(scene: Scene) -> Talk:
    """What, with whom, where, what was done before, what is wished for; then a number."""
    scene.verdict = Verdict("act", "mediation")
    seed = scene.opening if len(scene.opening) >= 6 else ""
    words = yield from ask(
        "words", Story("请用几句话说说是什么事。您的话只有调解员能看到，不会转给对方。", least=4, seed=seed)
    )
    before = yield from ask(
        "before", Choice("这件事之前走到哪一步了？", BEFORE, words=BEFORE_WORDS, gleans=False)
    )
    if before != "none":
        return _other_way(before)
    other = yield from ask("other", Words("对方是谁？（怎么称呼、住哪里；不清楚可以写“不清楚”）", least=2))
    place = yield from ask("place", Where("事情发生在哪里？（小区、楼号）"))
    wish = yield from ask("wish", Words("您希望怎么解决？", least=2, skip="还没想好"))
    name, phone = yield from _who(scene)
    question = YesNo(f"{RIGHTS}\n您同意社区去征求对方意见，并提交这份申请吗？", "同意，提交", "不提交")
    if not (yield from ask("sure", question)):
        return Reply("好的，没有提交，您说的话也没有转给任何人。")
    return _open(
        scene,
        {"words": words, "other": other, "place": place["words"], "wish": wish, "name": name, "phone": phone},
    )


def _who(scene: Scene) -> Part:
    told = scene.records.people.told(scene.person.id)
    name = told["name"] or (yield from ask("name", PersonName()))
    phone = told["phone"] or (yield from ask("phone", Phone("留个电话，调解员好联系您：")))
    return name, phone


def _other_way(before: str) -> Reply:
    """Hard stops: what is before a court or is a crime is not mediated by the committee here."""
    if before == "court":
        text = "已经起诉或判了的，请问法院：12368。想问法律上的事，可以约社区律师，或打 12348。"
    else:
        text = "有人受伤或已报警的，请先听派出所的：110。需要法律帮助可以打 12348。"
    return Reply(text, (Option("=book:legal_clinic", "约社区律师"), Option("=human", "找人工")))


def _open(scene: Scene, body: dict[str, str]) -> Reply:
    due = workdays_on(scene, ACCEPT_WITHIN)
    case = scene.records.cases.open(
        "mediation", area_id=scene.area_id, title="调解申请", body=body, person_id=scene.person.id,
        conversation_id=scene.talk.id, due_at=due, now=scene.now, token=f"mediation:{scene.token}",
    )  # fmt: skip
    scene.records.people.tell(scene.person.id, name=body["name"], phone=body["phone"])
    on_duty = duty.people_on_duty(scene.records, scene.lore, scene.area_id, scene.now)
    mediators = [w for w in on_duty if w.role != "worker" and w.area_id == case.area_id]
    scene.tell_workers(mediators, f"新的调解申请 {case.number}，请受理。", f"case:{case.number}:new")
    return Reply(
        f"申请收到了，编号{case.number}。\n接下来：1. 调解员在{when.say(due.date(), clock=False)}前受理并联系您。"
        "\n2. 征求对方意见，对方愿意才调解。\n3. 约时间坐下来谈：先社区，谈不成再到街道、区里。\n"
        "想知道到哪一步了，说“我的调解到哪一步了”就行。",
        (Option("=progress", "查进度"), Option("=menu", "办别的事")),
    )


INTENT = Intent("mediation", "调解申请", talk, about=lambda _scene: "SF01")
