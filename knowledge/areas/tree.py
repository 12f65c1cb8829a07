"""The tree 区-街道-社区-网格 through time: scope, what became of an area, the tree as it was on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.areas.model import Node


@dataclass(frozen=True, slots=True)
class Version:
    """What an area was until a day (that day excluded); `since` is None where nobody wrote it down."""

    area_id: str
    parent_id: str | None
    kind: str
    name: str
    since: date | None
    until: date
    change: str  # moved | renamed | merged | ended
    why: str = ""


@dataclass(frozen=True, slots=True)
class Then:
    """An area as it was on a day."""

    id: str
    parent_id: str | None
    kind: str
    name: str


def holds(scope: str, path: str) -> bool:
    """Whether a path lies in a scope's subtree (or is it). Paths are like /qd/wb/."""
    return bool(scope) and scope != "/" and path.startswith(scope if scope.endswith("/") else f"{scope}/")


def went(areas: Mapping[str, Node], area_id: str) -> list[Node]:
    """The area and those it became one after the other; the last is the one that is there now."""
    chain: list[Node] = []
    while (area := areas.get(area_id)) is not None and area not in chain:
        chain.append(area)
        area_id = area.became
    return chain


def as_of(areas: Iterable[Node], versions: Sequence[Version], day: date) -> dict[str, Then]:
    """The tree on a day."""
    was: dict[str, Version] = {}
    for version in sorted(versions, key=lambda v: v.until, reverse=True):
        if version.until > day and (version.since is None or version.since <= day):
            was[version.area_id] = version
    before = {v.area_id for v in versions if v.until > day} - was.keys()  # not there yet
    found = {v.area_id: Then(v.area_id, v.parent_id, v.kind, v.name) for v in was.values()}
    for area in areas:
        is_now = (area.since is None or area.since <= day) and (area.ended_on is None or area.ended_on > day)
        if area.id not in found and area.id not in before and is_now:
            found[area.id] = Then(area.id, area.parent_id, area.kind, area.name)
    return found
