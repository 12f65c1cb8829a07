"""What an address is made of: estates, buildings, grids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

KINDS = ("区", "街道", "社区", "村", "网格")
COMMUNITIES = ("社区", "村")


class Node(Protocol):
    """An area as the rules see it. `note` of a grid: worker, phone, branch, group, law, groups …"""

    @property
    def id(self) -> str: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def note(self) -> Mapping[str, Any]: ...
    @property
    def since(self) -> date | None: ...
    @property
    def ended_on(self) -> date | None: ...
    @property
    def became(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Estate:
    """A 小区, a yard or a village's houses, in one community. The point is WGS-84 and may be unknown."""

    id: str
    area_id: str
    name: str
    kind: str = "小区"
    aliases: tuple[str, ...] = ()
    road: str = ""
    number: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Building:
    """A building of an estate, or a group (3组) of a village, in exactly one grid."""

    estate_id: str
    label: str
    grid_id: str
    units: int | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an address leads to: exactly one grid, or a question, or nothing.

    ask: "estate" (which of the choices, or which estate at all), "sure" (a name that is only like the one told),
    "building" (which building), or "". Choices are ids of estates, at most three; `more` says there are others.
    """

    grid: str = ""
    community: str = ""
    estate: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    ask: Literal["", "estate", "sure", "building"] = ""
    choices: tuple[str, ...] = ()
    more: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all was recognised."""
        return not (self.grid or self.ask or self.estate or self.community)
