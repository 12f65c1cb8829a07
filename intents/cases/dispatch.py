"""Where a case goes: to a unit of the dispatch table, or to the area's people; 未派出 where nobody can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from intents import duty
from intents.cases import rights
from intents.cases.words import Refused, changed, holder_name, sentence, tell_followers, tell_staff
from intents.library import Lore
from intents.message import Reply
from intents.scene import tell_workers
from knowledge import when
from knowledge.cases import KINDS, clock
from storage.archive import Records
from storage.cases import Case
from storage.cases.clocks import ACCEPT, SENT
from storage.staff import Worker


def route(records: Records, case: Case) -> tuple[str, list[str]]:
    """(holding unit, helping units) by the dispatch table; an empty unit is the area's own people."""
    rules = records.units.rules(case.kind, case.category, records.places.chain(case.area_id))
    main = [rule.unit for rule in rules if rule.main]
    return (main[0] if main else ""), [rule.unit for rule in rules if not rule.main] + main[1:]


def dispatch(records: Records, lore: Lore, case: Case, now: datetime, *, unit: str | None = None,
             actor: str = "系统", here: Sequence[Worker] | None = None) -> Case:  # fmt: skip
    """Send a case to a unit (default: by the table) and tell its people; where nobody is reached it is 未派出 (RG33).

    `here`: who is told where the area's own people hold it, at intake (under the key by which the rounds tell whoever opens).
    """
    named, helpers = route(records, case)
    to = named if unit is None else unit
    first = KINDS[case.kind].first
    done = changed(records, case, now, unit=to or None, state=first, holder_id=None, lost_at=None, asked_unit=None,
                   asked_id=None, asked_at=None)  # fmt: skip
    records.clocks.stop(case.id, now, ACCEPT)
    records.clocks.start(case.id, SENT, now, now + _LOOK)
    for helper in helpers:
        records.units.help(case.id, helper)
    people = reachable(records, done)
    if not people and not here:
        return lose(records, lore, done, now)
    records.cases.note(
        case.id, now, actor, "dispatch", first, f"派给{holder_name(records, done)}", public=True
    )
    text = f"新的{KINDS[case.kind].title} {case.number} {case.title}，请接单。回“接 {case.number}”。"
    if to or here is None:
        told = people if to else duty.people_on_duty(records, lore, case.area_id, now)
        tell_workers(records, told, text, sent_key(done), now)
    else:
        tell_workers(records, here, text, f"case:{case.number}:new", now)
    return done


_LOOK = clock.A_WHILE / 360  # two minutes


def sent_key(case: Case) -> str:
    """The outbox key of the words by which a case was sent, without the worker's id."""
    return f"sent:{case.number}:{case.unit or case.area_id}"


def reachable(records: Records, case: Case) -> list[Worker]:
    """Whom a unit's case can reach; for the area's own cases its people and those above it."""
    if case.unit:
        key = sent_key(case)
        people = [records.staff.get(i) for i in records.units.contacts(case.unit)]
        dead = records.units.failed([f"{key}:{who.id}" for who in people])
        return [who for who in people if f"{key}:{who.id}" not in dead or who.has_password]
    chain = records.places.chain(case.area_id)
    return [
        who for who in records.staff.all() if who.active and who.area_id in chain and who.role != "auditor"
    ]


def lose(records: Records, lore: Lore, case: Case, now: datetime) -> Case:
    """未派出: on everybody's desk above, and the supervisor is told at once. Nobody reads that it was sent."""
    if case.lost_at is not None:
        return case
    done = changed(records, case, now, lost_at=now)
    unit = records.units.get(case.unit) if case.unit else None
    who = unit.name if unit else lore.area_name(case.area_id)
    who = records.staff.get(case.holder_id).name if case.holder_id else who
    records.cases.note(case.id, now, "系统", "lost", case.state, f"{who}联系不上，还没有派出")
    up = duty.supervisors(records, lore, case.area_id, 1, now)
    text = f"【未派出】{case.number} {case.title}：{who}没有能联系上的人，请马上派给别的单位。"
    tell_staff(records, done, up, text, now, f"lost:{case.number}:{case.unit}:{now:%Y%m%d%H%M}")
    return done


def look(records: Records, lore: Lore, case: Case, now: datetime) -> None:
    """Some minutes after a case was sent: has anybody been reached?"""
    if case.holder_id is None and case.closed_at is None and not reachable(records, case):
        lose(records, lore, case, now)


def recategorise(records: Records, lore: Lore, worker: Worker, case: Case, category: str, label: str, now: datetime,
                 note: str = "") -> Case:  # fmt: skip
    """Another category: sent anew by the table; the promised date as the kind's table says; the resident is told (RG34)."""
    rules = KINDS[case.kind]
    if not rules.recategorised:
        raise Refused(f"{rules.title}没有类别可以改。")
    rights.allow(records, worker, case, "recategorise", now)
    if category == case.category or category not in rules.within:
        raise Refused("请选另一个类别。")
    values: dict[str, object] = {"category": category, "title": f"{case.title.split('：')[0]}：{label}"}
    if rules.recategorised == "restart":
        values["due_at"] = clock.due(now, rules.promise(category), lore.calendar)
    body = case.body | {"category": label}
    done = changed(records, case, now, body=body, **values)
    records.cases.note(
        case.id,
        now,
        worker.name,
        "recategorise",
        rules.first,
        f"改为“{label}”。{sentence(note)}",
        public=True,
    )
    records.audit.write(now, worker.login, "recategorise", case.number, category)
    sent = dispatch(records, lore, done, now, actor=worker.name)
    assert sent.due_at is not None
    words = f"{case.number}的类别改成了“{label}”，重新派单，现在由{holder_name(records, sent)}负责，{when.say(sent.due_at)}前给您答复。"
    tell_followers(records, sent, Reply(words), now)
    return sent


def send_to(records: Records, lore: Lore, worker: Worker, case: Case, unit_id: str, now: datetime) -> Case:
    """A supervisor sends a case that waits (未派出, or in a pool) to a unit."""
    rights.allow(records, worker, case, "dispatch", now)
    unit = records.units.get(unit_id)
    if unit is None or not unit.active:
        raise Refused("没有这个单位，请在名单里选。")
    if case.holder_id is not None:
        raise Refused(f"{case.number}已由{holder_name(records, case)}承办，请用“转派”。")
    done = dispatch(records, lore, case, now, unit=unit_id, actor=worker.name)
    records.audit.write(now, worker.login, "dispatch", case.number, unit_id)
    if done.lost_at is None:
        tell_followers(records, done, Reply(f"{case.number}已派给{unit.name}，有人接单就告诉您。"), now)
    return done
