"""A person, in one step, from anywhere. bot | queued | human: the conversation's `held` says who speaks."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from intents import duty
from intents.clocks import workdays_on
from intents.intent import Intent
from intents.message import Option, Reply
from intents.questions import Story
from intents.refused import Refused as Refused
from intents.scene import Scene, Verdict, say_to
from intents.talk import Talk, ask
from knowledge import when
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

ANSWER_WITHIN = timedelta(minutes=10)
EACH = 5  # minutes one conversation takes, for the honest wait
IDLE = timedelta(hours=24)
LEAVE = re.compile(
    r"^(不用人工了|不等了|取消排队|取消人工|结束人工|不用转了|算了|取消|结束|退出)[吧了啊。！! ]*$"
)
AGAIN = (Option("=menu", "看看能办什么"), Option("=human", "再找人工"))


def talk(scene: Scene) -> Talk:
    """Queue for a person, or leave a message where nobody is on duty."""
    scene.verdict = Verdict("human", "handoff")
    workers = duty.people_on_duty(scene.records, scene.lore, scene.area_id, scene.now)
    if workers:
        return _queue(scene, workers)
    return (yield from _leave_message(scene))


COMPLAINT = re.compile(
    r"(投诉|告|举报|反映).{0,12}(网格员|工作人员|办事员|窗口|社区干部|书记|主任|调解员|值班的?人|你们社区|你们的人)"
    r"|(网格员|工作人员|办事员|窗口的?人|社区干部|调解员).{0,12}(态度|骂|凶|推诿|不管|收钱|吃拿卡要|刁难|不给办)"
)


def complain(scene: Scene) -> Talk:
    """About a worker: it goes to those above, and lies outside that worker's area (M5)."""
    scene.verdict = Verdict("human", "complaint")
    seed = scene.opening if len(scene.opening) >= 12 else ""
    words = yield from ask(
        "message",
        Story("请说说是谁、什么时候、怎么回事。这件事不经过TA，直接交给上一级。", least=4, seed=seed),
    )
    above = duty.supervisors(scene.records, scene.lore, scene.area_id, 1, scene.now)
    street = next((i for i in scene.records.places.chain(scene.area_id)
                   if (area := scene.lore.areas.get(i)) and area.kind == "街道"), scene.area_id)  # fmt: skip
    promised = workdays_on(scene, 1)
    case = scene.records.cases.open(
        "handoff", area_id=street, title="居民投诉", body={"message": words}, person_id=scene.person.id,
        conversation_id=scene.talk.id, due_at=promised, now=scene.now, token=f"complaint:{scene.token}",
    )  # fmt: skip
    scene.records.cases.change(case, scene.now, state="message")
    scene.tell_workers(
        above, f"居民投诉 {case.number}，请亲自看。回“接 {case.number}”接待。", f"complaint:{case.number}"
    )
    return Reply(
        f"记下了，编号{case.number}，交给{scene.lore.area_name(street)}的负责人，社区的人看不到。{when.say(promised)}前回您。",
        AGAIN,
    )


def _context(scene: Scene) -> dict[str, object]:
    """The context package: what was being done, and what was already answered."""
    doing = scene.answers.get("doing", "")
    form = (scene.talk.state.get("paused") or {}).get("answers", {}) if doing else {}
    return {"words": scene.opening, "doing": doing, "form": {k: v for k, v in form.items() if k[0] != "_"},
            "entry": (scene.talk.state.get("entry") or {}).get("id", ""), "why": scene.answers.get("why", "")}  # fmt: skip


def _open(scene: Scene, state_due: datetime, words: str = "") -> Case:
    body = _context(scene) | ({"message": words} if words else {})
    return scene.records.cases.open(
        "handoff", area_id=scene.area_id, title="居民找人工", body=body, person_id=scene.person.id,
        conversation_id=scene.talk.id, due_at=state_due, now=scene.now, token=f"handoff:{scene.token}",
    )  # fmt: skip


def _queue(scene: Scene, workers: list[Worker]) -> Reply:
    case = _open(scene, scene.now + ANSWER_WITHIN)
    scene.talk.held, scene.talk.case_id = "queued", case.id
    ahead = scene.records.cases.queue_place(case)
    wait = EACH * (ahead + 1)
    waiting = f"前面还有{ahead}人。" if ahead else ""
    scene.tell_workers(
        workers,
        f"有居民找人工：{case.number}，{waiting}回“接 {case.number}”接待。",
        f"queue:{case.number}",
    )
    _tell_group(scene, case)
    before = f"前面还有{ahead}位，" if ahead else ""
    return Reply(
        f"好的，正在为您转人工。编号{case.number}，{before}大约{wait}分钟内有人回您。\n"
        f"您可以先把事情写下来，工作人员会看到。不想等了，回“不用人工了”。\n急事也可以打：{scene.lore.centre.call}。"
    )


def _tell_group(scene: Scene, case: Case) -> None:
    """A line in the resident's own thread of the staff group, where a centre has one."""
    words = str(case.body.get("message") or case.body.get("words") or "")
    to_group(
        scene.records, scene.talk.id, f"{case.number} 找人工：{words}", scene.now, key=f"group:{case.number}"
    )


def to_group(
    records: Records, conversation_id: int, text: str, now: datetime, key: str | None = None
) -> None:
    """Mirror words into the resident's thread of the staff group; nothing where no group is set."""
    group = records.places.fact("staff_group", {})
    if group:
        records.outbox.put(channel=group["channel"], address=group["address"], body={"text": text}, purpose="staff",
                           now=now, conversation_id=conversation_id, key=key)  # fmt: skip


def _leave_message(scene: Scene) -> Talk:
    opens = duty.next_opening(scene.records, scene.lore, scene.area_id, scene.now)
    promised = opens + timedelta(hours=1) if opens else scene.now + timedelta(days=1)
    opening = f"下次上班是{when.say(opens)}。" if opens else ""
    words = yield from ask("message", Story(
        f"现在没有人值班。{opening}急事请打：{scene.lore.centre.call}。\n"
        f"您也可以留言：想说什么直接写，我们在{when.say(promised)}前回您。"))  # fmt: skip
    case = _open(scene, promised, words)
    scene.records.cases.change(case, scene.now, state="message")
    _tell_group(scene, scene.records.cases.get(case.id))
    return Reply(
        f"留言收到了，编号{case.number}。{when.say(promised)}前会有人回您。\n别的事还可以接着问我。",
        AGAIN[:1],
    )


def while_held(scene: Scene) -> list[Reply]:
    """A human holds the talk, or will: the bot is silent, and what is said goes to the case (RG10)."""
    scene.verdict = Verdict("human", "handoff")
    case = scene.records.cases.get(scene.talk.case_id) if scene.talk.case_id else None
    if case is None or case.closed_at:
        scene.talk.held, scene.talk.case_id = "bot", None
        return [Reply("人工服务已结束，接下来由小滨回复。请再说一遍您的事。", AGAIN)]
    if LEAVE.match(scene.text.strip()):
        return _leave(scene, case)
    words = scene.text or ("（发来一张照片）" if scene.photo else "（发来一个位置）")
    if not case.body.get("alert"):  # an emergency's words go to people, never into a group (RG45)
        to_group(scene.records, scene.talk.id, words, scene.now)
    if case.holder_id:
        holder = scene.records.staff.get(case.holder_id)
        if holder.address:
            scene.records.outbox.put(channel=holder.channel, address=holder.address, purpose="staff", now=scene.now,
                                     body={"text": f"{case.number} 居民：{words}"}, conversation_id=scene.talk.id)  # fmt: skip
    return []


def _leave(scene: Scene, case: Case) -> list[Reply]:
    scene.records.cases.change(case, scene.now, state="ended")
    scene.records.cases.note(case.id, scene.now, "居民", "leave", "ended", "居民不等了", public=True)
    scene.talk.held, scene.talk.case_id = "bot", None
    if not case.body.get("alert"):
        to_group(scene.records, scene.talk.id, "居民退出了人工服务。", scene.now)
    if case.holder_id:
        scene.tell_workers(
            [scene.records.staff.get(case.holder_id)],
            f"{case.number}的居民退出了人工服务。",
            f"left:{case.number}",
        )
    return [Reply("好的，已经退出人工服务，接下来由小滨回复。", AGAIN)]


# the worker's side, shared by the desk and the chat


def take(records: Records, worker: Worker, case: Case, now: datetime) -> Case:
    """A worker takes a waiting resident; the second of two is told who was first (RG16)."""
    taken = None
    if case.state in ("queued", "message"):
        taken = records.cases.change(case, now, state="human", holder_id=worker.id)
    if taken is None:
        raise Refused(_who_has(records, records.cases.get(case.id)))
    records.cases.note(case.id, now, worker.name, "take", "human", "", public=True)
    records.audit.write(now, worker.login, "take", case.number)
    _hold(records, taken, now)
    first = f"工作人员{worker.name}来了，接下来由人工回复您。"
    _say(records, taken, Reply(first), now, key=f"take:{case.number}:{worker.id}")
    return taken


def _who_has(records: Records, case: Case) -> str:
    if case.closed_at:
        return f"{case.number}已经结束了。"
    name = records.staff.get(case.holder_id).name if case.holder_id else "别人"
    return f"{case.number}已由{name}接待。"


def _hold(records: Records, case: Case, now: datetime) -> None:
    if case.conversation_id is None:
        return
    talk = records.conversations.get(case.conversation_id)
    if talk.dialogue:
        talk.state["paused"] = {"dialogue": talk.dialogue, "answers": talk.state.pop("answers", {})}
        talk.dialogue = ""
    talk.held, talk.case_id = "human", case.id
    records.conversations.keep(talk, now)


def _say(
    records: Records, case: Case, reply: Reply, now: datetime, *, key: str | None = None, sender: str = ""
) -> None:
    if case.conversation_id is not None:
        say_to(records, case.conversation_id, reply, "human", now, key=key, sender=sender, priority=0)


def say(records: Records, worker: Worker, case: Case, words: str, now: datetime, *, picture: str = "",
        key: str | None = None) -> None:  # fmt: skip
    """A worker's words to the resident."""
    if case.state != "human" or case.holder_id != worker.id:
        raise Refused(_who_has(records, case) if case.holder_id else f"请先接待 {case.number}，再回复。")
    if not words.strip() and not picture:
        raise Refused("内容是空的，没有发出。")
    _say(records, case, Reply(words.strip()[:2000], picture=picture), now, sender=worker.name, key=key)


def show(records: Records, worker: Worker, case: Case, reply: Reply, now: datetime) -> None:
    """A whole reply, like an entry's card, said by a worker; its buttons would be the bot's, so they are left out."""
    if case.state != "human" or case.holder_id != worker.id:
        raise Refused(_who_has(records, case) if case.holder_id else f"请先接待 {case.number}，再回复。")
    _say(records, case, replace(reply, options=()), now, sender=worker.name)


def hand_back(records: Records, worker: Worker, case: Case, now: datetime) -> None:
    """The human part ends, and the resident is told so (RG11)."""
    if case.state != "human" or (case.holder_id != worker.id and worker.role != "admin"):
        raise Refused(_who_has(records, case))
    end(records, case, now, worker.name)


def end(records: Records, case: Case, now: datetime, actor: str) -> None:
    """End a handoff; the bot answers again."""
    if records.cases.change(case, now, state="ended") is None:
        raise Refused(_who_has(records, records.cases.get(case.id)))
    records.cases.note(case.id, now, actor, "hand_back", "ended", "", public=True)
    if case.conversation_id is None:
        return
    talk = records.conversations.get(case.conversation_id)
    if talk.case_id == case.id:
        talk.held, talk.case_id = "bot", None
        records.conversations.keep(talk, now)
    options = tuple(Option(f"=rate:{case.number}:{n}", label) for n, label in RATES)
    _say(
        records,
        case,
        Reply("人工服务已结束，接下来由小滨回复。这次服务您满意吗？", options),
        now,
        key=f"end:{case.number}",
    )


RATES = ((3, "满意"), (2, "一般"), (1, "不满意"))


def rate(scene: Scene) -> Reply:
    """One tap after the human part."""
    number, score = str(scene.answers.get("number", "")), str(scene.answers.get("score", ""))
    scene.verdict = Verdict("act", "handoff")
    case = scene.records.cases.by_number(number)
    if case is None or case.person_id != scene.person.id:
        return Reply("这个评价已经不能用了。")
    label = {str(n): text for n, text in RATES}.get(score, "")
    scene.records.cases.note(case.id, scene.now, "居民", "rate", case.state, label)
    if score != "1":
        return Reply("谢谢，您的评价收到了。")
    admins = [worker for worker in scene.records.staff.all() if worker.role == "admin" and worker.active]
    scene.tell_workers(admins, f"{case.number} 居民评价“不满意”，请看一下。", f"rate:{case.number}")
    return Reply("对不起没让您满意，已经请负责人看这次服务。")


INTENT = Intent("handoff", "转人工", talk)
COMPLAIN = Intent("complaint", "投诉", complain)
RATE = Intent("rate", "评价", rate)
