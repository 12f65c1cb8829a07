"""派单异议: "not ours" is said once a case, and the street decides; until then the unit holds it (RG35)."""

from __future__ import annotations

from datetime import datetime

from intents import duty
from intents.cases import rights
from intents.cases.dispatch import dispatch
from intents.cases.words import Refused, changed, holder_name, sentence, tell_followers, tell_staff
from intents.library import Lore
from intents.message import Reply
from knowledge import when
from knowledge.cases import KINDS, Span, clock
from storage.archive import Records
from storage.cases import Case
from storage.cases.clocks import DECIDE
from storage.staff import Worker

DECIDED_WITHIN = Span(1, "workdays")


def object_to(records: Records, lore: Lore, worker: Worker, case: Case, reason: str, now: datetime) -> Worker:
    """Say that a case is not ours; returns who decides. A case has one objection."""
    if not KINDS[case.kind].transfers or case.closed_at:
        raise Refused(f"{case.number}不能提异议。")
    rights.allow(records, worker, case, "object", now)
    if not reason.strip():
        raise Refused("提异议要写明理由：为什么不归你们管，该归谁管。")
    decider = duty.decider(records, case.area_id, worker.id)
    if decider is None:
        raise Refused("街道现在没有能裁定的人，请联系管理员。")
    if not records.units.object(case, worker.id, reason.strip()[:500], decider.id, now):
        raise Refused(f"{case.number}已经提过一次异议，不能再提。")
    case = changed(records, case, now)  # the page that was open before is old now
    due = clock.due(now, DECIDED_WITHIN, lore.calendar)
    records.clocks.start(case.id, DECIDE, now, due)
    records.cases.note(case.id, now, worker.name, "object", case.state, sentence(reason))
    records.audit.write(now, worker.login, "object", case.number)
    text = (
        f"{case.number} {case.title}：{worker.name}提出异议：{sentence(reason)}请您在{when.say(due)}前裁定。"
    )
    text += f"回“{case.number} 异议成立 该归谁”或“{case.number} 异议不成立 理由”。"
    tell_staff(records, case, [decider], text, now)
    who = holder_name(records, case)
    words = f"{case.number}：{who}提出这件事不归他们管，由{decider.name}在{when.say(due)}前定下来。在那以前仍由{who}负责。"
    tell_followers(records, case, Reply(words), now)
    return decider


def decide(records: Records, lore: Lore, worker: Worker, case: Case, *, upheld: bool, note: str, now: datetime,
           unit: str = "") -> Case:  # fmt: skip
    """Decide an objection: upheld sends the case on (the promised date stays), rejected leaves it where it is."""
    objection = records.units.objection(case.id)
    if objection is None or objection.decision or case.closed_at:
        raise Refused(f"{case.number}现在没有要裁定的异议。")
    if not rights.may(records, worker, case, "decide", now):
        raise Refused(f"这件异议由{_name(records, objection.decider_id)}裁定。")
    if not note.strip():
        raise Refused("裁定要写明理由。")
    if upheld and unit == case.unit and unit:
        raise Refused("异议成立，请派给别的单位。")
    if not records.units.decide(case.id, "upheld" if upheld else "rejected", now):
        raise Refused(f"{case.number}的异议刚被别人裁定。")
    records.clocks.stop(case.id, now, DECIDE)
    label = "异议成立" if upheld else "异议不成立"
    records.cases.note(
        case.id, now, worker.name, "decide", case.state, f"{label}：{sentence(note)}", public=True
    )
    records.audit.write(now, worker.login, "decide", case.number, "upheld" if upheld else "rejected")
    done = (
        dispatch(records, lore, case, now, unit=unit, actor=worker.name)
        if upheld
        else changed(records, case, now)
    )
    asker = records.staff.get(objection.worker_id)
    tell_staff(
        records, done, [asker], f"{case.number}{label}：{sentence(note)}", now, f"decided:{case.number}"
    )
    tell_followers(
        records, done, Reply(f"{case.number}定下来了，现在由{holder_name(records, done)}负责。"), now
    )
    return done


def _name(records: Records, worker_id: int | None) -> str:
    return records.staff.get(worker_id).name if worker_id else "街道"
