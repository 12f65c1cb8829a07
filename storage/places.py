"""Areas, places, services and small facts of this centre: data that an admin can replace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from storage.door import Book
from storage.tables import areas, facts, places, providers, resources, services


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the tree 区-街道-社区-网格. `path` is like /qd/wb/wb01/ and holds its ancestors.

    One that ended (merged, dissolved) stays, below the area that took over, so that old ids keep their scope.
    """

    id: str
    parent_id: str | None
    kind: str
    name: str
    path: str
    note: dict[str, Any]
    since: date | None = None
    ended_on: date | None = None
    became: str = ""


def read_area(row: Any) -> Area:
    """A row of the table."""
    return Area(
        row.id,
        row.parent_id,
        row.kind,
        row.name,
        row.path,
        row.note,
        row.since,
        row.ended_on,
        row.became or "",
    )


class PlaceBook(Book):
    """The centre's own data."""

    def _put(self, table: Any, key: str, row: Mapping[str, Any]) -> None:
        self.records.run(delete(table).where(table.c[key] == row[key]))
        self.records.run(table.insert().inline(), dict(row))

    def put_area(self, area: Area) -> None:
        """Add or replace an area."""
        self._put(areas, "id", asdict(area) | {"became": area.became or None})
        self.turn_page("areas")

    def put_service(self, body: Mapping[str, Any], *, active: bool = True) -> None:
        """Add or replace a service (knowledge.services reads the body)."""
        self._put(services, "id", {"id": body["id"], "body": dict(body), "active": active})
        self.turn_page("services")

    def put_place(self, body: Mapping[str, Any], *, active: bool = True) -> None:
        """Add or replace a place (knowledge.places reads the body)."""
        self._put(
            places,
            "id",
            {"id": body["id"], "area_id": body.get("area"), "body": dict(body), "active": active},
        )
        self.turn_page("places")

    def put_resource(self, body: Mapping[str, Any], *, active: bool = True) -> None:
        """Add or replace a room, a device or a person that services share."""
        self._put(resources, "id", {"id": body["id"], "body": dict(body), "active": active})
        self.turn_page("resources")

    def put_provider(self, body: Mapping[str, Any], *, active: bool = True) -> None:
        """Add or replace a social organisation that serves."""
        self._put(providers, "id", {"id": body["id"], "body": dict(body), "active": active})
        self.turn_page("resources")

    def resources(self) -> list[dict[str, Any]]:
        """Bodies of all active resources."""
        return self._bodies(resources)

    def providers(self) -> list[dict[str, Any]]:
        """Bodies of all active providers."""
        return self._bodies(providers)

    def _bodies(self, table: Any) -> list[dict[str, Any]]:
        return list(
            self.records.run(select(table.c.body).where(table.c.active).order_by(table.c.id)).scalars()
        )

    def services(self) -> list[dict[str, Any]]:
        """Bodies of all active services."""
        return self._bodies(services)

    def places(self) -> list[dict[str, Any]]:
        """Bodies of all active places."""
        return self._bodies(places)

    def areas(self) -> list[Area]:
        """The whole tree, parents before children."""
        rows = self.records.run(select(areas).order_by(areas.c.path))
        return [read_area(row) for row in rows]

    def area(self, area_id: str) -> Area | None:
        """One area."""
        row = self.records.run(select(areas).where(areas.c.id == area_id)).first()
        return read_area(row) if row else None

    def path(self, area_id: str) -> str:
        """An area's path; a path that holds nothing where the area is unknown."""
        found = self.area(area_id)
        return found.path if found else "/?/"

    def chain(self, area_id: str) -> list[str]:
        """The area and its ancestors, innermost first."""
        found = self.area(area_id)
        return list(reversed(found.path.strip("/").split("/"))) if found else []

    def set_fact(self, name: str, value: Any) -> None:
        """Remember a small fact of this installation."""
        self._put(facts, "name", {"name": name, "value": value})
        self.turn_page("facts")

    def fact(self, name: str, default: Any = None) -> Any:
        """A small fact, or the default."""
        row = self.records.run(select(facts.c.value).where(facts.c.name == name)).first()
        return row.value if row else default

    def forget_areas(self, ids: Iterable[str]) -> None:
        """Remove areas (an import that replaces the sample)."""
        self.records.run(delete(areas).where(areas.c.id.in_(list(ids))))
        self.turn_page("areas")
