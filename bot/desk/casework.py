"""What the case page and the talk page share: finding a case, its fields masked or shown, and who may have it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk import mediationsheet
from bot.desk.casesheet import ClockLine, PaperLine, PartyLine, Turn, extras
from bot.desk.guard import NotHere, Visit
from bot.desk.paper import masked_phone
from bot.photos import BadPhoto, clean_photo
from intents.cases import rights
from intents.handoff import Refused
from intents.staff import deeds
from intents.staff.chat import LABELS, masked
from knowledge.cases import KINDS, LEVELS, Kind, Move
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

SEEN_BY = ("holder", "staff", "parties")
PERSONAL: dict[str, Callable[[str], str]] = {
    "name": masked,
    "phone": masked_phone,
    "address": lambda words: words[:2] + "****",
}
FIELDS = {"for_whom": "给谁"} | LABELS | {"source": "来源", "reporter": "上报人"}
DEEDS = {"open": "登记", "note": "备注", "assign": "转派", "nudge": "催办", "rate": "评价", "leave": "不等了",
         "solved": "说解决了", "unsolved": "说没解决", "dispatch": "派单", "lost": "未派出", "recategorise": "改类别",
         "offer": "请别的单位接手", "accept_offer": "接手", "decline_offer": "不接", "object": "提异议", "decide": "裁定",
         "pause": "挂起", "resume": "恢复", "give_back": "退回", "found": "继续承办", "words": "居民捎话",
          "paper_in": "收件", "paper_out": "还件", "paper_said": "材料核对", "entrust": "登记委托", "checked": "预审", "precheck": "发来材料",
          "join": "一起跟进", "claim": "来电人核实后接着看",
          "disclose": "披露", "learn": "想先了解", "rights": "权利告知", "propose": "提议升级", "raise_yes": "同意升级", "raise_no": "不同意升级",
         "told": "告诉当事人", "lawyer": "请律师", "opinion": "律师意见", "debt": "记分期", "paid": "已付", "court_applied": "申请司法确认",
         "court_yes": "司法确认有效", "court_no": "司法确认驳回", "extend": "延期", "alarm": "报暴力风险", "swap": "换调解员", "follow": "回访"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a case's history as it is shown."""

    at: datetime
    who: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A case as one worker may see it."""

    case: Case
    kind: Kind
    readable: bool
    area: str
    holder: str
    level: str
    fields: list[tuple[str, str]]
    events: list[Event]
    pictures: list[tuple[str, str]]
    moves: list[Move]
    candidates: list[Worker]
    has_personal: bool
    unit: str = ""
    helpers: str = ""
    asked: str = ""
    objection: str = ""
    clocks: Sequence[ClockLine] = ()
    parties: Sequence[PartyLine] = ()
    turns: Sequence[Turn] = ()
    papers: Sequence[PaperLine] = ()
    kept: Sequence[str] = ()  # pictures that may show a card
    mediation: mediationsheet.MediationSheet | None = None


def find(records: Records, worker: Worker, number: str, now: datetime | None = None) -> Case:
    """The case, if the worker may open it; unknown and foreign numbers are answered alike."""
    try:
        return deeds.find(records, worker, number, now)
    except Refused as no:
        raise NotHere(str(no)) from no


def may_look(records: Records, visit: Visit, case: Case, seen_by: str) -> bool:
    """Whether the worker may look at a picture of that visibility."""
    return rights.sees_picture(records, visit.worker, case, seen_by, visit.now)


def must_read(records: Records, visit: Visit, case: Case) -> None:
    """Refuse what only somebody may do who may read the case."""
    if not rights.reads(records, visit.worker, case, visit.now):
        raise Refused("这件事由调解员办，您现在不能做。")


def sheet(records: Records, visit: Visit, case: Case, *, plain: bool = False) -> Sheet:
    """Read a case for its page, and write down that it was read. `plain`: names and phones not masked."""
    worker, kind = rights.acting(records, visit.worker, case, visit.now), KINDS[case.kind]
    readable = rights.reads(records, visit.worker, case, visit.now)
    body = deeds.read_body(records, worker, case, visit.now)
    return Sheet(
        case=case, kind=kind, readable=readable, area=visit.lore(records).area_name(case.area_id),
        holder=records.staff.get(case.holder_id).name if case.holder_id else "",
        level=_level(case),
        fields=_fields(case, body, plain), events=_events(records, case, kind, readable),
        pictures=_pictures(records, visit, case), kept=_kept(records, visit, case),
        moves=_moves(records, visit, case, worker), candidates=candidates(records, visit.worker, case, visit.now),
        has_personal=readable and any(body.get(name) for name in PERSONAL),
        mediation=mediationsheet.sheet(records, worker, case, plain=plain) if readable and case.kind == "mediation" else None,
        **extras(records, visit, case, readable),
    )  # fmt: skip


def _pictures(records: Records, visit: Visit, case: Case) -> list[tuple[str, str]]:
    """All of them for whoever may read the case; one that may show a card is a blank for all but its holder."""
    able = rights.reads(records, visit.worker, case, visit.now)
    return records.cases.pictures(case.id) if able else []


def _moves(records: Records, visit: Visit, case: Case, worker: Worker) -> list[Move]:
    """The steps of the table that this worker may take now."""
    able = {deed: rights.may(records, visit.worker, case, deed, visit.now) for deed in ("take", "move")}
    found = deeds.steps(case, worker)
    return [move for move in found if able["take" if move.effect == "take" else "move"]]


def _kept(records: Records, visit: Visit, case: Case) -> list[str]:
    """Those that may show a card."""
    able = rights.reads(records, visit.worker, case, visit.now)
    return [i for i, _ in records.cases.pictures(case.id, seen_by=("holder",))] if able else []


def _level(case: Case) -> str:
    if case.kind != "mediation":
        return ""
    return f"{LEVELS[case.level]}一级，" + (f"第{case.round}次" if case.round else "还没开始调解")


def _fields(case: Case, body: dict[str, object], plain: bool) -> list[tuple[str, str]]:
    found = []
    body = body | ({"reporter": "不留名（回复照样能收到）"} if body.get("anonymous") else {})
    for name, label in FIELDS.items():
        words = str(body.get(name) or "")
        if not words or (case.kind == "alert" and name == "kind"):  # the title says it in words
            continue
        found.append((label, words if plain or name not in PERSONAL else PERSONAL[name](words)))
    return found


def _events(records: Records, case: Case, kind: Kind, readable: bool) -> list[Event]:
    told = records.mediation.of(case.id) if kind.name == "mediation" else None
    since = told.level_at if told else case.opened_at  # what was written at the level below stays there
    return [Event(event.at, event.actor, _label(kind, event.move), event.note if readable and event.at >= since else "")
            for event in records.cases.events(case.id)]  # fmt: skip


def _label(kind: Kind, name: str) -> str:
    move = kind.move(name)
    return move.label if move else DEEDS.get(name, name)


def candidates(records: Records, worker: Worker, case: Case, now: datetime) -> list[Worker]:
    """Who else may have this case at once, where the worker may hand it on."""
    if case.closed_at or not rights.may(records, worker, case, "assign", now):
        return []
    able = [it for it in records.staff.all() if it.active and it.id != case.holder_id]
    return [it for it in able if rights.may_hold(records, it, case, now)]


def give(records: Records, worker: Worker, case: Case, to_id: str, now: datetime) -> Worker:
    """Give a case to one of the candidates."""
    rights.allow(records, worker, case, "assign", now)
    to = next((it for it in candidates(records, worker, case, now) if str(it.id) == to_id), None)
    if to is None:
        raise Refused("这件事不能转给这个人。请在名单里选。")
    deeds.assign(records, worker, case, to, now)
    return to


async def photo_of(visit: Visit, name: str) -> bytes:
    """An uploaded photo, cleaned; empty where none was chosen."""
    data = await visit.upload(name)
    if not data:
        return b""
    try:
        return await asyncio.to_thread(clean_photo, data)
    except BadPhoto as no:
        raise Refused(str(no)) from no
