"""What the case page shows beside the words: clocks, parties, units, and which turns a worker may take now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.guard import Visit
from intents.cases import transfer
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
        "parties": _parties(records, case) if readable else (), "turns": _turns(records, visit, case, names) if readable else (),
    }  # fmt: skip


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


def _turns(records: Records, visit: Visit, case: Case, names: dict[str, str]) -> list[Turn]:
    rules, worker = KINDS[case.kind], visit.worker
    if case.closed_at or not rules.transfers:
        return []
    others = [(i, name) for i, name in names.items() if i != case.unit]
    holds, is_asked = case.holder_id == worker.id, transfer.is_asked(records, worker, case)
    objection = records.units.objection(case.id)
    found = []
    if is_asked:
        found += [Turn("accept_offer", "接手", note=""), Turn("decline_offer", "不接手")]
    if objection and not objection.decision and (worker.id == objection.decider_id or worker.role == "admin") and worker.id != objection.worker_id:  # fmt: skip
        found.append(
            Turn(
                "decide",
                "裁定异议",
                "选了单位就是异议成立，改派过去；不选就是不成立。",
                [("", "异议不成立，照旧办"), *others],
            )
        )
    if worker.role == "admin" and case.holder_id is None and others:
        found.append(Turn("dispatch", "派给单位", units=others, note=""))
    if (holds or worker.role == "admin") and others and not case.asked_at:
        found.append(Turn("offer", "请别的单位接手", "对方接手以前，还是现在的承办人负责。", others))
    if objection is None and case.holder_id in (None, worker.id):
        found.append(
            Turn("object", "提异议（不归我们管）", "一件只能提一次，由街道裁定。居民会知道现在由谁负责。")
        )
    if holds and not case.paused_at and case.colour(visit.now) != "red":
        found.append(Turn("pause", "挂起（暂停计时）", "原因居民会看到，最长10个工作日。"))
    if case.paused_at:
        found.append(Turn("resume", "恢复计时", note=""))
    if (rules.recategorised and case.state == rules.first) or (holds and rules.recategorised):
        categories = [(i, label) for i, label in CATEGORIES if i != case.category]
        found.append(
            Turn("recategorise", "改类别", "会重新派单，也告诉居民。", categories=categories, note="optional")
        )
    if holds and case.state in rules.pool:
        found.append(Turn("give_back", "退回值班池"))
    return found
