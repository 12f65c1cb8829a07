"""What both sides can say while a mediation runs: add words, another mediator, stop, answers to what they were asked."""

from __future__ import annotations

import re

from intents.cases.transfer import ANSWER_WITHIN
from intents.cases.words import changed, tell_staff
from intents.intent import Intent, Started
from intents.mediation import afterwards, papers, steps
from intents.mediation.people import NAMES, SIDES, area_at, beside, holder, mediators, shown
from intents.message import Option, Reply
from intents.questions import Choice, YesNo
from intents.refused import Refused
from intents.scene import Scene, Verdict
from intents.talk import Talk, ask
from knowledge.cases import clock
from storage.cases import Case
from storage.cases.clocks import ACCEPT

ADD = re.compile(r"^(?:我?(?:想|要)?补充|补充一下)[\s：:，,]+([\s\S]{2,})$")
SWAP = re.compile(r"^(?:我?(?:想|要))?(?:换|更换)(?:个|一个|一位)?调解员[吧。！! ]*$")
STOP = re.compile(r"^(?:我?(?:不想|不要|不))(?:再)?调解?了[吧。！! ]*$|^(?:停止|终止|退出)调解[吧。！! ]*$")
LOOKED = re.compile(r"^谁看(?:过|了)我的调解[记录材料]*[？?。 ]*$")
SIGN = re.compile(r"^(?:我)?(?:同意|签字|签)(?:协议|了)?[。！! ]*$")
NONE = Reply("您现在没有正在进行的调解。", (Option("=progress", "查进度"),))


def mine(scene: Scene) -> list[tuple[Case, str]]:
    """The open mediations in which this person is a side, the newest first."""
    found = [(scene.records.cases.get(case_id), role) for case_id, role in scene.records.parties.of_person(scene.person.id)]  # fmt: skip
    return [(case, role) for case, role in found if case.kind == "mediation" and case.closed_at is None and role in SIDES]  # fmt: skip


def routed(scene: Scene) -> Started | None:
    """Words that are for a mediation of one's own; None where they are not, or one has none."""
    text = scene.text.strip()
    if SIGN.match(text) and any(case.state == "agreed" for case, _ in mine(scene)):
        return Started(UNSIGNED)
    for pattern, intent in ((ADD, WORDS), (SWAP, CHANGE), (STOP, LEAVE), (LOOKED, LOG)):
        if pattern.match(text) and mine(scene):
            return Started(intent)
    return None


def from_button(scene: Scene, rest: list[str]) -> Started | None:
    """=med:raise-yes:T…, =med:done:T…"""
    known = ("raise-yes", "raise-no", "done", "undone")
    return (
        Started(ANSWER, {"what": rest[0], "number": rest[1]}) if len(rest) == 2 and rest[0] in known else None
    )


def _one(scene: Scene, number: str = "") -> tuple[Case, str] | None:
    found = [(case, role) for case, role in mine(scene) if not number or case.number == number]
    return found[0] if found else None


def add(scene: Scene) -> Reply:
    """补充: kept for the mediator of the newest mediation."""
    scene.verdict = Verdict("act", "mediation")
    one, said = _one(scene), ADD.match(scene.text.strip())
    if one is None or said is None:
        return NONE
    case, role = one
    papers.add_words(scene.records, case, role, said[1], scene.now)
    text = f"{case.number} {NAMES[role]}有补充的话，请到工作台看，或回“{case.number}”。"
    scene.tell_workers(holder(scene.records, case), text, f"med:{case.number}:add:{scene.message.event_id}")
    return Reply(f"记下了（{case.number}），只有调解员能看到，不会告诉另一方。")


def swap(scene: Scene) -> Talk:
    """换调解员: once for a case; who holds it keeps it until the new one has accepted."""
    scene.verdict = Verdict("act", "mediation")
    one = _one(scene)
    if one is None:
        return NONE
    case, _ = one
    told = beside(scene.records, case)
    others = [who for who in mediators(scene.records, area_at(scene.records, scene.lore, case.area_id, case.level))
              if who.id != case.holder_id]  # fmt: skip
    if told.swapped_at or not case.holder_id:
        why = "已经换过一次了" if told.swapped_at else "还没有调解员受理"
        return Reply(f"{case.number}{why}，不能再换。有意见可以转人工。", (Option("=human", "找人工"),))
    if not others:
        return Reply(
            "这一级没有别的调解员了，可以请调解员提议转上一级，或者转人工。", (Option("=human", "找人工"),)
        )
    login = yield from ask("to", Choice("想换成哪一位？一件事能换一次。", [(who.login, shown(scene.records, who)) for who in others], gleans=False))  # fmt: skip
    to = next((who for who in others if who.login == login), None)
    if to is None or not scene.records.mediation.swap(case.id, scene.now):
        return Reply("现在不能换了，请转人工。", (Option("=human", "找人工"),))
    done = changed(scene.records, case, scene.now, asked_id=to.id, asked_unit="", asked_at=scene.now)
    scene.records.clocks.start(
        case.id, ACCEPT, scene.now, clock.due(scene.now, ANSWER_WITHIN, scene.lore.calendar)
    )
    scene.records.cases.note(case.id, scene.now, "当事人", "swap", case.state, f"请求换成{to.name}")
    tell_staff(scene.records, done, [to], f"请您接手 {case.number}（当事人要求换调解员）。回“接手 {case.number}”，再回“{case.number} 披露 无利害关系”。", scene.now)  # fmt: skip
    tell_staff(scene.records, done, holder(scene.records, case), f"{case.number} 当事人要求换调解员，等{to.name}接手；接手以前仍由您负责。", scene.now, f"med:{case.number}:swap")  # fmt: skip
    return Reply(f"好的，正在请{to.name}接手{case.number}。接手以前还是原来的调解员负责。")


def stop(scene: Scene) -> Talk:
    """不调了: either side may, at any time, and need not say why."""
    scene.verdict = Verdict("act", "mediation")
    one = _one(scene)
    if one is None:
        return NONE
    case, role = one
    if not (
        yield from ask(
            "sure", YesNo(f"{case.number} 不再调解了吗？停下以后不会自动再来。", "不调了", "接着调")
        )
    ):
        return Reply("好的，接着调。")
    try:
        name = "withdraw" if role == "applicant" else "refuse"
        steps.by_party(scene.records, scene.lore, case, name, scene.now, NAMES[role])
    except Refused as no:
        return Reply(str(no))
    scene.tell_workers(holder(scene.records, case), f"{case.number} {NAMES[role]}不再调解，已终止。", f"med:{case.number}:stop")  # fmt: skip
    return Reply(f"{case.number}已经停下了。")


def answer(scene: Scene) -> Reply:
    """A tapped answer: to go up a level or not; done as agreed or not."""
    scene.verdict = Verdict("act", "mediation")
    what, one = str(scene.answers.get("what", "")), _one(scene, str(scene.answers.get("number", "")))
    if one is None:
        return NONE
    case, role = one
    try:
        if what.startswith("raise"):
            steps.answer_raise(scene.records, case, role, what.partition("-")[2], scene.now, NAMES[role])
            return Reply("记下了，您的答复告诉了调解员。")
        afterwards.answered(scene.records, case, role, done=what == "done", now=scene.now)
    except Refused as no:
        return Reply(str(no))
    return Reply("谢谢，记下了，只有调解员看。")


def unsigned(scene: Scene) -> Reply:
    """同意 in chat is never a signature (人民调解法 第二十九条)."""
    scene.verdict = Verdict("act", "mediation")
    return Reply(
        "在这里说“同意”不算签字。协议要到调解室看清楚，在纸上签名或按指印，调解员签名、盖章以后才生效。"
    )


def log(scene: Scene) -> Reply:
    """谁看过: the looks at one's own mediation, by name and day."""
    scene.verdict = Verdict("act", "mediation")
    one = _one(scene)
    if one is None:
        return NONE
    rows = [row for row in scene.records.audit.last(50, about=one[0].number) if row.action in ("look", "reveal", "download")]  # fmt: skip
    names = {who.login: who.name for who in scene.records.staff.all()}
    lines = [
        f"{row.at.astimezone(scene.local.tzinfo):%-m月%-d日 %H:%M} {names.get(row.who, row.who)}"
        for row in rows
    ]
    return Reply(
        f"{one[0].number}看过材料的人：\n" + "\n".join(lines[:10])
        if lines
        else f"{one[0].number}还没有人看过。"
    )


WORDS = Intent("mediation_words", "补充", add)
CHANGE = Intent("mediation_swap", "换调解员", swap)
LEAVE = Intent("mediation_stop", "停止调解", stop)
ANSWER = Intent("mediation_answer", "答复", answer)
UNSIGNED = Intent("mediation_sign", "签字", unsigned)
LOG = Intent("mediation_log", "查看记录", log)
