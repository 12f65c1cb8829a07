"""From an address or a point to exactly one grid, or to a question, or to nothing: never to a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, radians

from knowledge.areas.model import COMMUNITIES, Building, Estate, Found, Node
from knowledge.areas.names import Hit, Names
from knowledge.areas.tree import holds
from knowledge.areas.words import Told, normal, taken_apart
from knowledge.places import metres

CHOICES = 3
REACH = 300.0  # metres: a point farther than this from every building lies in no grid we know
SAMPLE = re.compile(r"[（(]示例[)）]$")  # a mark for readers; nobody says it
CELL = 0.004  # degrees, more than REACH anywhere in China


@dataclass(frozen=True)
class Gazetteer:
    """Everything that is needed to place an address, built once from rows."""

    areas: Mapping[str, Node]
    estates: Mapping[str, Estate]
    buildings: Mapping[str, Mapping[str, Building]]  # estate → label → building

    @classmethod
    def build(
        cls, areas: Iterable[Node], estates: Iterable[Estate], buildings: Iterable[Building]
    ) -> Gazetteer:
        """From rows; an area that ended is known, but no address leads to it."""
        of: dict[str, dict[str, Building]] = {}
        for building in buildings:
            of.setdefault(building.estate_id, {})[building.label] = building
        return cls({area.id: area for area in areas}, {estate.id: estate for estate in estates}, of)

    # Indexes, each built when it is first needed

    @cached_property
    def _names(self) -> Names:
        return Names.build(
            (SAMPLE.sub("", name), estate.id)
            for estate in self.estates.values()
            for name in (estate.name, *estate.aliases)
        )

    @cached_property
    def _communities(self) -> Names:
        living = [area for area in self.areas.values() if area.kind in COMMUNITIES and not area.ended_on]
        return Names.build((SAMPLE.sub("", area.name), area.id) for area in living)

    @cached_property
    def _streets(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (normal(area.name).removesuffix("街道"), area.id)
            for area in self.areas.values()
            if area.kind == "街道"
        )

    @cached_property
    def _roads(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for estate in self.estates.values():
            if estate.road:
                found.setdefault(normal(estate.road), []).append(estate.id)
        return found

    @cached_property
    def _cells(self) -> dict[tuple[int, int], list[tuple[float, float, str, str]]]:
        found: dict[tuple[int, int], list[tuple[float, float, str, str]]] = {}
        for estate_id, own in self.buildings.items():
            for label in own:
                if point := self.point(Found(estate=estate_id, building=label)):
                    found.setdefault(_cell(*point), []).append((*point, estate_id, label))
        return found

    @cached_property
    def estates_of(self) -> dict[str, list[str]]:
        """Which estates have buildings in a grid."""
        found: dict[str, dict[str, None]] = {}
        for estate_id, own in self.buildings.items():
            for building in own.values():
                found.setdefault(building.grid_id, {})[estate_id] = None
        return {grid: list(ids) for grid, ids in found.items()}

    def warm(self) -> Gazetteer:
        """Build the indexes now, so that no conversation waits for them."""
        _ = self._names, self._communities, self._streets, self._roads, self._cells, self.estates_of
        return self

    # Words

    def resolve(self, text: str, *, home: str = "", estate: str = "") -> Found:
        """Place the words. `home`: the area the person lives in; `estate`: the one they chose when asked."""
        line = normal(text[:200])
        if estate in self.estates:
            hit = self._names.find(line)
            return self._in_estate(self.estates[estate], taken_apart(_without(line, hit)))
        hit = self._names.find(line)
        if hit and not hit.sure and (by_road := self._by_road(taken_apart(line))):
            hit = by_road
        hit = hit or self._by_road(taken_apart(line))
        if hit is None:
            return self._without_estate(line, home)
        return self._among(hit, line, home)

    def _among(self, hit: Hit, line: str, home: str) -> Found:
        told = taken_apart(_without(line, hit))
        ids = self._narrowed(hit.ids, _without(line, hit), home)
        other = self._names.written(_without(line, hit)) if hit.sure else None
        if other and not set(other.ids) & set(
            hit.ids
        ):  # two estates are named: the person says which is meant
            return self._ask("estate", [*ids, *other.ids])
        if not hit.sure:
            return self._ask("sure", ids)
        if len(ids) == 1:
            return self._in_estate(self.estates[ids[0]], told)
        found = {self._in_estate(self.estates[i], told).grid for i in ids}
        if len(found) == 1 and found != {
            ""
        }:  # they are told apart in vain: the same grid looks after all of them
            return self._in_estate(self.estates[ids[0]], told)
        return self._ask("estate", ids)

    def _ask(self, what: str, ids: Sequence[str]) -> Found:
        of = {self.estates[i].area_id for i in ids}
        return Found(community=of.pop() if len(of) == 1 else "", ask="sure" if what == "sure" else "estate",
                     choices=tuple(ids[:CHOICES]), more=len(ids) > CHOICES)  # fmt: skip

    def _narrowed(self, ids: Sequence[str], rest: str, home: str) -> list[str]:
        """Those that the street, the community, the road or the person's own grid speak for; all where nothing does."""
        tests = [
            [i for i in ids if any(self._lies_in(i, c) for c in self._named_communities(rest))],
            [
                i
                for i in ids
                if any(name in rest and self._lies_in(i, street) for name, street in self._streets)
            ],
            [i for i in ids if (road := normal(self.estates[i].road)) and road in rest],
        ]
        left = list(ids)
        for kept in tests:
            left = [i for i in left if i in kept] or left
        own = [i for i in left if i in self.estates_of.get(home, ())]
        return own if len(own) == 1 else left

    def _named_communities(self, rest: str) -> tuple[str, ...]:
        hit = self._communities.find(rest)
        return hit.ids if hit and hit.sure else ()

    def _lies_in(self, estate_id: str, area_id: str) -> bool:
        of, area = self.areas.get(self.estates[estate_id].area_id), self.areas.get(area_id)
        return of is not None and area is not None and holds(area.path, of.path)

    def _by_road(self, told: Told) -> Hit | None:
        """Estates at a road and number (珠泉路4号院)."""
        for road, number in told.roads:
            for start in range(len(road) - 1):
                here = [i for i in self._roads.get(road[start:], ()) if self.estates[i].number == number]
                if here:
                    at = told.line.find(road[start:])
                    end = told.line.find(number, at) + len(number)
                    return Hit(
                        tuple(here), at, end + len(told.line[end : end + 2].partition("院")[1] and "号院")
                    )
        return None

    def _in_estate(self, estate: Estate, told: Told) -> Found:
        own = self.buildings.get(estate.id, {})
        at = Found(community=estate.area_id, estate=estate.id, unit=told.unit, room=told.room)
        label = told.group if told.group in own else told.building
        if label in own:
            return replace(at, grid=self._living(own[label].grid_id), building=label)
        grids = {self._living(building.grid_id) for building in own.values()}
        if len(grids) == 1:  # the whole estate lies in it, whichever building is meant
            return replace(at, grid=grids.pop())
        return replace(at, ask="building", choices=())

    def _living(self, grid_id: str) -> str:
        """The grid, or the one that took it over."""
        for _ in range(8):
            area = self.areas.get(grid_id)
            if area is None or not area.became:
                break
            grid_id = area.became
        return grid_id

    def _without_estate(self, line: str, home: str) -> Found:
        told = taken_apart(line)
        if hit := self._communities.find(line):
            return self._in_community(hit, line, told)
        own = self.estates_of.get(home, [])
        label = told.building or told.group
        if not label or not own:
            return Found()
        having = [i for i in own if label in self.buildings[i]]
        if len(having) == 1:
            return self._in_estate(self.estates[having[0]], told)
        return self._ask("estate", having or own) if having else Found()

    def _in_community(self, hit: Hit, line: str, told: Told) -> Found:
        ids = [i for i in hit.ids if any(n in line and holds(self.areas[s].path, self.areas[i].path)
                                         for n, s in self._streets)] or list(hit.ids)  # fmt: skip
        if len(ids) != 1 or not hit.sure:
            return Found(ask="estate")
        grids = [
            area
            for area in self.areas.values()
            if area.parent_id == ids[0] and area.kind == "网格" and not area.ended_on
        ]
        named = [
            area
            for area in grids
            if told.grid and normal(area.name) in (f"第{told.grid}网格", f"{told.grid}网格")
        ]
        if len(named) == 1 or len(grids) == 1:
            return Found(grid=(named or grids)[0].id, community=ids[0])
        return Found(community=ids[0], ask="estate")

    # Points

    def at(self, latitude: float, longitude: float) -> Found:
        """The grid of the nearest building within REACH of a WGS-84 point; nothing where there is none."""
        row, column = _cell(latitude, longitude)
        near = [it for r in (row - 1, row, row + 1) for c in (column - 1, column, column + 1)
                for it in self._cells.get((r, c), ())]  # fmt: skip
        if not near:
            return Found()
        narrow = cos(radians(latitude))
        best = min(
            near, key=lambda it: ((it[0] - latitude) ** 2 + ((it[1] - longitude) * narrow) ** 2, it[2:])
        )
        if metres(latitude, longitude, best[0], best[1]) > REACH:
            return Found()
        estate, building = self.estates[best[2]], self.buildings[best[2]][best[3]]
        return Found(
            grid=self._living(building.grid_id), community=estate.area_id, estate=estate.id, building=best[3]
        )

    def grids_near(self, latitude: float, longitude: float, within: float) -> list[str]:
        """Grids with a building within so many metres (at most REACH) of a point."""
        row, column = _cell(latitude, longitude)
        near = [it for r in (row - 1, row, row + 1) for c in (column - 1, column, column + 1)
                for it in self._cells.get((r, c), ()) if metres(latitude, longitude, it[0], it[1]) <= within]  # fmt: skip
        return list(dict.fromkeys(self._living(self.buildings[it[2]][it[3]].grid_id) for it in near))

    def point(self, found: Found) -> tuple[float, float] | None:
        """Where a building or an estate stands, where that is known."""
        estate = self.estates.get(found.estate)
        building = self.buildings.get(found.estate, {}).get(found.building)
        for it in (building, estate):
            if it is not None and it.latitude is not None and it.longitude is not None:
                return it.latitude, it.longitude
        return None

    def along(self, text: str) -> tuple[float, float] | None:
        """A point on a road that the words name: that of the middle one of its estates."""
        line = normal(text)
        named = [road for road in self._roads if road in line]
        ids = self._roads[max(named, key=len)] if named else []
        points = sorted(p for i in ids if (p := self.point(Found(estate=i))))
        return points[len(points) // 2] if points else None


def _without(line: str, hit: Hit | None) -> str:
    """The line with a comma where the name stood, so that its figures are not taken for a building's."""
    return f"{line[: hit.start]}，{line[hit.end :]}" if hit else line


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return int(latitude / CELL), int(longitude / CELL)
