"""Estates and buildings of the sample centre, read from what its grids say lies in them (示例花园1–4号楼)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.areas import Building, Estate
from storage.places import Area

NUMBERED = re.compile(r"(?P<name>.+?)(?P<first>\d+)–(?P<last>\d+)号楼")
PART = re.compile(r"(?P<name>.+?)（(?P<part>.+)）")
APART = 0.0003  # degrees between the sample's buildings, about 30 m
WHOLE = "全院"  # the one building of an estate without numbers


def estates_of(areas: Iterable[Area]) -> tuple[list[Estate], list[Building]]:
    """What the notes of the grids tell; an estate that lies in several grids is one."""
    estates: dict[tuple[str, str], Estate] = {}
    buildings: list[Building] = []
    for grid in areas:
        if grid.kind != "网格" or grid.parent_id is None:
            continue
        for told in grid.note.get("estates", ()):
            estate, labels = _read(str(told), grid, len(estates))
            estate = estates.setdefault((grid.parent_id, estate.name), estate)
            buildings += _buildings(estate, labels, grid)
    return list(estates.values()), buildings


def _read(told: str, grid: Area, count: int) -> tuple[Estate, list[str]]:
    lat, lon = _point(grid)
    key, of = f"{grid.parent_id}-e{count + 1}", str(grid.parent_id)
    if found := NUMBERED.fullmatch(told):
        labels = [str(n) for n in range(int(found["first"]), int(found["last"]) + 1)]
        return Estate(key, of, found["name"], latitude=lat, longitude=lon), labels
    if found := PART.fullmatch(told):
        name = found["name"] + found["part"]
        return Estate(key, of, name, aliases=(found["name"],), latitude=lat, longitude=lon), [WHOLE]
    return Estate(key, of, told, latitude=lat, longitude=lon), [WHOLE]


def _buildings(estate: Estate, labels: list[str], grid: Area) -> Iterator[Building]:
    lat, lon = _point(grid)
    for n, label in enumerate(labels):
        at = (lat, lon + n * APART) if lat is not None and lon is not None else (None, None)
        yield Building(estate.id, label, grid.id, 3, *at)


def _point(grid: Area) -> tuple[float | None, float | None]:
    told = grid.note.get("point")
    return (float(told[0]), float(told[1])) if told else (None, None)
