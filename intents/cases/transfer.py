"""首接负责: who holds a case keeps it until another unit has accepted it."""

from __future__ import annotations

from datetime import datetime

from intents.cases import rights
from intents.cases.words import Refused, changed, holder_name, sentence, tell_followers, tell_staff
from intents.library import Lore
from intents.message import Reply
from knowledge.cases import KINDS, MEDIATORS, Span, clock
from storage.archive import Records
from storage.cases import Case
from storage.cases.clocks import ACCEPT
from storage.staff import Worker

ANSWER_WITHIN = Span(1, "workdays")


def offer(records: Records, lore: Lore, worker: Worker, case: Case, now: datetime, *, unit: str = "",
          to: Worker | None = None, note: str = "") -> Case:  # fmt: skip
    """Ask another unit, or one worker of another area, to take a case over; nothing changes until they accept."""
    if not KINDS[case.kind].transfers or case.closed_at:
        raise Refused(f"{case.number}现在不能转给别的单位。")
    rights.allow(records, worker, case, "offer", now)
    if case.asked_unit or case.asked_id:
        raise Refused(f"{case.number}已经在等{asked_name(records, case)}答复，答复前不能再转。")
    if not note.strip():
        raise Refused("转给别的单位要写明原因。")
    people = _able(
        records, case, [to] if to else [records.staff.get(i) for i in records.units.contacts(unit)]
    )
    if not people or (unit and unit == case.unit):
        raise Refused("那个单位没有能联系上的人，没有转，请另选。")
    done = changed(records, case, now, asked_unit=unit, asked_id=to.id if to else None, asked_at=now)
    due = clock.due(now, ANSWER_WITHIN, lore.calendar)
    records.clocks.start(case.id, ACCEPT, now, due)
    name = asked_name(records, done)
    records.cases.note(
        case.id, now, worker.name, "offer", case.state, f"请{name}接手：{sentence(note)}", public=True
    )
    records.audit.write(now, worker.login, "offer", case.number, unit or (to.login if to else ""))
    text = f"{worker.name}请您接手 {case.number} {case.title}。回“接手 {case.number}”或“不接 {case.number} 原因”。"
    tell_staff(records, done, people, text, now)
    who = holder_name(records, done)
    tell_followers(records, done, Reply(f"{case.number}正在请{name}接手。对方接手以前，仍由{who}负责。"), now)
    return done


def asked_name(records: Records, case: Case) -> str:
    """Whom a case is offered to."""
    if case.asked_id:
        return records.staff.get(case.asked_id).name
    unit = records.units.get(case.asked_unit)
    return unit.name if unit else "对方"


def _able(records: Records, case: Case, people: list[Worker]) -> list[Worker]:
    """Those who could hold it: a mediation is for mediators, and nobody is asked for what they hold."""
    fit = [who for who in people if who.active and who.role != "auditor" and who.id != case.holder_id]
    return [who for who in fit if case.kind != "mediation" or who.role in MEDIATORS]


def accept(records: Records, worker: Worker, case: Case, now: datetime) -> Case:
    """Take over what was offered; from now on they hold it."""
    _must_be_asked(records, worker, case, "accept_offer", now)
    before = [records.staff.get(case.holder_id)] if case.holder_id else []
    done = changed(records, case, now, holder_id=worker.id, unit=case.asked_unit or None, asked_unit=None, asked_id=None,
                   asked_at=None)  # fmt: skip
    records.clocks.stop(case.id, now, ACCEPT)
    records.cases.note(case.id, now, worker.name, "accept_offer", case.state, "", public=True)
    records.audit.write(now, worker.login, "accept_offer", case.number)
    tell_staff(records, done, before, f"{case.number}已由{holder_name(records, done)}接手。", now)
    tell_followers(records, done, Reply(f"{case.number}现在由{holder_name(records, done)}负责。"), now)
    return done


def decline(records: Records, worker: Worker, case: Case, note: str, now: datetime) -> Case:
    """Not taken over: the holder stays who they were, and hears why."""
    _must_be_asked(records, worker, case, "decline_offer", now)
    if not note.strip():
        raise Refused("不接要写明原因。")
    done = changed(records, case, now, asked_unit=None, asked_id=None, asked_at=None)
    records.clocks.stop(case.id, now, ACCEPT)
    records.cases.note(case.id, now, worker.name, "decline_offer", case.state, sentence(note))
    records.audit.write(now, worker.login, "decline_offer", case.number)
    before = [records.staff.get(case.holder_id)] if case.holder_id else []
    tell_staff(
        records, done, before, f"{worker.name}没有接手{case.number}：{sentence(note)}仍由您负责。", now
    )
    tell_followers(
        records, done, Reply(f"{case.number}仍由{holder_name(records, done)}负责，照常办理。"), now
    )
    return done


def _must_be_asked(records: Records, worker: Worker, case: Case, deed: str, now: datetime) -> None:
    if "asked" not in rights.relations(records, worker, case, now):
        raise Refused(f"{case.number}没有转给您。")
    rights.allow(records, worker, case, deed, now)
