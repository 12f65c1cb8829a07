"""A worker's talks with residents in chat: taking, words, handing on, handing back.

What looks like a command is never said to a resident; 发：… says anything.
"""

from __future__ import annotations

import re

from intents import handoff
from intents.cases import rights
from intents.handoff import Refused
from intents.message import Reply
from intents.staff import deeds
from intents.staff.showing import doing, last_words
from intents.staff.speaker import ANY_NUMBER, Speaker, held
from knowledge.cases import KINDS
from storage.cases import Case
from storage.staff import Worker

LABELS = frozenset(move.label for kind in KINDS.values() for move in kind.moves)
ORDER = re.compile(
    r"^[/／]|^(待办|接单|接待|接(?=$|[\s，,。A-Za-z0-9])|回复|交回|结束|办结|取消|转给|转交|转人工|备注|今[天日]的?预约|值班|帮助|菜单"
    r"|工作帮助|退回|退单|编号|绑定|转派|挂起|交班|收件|还件|委托|巡查|建单|答\s*[A-Za-z])"
)
ASIDE = re.compile(
    r"谁(有空)?去(处理|看|管|接|跟|一下|办)|(老太太|老头子?|老汉|这人|那人|居民|这家).{0,4}又(来|打|问|闹|说)"
)  # words about the resident, to a colleague
EXACTLY = re.compile(r"^发\s*[：:]\s*([\s\S]*)$")
NOBODY = "您现在没有在接待居民。"


def taken(speaker: Speaker, case: Case, number: str = "") -> Reply:
    """What a worker reads who has just taken a resident; `number`: the alert it began with."""
    lead = f"{number}由您承办。\n" if number else ""
    if speaker.in_group:
        return Reply(f"{lead}{case.number}接通了。请在私聊里或工作台回复居民。")
    speaker.records.audit.write(speaker.now, speaker.worker.login, "look", case.number)
    words = doing(case) + last_words(speaker.records, case)
    mine = held(speaker.records, speaker.worker)
    several = f"您同时接待着{'、'.join(one.number for one in mine)}，请写“编号 话”" if len(mine) > 1 else ""
    how = several or "您现在说的话会直接发给居民"
    ending = f"办完请回“交回{' ' + case.number if several else ''}”"
    close = f"，再回“{number} 处理完毕 情况”。" if number else "。"
    return Reply(f"{lead}{case.number}接通了。居民说：{words}\n{how}，{ending}{close}")


def alert_taken(speaker: Speaker, alert: Case) -> Reply:
    """Who takes an alert speaks with the resident at once."""
    mine = [c for c in held(speaker.records, speaker.worker) if c.conversation_id == alert.conversation_id]
    if mine:
        return taken(speaker, mine[-1], alert.number)
    return Reply(f"{alert.number}由您承办。{_why_alone(speaker, alert)}")


def _why_alone(speaker: Speaker, alert: Case) -> str:
    if alert.conversation_id is None:
        return ""
    talk = speaker.records.conversations.get(alert.conversation_id)
    case = speaker.records.cases.get(talk.case_id) if talk.case_id else None
    if case is None or case.holder_id is None:
        return ""
    return f"居民正由{speaker.records.staff.get(case.holder_id).name}接待（{case.number}）。"


def refuse(text: str) -> None:
    """Words that look like a command, or like words to a colleague, are not for a resident."""
    first = text.split(maxsplit=1)[0] if text else ""
    if ORDER.match(text) or ANY_NUMBER.search(text) or first in LABELS:
        raise Refused("这像是指令，没有发给居民。要发请回“发：…”")
    if ASIDE.search(text):
        raise Refused("这像是说给同事的，没有发给居民。要发请回“发：…”")


def say(speaker: Speaker, text: str) -> Reply:
    """Words without a number go to the only talk; with several, the worker is asked whom they are for."""
    refuse(text)
    return _forward(speaker, _only(speaker), text)


def say_exactly(speaker: Speaker, text: str) -> Reply:
    """发：…"""
    return _forward(speaker, _only(speaker), text)


def say_to(speaker: Speaker, number: str, text: str, *, exactly: bool = False) -> Reply:
    """编号 话."""
    case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    if found := EXACTLY.match(text):
        text = found[1]
    elif not exactly:
        refuse(text)
    return _forward(speaker, case, text)


def _only(speaker: Speaker) -> Case:
    if not speaker.talks:
        raise Refused(NOBODY)
    if speaker.talk is None:
        raise Refused(f"您同时接待着{speaker.listed()}，请写“编号 话”，比如“{speaker.talks[-1].number} 您好”。这句没有发。")  # fmt: skip
    return speaker.talk


def _forward(speaker: Speaker, case: Case, words: str) -> Reply:
    """Said to the resident; confirmed only where it could have been somebody else."""
    handoff.say(
        speaker.records, speaker.worker, case, words, speaker.now, picture=speaker.photo, key=speaker.key
    )
    return Reply(f"→{case.number}" if len(speaker.talks) > 1 else "")


def hand_back(speaker: Speaker, number: str = "") -> Reply:
    """交回, with a number or without."""
    if number:
        case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    elif speaker.talk:
        case = speaker.talk
    elif speaker.talks:
        raise Refused(f"您同时接待着{speaker.listed()}，请写“交回 编号”。")
    else:
        raise Refused(NOBODY)
    handoff.hand_back(speaker.records, speaker.worker, case, speaker.now)
    return Reply(f"{case.number}已交回，居民接下来由小滨回复。")


def give(speaker: Speaker, name: str, number: str = "") -> Reply:
    """转给 名字: another worker has the talk, or the case with that number."""
    if number:
        case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    elif speaker.talk:
        case = speaker.talk
    elif speaker.talks:
        raise Refused(f"您同时接待着{speaker.listed()}，请写“编号 转给 名字”。")
    else:
        raise Refused(f"{NOBODY}转别的件，请写“编号 转给 名字”。")
    if case.kind == "handoff" and (case.state != "human" or (case.holder_id != speaker.worker.id and speaker.worker.role != "admin")):  # fmt: skip
        raise Refused(f"{case.number}不在您手上，不能转。")
    to = _colleague(speaker, case, name)
    deeds.assign(speaker.records, speaker.worker, case, to, speaker.now)
    missing = "" if to.address else f"{to.name}没有绑定聊天，请提醒TA到工作台看。"
    return Reply(f"{case.number}已转给{to.name}。{missing}")


def _colleague(speaker: Speaker, case: Case, name: str) -> Worker:
    """Who is meant: the whole name, else a part of it."""
    able = [it for it in speaker.records.staff.all() if it.active and it.id != case.holder_id
            and rights.may_hold(speaker.records, it, case, speaker.now)]  # fmt: skip
    found = [it for it in able if name in (it.name, it.login)]
    found = found or [it for it in able if name and (name in it.name or it.name in name)]
    if len(found) == 1:
        return found[0]
    names = "、".join(it.name for it in found or able) or "（没有别人）"
    lead = f"叫“{name}”的不止一位" if found else f"没有找到同事“{name}”"
    raise Refused(f"{lead}，没有转，也没有发给居民。可以转给：{names}。")
