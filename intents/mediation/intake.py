"""A request for mediation: a few short questions, whether it fits, a number, and what happens next. Nobody but its mediators reads the words."""

from __future__ import annotations

import re
from datetime import datetime

from intents import duty
from intents.intent import Intent
from intents.library import Lore
from intents.mediation import alarm
from intents.mediation.people import area_at, mediators, shown
from intents.message import Option, Reply
from intents.questions import Choice, PersonName, Phone, Story, Where, Words, YesNo
from intents.scene import ZONE, Scene, Verdict, tell_workers
from intents.talk import Part, Talk, ask
from knowledge import when
from knowledge.cases import LEVELS
from knowledge.cases.clock import CLOSING
from knowledge.mediation import fit
from knowledge.mediation.rights import RIGHTS
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

ACCEPT_WITHIN = 3  # working days
BEFORE = (
    ("none", "没有，想先调解"),
    ("court", "已经起诉或判了"),
    ("crime", "有人受伤，或已报警"),
    ("refused", "对方明确不愿意调"),
)
BEFORE_WORDS = {
    "none": ("没有", "没告", "还没"),
    "court": ("起诉", "法院", "判", "打官司", "开庭"),
    "crime": ("报警", "受伤", "派出所"),
    "refused": ("不愿意", "不肯调", "不同意调"),
}
ONLY_WISH = re.compile(
    r"^(?:你好|您好)?[，, ]*(?:我|俺|咱)?们?(?:想|要|想要|需要|能不能)?(?:申请|找|请)?(?:社区|人|个人|调解员|居委会)?(?:来|给|帮)?(?:我|我们)?"
    r"(?:申请|做)?(?:人民)?调解(?:一下|员|申请)?(?:邻里|邻居)?(?:纠纷|矛盾)?[吧吗呀啊。！!？? ]*$"
)  # asks for mediation and tells nothing yet
OTHERS = (Option("=book:legal_clinic", "约社区律师"), Option("=human", "找人工"))


def talk(scene: Scene) -> Talk:
    """What, with whom, where, what was done before, what is wished for, who mediates; then a number."""
    scene.verdict = Verdict("act", "mediation")
    opening = scene.opening.strip()
    seed = opening if len(opening) >= 6 and not ONLY_WISH.match(opening) else ""
    words = yield from ask(
        "words", Story("请用几句话说说是什么事。您的话只有调解员能看到，不会转给对方。", least=4, seed=seed)
    )
    if way := fit.unfit(words):
        return elsewhere(scene, way, words)
    before = yield from ask(
        "before", Choice("这件事之前走到哪一步了？", BEFORE, words=BEFORE_WORDS, gleans=False)
    )
    if before != "none":
        return elsewhere(scene, fit.WAYS[before], words)
    other = yield from ask("other", Words("对方是谁？（怎么称呼、住哪里；不清楚可以写“不清楚”）", least=2))
    place = yield from ask("place", Where("事情发生在哪里？（小区、楼号）"))
    wish = yield from ask("wish", Words("您希望怎么解决？", least=2, skip="还没想好"))
    name, phone = yield from _who(scene)
    who = yield from ask("who", Choice("想请哪里调解？社区、街道、区都可以，也可以自己选调解员。", choices(scene.records, scene.lore, scene.area_id), gleans=False))  # fmt: skip
    question = YesNo(
        f"{RIGHTS}\n您看清楚了，同意社区去征求对方意见，并提交这份申请吗？", "同意，提交", "不提交"
    )
    if not (yield from ask("sure", question)):
        return Reply("好的，没有提交，您说的话也没有转给任何人。")
    body = {
        "words": words,
        "other": other,
        "place": place["words"],
        "wish": wish,
        "name": name,
        "phone": phone,
    }
    return _open(scene, body, who)


def choices(records: Records, lore: Lore, area_id: str) -> list[tuple[str, str]]:
    """(level:login, label): each level, and below the community its own mediators by field."""
    own = [(f"0:{who.login}", f"社区·{shown(records, who)}") for who in mediators(records, area_at(records, lore, area_id, 0))]  # fmt: skip
    return [("0:", "社区，由调委会安排"), *own, ("1:", "街道"), ("2:", "区")]


def _who(scene: Scene) -> Part:
    told = scene.records.people.told(scene.person.id)
    name = told["name"] or (yield from ask("name", PersonName()))
    phone = told["phone"] or (yield from ask("phone", Phone("留个电话，调解员好联系您：")))
    return name, phone


def elsewhere(scene: Scene, way: fit.Way, words: str) -> Reply:
    """A hard stop: the right channel at once; danger is told to the duty people, and nothing is queued (RG45)."""
    if way.danger:
        alarm.sound(scene.records, scene.lore, scene.area_id, "调解申请里说有人受伤害", words, scene.now,
                    token=f"med:{scene.token}", person_id=scene.person.id, conversation_id=scene.talk.id)  # fmt: skip
    return Reply(way.words, OTHERS, quick_exit=way.name == "home")


def open_case(records: Records, lore: Lore, body: dict[str, str], who: str, area_id: str, now: datetime, *, token: str,
              person_id: int | None = None, conversation_id: int | None = None, actor: str = "居民",
              told_rights: bool = True) -> Case:  # fmt: skip
    """Open a case from any desk: the level that was chosen, the two sides, the mediators told."""
    level = int(who.partition(":")[0] or 0)
    chosen = records.staff.by_login(who.partition(":")[2]) if who.partition(":")[2] else None
    at = area_at(records, lore, area_id, level)
    day = lore.calendar.add_workdays(now.astimezone(ZONE).date(), ACCEPT_WITHIN)
    case = records.cases.open(
        "mediation", area_id=at, title="调解申请", body=body, person_id=person_id, conversation_id=conversation_id,
        due_at=datetime.combine(day, CLOSING, ZONE), now=now, level=level, token=token, actor=actor,
    )  # fmt: skip
    if records.mediation.of(case.id) is None:
        records.mediation.begin(
            case.id, now, field=fit.field(body["words"]), chosen_id=chosen.id if chosen else None
        )
        _parties(records, case, body, now, person_id, conversation_id)
        if told_rights:
            records.mediation.put(case.id, rights_applicant=now)
        _announce(records, lore, case, chosen, now)
    return case


def _parties(records: Records, case: Case, body: dict[str, str], now: datetime, person_id: int | None,
             conversation_id: int | None) -> None:  # fmt: skip
    contact = {"name": body.get("name", ""), "phone": body.get("phone", "")}
    records.parties.add(case.id, "applicant", now, person_id=person_id, conversation_id=conversation_id, contact=contact)  # fmt: skip
    records.parties.consent(records.parties.of(case.id, "applicant")[0], "yes", now)
    records.parties.add(case.id, "other", now, contact={"phone": body["other_phone"]} if body.get("other_phone") else None)  # fmt: skip


def _announce(records: Records, lore: Lore, case: Case, chosen: Worker | None, now: datetime) -> None:
    """The chosen mediator, else those of the level on duty."""
    on_duty = duty.people_on_duty(records, lore, case.area_id, now)
    people = [chosen] if chosen else [w for w in on_duty if w.role != "worker" and w.area_id == case.area_id]
    tell_workers(records, people, f"新的调解申请 {case.number}，请受理。", f"case:{case.number}:new", now)


def _open(scene: Scene, body: dict[str, str], who: str) -> Reply:
    case = open_case(scene.records, scene.lore, body, who, scene.area_id, scene.now, token=f"mediation:{scene.token}",
                     person_id=scene.person.id, conversation_id=scene.talk.id)  # fmt: skip
    scene.records.people.tell(scene.person.id, name=body["name"], phone=body["phone"])
    assert case.due_at
    up = "先社区，谈不成再到街道、区里" if case.level == 0 else f"从{LEVELS[case.level]}开始"
    return Reply(
        f"申请收到了，编号{case.number}。\n接下来：1. 调解员在{when.say(case.due_at.date(), clock=False)}前受理并联系您。"
        f"\n2. 征求对方意见，对方愿意才调解。\n3. 约时间坐下来谈：{up}。\n"
        "想补充，说“补充 您的话”，只有调解员能看到。想知道到哪一步了，说“我的调解到哪一步了”。",
        (Option("=progress", "查进度"), Option("=menu", "办别的事")),
    )


INTENT = Intent("mediation", "调解申请", talk, about=lambda _scene: "SF01")
