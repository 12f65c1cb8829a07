"""Workers' commands in chat: 待办, 接, 回, 交回, 今天预约, 值班 …, in their own chat or in the staff group."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from intents import duty, handoff
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Message, Reply
from intents.scene import ZONE, Scene, Verdict
from intents.staff import deeds
from knowledge import when
from knowledge.cases import KINDS
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

NUMBER = r"([TBDRJtbdrj]\d{9,})"
TAKE = re.compile(rf"^[/／]?(?:接|接单|接待|take)\s*{NUMBER}$", re.I)
MOVE = re.compile(rf"^{NUMBER}\s+(\S+)(?:\s+([\s\S]+))?$", re.I)
SHOW = re.compile(rf"^{NUMBER}$", re.I)
HALF = re.compile(r"^(备注|接单|接待|接)\s*[A-Za-z]?\d*(\s|$)")
NOTE = re.compile(rf"^备注\s*{NUMBER}\s+([\s\S]+)$")
HELP = (
    "工作人员可以说：\n待办 ｜ 接 编号 ｜ 编号（看详情）｜ 编号 动作 说明（如 B2611230001 整改完成 已清理）\n"
    "备注 编号 内容 ｜ 今天预约 ｜ 值班 ｜ 交回（结束人工）\n接待以后，您说的话会直接发给居民。"
)


def in_private(scene: Scene) -> list[Reply] | None:
    """A worker in their own chat; None where the words are not staff business, so that they can ask like anybody."""
    assert scene.worker is not None
    text = scene.text.strip()
    try:
        said = command(scene.records, scene.lore, scene.worker, text, scene.now)
        if said is None:
            said = _to_resident(scene.records, scene.worker, text, scene.now, scene.photo)
    except Refused as no:
        said = Reply(str(no))
    if said is None:
        return None
    scene.verdict = Verdict("act", "staff")
    return [said] if said.text else []


def command(records: Records, lore: Lore, worker: Worker, text: str, now: datetime) -> Reply | None:
    """A staff command, or None."""
    if found := TAKE.match(text):
        return _take(records, lore, worker, found[1], now)
    if text in ("待办", "/todo", "待办事项"):
        return _waiting(records, worker, now)
    if text in ("今天预约", "今日预约"):
        return bookings_today(records, lore, worker, now)
    if text in ("值班", "今天谁值班"):
        return _rota(records, lore, worker, now)
    if text in ("工作帮助", "/staff"):
        return Reply(HELP)
    if text in ("交回", "结束人工", "/done"):
        return _hand_back(records, worker, now)
    if found := NOTE.match(text):
        deeds.add_note(records, worker, deeds.find(records, worker, found[1]), found[2], now)
        return Reply("备注好了。")
    if found := SHOW.match(text):
        return _show(records, worker, deeds.find(records, worker, found[1]), now)
    if found := MOVE.match(text):
        return _move(records, lore, worker, found, now)
    return Reply("编号没认出来。说“待办”可以看编号，说“工作帮助”看怎么说。") if HALF.match(text) else None


def _take(records: Records, lore: Lore, worker: Worker, number: str, now: datetime) -> Reply:
    case = deeds.find(records, worker, number)
    if case.kind != "handoff":
        first = KINDS[case.kind].moves_from(case.state, worker.role)
        name = first[0].name if first and first[0].effect == "take" else "accept"
        deeds.move(records, lore, worker, case, name, now)
        return Reply(f"{case.number}由您承办。")
    handoff.take(records, worker, case, now)
    words = _doing(case) + _last_words(records, case)
    records.audit.write(now, worker.login, "look", case.number)
    return Reply(f"{case.number}接通了。居民说：{words}\n您现在说的话会直接发给居民，办完请回“交回”。")


def _doing(case: Case) -> str:
    """What the resident was in the middle of."""
    doing = DOING.get(str(case.body.get("doing", "")), "")
    return f"（刚才在办{doing}）" if doing else ""


DOING = {
    "booking": "预约",
    "report": "问题上报",
    "mediation": "调解申请",
    "errand": "代办",
    "reminder": "提醒",
    "activity": "报名",
}


def _last_words(records: Records, case: Case) -> str:
    """The last things the resident said, oldest first."""
    if case.conversation_id is None:
        return str(case.body.get("words") or "")
    said = [
        str(line.body.get("text", ""))
        for line in records.conversations.lines_in(case.conversation_id, last=5)
    ]
    return "\n".join(words for words in said if words)


def _waiting(records: Records, worker: Worker, now: datetime) -> Reply:
    found = records.cases.open_ones(records.places.path(worker.area_id), holder_id=worker.id, limit=20)
    if not found:
        return Reply("现在没有待办。")
    return Reply("待办：\n" + "\n".join(line(case, now) for case in found))


def line(case: Case, now: datetime) -> str:
    """A case in one line, without anybody's words."""
    kind = KINDS[case.kind]
    late = "【超时】" if case.due_at and case.due_at < now else ""
    due = f"，{when.say(case.due_at)}前" if case.due_at else ""
    return f"{late}{case.number} {case.title}（{kind.states[case.state]}{due}）"


def bookings_today(records: Records, lore: Lore, worker: Worker, now: datetime) -> Reply:
    """Today's bookings, names masked."""
    begin = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    found = records.bookings.between(begin, begin + timedelta(days=1))
    if not found:
        return Reply("今天没有预约。")
    names = [
        (lore.services[b.service_id].name if b.service_id in lore.services else b.service_id, b)
        for b in found
    ]
    return Reply("今天的预约：\n" + "\n".join(
        f"{b.starts_at.astimezone(ZONE):%H:%M} {name} {masked(str(b.details.get('name', '')))} {b.quantity}份 {b.code}"
        for name, b in names))  # fmt: skip


def masked(name: str) -> str:
    """王秀英 → 王**."""
    return name[:1] + "*" * (len(name) - 1)


def _rota(records: Records, lore: Lore, worker: Worker, now: datetime) -> Reply:
    found = duty.today(records, lore, worker.area_id, now)
    rows = [f"{shift.opens}–{shift.closes} {shift.post} {who.name}" for shift, who in found]
    return Reply("今天值班：\n" + "\n".join(rows) if rows else "今天没有排班。")


def _show(records: Records, worker: Worker, case: Case, now: datetime) -> Reply:
    body = deeds.read_body(records, worker, case, now)
    words = "\n".join(f"{LABELS.get(k, k)}：{v}" for k, v in body.items() if v and k in LABELS)
    moves = KINDS[case.kind].moves_from(case.state, worker.role)
    return Reply(f"{line(case, now)}\n{words}\n可以：{'、'.join(m.label for m in moves) or '没有能做的了'}")


LABELS = {"words": "内容", "message": "留言", "other": "对方", "wish": "希望", "place": "地点", "name": "姓名", "phone": "电话",
          "address": "地址", "item": "事项", "mode": "方式", "time": "时间", "kind": "类别", "category": "类别"}  # fmt: skip


def _move(records: Records, lore: Lore, worker: Worker, found: re.Match[str], now: datetime) -> Reply:
    case = deeds.find(records, worker, found[1])
    changed = deeds.move(records, lore, worker, case, found[2], now, note=found[3] or "")
    return Reply(f"{changed.number} → {KINDS[changed.kind].states[changed.state]}")


def _held(records: Records, worker: Worker) -> Case | None:
    """The conversation this worker is in, the latest taken."""
    mine = [
        c for c in records.cases.open_ones("/", ("handoff",), holder_id=worker.id) if c.holder_id == worker.id
    ]
    return mine[-1] if mine else None


def _hand_back(records: Records, worker: Worker, now: datetime) -> Reply:
    case = _held(records, worker)
    if case is None:
        return Reply("您现在没有在接待居民。")
    handoff.hand_back(records, worker, case, now)
    return Reply(f"{case.number}已交回，居民接下来由小滨回复。")


def _to_resident(records: Records, worker: Worker, text: str, now: datetime, picture: str) -> Reply | None:
    case = _held(records, worker)
    if case is None:
        return None
    handoff.say(records, worker, case, text, now, picture=picture)
    return Reply("")


def in_group(
    records: Records, lore: Lore, message: Message, worker: Worker | None, now: datetime
) -> list[Reply]:
    """Words in the staff group: in a resident's thread they go to the resident; elsewhere they are commands."""
    if worker is None:
        return [
            _group_reply(
                records, message, "您还没有绑定工作账号，请在工作台“我的”里生成绑定码，再私聊发给我。", now
            )
        ]
    try:
        said = _in_thread(records, lore, worker, message, now)
    except Refused as no:
        said = Reply(str(no))
    return [_group_reply(records, message, said.text, now)] if said and said.text else []


def _in_thread(records: Records, lore: Lore, worker: Worker, message: Message, now: datetime) -> Reply | None:
    text = message.text.strip()
    talk = records.conversations.of_topic(message.channel, message.reply_to) if message.reply_to else None
    if talk is None:
        return command(records, lore, worker, text, now)
    case = records.cases.get(talk.case_id) if talk.case_id else _latest(records, talk.person.id)
    if case is None or case.closed_at:
        return Reply("这位居民现在没有在等人工，发的话不会转过去。")
    if text in ("接", "接待") or (case.holder_id is None and text not in ("交回",)):
        handoff.take(records, worker, case, now)
        case = records.cases.get(case.id)
        if text in ("接", "接待"):
            return Reply(f"{case.number}接通了，您在这里说的话会发给居民。")
    if text in ("交回", "结束人工", "/done"):
        handoff.hand_back(records, worker, case, now)
        return Reply(f"{case.number}已交回。")
    handoff.say(records, worker, case, text, now, key=f"group:{message.channel}:{message.event_id}")
    return None


def _latest(records: Records, person_id: int) -> Case | None:
    found = records.cases.of_person(person_id, kinds=("handoff",), limit=1)
    return found[0] if found else None


def _group_reply(records: Records, message: Message, text: str, now: datetime) -> Reply:
    """Said back into the same thread of the group."""
    reply = Reply(text)
    records.outbox.put(channel=message.channel, address=message.address, body={"text": text, "thread": message.reply_to},
                       purpose="group", now=now)  # fmt: skip
    return reply


def bind(scene: Scene, code: str) -> Reply:
    """绑定: a worker's own chat account, by a short-lived code from the desk."""
    key = scene.records.staff.key(code, "bind", scene.now)
    if key is None or not scene.records.staff.use(code, scene.now):
        return Reply("这个绑定码不对或已过期，请在工作台“我的”里重新生成。")
    scene.records.staff.change(key.worker.id, channel=scene.message.channel, address=scene.message.address)
    scene.records.audit.write(scene.now, key.worker.login, "bind", scene.message.channel)
    return Reply(f"{key.worker.name}，绑定好了。\n{HELP}")
