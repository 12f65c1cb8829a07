"""Workers write matters down for others: a call to 12345, a resident at the desk or in a talk, their own patrol."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from intents import duty
from intents.cases.dispatch import dispatch
from intents.cases.words import changed, holder_name
from intents.library import Lore
from intents.message import Option, Reply
from intents.refused import Refused
from intents.report import LABELS, SAME
from intents.scene import say_to
from knowledge import when
from knowledge.areas.care import community_of
from knowledge.cases import KINDS, clock
from knowledge.cases.report import DANGEROUS
from knowledge.wishes import words as wish
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

SOURCES = {"12345": "12345来电", "visit": "居民来访", "talk": "聊天里登记", "patrol": "网格巡查"}
KINDS_WRITTEN = ("report", "errand")


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker writes down. `talk`: the resident's conversation, where it is said in one."""

    kind: str
    source: str
    words: str
    place: str = ""
    category: str = ""
    name: str = ""
    phone: str = field(default="", repr=False)
    picture: str = ""
    conversation_id: int | None = None
    person_id: int | None = None
    token: str = ""


def record(records: Records, lore: Lore, worker: Worker, told: Told, now: datetime) -> Case:
    """Open the case that was told, and send it where the dispatch table says; a patrol's own stays with its worker."""
    if told.kind not in KINDS_WRITTEN or told.source not in SOURCES:
        raise Refused("只能登记问题上报或代办。")
    if len(told.words.strip()) < 2:
        raise Refused("请写清是什么事。")
    category = told.category or category_of(told.words)
    case = _open(records, lore, worker, told, category, now)
    if told.kind == "errand":
        records.parties.add(
            case.id,
            "principal",
            now,
            person_id=told.person_id,
            contact={"name": told.name} if told.name else None,
        )
    if told.picture:
        records.cases.file(told.picture, case.id)
    if told.source == "patrol":
        case = _keep(records, worker, case, now)
    else:
        here = duty.people_on_duty(records, lore, case.area_id, now)
        case = dispatch(records, lore, case, now, actor=worker.name, here=here)
    records.audit.write(now, worker.login, "record", case.number, told.source)
    if told.conversation_id is not None:
        _tell(records, worker, case, now)
    return case


def _open(records: Records, lore: Lore, worker: Worker, told: Told, category: str, now: datetime) -> Case:
    seen = wish.problem(told.words) if told.kind == "report" else None
    danger = seen is not None and seen.danger
    label = LABELS[category] if told.kind == "report" else ""
    span = DANGEROUS if danger else KINDS[told.kind].promise(category)
    body = {"words": told.words.strip()[:2000], "place": told.place, "name": told.name, "phone": told.phone,
            "category": label, "source": SOURCES[told.source], "by_phone": told.source == "12345"}  # fmt: skip
    title = f"上报：{label}" if told.kind == "report" else f"代办：{told.words.strip()[:20]}"
    return records.cases.open(
        told.kind, area_id=where(lore, worker, told.place or told.words), title=title, body=body, now=now,
        category=category if told.kind == "report" else "", person_id=told.person_id,
        conversation_id=told.conversation_id, due_at=clock.due(now, span, lore.calendar), priority=5 if danger else 0,
        token=f"written:{told.token}"[:120] if told.token else None, actor=worker.name,
    )  # fmt: skip


def where(lore: Lore, worker: Worker, place: str) -> str:
    """The grid that the words name, else the worker's own community."""
    found = lore.gazetteer.resolve(place, home=worker.area_id)
    if not found.ask and (found.grid or found.community):
        return found.grid or found.community
    return community_of(lore.areas, worker.area_id)


def category_of(words: str) -> str:
    """The category that words suggest."""
    seen = wish.problem(words)
    found = SAME.get(seen.category, seen.category) if seen else ""
    return found if found in LABELS else "other"


def _keep(records: Records, worker: Worker, case: Case, now: datetime) -> Case:
    done = changed(records, case, now, state="accepted", holder_id=worker.id)
    records.cases.note(case.id, now, worker.name, "accept", "accepted", "巡查发现")
    return done


def _tell(records: Records, worker: Worker, case: Case, now: datetime) -> None:
    assert case.conversation_id is not None
    assert case.due_at is not None
    text = (f"{worker.name}帮您登记了：{case.title}，编号{case.number}。"
            f"现在由{holder_name(records, case)}负责，{when.say(case.due_at)}前给您答复。")  # fmt: skip
    reply = Reply(text, (Option("=progress", "查进度"),))
    say_to(records, case.conversation_id, reply, "case", now, key=f"written:{case.number}")


# 巡查 in chat

PATROL = re.compile(r"^(?:巡查|巡逻)[\s：:，,]*([\s\S]*)$")
SOLVED = re.compile(r"^(?:当场解决|已解决|已清理|已处理|清理好了|处理好了|弄好了)[了。！!]*$")
ON_THE_SPOT = re.compile(r"[\s，,。；;]*(?:当场解决|已清理|已处理|清理好了|处理好了)[了。！!]*$")


def latest_patrol(records: Records, worker: Worker) -> Case | None:
    """The newest open record of the worker's own patrol."""
    mine = [c for c in records.cases.held_by(worker.id, ("report",))
            if c.conversation_id is None and c.body.get("source") == SOURCES["patrol"]]  # fmt: skip
    return max(mine, key=lambda case: case.id, default=None)
