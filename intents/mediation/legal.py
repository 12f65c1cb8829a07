"""法律服务队: whose turn it is, and a lawyer for a sitting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from intents.refused import Refused
from intents.scene import ZONE
from knowledge import when
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

BUSY_FOR = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Team:
    """A legal team: its days of the week (0 = Monday), its fields, its lawyers."""

    id: str
    name: str
    days: tuple[int, ...]
    fields: tuple[str, ...]
    lawyers: tuple[str, ...]


def teams(records: Records) -> list[Team]:
    """All teams, as the centre has put them down."""
    told: list[Mapping[str, Any]] = records.places.fact("legal_teams", [])
    return [Team(str(t["id"]), str(t["name"]), tuple(t["days"]), tuple(t["fields"]), tuple(t["lawyers"])) for t in told]  # fmt: skip


def on_turn(records: Records, day: date) -> list[Team]:
    """The teams of a day; those of the same weekday take turns by the week, so who leads changes."""
    found = [team for team in teams(records) if day.weekday() in team.days]
    first = day.isocalendar().week % len(found) if found else 0
    return [*found[first:], *found[:first]]


def book(records: Records, worker: Worker, case: Case, named: str, now: datetime) -> Team:
    """A team for the planned sitting: the one named, else the first of that day's turn that is free."""
    sitting = records.mediation.planned(case.id)
    if sitting is None:
        raise Refused(f"先约好时间：{case.number} 开始调解 周三下午三点。")
    day = sitting.starts_at.astimezone(ZONE).date()
    able = on_turn(records, day)
    if named:
        able = [team for team in teams(records) if named in (team.id, team.name)]
    free = [team for team in able if not records.mediation.is_busy(team.id, sitting.starts_at - BUSY_FOR, sitting.starts_at + BUSY_FOR)]  # fmt: skip
    if not free:
        names = "、".join(team.name for team in on_turn(records, day)) or "没有"
        raise Refused(f"{named or '那天'}约不到法律服务队。{when.say(day, clock=False)}轮到：{names}。")
    records.mediation.sent_for(sitting.id, free[0].id)
    records.cases.note(case.id, now, worker.name, "lawyer", case.state, free[0].name)
    records.audit.write(now, worker.login, "lawyer", case.number, free[0].id)
    return free[0]
