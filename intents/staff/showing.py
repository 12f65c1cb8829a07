"""What workers read in chat: what waits, one case, who is on duty. In a group without anybody's words."""

from __future__ import annotations

from datetime import datetime

from intents import duty
from intents.cases import rights
from intents.emergency import TITLES
from intents.mediation import papers
from intents.mediation.people import NAMES
from intents.message import Reply
from intents.staff import deeds
from intents.staff.speaker import Speaker
from knowledge import when
from knowledge.cases import KINDS
from storage.archive import Records
from storage.cases import Case

LABELS = {"words": "内容", "message": "留言", "other": "对方", "wish": "希望", "place": "地点", "name": "姓名", "phone": "电话",
          "address": "地址", "item": "事项", "mode": "方式", "time": "时间", "kind": "类别", "category": "类别"}  # fmt: skip
DOING = {
    "booking": "预约",
    "report": "问题上报",
    "mediation": "调解申请",
    "errand": "代办",
    "reminder": "提醒",
    "activity": "报名",
}
ANSWERED = ("human", "seen")  # somebody speaks with them: nothing is late any more


def masked(name: str) -> str:
    """王秀英 → 王**."""
    return name[:1] + "*" * (len(name) - 1)


def waiting(speaker: Speaker) -> Reply:
    """待办."""
    path = speaker.records.places.path(speaker.worker.area_id)
    found = speaker.records.cases.open_ones(path, holder_id=speaker.worker.id, limit=20)
    if not found:
        return Reply("现在没有待办。")
    return Reply("待办：\n" + "\n".join(line(case, speaker.now) for case in found))


def line(case: Case, now: datetime) -> str:
    """A case in one line, without anybody's words."""
    kind = KINDS[case.kind]
    waits = case.due_at is not None and case.state not in ANSWERED
    late = "【超时】" if waits and case.due_at and case.due_at < now else ""
    due = f"，{when.say(case.due_at)}前" if waits and case.due_at else ""
    return f"{late}{case.number} {case.title}（{kind.states[case.state]}{due}）"


def rota(speaker: Speaker) -> Reply:
    """值班."""
    found = duty.today(speaker.records, speaker.lore, speaker.worker.area_id, speaker.now)
    rows = [f"{shift.opens}–{shift.closes} {shift.post} {who.name}" for shift, who in found]
    return Reply("今天值班：\n" + "\n".join(rows) if rows else "今天没有排班。")


def show(speaker: Speaker, number: str) -> Reply:
    """One case with its words, for those who may read them."""
    case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    moves = deeds.steps(case, speaker.worker)
    able = f"可以：{'、'.join(move.label for move in moves) or '没有能做的了'}"
    words = "内容请私聊我看。" if speaker.in_group else _words(speaker, case)
    return Reply("\n".join(part for part in (line(case, speaker.now), words, able) if part))


def _words(speaker: Speaker, case: Case) -> str:
    body = deeds.read_body(speaker.records, speaker.worker, case, speaker.now)
    told = [f"{LABELS[name]}：{_said(case, name, value)}" for name, value in body.items() if value and name in LABELS]  # fmt: skip
    if case.kind == "handoff" and rights.reads(speaker.records, speaker.worker, case, speaker.now):
        told.append(f"居民最近说：{last_words(speaker.records, case)}")
    if case.kind == "mediation" and rights.reads(speaker.records, speaker.worker, case, speaker.now):
        told += [f"{NAMES.get(one.role, '')}{papers.KINDS[one.kind]}：{one.words}" for one in papers.shown(speaker.records, case)]  # fmt: skip
    return "\n".join(told)


def _said(case: Case, name: str, value: object) -> str:
    return TITLES.get(str(value), str(value)) if case.kind == "alert" and name == "kind" else str(value)


def doing(case: Case) -> str:
    """What the resident was in the middle of."""
    found = DOING.get(str(case.body.get("doing", "")), "")
    return f"（刚才在办{found}）" if found else ""


def last_words(records: Records, case: Case) -> str:
    """The last things the resident said, oldest first."""
    if case.conversation_id is None:
        return str(case.body.get("words") or "")
    lines = records.conversations.lines_in(case.conversation_id, last=5)
    said = [str(line.body.get("text", "")) for line in lines]
    return "\n".join(words for words in said if words)
