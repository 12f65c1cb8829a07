"""A worker's commands on cases beyond the table's moves: 转派, 接手, 不接, 异议, 挂起, 恢复, 派单, 交班; and the after-photo."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from intents.cases import dispatch, leaving, objection, papers, pause, transfer
from intents.message import Reply
from intents.refused import Refused
from intents.staff import deeds, errands
from intents.staff.speaker import NUMBER, Speaker
from knowledge import when
from knowledge.cases import KINDS
from storage.cases import Case
from storage.staff import Worker

PHOTO_FOR = timedelta(minutes=10)  # a photo sent before the words belongs to them
WORDS = (
    "转派",
    "接手",
    "不接",
    "异议成立",
    "异议不成立",
    "异议",
    "挂起",
    "恢复",
    "派给",
    "退回池",
    "收件",
    "还件",
    "委托",
    "材料齐",
)
_VERBS = "|".join(WORDS)
FIRST = re.compile(rf"^{NUMBER}[\s：:，,]*({_VERBS})[\s：:，,]*([\s\S]*)$", re.I)
LAST = re.compile(rf"^({_VERBS})[\s：:，,]*{NUMBER}[\s：:，,]*([\s\S]*)$", re.I)
OVER = re.compile(r"^交班(?:[\s：:给]+(\S+))?$")


def command(speaker: Speaker, text: str) -> Reply | None:
    """What such a command leads to; None where the words are none. Raises Refused."""
    if found := OVER.match(text):
        return _over(speaker, found[1] or "")
    number, verb, rest = "", "", ""
    if found := FIRST.match(text):
        number, verb, rest = found[1], found[2], found[3]
    elif found := LAST.match(text):
        verb, number, rest = found[1], found[2], found[3]
    if not verb:
        return None
    case = deeds.find(speaker.records, speaker.worker, number, speaker.now)
    return DEEDS[verb](speaker, case, rest.strip())


def photo(speaker: Speaker, conversation_id: int | None) -> str:
    """The photo of this message, or the one sent a moment before."""
    if speaker.photo or conversation_id is None:
        return speaker.photo
    return speaker.records.cases.loose_picture(conversation_id, speaker.now - PHOTO_FOR)


def may_photograph(speaker: Speaker) -> bool:
    """Whether the worker holds a case whose next step wants a photo."""
    held = speaker.records.cases.held_by(speaker.worker.id)
    return any(
        move.photo_or_reason
        for case in held
        for move in KINDS[case.kind].moves_from(case.state, speaker.worker.role)
    )


def _offer(speaker: Speaker, case: Case, rest: str) -> Reply:
    """转派 单位或名字 原因."""
    name, _, note = rest.partition(" ")
    unit, to = _target(speaker, name)
    transfer.offer(
        speaker.records, speaker.lore, speaker.worker, case, speaker.now, unit=unit, to=to, note=note
    )
    return Reply(f"{case.number}已请{name}接手。接手以前还是您负责。")


def _target(speaker: Speaker, name: str) -> tuple[str, Worker | None]:
    units = [unit for unit in speaker.records.units.all() if name in (unit.id, unit.name)]
    if units:
        return units[0].id, None
    people = [who for who in speaker.records.staff.all() if who.active and name in (who.name, who.login)]
    if len(people) == 1 and people[0].id != speaker.worker.id:
        return "", people[0]
    names = "、".join(unit.name for unit in speaker.records.units.all()) or "（还没有登记单位）"
    raise Refused(f"没有找到“{name}”。写法：编号 转派 单位 原因。单位有：{names}。")


def _take(speaker: Speaker, case: Case, _: str) -> Reply:
    transfer.accept(speaker.records, speaker.worker, case, speaker.now)
    return Reply(f"{case.number}由您接手，也告诉了居民。")


def _decline(speaker: Speaker, case: Case, rest: str) -> Reply:
    transfer.decline(speaker.records, speaker.worker, case, rest, speaker.now)
    return Reply(f"{case.number}没有接，告诉了原来的承办人。")


def _object(speaker: Speaker, case: Case, rest: str) -> Reply:
    who = objection.object_to(speaker.records, speaker.lore, speaker.worker, case, rest, speaker.now)
    return Reply(f"{case.number}的异议由{who.name}裁定。裁定以前还是您这边负责。")


def _decide(speaker: Speaker, case: Case, rest: str, *, upheld: bool) -> Reply:
    """异议成立 单位 理由 ｜ 异议不成立 理由."""
    unit, note = "", rest
    if upheld:
        name, _, more = rest.partition(" ")
        found = [it for it in speaker.records.units.all() if name in (it.id, it.name)]
        unit, note = (found[0].id, more or f"归{found[0].name}") if found else ("", rest)
        if not unit:
            names = "、".join(it.name for it in speaker.records.units.all() if it.id != case.unit)
            raise Refused(
                f"异议成立要写明归谁：{names or '（还没有登记单位）'}。写法：{case.number} 异议成立 单位 理由。"
            )
    done = objection.decide(speaker.records, speaker.lore, speaker.worker, case, upheld=upheld, note=note, now=speaker.now, unit=unit)  # fmt: skip
    return Reply(f"{done.number}裁定好了，也告诉了居民。")


def _upheld(speaker: Speaker, case: Case, rest: str) -> Reply:
    return _decide(speaker, case, rest, upheld=True)


def _rejected(speaker: Speaker, case: Case, rest: str) -> Reply:
    return _decide(speaker, case, rest, upheld=False)


def _pause(speaker: Speaker, case: Case, rest: str) -> Reply:
    pause.pause(speaker.records, speaker.lore, speaker.worker, case, rest, speaker.now)
    return Reply(f"{case.number}挂起了，原因告诉了居民。能接着办时回“{case.number} 恢复”。")


def _resume(speaker: Speaker, case: Case, _: str) -> Reply:
    done = pause.resume(speaker.records, speaker.lore, case, speaker.now, speaker.worker)
    return Reply(
        f"{case.number}恢复计时，新的期限是{when.say(done.due_at)}。"
        if done.due_at
        else f"{case.number}恢复计时。"
    )


def _send(speaker: Speaker, case: Case, rest: str) -> Reply:
    """派给 单位."""
    found = [it for it in speaker.records.units.all() if rest in (it.id, it.name)]
    if not found:
        raise Refused(
            f"没有叫“{rest}”的单位。单位有：{'、'.join(it.name for it in speaker.records.units.all())}。"
        )
    done = dispatch.send_to(speaker.records, speaker.lore, speaker.worker, case, found[0].id, speaker.now)
    if done.lost_at:
        raise Refused(f"{found[0].name}没有能联系上的人，{case.number}还是未派出，请另派。")
    return Reply(f"{case.number}已派给{found[0].name}。")


def _back(speaker: Speaker, case: Case, rest: str) -> Reply:
    leaving.give_back(speaker.records, speaker.worker, case, speaker.now, rest)
    return Reply(f"{case.number}退回值班池了。")


def _over(speaker: Speaker, name: str) -> Reply:
    to = None
    if name:
        found = [who for who in speaker.records.staff.all() if who.active and name in (who.name, who.login)]
        if len(found) != 1 or found[0].id == speaker.worker.id:
            raise Refused(f"没有找到同事“{name}”。")
        to = found[0]

    def give(case: Case, who: Worker) -> object:
        return deeds.assign(speaker.records, speaker.worker, case, who, speaker.now)

    gone, left = leaving.hand_over(speaker.records, speaker.worker, to, speaker.now, give)
    return Reply(leaving.listed(gone, left, to))


def _taken(speaker: Speaker, case: Case, rest: str) -> Reply:
    papers.hand_over(speaker.records, speaker.worker, case, "in", rest, speaker.now, picture=speaker.photo)
    return Reply(f"{case.number}收件记下了，在等居民确认。")


def _returned(speaker: Speaker, case: Case, rest: str) -> Reply:
    ids = papers.hand_over(
        speaker.records, speaker.worker, case, "out", rest, speaker.now, picture=speaker.photo
    )
    return Reply(
        f"{case.number}还件记下了（{len(ids)}样），{'有签收照片' if speaker.photo else '在等居民确认'}。"
    )


def _entrusted(speaker: Speaker, case: Case, rest: str) -> Reply:
    errands.entrust(speaker.records, speaker.worker, case, rest, speaker.now, picture=speaker.photo)
    return Reply(f"{case.number}的委托记下了。")


def _checked(speaker: Speaker, case: Case, _: str) -> Reply:
    errands.checked(speaker.records, speaker.worker, case, speaker.now)
    return Reply(f"{case.number}材料齐，告诉居民了。")


Deed = Callable[[Speaker, Case, str], Reply]
DEEDS: dict[str, Deed] = {
    "转派": _offer, "接手": _take, "不接": _decline, "异议": _object, "异议成立": _upheld, "异议不成立": _rejected,
    "挂起": _pause, "恢复": _resume, "派给": _send, "退回池": _back, "收件": _taken, "还件": _returned,
    "委托": _entrusted, "材料齐": _checked,
}  # fmt: skip
