"""The workers' commands: 待办, 接, 编号 动作, 备注, 今天预约, 值班, 交回, 转给 …"""

from __future__ import annotations

import re

from intents import handoff
from intents.handoff import Refused
from intents.message import Reply
from intents.staff import bookings, casework, deeds, mediating, showing, talks, writing
from intents.staff.speaker import NUMBER, Speaker
from knowledge.cases import KINDS
from storage.cases import Case

TAKE = re.compile(rf"^[/／]?(?:接|接单|接待|take)\s*{NUMBER}$", re.I)
WAITING = re.compile(r"^[/／]?(待办(事项)?(有哪些|有啥)?|todo)[？?。]?$", re.I)
TODAY = re.compile(r"^今[天日]的?预约(都)?(有)?(哪些|谁|几个|多少|什么|啥)?(人)?[？?。]?$")
ROTA = re.compile(r"^(值班|(今天)?谁值班|今天值班)[？?。]?$")
HELP_ME = re.compile(r"^(工作帮助|[/／]staff)$", re.I)
HELP_IN_TALK = re.compile(r"^[/／]?(帮助|菜单|help|menu)$", re.I)
BACK = re.compile(rf"^[/／]?(交回|结束人工|done|结束|办结)\s*(?:{NUMBER})?[吧。！]?$", re.I)
GIVE = re.compile(r"^(?:转给|转交给?)[\s：:]*([\s\S]+)$")
ANSWER = re.compile(rf"^回复?\s*{NUMBER}[\s：:，,]*([\s\S]*)$")
NOTE = re.compile(rf"^备注\s*{NUMBER}[\s：:，,]+([\s\S]+)$")
NOTE_HERE = re.compile(r"^备注[\s：:]+(?![A-Za-z]\d)([\s\S]+)$")
BOOKING = re.compile(r"^(?:编号|预约号)?\s*(Y\d{9,})(?:\s*(\S+)(?:\s+([\s\S]+))?)?$", re.I)
BOOKING_LAST = re.compile(
    r"^(确认|完成|已完成|没来|没有来|取消)(?:预约)?\s*(Y\d{9,})(?:\s+([\s\S]+))?$", re.I
)
SHOW = re.compile(rf"^{NUMBER}$", re.I)
WORDS = re.compile(rf"^{NUMBER}[\s：:，,]*([\s\S]*)$", re.I)
VERBS = "|".join(sorted(talks.LABELS | {"退回", "退单", "驳回", "结束", "办结"}, key=len, reverse=True))
MOVE = re.compile(rf"^{NUMBER}(?:[\s：:，,]+|(?={VERBS}))(\S+)(?:\s+([\s\S]+))?$", re.I)
MOVE_LAST = re.compile(rf"^({VERBS})\s*{NUMBER}(?:[\s：:，,]+([\s\S]+))?$", re.I)
GIVE_FIRST = re.compile(rf"^{NUMBER}[\s：:，,]*(?:转给|转交给?)\s*(\S+)\s*$", re.I)
HALF = re.compile(r"^(备注|接单|接待|接)\s*[A-Za-z]?\d*(\s|$)")
TAKES = ("接", "接待", "take")
OVER = ("交回", "结束", "办结", "hand_back", "end")
HELP = (
    "工作人员可以说：\n待办 ｜ 接 编号 ｜ 编号（看详情）｜ 编号 动作 说明（如 B2611230001 整改完成 已清理）\n"
    "编号 转派 单位 原因 ｜ 编号 异议 理由 ｜ 编号 挂起 原因 ｜ 交班 名字 ｜ 照片和“编号 整改完成”一起发，就是整改后的照片\n"
    "巡查 哪里什么事（带照片）｜ 当场解决（带照片）｜ 建单 上报 内容、建单 代办 内容（接待时）｜ 答 MZ01 材料（接待时）\n"
    "备注 编号 内容 ｜ 编号 转给 名字 ｜ 今天预约 ｜ 预约号（看详情）｜ 预约号 完成、没来、取消 ｜ 值班\n"
    "接待以后，您说的话会直接发给居民；同时接待几位，写“编号 话”。\n"
    "发：原话 ｜ 备注 内容 ｜ 转给 名字 ｜ 交回（结束人工）"
)


def command(speaker: Speaker, text: str) -> Reply | None:
    """What a staff command leads to; None where the words are none. Raises Refused."""
    for one in (_plain, writing.command, mediating.command, casework.command, _in_talk, _booking, _case):
        if (said := one(speaker, text)) is not None:
            return said
    return Reply("编号没认出来。说“待办”可以看编号，说“工作帮助”看怎么说。") if HALF.match(text) else None


def _plain(speaker: Speaker, text: str) -> Reply | None:
    if WAITING.match(text):
        return showing.waiting(speaker)
    if TODAY.match(text):
        return bookings.today(speaker)
    if ROTA.match(text):
        return showing.rota(speaker)
    is_asked = HELP_ME.match(text) or (speaker.talks and HELP_IN_TALK.match(text))
    return Reply(HELP) if is_asked else None


def _in_talk(speaker: Speaker, text: str) -> Reply | None:
    """What concerns the talk at hand, or one that is named."""
    if found := talks.EXACTLY.match(text):
        return talks.say_exactly(speaker, found[1])
    if found := ANSWER.match(text):
        return _answer(speaker, found[1], found[2])
    if (found := BACK.match(text)) and _means_talk(speaker, found[1], found[2] or ""):
        return talks.hand_back(speaker, found[2] or "")
    if found := GIVE.match(text):
        return _give(speaker, found[1])
    if found := NOTE.match(text):
        return _note(speaker, deeds.find(speaker.records, speaker.worker, found[1], speaker.now), found[2])
    if (found := NOTE_HERE.match(text)) and speaker.talks:
        return _note_here(speaker, found[1])
    return None


def _means_talk(speaker: Speaker, word: str, number: str) -> bool:
    """结束 alone is a command only in a talk; with a number only for a talk's number."""
    if number:
        return number[0] in "Rr"
    return bool(speaker.talks) or word not in ("结束", "办结")


def _answer(speaker: Speaker, number: str, words: str) -> Reply:
    if number[0] not in "Rr":
        raise Refused(
            f"“回复”只能用在人工服务（R开头的编号）。要告诉{number}的居民，请到工作台写备注并告诉居民。"
        )
    return talks.say_to(speaker, number, words, exactly=True)


def _give(speaker: Speaker, rest: str) -> Reply:
    """王哥; 王哥 R…; R… 王哥."""
    number = re.search(NUMBER, rest)
    name = re.sub(NUMBER, "", rest).split()
    return talks.give(speaker, name[0] if name else "", number[1] if number else "")


def _note(speaker: Speaker, case: Case, words: str) -> Reply:
    deeds.add_note(speaker.records, speaker.worker, case, words, speaker.now)
    return Reply("备注好了。" if len(speaker.talks) < 2 else f"备注好了（{case.number}）。")


def _note_here(speaker: Speaker, words: str) -> Reply:
    if speaker.talk is None:
        raise Refused(f"您同时接待着{speaker.listed()}，请写“备注 编号 内容”。")
    return _note(speaker, speaker.talk, words)


def _booking(speaker: Speaker, text: str) -> Reply | None:
    if found := BOOKING_LAST.match(text):
        return bookings.end(speaker, found[2], found[1], found[3] or "")
    found = BOOKING.match(text)
    if not found:
        return None
    if not found[2]:
        return bookings.show(speaker, found[1])
    return bookings.end(speaker, found[1], found[2], found[3] or "")


def _case(speaker: Speaker, text: str) -> Reply | None:
    if found := TAKE.match(text):
        return take(speaker, found[1])
    if (found := SHOW.match(text)) and not (speaker.photo and found[1][0] in "Rr"):
        return showing.show(speaker, found[1])
    if found := MOVE_LAST.match(text):
        return _move(speaker, found[2], found[1], found[3] or "")
    if found := GIVE_FIRST.match(text):
        return talks.give(speaker, found[2], found[1])
    if (found := WORDS.match(text)) and found[1][0] in "Rr" and not _is_move(found[2]):
        return talks.say_to(speaker, found[1], found[2])
    if found := MOVE.match(text):
        return _move(speaker, found[1], found[2], found[3] or "")
    return None


def _is_move(words: str) -> bool:
    first = words.split(maxsplit=1)[:1]
    return bool(first) and (KINDS["handoff"].move(first[0]) is not None or first[0] in (*OVER, *TAKES))


def take(speaker: Speaker, number: str) -> Reply:
    """接: a resident who waits, an alert, or a case."""
    case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    if case.kind == "handoff":
        return talks.taken(speaker, handoff.take(speaker.records, speaker.worker, case, speaker.now))
    if case.kind == "alert":
        return _move(speaker, number, "take", "")
    moves = KINDS[case.kind].moves_from(case.state, speaker.worker.role)
    name = moves[0].name if moves and moves[0].effect == "take" else "accept"
    deeds.move(speaker.records, speaker.lore, speaker.worker, case, name, speaker.now)
    return Reply(f"{case.number}由您承办。")


def _move(speaker: Speaker, number: str, name: str, note: str) -> Reply:
    case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    if name in TAKES and case.kind != "alert":
        return take(speaker, number)
    if case.kind == "handoff" and case.state == "human" and name in OVER:
        return talks.hand_back(speaker, number)
    step = KINDS[case.kind].move(name)
    picture = casework.photo(speaker, speaker.talk_id) if step and step.photo_or_reason else ""
    try:
        changed = deeds.move(
            speaker.records, speaker.lore, speaker.worker, case, name, speaker.now, note=note, picture=picture
        )
    except deeds.NoPhoto as no:
        raise deeds.NoPhoto(f"{no}\n现在发照片来也行，十分钟内都算。") from no
    if changed.kind == "alert" and changed.state == "seen":
        return talks.alert_taken(speaker, changed)
    return Reply(f"{changed.number} → {KINDS[changed.kind].states[changed.state]}")
