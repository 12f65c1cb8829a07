"""Words to those who follow a case, and to workers. Every key holds the case's number and how many events it had."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from intents.message import Reply
from intents.refused import Refused
from intents.scene import say_to, tell_workers
from knowledge.cases import KINDS
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

__all__ = ["Refused", "changed", "first", "holder_name", "sentence", "tell_followers", "tell_staff"]


def tell_followers(records: Records, case: Case, reply: Reply, now: datetime) -> None:
    """Say something to everybody who follows the case, once for this state of its history."""
    count = len(records.cases.events(case.id))
    for conversation_id in records.cases.subscribers(case):
        key = f"case:{case.number}:{count}:{conversation_id}"
        say_to(records, conversation_id, reply, "case", now, key=key)


def tell_staff(
    records: Records, case: Case, workers: Iterable[Worker], text: str, now: datetime, key: str = ""
) -> int:
    """Say something to workers, once for this state of the case's history; returns how many have a chat."""
    key = key or f"case:{case.number}:{len(records.cases.events(case.id))}:staff"
    return tell_workers(records, workers, text, key, now)


def first(records: Records, case: Case) -> str:
    """What the second of two hears: who was first."""
    who = records.staff.get(case.holder_id).name if case.holder_id else "别人"
    return f"{case.number}刚被{who}处理，现在是“{KINDS[case.kind].states[case.state]}”。"


def changed(records: Records, case: Case, now: datetime, **values: object) -> Case:
    """Change a case as it was read, or be told who was first."""
    done = records.cases.change(case, now, **values)
    if done is None:
        raise Refused(first(records, records.cases.get(case.id)))
    return done


def sentence(note: str) -> str:
    """A note that other words can follow."""
    note = note.strip()
    return note if not note or note[-1] in "。！？" else f"{note}。"


def holder_name(records: Records, case: Case) -> str:
    """Who holds a case now, as a resident reads it."""
    unit = records.units.get(case.unit) if case.unit else None
    if case.holder_id and not case.lost_at:
        name = records.staff.get(case.holder_id).name
        return f"{unit.name}{name}" if unit else name
    if unit and not case.lost_at:
        return unit.name
    return "街道值班人员" if case.lost_at else "社区值班人员"
