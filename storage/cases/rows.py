"""What the case books hand out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select

from knowledge.cases.clock import Colour, colour
from storage.tables import areas, cases
from storage.tables.cases import DEPTH
from storage.vault import Vault

NOWHERE = "/?/"


@dataclass(frozen=True, slots=True)
class Case:
    """One matter with an owner and an end. `rev` counts its changes; `areas` are its district … grid."""

    id: int
    number: str
    kind: str
    state: str
    area_id: str
    person_id: int | None
    conversation_id: int | None
    title: str
    body: dict[str, Any]
    holder_id: int | None
    unit: str
    level: int
    round: int
    category: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    nudged: int = 0
    priority: int = 0
    rev: int = 0
    areas: tuple[str | None, ...] = ()
    yellow_at: datetime | None = None
    paused_at: datetime | None = None
    paused_why: str = ""
    lost_at: datetime | None = None
    asked_unit: str = ""
    asked_id: int | None = None
    asked_at: datetime | None = None

    def colour(self, now: datetime) -> Colour:
        """yellow at three quarters of the time, red when it is over; nothing while paused or closed."""
        return "" if self.closed_at or self.paused_at else colour(self.yellow_at, self.due_at, now)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened to a case."""

    at: datetime
    actor: str
    move: str
    state: str
    note: str
    public: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored picture. seen_by: holder | staff | parties."""

    id: str
    mime: str
    kind: str
    data: bytes = field(repr=False)
    seen_by: str = "staff"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of a case. step: 0 green, 1 warned, then how many levels were told."""

    id: int
    case_id: int
    name: str
    started_at: datetime
    yellow_at: datetime | None
    due_at: datetime
    paused_at: datetime | None
    paused_why: str
    resume_at: datetime | None
    stopped_at: datetime | None
    step: int
    next_at: datetime | None


def read_case(row: Row[Any], vault: Vault, *, sealed: bool = False) -> Case:
    """A row of `cases`; `sealed` leaves the body unread (lists need no words)."""
    body = {} if sealed else vault.open_json(row.body, f"cases.body:{row.number}") or {}
    return Case(row.id, row.number, row.kind, row.state, row.area_id, row.person_id, row.conversation_id,
                row.title, body, row.holder_id, row.unit or "", row.level, row.round, row.category or "",
                row.opened_at, row.due_at, row.closed_at, row.nudged, row.priority, row.rev,
                (row.area1, row.area2, row.area3, row.area4), row.yellow_at, row.paused_at, row.paused_why or "",
                row.lost_at, row.asked_unit or "", row.asked_id, row.asked_at)  # fmt: skip


def steps_of(path: str) -> list[str]:
    """/qd/wb/wb01/ → [qd, wb, wb01]."""
    return [step for step in path.split("/") if step]


def area_columns(path: str) -> dict[str, str | None]:
    """The ancestors that a case in an area carries."""
    steps = [step for step in steps_of(path) if step != "?"][:DEPTH]
    return {f"area{n + 1}": steps[n] if n < len(steps) else None for n in range(DEPTH)}


def within(path: str) -> ColumnElement[bool] | None:
    """The condition that a case lies in an area's subtree; None for everywhere."""
    steps = steps_of(path)
    if not steps:
        return None
    if len(steps) <= DEPTH:
        column: ColumnElement[bool] = cases.c[f"area{len(steps)}"] == steps[-1]
        return column
    inside = select(areas.c.id).where(areas.c.path.startswith(path, autoescape=True))
    return and_(cases.c[f"area{DEPTH}"] == steps[DEPTH - 1], cases.c.area_id.in_(inside))
