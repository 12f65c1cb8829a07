"""撤回: a resident takes back a report, an errand or a mediation request; and a word passed on to who holds it."""

from __future__ import annotations

from intents import duty
from intents.intent import Intent
from intents.mediation import steps
from intents.message import Option, Reply
from intents.progress import NUMBER, line
from intents.questions import Choice, YesNo
from intents.refused import Refused
from intents.scene import Scene, Verdict
from intents.talk import Talk, ask
from storage.cases import Case

KINDS = ("mediation", "report", "errand")


def own_open(scene: Scene) -> list[Case]:
    """The person's own matters that are open, newest first."""
    found = scene.records.cases.of_person(scene.person.id, kinds=KINDS)
    return [case for case in found if case.closed_at is None and case.person_id == scene.person.id]


def talk(scene: Scene) -> Talk:
    """Which one, a yes, and the holder is told."""
    scene.verdict = Verdict("act", "progress")
    own = {case.number: case for case in own_open(scene)}
    if not own:
        return Reply("您现在没有可以撤回的事。", (Option("=progress", "查进度"),))
    told = NUMBER.search(scene.opening)
    number = told[1].upper() if told else next(iter(own)) if len(own) == 1 else ""
    if not number:
        number = yield from ask(
            "number", Choice("要撤回哪一件？", [(n, line(scene, c)) for n, c in own.items()], gleans=False)
        )
    case = own.get(number)
    if case is None:
        return Reply(f"您名下没有可以撤回的{number}。", (Option("=progress", "查进度"),))
    if not (yield from ask("sure", YesNo(f"要撤回{line(scene, case)}\n确定吗？", "确定撤回", "不撤回"))):
        return Reply("好的，没有撤回，照常办。")
    return _withdrawn(scene, case)


def _withdrawn(scene: Scene, case: Case) -> Reply:
    if case.kind == "mediation":
        return _mediation(scene, case)
    if scene.records.cases.change(case, scene.now, state="withdrawn") is None:
        return Reply("这件事刚有变化，请查一下进度再说。", (Option("=progress", "查进度"),))
    scene.records.cases.note(case.id, scene.now, "居民", "withdraw", "withdrawn", "居民撤回", public=True)
    if case.holder_id:
        scene.tell_workers(
            [scene.records.staff.get(case.holder_id)],
            f"{case.number} 居民已撤回。",
            f"withdrawn:{case.number}",
        )
    return Reply(f"{case.number}已经撤回。以后还需要，再告诉我就行。")


def _mediation(scene: Scene, case: Case) -> Reply:
    """Both sides of a mediation hear that it is over; nobody hears more."""
    try:
        steps.by_party(scene.records, scene.lore, case, "withdraw", scene.now, "申请人")
    except Refused as no:
        return Reply(str(no), (Option("=progress", "查进度"),))
    if case.holder_id:
        holder = scene.records.staff.get(case.holder_id)
        scene.tell_workers([holder], f"{case.number} 居民已撤回。", f"withdrawn:{case.number}")
    return Reply(f"{case.number}已经撤回。以后还需要，再告诉我就行。")


def tell_holder(scene: Scene) -> Reply:
    """Pass the last words on to who holds the person's matter."""
    scene.verdict = Verdict("act", "progress")
    words = str(scene.talk.state.pop("untold", ""))
    case = next((c for c in own_open(scene) if c.number == scene.answers.get("number")), None)
    if case is None or not words or case.holder_id is None:
        return Reply("这件事现在没有人承办，请转人工。", (Option("=human", "找人工"),))
    scene.records.cases.note(case.id, scene.now, "居民", "words", case.state, words)
    holder = scene.records.staff.get(case.holder_id)
    here = duty.people_on_duty(scene.records, scene.lore, case.area_id, scene.now)
    is_off = not holder.active or (bool(here) and all(who.id != holder.id for who in here))
    people = {who.id: who for who in ([holder] if holder.active else []) + (here if is_off else [])}
    key = f"words:{case.number}:{scene.message.event_id}"
    scene.tell_workers(people.values(), f"{case.number} 居民捎话：{words}", key)
    also = "和值班的同事" if is_off and here else ""
    return Reply(f"已经转告{holder.name}{also}（{case.number}）。")


INTENT = Intent("withdraw", "撤回", talk)
TELL = Intent("tell", "转告", tell_holder)
