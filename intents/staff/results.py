"""Importing concluded mediations, and the page of figures; for desk and command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from intents.refused import Refused
from knowledge.cases import LEVELS
from knowledge.mediation import figures
from knowledge.mediation.figures import Line
from knowledge.mediation.files import BadTable, Loaded, read
from storage.archive import Records


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows; every number by the printed definition."""

    total: Line
    levels: Sequence[Line]
    rounds: Sequence[Line]
    outcomes: Sequence[tuple[str, int]]
    definition: str = figures.DEFINITION


def made(records: Records, path: str, since: date | None = None, until: date | None = None) -> Figures:
    """The figures of an area's subtree."""
    found = records.mediation.results(path, since, until)
    return Figures(figures.count("合计", found), figures.by_level(found, LEVELS), figures.by_round(found), figures.by_outcome(found))  # fmt: skip


def take_in(
    records: Records, data: bytes, name: str, who: str, path: str, now: datetime
) -> tuple[int, Loaded]:
    """Import a file, all of it or nothing; areas must be known and lie in the worker's own. Returns how many were new."""
    try:
        loaded = read(data, name)
    except BadTable as error:
        raise Refused(str(error)) from None
    known = records.mediation.known_areas({one.area_id for one in loaded.results})
    outside = {one.area_id for one in loaded.results if one.area_id not in known or not records.places.path(one.area_id).startswith(path)}  # fmt: skip
    if loaded.faults:
        line, what = loaded.faults[0]
        raise Refused(f"有{len(loaded.faults)}行不对，没有导入。第{line}行：{what}。")
    if outside:
        raise Refused(f"有不认识或不在您范围的区域，没有导入：{'、'.join(sorted(outside)[:5])}。")
    count = records.mediation.take_in(loaded.results)
    records.audit.write(now, who, "import", "mediation", str(len(loaded.results)))
    return count, loaded
