"""What the case page shows beside the words: clocks, parties, units, and which turns a worker may take now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.guard import Visit
from intents.cases import rights, transfer
from intents.report import CATEGORIES
from intents.staff.chat import masked
from knowledge.cases import KINDS, clock
from storage.archive import Records
from storage.cases import Case

CLOCKS = {"promise": "答复居民", "accept": "对方答复接不接手", "decide": "街道裁定异议", "invite": "对方答复", "sitting": "下次坐谈",
          "term": "总期限", "confirm": "申请司法确认", "follow": "回访", "debt": "下一笔履行"}  # fmt: skip
CONSENTS = {"": "", "asked": "在等答复", "yes": "同意", "no": "不同意"}
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A running clock."""

    label: str
    due: datetime
    colour: str
    why: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PartyLine:
    """Somebody of the case, the name masked."""

    label: str
    name: str
    consent: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A deed that may be done now, with what its form asks."""

    deed: str
    label: str
    hint: str = ""
    units: Options = ()
    categories: Options = ()
    note: str = "required"


def extras(records: Records, visit: Visit, case: Case, readable: bool) -> dict[str, Any]:
    """The further fields of a sheet."""
    names = {unit.id: unit.name for unit in records.units.all()}
    return {
        "unit": names.get(case.unit, ""), "helpers": "、".join(names.get(i, i) for i in records.units.helpers(case.id)),
        "asked": transfer.asked_name(records, case) if case.asked_unit or case.asked_id else "",
        "objection": _objection(records, case) if readable else "", "clocks": _clocks(records, case, visit.now),
        "parties": _parties(records, case) if readable else (), "papers": _papers(records, case) if readable else (), "turns": _turns(records, visit, case, names) if readable else (),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A hand-over of papers."""

    at: datetime
    label: str
    what: str
    said: str


def _papers(records: Records, case: Case) -> list[PaperLine]:
    said = {"yes": "居民已确认", "no": "居民说不对", "": "等居民确认"}
    return [
        PaperLine(p.at, "收件" if p.way == "in" else "还件", p.what,
                  "有签收照片" if p.picture and not p.answer else said[p.answer])
        for p in records.papers.of(case.id)
    ]  # fmt: skip


def _clocks(records: Records, case: Case, now: datetime) -> list[ClockLine]:
    found = [it for it in records.clocks.of(case.id) if it.name != "sent" and it.stopped_at is None]
    rests = case.state in KINDS[case.kind].rests
    return [
        ClockLine(CLOCKS.get(it.name, it.name), it.due_at, "" if it.paused_at or rests else clock.colour(it.yellow_at, it.due_at, now),
                  it.paused_why, it.resume_at)
        for it in found
    ]  # fmt: skip


def _parties(records: Records, case: Case) -> list[PartyLine]:
    found = []
    for party in records.parties.of(case.id):
        rule = KINDS[case.kind].party(party.role)
        name = masked(party.contact.get("name", "")) or ("在聊天里" if party.conversation_id else "")
        found.append(
            PartyLine(rule.label if rule else party.role, name, CONSENTS.get(party.consent, party.consent))
        )
    return found


def _objection(records: Records, case: Case) -> str:
    found = records.units.objection(case.id)
    if found is None:
        return ""
    who = records.staff.get(found.decider_id).name if found.decider_id else "街道"
    ends = {"": f"等{who}裁定", "upheld": "成立，已转派", "rejected": "不成立"}
    return f"{found.reason}（{ends[found.decision]}）"


def _of_errand(records: Records, case: Case) -> list[Turn]:
    found = [
        Turn("paper_in", "收件（居民把材料交给我）", "写明是什么、几份。居民会收到确认。"),
        Turn("paper_out", "还件", "空着就是把手上的全部还回去；送结果证件写名字。", note="optional"),
    ]
    if records.parties.missing(case.id, ("principal",)):
        found.append(Turn("entrust", "登记委托", "写明看到了什么：纸质委托书已签、本人当面委托。"))
    if any(kind == "paper" for _, kind in records.cases.pictures(case.id)):
        found.append(Turn("checked", "材料齐（预审通过）", note=""))
    return found


def _turns(records: Records, visit: Visit, case: Case, names: dict[str, str]) -> list[Turn]:
    """The forms of the deeds that this worker may do in this state."""
    if case.closed_at:
        return []
    others = [(i, name) for i, name in names.items() if i != case.unit]
    return [turn for turn in _forms(records, case, others, visit.now) if rights.may(records, visit.worker, case, turn.deed, visit.now)]  # fmt: skip


def _forms(records: Records, case: Case, others: Options, now: datetime) -> Iterator[Turn]:
    """What the state of a case allows, whoever it is."""
    rules, objection = KINDS[case.kind], records.units.objection(case.id)
    if rules.transfers:
        yield Turn("accept_offer", "接手", note="")
        yield Turn("decline_offer", "不接手")
        if objection and not objection.decision:
            yield Turn("decide", "裁定异议", "选了单位就是异议成立，改派过去；不选就是不成立。",
                       [("", "异议不成立，照旧办"), *others])  # fmt: skip
        if case.holder_id is None and others:
            yield Turn("dispatch", "派给单位", units=others, note="")
        if others and not case.asked_at:
            yield Turn("offer", "请别的单位接手", "对方接手以前，还是现在的承办人负责。", others)
        if objection is None:
            yield Turn(
                "object", "提异议（不归我们管）", "一件只能提一次，由街道裁定。居民会知道现在由谁负责。"
            )
        if not case.paused_at and case.colour(now) != "red":
            yield Turn("pause", "挂起（暂停计时）", "原因居民会看到，最长10个工作日。")
        if case.paused_at:
            yield Turn("resume", "恢复计时", note="")
    if rules.recategorised:
        categories = [(i, label) for i, label in CATEGORIES if i != case.category]
        yield Turn(
            "recategorise", "改类别", "会重新派单，也告诉居民。", categories=categories, note="optional"
        )
    if case.kind == "errand":
        yield from _of_errand(records, case)
    if case.state in rules.pool and rules.transfers:
        yield Turn("give_back", "退回值班池")
