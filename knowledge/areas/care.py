"""Who looks after an area, and where nobody does: vacant grids, grids without a law contact, powers without one holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.areas.model import COMMUNITIES, Node


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that nobody, or more than one, is named for. `now` says who does it meanwhile."""

    what: str
    id: str
    now: str


def above(areas: Mapping[str, Node], area_id: str, kinds: Sequence[str]) -> Node | None:
    """The area itself or its nearest ancestor of one of the kinds."""
    area = areas.get(area_id)
    ids = area.path.strip("/").split("/") if area else []
    return next((areas[i] for i in reversed(ids) if i in areas and areas[i].kind in kinds), None)


def community_of(areas: Mapping[str, Node], area_id: str) -> str:
    """The community or village an area lies in; the area itself where there is none."""
    found = above(areas, area_id, COMMUNITIES)
    return found.id if found else area_id


def is_vacant(grid: Node) -> bool:
    """Whether a grid has no grid worker; its community does the work then."""
    return not grid.note.get("worker")


def law_of(areas: Mapping[str, Node], area_id: str) -> tuple[str, Node] | None:
    """The law contact of a grid: its own, else its street's, else the district's."""
    for kind in ("网格", "街道", "区"):
        area = above(areas, area_id, (kind,))
        if area is not None and area.note.get("law"):
            return str(area.note["law"]), area
    return None


def gaps(areas: Mapping[str, Node], scope: str) -> dict[str, list[Gap]]:
    """Grids of a subtree without a worker ("worker") and without a law contact of their own ("law")."""
    found: dict[str, list[Gap]] = {"worker": [], "law": []}
    for grid in areas.values():
        if grid.kind != "网格" or grid.ended_on or not grid.path.startswith(scope):
            continue
        community = areas.get(community_of(areas, grid.id))
        name = f"{community.name}·{grid.name}" if community else grid.name
        if is_vacant(grid):
            found["worker"].append(Gap(name, grid.id, community.name if community else ""))
        if not grid.note.get("law"):
            fallback = law_of(areas, grid.id)
            found["law"].append(Gap(name, grid.id, fallback[0] if fallback else "没有人"))
    return found


def power_gaps(told: Mapping[str, Any]) -> list[Gap]:
    """Powers that do not have exactly one holder office among the offices of a street.

    told: {"offices": [{id, name}], "powers": [{id, name, holders: [office id]}]}.
    """
    offices = {str(office["id"]): str(office["name"]) for office in told.get("offices", ())}
    found = []
    for power in told.get("powers", ()):
        holders = [str(holder) for holder in power.get("holders", ())]
        known = [offices[holder] for holder in holders if holder in offices]
        if len(holders) != 1 or len(known) != 1:
            unknown = [holder for holder in holders if holder not in offices]
            now = "、".join([*known, *(f"{holder}（没有这个办）" for holder in unknown)]) or "没有人"
            found.append(Gap(str(power["name"]), str(power["id"]), now))
    return found
