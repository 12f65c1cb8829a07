"""Areas through time, estates and buildings: many rows at once, moves and mergers with their day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Table, delete, func, select, update

from knowledge.areas import Building, Estate, Version, holds
from storage.door import Book
from storage.places import Area
from storage.tables import area_versions, areas, buildings, estates

AT_ONCE = 200  # rows a statement; SQLite takes a limited number of values
T = TypeVar("T")


class BadMove(ValueError):
    """区域变动写得不对：{0}。"""

    def __init__(self, what: str) -> None:
        super().__init__((self.__doc__ or "").format(what))


class AreaBook(Book):
    """The door to the tree's changes and to what lies in it. `records.places` reads the tree as it is."""

    def put_many(self, areas_: Sequence[Area] = (), estates_: Sequence[Estate] = (),
                 buildings_: Sequence[Building] = ()) -> None:  # fmt: skip
        """Add or replace many rows; whoever is not among them stays."""
        before = self._paths([area.id for area in areas_])
        self._replace(
            areas, areas.c.id, areas_, lambda it: asdict(it) | {"became": it.became or None}, lambda it: it.id
        )
        for area in areas_:
            if before.get(area.id, area.path) != area.path:
                self.records.cases.follow(area.id, before[area.id])
        self._replace(estates, estates.c.id, estates_, lambda it: asdict(it) | {"aliases": list(it.aliases)},
                      lambda it: it.id)  # fmt: skip
        of: dict[str, list[Building]] = {}
        for building in buildings_:
            of.setdefault(building.estate_id, []).append(building)
        for estate_id, own in of.items():
            mine = (buildings.c.estate_id == estate_id) & buildings.c.label.in_([it.label for it in own])
            self.records.run(delete(buildings).where(mine))
        for part in _parts([asdict(it) for own in of.values() for it in own]):
            self.records.run(buildings.insert(), part)
        self.turn_page("areas")

    def _replace(self, table: Table, key: Any, rows: Sequence[T], as_row: Callable[[T], dict[str, Any]],
                 key_of: Callable[[T], str]) -> None:  # fmt: skip
        for part in _parts(rows):
            self.records.run(delete(table).where(key.in_([key_of(row) for row in part])))
            self.records.run(table.insert(), [as_row(row) for row in part])

    def forget_estates(self, ids: Iterable[str]) -> None:
        """Remove estates with their buildings."""
        for part in _parts(list(ids)):
            self.records.run(delete(buildings).where(buildings.c.estate_id.in_(part)))
            self.records.run(delete(estates).where(estates.c.id.in_(part)))
        self.turn_page("areas")

    def estates(self) -> list[Estate]:
        """All of them."""
        rows = self.records.run(select(estates).order_by(estates.c.id))
        return [Estate(r.id, r.area_id, r.name, r.kind, tuple(r.aliases), r.road or "", r.number or "", r.latitude,
                       r.longitude) for r in rows]  # fmt: skip

    def buildings(self) -> list[Building]:
        """All of them."""
        rows = self.records.run(select(buildings).order_by(buildings.c.estate_id, buildings.c.label))
        return [Building(r.estate_id, r.label, r.grid_id, r.units, r.latitude, r.longitude) for r in rows]

    def versions(self) -> list[Version]:
        """How areas were before, oldest first."""
        rows = self.records.run(select(area_versions).order_by(area_versions.c.id))
        return [
            Version(r.area_id, r.parent_id, r.kind, r.name, r.since, r.until, r.change, r.why or "")
            for r in rows
        ]

    # Changes

    def move(self, area_id: str, parent_id: str, on: date, why: str = "") -> None:
        """Put an area with all that is below it under another parent, from a day on. Raises BadMove."""
        area, parent = self._living(area_id), self._living(parent_id)
        if holds(area.path, parent.path):
            raise BadMove(f"{area.name}不能移到它自己下面")
        self._was(area, on, "moved", why)
        self._set(area_id, parent_id=parent_id, since=on)
        self._carry(area.path, f"{parent.path}{area_id}/")
        self.turn_page("areas")

    def rename(self, area_id: str, name: str, on: date, why: str = "") -> None:
        """Another name from a day on. Raises BadMove."""
        self._was(self._living(area_id), on, "renamed", why)
        self._set(area_id, name=name, since=on)
        self.turn_page("areas")

    def merge(self, area_id: str, into: str, on: date, why: str = "") -> None:
        """An area ends and another takes over: its parts, its buildings, its estates. Raises BadMove."""
        area, heir = self._living(area_id), self._living(into)
        if holds(area.path, heir.path):
            raise BadMove(f"{area.name}不能并到它自己里面")
        self._was(area, on, "merged", why)
        for part in self.records.run(
            select(areas).where(areas.c.parent_id == area_id, areas.c.ended_on.is_(None))
        ).all():
            self.move(part.id, into, on, why)
        self.records.run(update(buildings).where(buildings.c.grid_id == area_id).values(grid_id=into))
        self.records.run(update(estates).where(estates.c.area_id == area_id).values(area_id=into))
        self._set(area_id, ended_on=on, became=into)
        self._carry(area.path, f"{heir.path}{area_id}/")
        self.turn_page("areas")

    def _living(self, area_id: str) -> Area:
        area = self.records.places.area(area_id)
        if area is None:
            raise BadMove(f"没有编号是{area_id}的区域")
        if area.ended_on:
            raise BadMove(f"{area.name}已经在{area.ended_on:%Y年%m月%d日}撤销了")
        return area

    def _was(self, area: Area, on: date, change: str, why: str) -> None:
        if area.since and area.since >= on:
            raise BadMove(f"{area.name}在{area.since:%Y年%m月%d日}已有变动，新的变动要在那以后")
        self.insert(area_versions, {
            "area_id": area.id, "parent_id": area.parent_id, "kind": area.kind, "name": area.name,
            "since": area.since, "until": on, "change": change, "why": why[:120],
        })  # fmt: skip

    def _set(self, area_id: str, **values: Any) -> None:
        self.records.run(update(areas).where(areas.c.id == area_id).values(**values))

    def _carry(self, old: str, new: str) -> None:
        """Paths below follow their parent, and the cases that lie there follow the paths."""
        below = areas.c.path.startswith(old, autoescape=True)
        moved = self.records.run(select(areas.c.id, areas.c.path).where(below)).all()
        tail = func.substr(areas.c.path, len(old) + 1)
        self.records.run(update(areas).where(below).values(path=new + tail))
        for row in moved:
            self.records.cases.follow(row.id, row.path)

    def _paths(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in _parts(ids):
            rows = self.records.run(select(areas.c.id, areas.c.path).where(areas.c.id.in_(part)))
            found.update((row.id, row.path) for row in rows)
        return found


def _parts(rows: Sequence[T]) -> Iterable[Sequence[T]]:
    return (rows[n : n + AT_ONCE] for n in range(0, len(rows), AT_ONCE))
