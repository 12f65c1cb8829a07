"""Who may do what with a case: one table, asked for every turn from the desk and from chat.

A worker stands to a case in some relations; MAY names those that a deed needs. Further roles (grants) count inside
their area while they run; outside the area of their roles nobody is a supervisor, whatever they are at home.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from intents.refused import Refused
from knowledge.areas.model import COMMUNITIES
from knowledge.cases import KINDS, MEDIATORS, may_read
from storage.archive import Records
from storage.cases import Case
from storage.staff import HEIGHTS, Worker

STRENGTH = {"auditor": 0, "worker": 1, "mediator": 2, "admin": 3}
ELSEWHERE = {"admin": "mediator"}  # what a role is worth outside its area
ANYONE = ("holder", "asked", "unit", "helper", "area", "supervisor", "mediator", "decider")

MAY: dict[str, tuple[str, ...]] = {
    "open": ANYONE,
    "note": ANYONE,
    "take": ("holder", "pool", "supervisor", "mediator"),
    "move": ("holder", "pool", "supervisor", "mediator"),
    "assign": ("holder", "pool", "supervisor", "mediator"),
    "offer": ("holder", "supervisor"),
    "accept_offer": ("asked",),
    "decline_offer": ("asked",),
    "object": ("holder", "pool"),
    "decide": ("decider", "street"),
    "pause": ("holder",),
    "resume": ("holder", "supervisor"),
    "dispatch": ("supervisor",),
    "recategorise": ("holder", "pool", "supervisor"),
    "give_back": ("holder",),
    "paper_in": ("holder",),
    "paper_out": ("holder",),
    "entrust": ("holder",),
    "checked": ("holder",),
}
UNREAD = ("open", "accept_offer", "decline_offer")  # what is offered is answered before it can be read
WORDS = {
    "holder": "承办人",
    "pool": "值班的人",
    "supervisor": "管理员",
    "mediator": "调解员",
    "decider": "裁定的人",
    "street": "街道管理员",
    "asked": "被请接手的人",
}


def acting(records: Records, worker: Worker, case: Case, now: datetime | None = None) -> Worker:
    """The worker with the strongest of their roles whose area the case lies in. Without `now` no grant counts."""
    here = [
        (STRENGTH[role], level, role)
        for role, path, level in _roles(records, worker, now)
        if records.cases.is_in_scope(case, path)
    ]
    if not here:
        return replace(worker, role=ELSEWHERE.get(worker.role, worker.role))
    _, level, role = max(here)
    return (
        worker if role == worker.role and level == worker.level else replace(worker, role=role, level=level)
    )


def _roles(records: Records, worker: Worker, now: datetime | None) -> Iterator[tuple[str, str, int]]:
    """(role, area path, level) of a worker."""
    yield worker.role, records.places.path(worker.area_id), worker.level
    for role, path in records.proxies.granted(worker.id, now) if now else ():
        area = records.places.area(path.strip("/").split("/")[-1])
        yield role, path, HEIGHTS.get(area.kind, 0) if area else 0


def relations(records: Records, worker: Worker, case: Case, now: datetime | None = None) -> frozenset[str]:
    """How a worker stands to a case."""
    me = acting(records, worker, case, now)
    if me.role == "auditor" or not me.active:  # an auditor reads the log, no case
        return frozenset()
    in_area = _is_in_area(records, worker, case, now)
    units = set(records.units.of_worker(me.id))
    is_admin = in_area and me.role == "admin"
    objection = records.units.objection(case.id) if is_admin else None
    told = {
        "holder": case.holder_id == me.id,
        "asked": case.asked_id == me.id or (not case.asked_id and bool(case.asked_unit) and case.asked_unit in units),
        "unit": bool(case.unit) and case.unit in units,
        "helper": bool(units) and not units.isdisjoint(records.units.helpers(case.id)),
        "area": in_area,
        "supervisor": is_admin,
        "mediator": in_area and case.kind == "mediation" and me.role in MEDIATORS and me.level <= case.level,
        "decider": objection is not None and objection.decider_id == me.id,
        "street": is_admin and me.level > 0 and not (objection and objection.worker_id == me.id),
    }  # fmt: skip
    told["pool"] = case.holder_id is None and (told["unit"] or (in_area and (not case.unit or case.lost_at is not None)))  # fmt: skip
    return frozenset(name for name, holds in told.items() if holds)


def _is_in_area(records: Records, worker: Worker, case: Case, now: datetime | None) -> bool:
    return any(
        records.cases.is_in_scope(case, path)
        for role, path, _ in _roles(records, worker, now)
        if role != "auditor"
    )


def reads(records: Records, worker: Worker, case: Case, now: datetime | None = None) -> bool:
    """Whether a worker may read a case's words (RG41)."""
    me = acting(records, worker, case, now)
    return may_read(KINDS[case.kind], me.role, is_holder=case.holder_id == me.id, level=me.level, case_level=case.level,
                    is_held=case.holder_id is not None and case.state != "raised")  # fmt: skip


def may(records: Records, worker: Worker, case: Case, deed: str, now: datetime | None = None) -> bool:
    """Whether a worker may do a deed of MAY. Most need that one may read, too."""
    if deed not in UNREAD and not reads(records, worker, case, now):
        return False
    return not relations(records, worker, case, now).isdisjoint(MAY[deed])


def allow(records: Records, worker: Worker, case: Case, deed: str, now: datetime) -> None:
    """Refuse what a worker may not do, and say whose turn it is."""
    if case.closed_at and deed not in ("open", "note"):
        raise Refused(f"{case.number}已经结束了。")
    if may(records, worker, case, deed, now):
        return
    if not reads(records, worker, case, now):
        raise Refused("这件事只有承办人和调解员能处理。")
    who = f"{case.number}由{records.staff.get(case.holder_id).name}承办，" if case.holder_id else ""
    able = "、".join(WORDS[name] for name in MAY[deed] if name in WORDS and _fits(case, name))
    raise Refused(f"{who}这一步要由{able}来做。")


def _fits(case: Case, relation: str) -> bool:
    """Whether there is such a relation for a case like this one."""
    if relation == "mediator":
        return case.kind == "mediation"
    return relation != ("pool" if case.holder_id else "holder")


def may_hold(records: Records, to: Worker, case: Case, now: datetime | None = None) -> bool:
    """Whether a case may be put into somebody's hands at once: only within whoever holds it now (首接负责).

    Talks and alerts, and what a leaver held, go to anybody who may open them; a mediation to its level's mediators.
    """
    if not to.active or case.closed_at or not may(records, to, case, "open", now):
        return False
    me = acting(records, to, case, now)
    if case.kind == "mediation" and me.role not in MEDIATORS:
        return False
    if not KINDS[case.kind].transfers:
        return True
    if case.unit:
        return to.id in records.units.contacts(case.unit)
    holder = records.staff.get(case.holder_id) if case.holder_id else None
    if holder is None or not holder.active or holder.id == to.id:
        return True
    is_raised = case.kind == "mediation" and case.level > 0 and me.level == case.level
    return is_raised or _office(records, holder.area_id) == _office(records, to.area_id)


def _office(records: Records, area_id: str) -> str:
    """Whose people they are: a community's with its grids, a street's, the district's."""
    for above in records.places.chain(area_id):
        area = records.places.area(above)
        if area and area.kind in COMMUNITIES:
            return area.id
    return area_id


def sees_picture(records: Records, worker: Worker, case: Case, seen_by: str, now: datetime) -> bool:
    """Whether a worker may look at a picture of a case; `holder`: an identity card, for who does the work only."""
    if seen_by == "holder":
        return case.holder_id == worker.id
    return reads(records, worker, case, now)


def is_theirs(records: Records, person_id: int, case: Case, now: datetime) -> bool:
    """Whether a resident may ask about a case: their own, or that of somebody they may act for now."""
    if case.person_id is None:
        return False
    return case.person_id == person_id or records.proxies.may_act(person_id, case.person_id, case.kind, now)
