"""Who belongs to a mediation: its levels and mediators, its two sides, and how each is told without the other's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from intents.library import Lore
from intents.message import Option, Reply
from intents.refused import Refused
from intents.scene import say_to, tell_workers
from knowledge.cases import LEVELS, ROUNDS_A_LEVEL
from storage.archive import Records
from storage.cases import Case, Party
from storage.mediation import Mediation
from storage.staff import HEIGHTS, Worker

SIDES = ("applicant", "other")
NAMES = {"applicant": "申请人", "other": "对方"}
LAWYER = (Option("=book:legal_clinic", "约社区律师"), Option("=human", "找人工"))
TERM_DAYS, APART = 30, 15  # days in all; minutes between the two arrivals


def rules(records: Records) -> dict[str, Any]:
    """The centre's own settings: court, term_days, arrive_apart."""
    found: dict[str, Any] = records.places.fact("mediation_rules", {})
    return found


def level_of(records: Records, level: int) -> dict[str, Any]:
    """A line of the table of levels: name, place, rounds."""
    lines: list[dict[str, Any]] = records.places.fact("mediation", [])
    return next((line for line in lines if line.get("level") == LEVELS[level]), {})


def rounds(records: Records, level: int) -> int:
    """How often one sits together at a level."""
    return int(level_of(records, level).get("rounds", ROUNDS_A_LEVEL))


def area_at(records: Records, lore: Lore, area_id: str, level: int) -> str:
    """The area whose committee a level is: the community itself, its street, its district."""
    if level == 0:
        return area_id
    chain = records.places.chain(area_id)
    return next((one for one in chain if one in lore.areas and HEIGHTS.get(lore.areas[one].kind, 0) == level), area_id)  # fmt: skip


def mediators(records: Records, area_id: str) -> list[Worker]:
    """The mediators of a committee."""
    return [
        who for who in records.staff.all() if who.active and who.role == "mediator" and who.area_id == area_id
    ]


def shown(records: Records, who: Worker) -> str:
    """赵姨（邻里、物业）."""
    told: dict[str, Any] = records.places.fact("mediators", {}).get(who.login, {})
    fields = "、".join(told.get("fields", ()))
    return f"{who.name}（{fields}）" if fields else who.name


def beside(records: Records, case: Case) -> Mediation:
    """What stands beside a case; made where the case was opened without it."""
    found = records.mediation.of(case.id)
    if found is None:
        records.mediation.begin(case.id, case.opened_at)
        found = records.mediation.of(case.id)
    if found is None:
        raise Refused(f"{case.number}不是调解。")
    return found


def party(records: Records, case: Case, role: str) -> Party | None:
    """One side of a case."""
    found = records.parties.of(case.id, role)
    return found[0] if found else None


def tell(records: Records, case: Case, words: dict[str, str], tag: str, now: datetime, *,
         options: Sequence[Option] = (), call: bool = True) -> None:  # fmt: skip
    """Say to each side what is for that side. Who does not write to us is rung up: the holder reads what to say."""
    for role, text in words.items():
        one = party(records, case, role)
        if one and one.conversation_id:
            key = f"med:{case.number}:{tag}:{one.conversation_id}"
            say_to(records, one.conversation_id, Reply(text, tuple(options)), "case", now, key=key)
        elif call and one and case.holder_id:
            holder = [records.staff.get(case.holder_id)]
            line = f"{case.number} 请打电话告诉{NAMES[role]}：{text}"
            tell_workers(records, holder, line, f"med:{case.number}:{tag}:call:{role}", now)


def holder(records: Records, case: Case) -> list[Worker]:
    """Who holds the case, where somebody does."""
    return [records.staff.get(case.holder_id)] if case.holder_id else []


def committee(records: Records, lore: Lore, case: Case) -> str:
    """The committee's name as it stands on paper."""
    told = level_of(records, case.level)
    return str(told.get("name") or f"{lore.area_name(case.area_id)}人民调解委员会")
