"""A mediator's commands beyond the table's moves: 披露, 已告知, 提议升级, 改时间, 律师, 分期, 司法确认, 有暴力风险 …"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from intents.cases import rights
from intents.mediation import afterwards, alarm, legal, papers, sittings, steps
from intents.mediation.people import NAMES, SIDES, party, tell
from intents.message import Reply
from intents.refused import Refused
from intents.staff import deeds
from intents.staff.speaker import Speaker
from knowledge import when
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

ROLES = {label: role for role, label in NAMES.items()}
VERBS = ("披露", "已告知", "提议升级", "升级同意", "升级不同意", "改时间", "告诉申请人", "告诉对方", "请律师", "律师意见", "分期", "已付",
         "司法确认", "延期", "有暴力风险")  # fmt: skip
ORDER = re.compile(rf"^(?:编号\s*)?(T\d{{9,}})[\s：:，,]*({'|'.join(VERBS)})[\s：:，,]*([\s\S]*)$", re.I)


def command(speaker: Speaker, text: str) -> Reply | None:
    """What such a command leads to; None where the words are none. Raises Refused."""
    found = ORDER.match(text)
    if not found:
        return None
    case = deeds.find(speaker.records, speaker.worker, found[1])
    must_mediate(speaker.records, speaker.worker, case, speaker.now)
    return Reply(DEEDS[found[2]](speaker, case, found[3].strip()))


def must_mediate(records: Records, worker: Worker, case: Case, now: datetime) -> None:
    """Only who may read a mediation may do anything with it."""
    if case.kind != "mediation" or not rights.reads(records, worker, case, now):
        raise Refused("这件事只有承办的调解员能处理。")


def side(words: str) -> str:
    """申请人 | 对方 at the beginning of some words."""
    role = next((role for label, role in ROLES.items() if words.startswith(label)), "")
    if not role:
        raise Refused("请写明是“申请人”还是“对方”。")
    return role


def _disclose(speaker: Speaker, case: Case, rest: str) -> str:
    steps.disclose(speaker.records, speaker.worker, case, rest, speaker.now)
    return "记下了，也告诉了参加调解的人。"


def _rights(speaker: Speaker, case: Case, rest: str) -> str:
    for role in SIDES if rest.startswith("双方") else (side(rest),):
        steps.told_rights(speaker.records, case, role, speaker.now, speaker.worker.name)
    return "记下了：权利已当面告知。"


def _propose(speaker: Speaker, case: Case, rest: str) -> str:
    steps.propose(speaker.records, speaker.worker, case, rest, speaker.now)
    return "摘要和提议发给双方了，都同意后回“转上一级”。"


def _raise_yes(speaker: Speaker, case: Case, rest: str) -> str:
    steps.answer_raise(speaker.records, case, side(rest), "yes", speaker.now, speaker.worker.name)
    return "记下了。"


def _raise_no(speaker: Speaker, case: Case, rest: str) -> str:
    steps.answer_raise(speaker.records, case, side(rest), "no", speaker.now, speaker.worker.name)
    return "记下了。"


def _move(speaker: Speaker, case: Case, rest: str) -> str:
    if case.state != "sitting" or speaker.records.mediation.planned(case.id) is None:
        raise Refused("现在没有约好的调解。")
    starts = sittings.moment(rest, speaker.now, case.number)
    sittings.plan(speaker.records, speaker.lore, case, starts, speaker.now)
    return f"改到{when.say(starts)}，告诉了双方。"


def tell_side(speaker: Speaker, case: Case, role: str, words: str) -> str:
    """One side reads what the mediator writes to it, the other nothing."""
    one = party(speaker.records, case, role)
    if not words:
        raise Refused("要告诉的话是空的，没有发。")
    if one is None or one.conversation_id is None or (role == "other" and one.consent != "yes"):
        raise Refused(f"{NAMES[role]}不在聊天里，请打电话。")
    speaker.records.cases.note(case.id, speaker.now, speaker.worker.name, "told", case.state, f"告诉{NAMES[role]}：{words}")  # fmt: skip
    count = len(speaker.records.cases.events(case.id))
    tell(speaker.records, case, {role: f"调解{case.number}，调解员{speaker.worker.name}：{words}"}, f"say{count}", speaker.now)  # fmt: skip
    return f"发给{NAMES[role]}了。"


def _lawyer(speaker: Speaker, case: Case, rest: str) -> str:
    team = legal.book(speaker.records, speaker.worker, case, rest, speaker.now)
    return f"约了{team.name}（{'、'.join(team.lawyers)}）参加这次调解。"


def _opinion(speaker: Speaker, case: Case, rest: str) -> str:
    papers.opinion(speaker.records, speaker.worker, case, rest, speaker.now)
    return "律师意见存进卷里了。"


def _owe(speaker: Speaker, case: Case, rest: str) -> str:
    return (
        f"记下{afterwards.owe(speaker.records, speaker.worker, case, rest, speaker.now)}笔，到期前一天提醒。"
    )


def _pay(speaker: Speaker, case: Case, rest: str) -> str:
    afterwards.pay(speaker.records, speaker.worker, case, rest, speaker.now)
    return "记下了：这一笔已付。"


def _court(speaker: Speaker, case: Case, rest: str) -> str:
    afterwards.record_court(speaker.records, speaker.lore, speaker.worker, case, rest, speaker.now)
    return "司法确认的结果记下了。"


def _extend(speaker: Speaker, case: Case, rest: str) -> str:
    due = afterwards.extend(speaker.records, speaker.worker, case, rest, speaker.now)
    return f"延到{when.say(due, clock=False)}。"


def _alarm(speaker: Speaker, case: Case, rest: str) -> str:
    alert = alarm.by_mediator(speaker.records, speaker.lore, speaker.worker, case, rest, speaker.now)
    return f"已报值班领导（{alert.number}）。人有危险马上打110。"


Deed = Callable[[Speaker, Case, str], str]
DEEDS: dict[str, Deed] = {
    "披露": _disclose, "已告知": _rights, "提议升级": _propose, "升级同意": _raise_yes, "升级不同意": _raise_no, "改时间": _move,
    "告诉申请人": lambda speaker, case, rest: tell_side(speaker, case, "applicant", rest),
    "告诉对方": lambda speaker, case, rest: tell_side(speaker, case, "other", rest),
    "请律师": _lawyer, "律师意见": _opinion, "分期": _owe, "已付": _pay, "司法确认": _court, "延期": _extend, "有暴力风险": _alarm,
}  # fmt: skip
