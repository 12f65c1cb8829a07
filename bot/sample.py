"""The sample centre (示例): a made-up community that fills an empty archive, so that everything can be tried at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.sample_areas import estates_of
from intents.learning import DATA
from knowledge.handbook import HandbookEntry, read_folder
from knowledge.saved_questions import starting
from storage.archive import Records
from storage.places import Area

CENTRE = DATA / "centre"
HANDBOOK = DATA / "handbook"
AUTHOR = "示例数据"
APPROVER = "示例审核"
KINDS = ("areas", "services", "places", "workers", "rota", "facts", "handbook")


class BadSample(ValueError):
    """示例数据写得不对：{0}。请对照 knowledge/data/centre 里的说明修改。"""

    def __init__(self, what: str) -> None:
        super().__init__((self.__doc__ or "").format(what))


@dataclass(frozen=True, slots=True)
class SampleWorker:
    """A made-up worker. They get in by an invitation only: there is no password."""

    login: str
    name: str
    role: str
    area: str


@dataclass(frozen=True, slots=True)
class SampleShift:
    """A weekly line of the rota; `worker` is a login, weekday 0 is Monday."""

    area: str
    worker: str
    post: str
    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Sample:
    """All files of knowledge/data/centre, read. Services and places are bodies, as their rules read them."""

    areas: tuple[Area, ...]
    services: tuple[dict[str, Any], ...]
    places: tuple[dict[str, Any], ...]
    workers: tuple[SampleWorker, ...]
    rota: tuple[SampleShift, ...]
    centre: dict[str, Any]
    levels: tuple[dict[str, Any], ...]
    powers: dict[str, Any]
    mediation: dict[str, Any]


def read_sample(folder: Path = CENTRE) -> Sample:
    """Read the sample centre. Raises BadSample."""
    staff, mediation = _read(folder / "rota.yaml"), _read(folder / "mediation.yaml")
    workers = tuple(_worker(told) for told in staff["workers"])
    return Sample(
        areas=_areas(_read(folder / "areas.yaml")["areas"]),
        services=tuple(_read(folder / "services.yaml")["services"]),
        places=tuple(_read(folder / "places.yaml")["places"]),
        workers=workers,
        rota=tuple(_shifts(staff["rota"], {worker.login for worker in workers})),
        centre=_read(folder / "centre.yaml"),
        levels=tuple(mediation["levels"]),
        powers=_read(folder / "powers.yaml"),
        mediation={name: mediation[name] for name in ("rules", "mediators", "legal_teams")},
    )


@cache
def read_handbook() -> tuple[HandbookEntry, ...]:
    """The entries that are shipped."""
    return tuple(read_folder(HANDBOOK))


def load_sample(records: Records, now: datetime) -> dict[str, int]:
    """Fill an empty archive; returns how many rows of each of KINDS were added.

    Once loaded it never touches anything again, and a kind that already has rows of its own is left alone.
    """
    if records.places.fact("sample"):
        return dict.fromkeys(KINDS, 0)
    sample = read_sample()
    added = {
        "areas": _fill_areas(records, sample.areas),
        "services": _fill_services(records, sample.services),
        "places": _fill_places(records, sample.places),
        **_fill_staff(records, sample, now),
        "facts": _fill_facts(records, sample),
        "handbook": _publish(records, read_handbook(), now),
    }
    records.places.set_fact("sample", {"loaded_at": now.isoformat(), "added": added})
    return added


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(
        path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded


def _areas(rows: Iterable[Mapping[str, Any]]) -> tuple[Area, ...]:
    """Areas with the paths that follow from their parents."""
    paths: dict[str | None, str] = {None: "/"}
    found = []
    for row in rows:
        area_id, parent = str(row["id"]), row.get("parent")
        if area_id in paths:
            raise BadSample(f"区域“{area_id}”写了两次")
        if parent not in paths:
            raise BadSample(f"区域“{area_id}”的上级“{parent}”还没有写")
        paths[area_id] = f"{paths[parent]}{area_id}/"
        found.append(
            Area(area_id, parent, str(row["kind"]), str(row["name"]), paths[area_id], row.get("note", {}))
        )
    return tuple(found)


def _worker(told: Mapping[str, Any]) -> SampleWorker:
    return SampleWorker(str(told["login"]), str(told["name"]), str(told["role"]), str(told["area"]))


def _shifts(rows: Iterable[Mapping[str, Any]], logins: set[str]) -> Iterable[SampleShift]:
    for row in rows:
        if row["worker"] not in logins:
            raise BadSample(f"排班里的“{row['worker']}”不在人员名单里")
        for weekday in row["days"]:
            yield SampleShift(
                row["area"], row["worker"], row["post"], int(weekday), row["opens"], row["closes"]
            )


def _fill_areas(records: Records, areas: Sequence[Area]) -> int:
    if records.places.areas():
        return 0
    records.areas.put_many(areas, *estates_of(areas))
    return len(areas)


def _is_untouched(records: Records, name: str) -> bool:
    """Whether nothing of that name was ever written, not even something that is switched off now."""
    return not records.revisions().get(name)


def _fill_services(records: Records, services: Sequence[dict[str, Any]]) -> int:
    if not _is_untouched(records, "services"):
        return 0
    for body in services:
        records.places.put_service(body)
    return len(services)


def _fill_places(records: Records, places: Sequence[dict[str, Any]]) -> int:
    if not _is_untouched(records, "places"):
        return 0
    for body in places:
        records.places.put_place(body)
    return len(places)


def _fill_staff(records: Records, sample: Sample, now: datetime) -> dict[str, int]:
    """Workers whose login is free, and their shifts; nobody's shifts where a rota is there already."""
    had_rota = bool(records.staff.shifts())
    ids = {
        who.login: records.staff.add(login=who.login, name=who.name, role=who.role, area_id=who.area, now=now)
        for who in sample.workers
        if records.staff.by_login(who.login) is None
    }
    shifts = [] if had_rota else [shift for shift in sample.rota if shift.worker in ids]
    for shift in shifts:
        records.staff.put_shift(
            area_id=shift.area, worker_id=ids[shift.worker], post=shift.post, weekday=shift.weekday,
            opens=shift.opens, closes=shift.closes,
        )  # fmt: skip
    return {"workers": len(ids), "rota": len(shifts)}


def _fill_facts(records: Records, sample: Sample) -> int:
    facts = {"centre": sample.centre, "mediation": list(sample.levels), "powers": sample.powers,
             "mediation_rules": sample.mediation["rules"], "mediators": sample.mediation["mediators"],
             "legal_teams": sample.mediation["legal_teams"]}  # fmt: skip
    missing = {name: value for name, value in facts.items() if records.places.fact(name) is None}
    for name, value in missing.items():
        records.places.set_fact(name, value)
    return len(missing)


def _publish(records: Records, entries: Iterable[HandbookEntry], now: datetime) -> int:
    """Publish the entries of which no version was ever written."""
    known = {version.entry.id for version in records.handbook.newest()}
    fresh = [entry for entry in entries if entry.id not in known]
    for entry in fresh:
        version = records.handbook.draft(entry, AUTHOR, "示例手册", now)
        records.handbook.publish(entry.id, version, APPROVER, now)
    if fresh and not records.questions.of():
        records.questions.fill(starting(fresh), AUTHOR, now)
    return len(fresh)
