"""End of a shift, and who leaves for good: what is open goes to somebody, and both read a list (I7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from intents.cases import dispatch, rights
from intents.cases.words import changed
from intents.library import Lore
from intents.refused import Refused
from intents.scene import tell_workers
from knowledge.cases import KINDS
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

MOST = 10_000  # open cases of one person or unit
Give = Callable[[Case, Worker], object]


def give_back(records: Records, worker: Worker, case: Case, now: datetime, why: str) -> Case:
    """From a worker's hands into the pool of the unit; only where nobody need hold it. A talk goes back into its queue."""
    rules = KINDS[case.kind]
    if case.holder_id != worker.id or case.closed_at:
        raise Refused(f"{case.number}不在{worker.name}手上。")
    rights.allow(records, worker, case, "give_back", now)
    state = "queued" if case.kind == "handoff" else case.state
    if state not in rules.pool:
        raise Refused(f"{case.number}现在要有人承办，请转给一位同事。")
    done = changed(records, case, now, holder_id=None, state=state)
    if case.kind == "handoff" and case.conversation_id is not None:
        talk = records.conversations.get(case.conversation_id)
        talk.held, talk.case_id = "queued", case.id
        records.conversations.keep(talk, now)
    records.cases.note(case.id, now, worker.name, "give_back", state, why, public=False)
    records.audit.write(now, worker.login, "give_back", case.number)
    return done


def hand_over(
    records: Records, worker: Worker, to: Worker | None, now: datetime, give: Give
) -> tuple[list[Case], list[Case]]:
    """交班: everything open goes to a colleague, or into the pool. (what went, what stays); a colleague reads the list."""
    gone: list[Case] = []
    left: list[Case] = []
    for case in records.cases.held_by(worker.id):
        try:
            if to is None:
                give_back(records, worker, case, now, "交班")
            else:
                give(case, to)
            gone.append(case)
        except Refused:
            left.append(case)
    if to is not None and gone:
        numbers = "、".join(case.number for case in gone)
        text = f"{worker.name}交班，{len(gone)}件转给您：{numbers}。"
        tell_workers(records, [to], text, f"handover:{worker.id}:{now:%Y%m%d%H%M%S}", now)
    return gone, left


def left(records: Records, lore: Lore, worker: Worker, now: datetime) -> list[Case]:
    """Who is gone holds nothing: their cases, and those of units with nobody else, are 未派出 at once.

    They stay in the leaver's name until somebody takes or is given them, so that the list of what was left stays whole.
    """
    held = [dispatch.lose(records, lore, case, now) for case in records.cases.held_by(worker.id, limit=MOST)]
    for unit in records.units.of_worker(worker.id):
        for case in records.cases.of_unit(unit, limit=MOST):
            if case.unit == unit:
                dispatch.look(records, lore, records.cases.get(case.id), now)
    return held


def returned(records: Records, worker: Worker, now: datetime) -> None:
    """Who is back holds again what nobody else has taken."""
    for case in records.cases.held_by(worker.id, limit=MOST):
        if case.lost_at is not None:
            changed(records, case, now, lost_at=None)
            records.cases.note(case.id, now, "系统", "found", case.state, f"{worker.name}回来了，继续承办")


def listed(gone: list[Case], left: list[Case], to: Worker | None) -> str:
    """What the worker reads who hands over."""
    if not gone and not left:
        return "您手上没有没办完的件。"
    where = f"转给{to.name}" if to else "交回值班池"
    lines = [f"{where}{len(gone)}件：" + "、".join(case.number for case in gone)] if gone else []
    if left:
        lines.append(
            f"还有{len(left)}件要转给一位同事："
            + "、".join(case.number for case in left)
            + "。说“交班 名字”。"
        )
    return "\n".join(lines)
