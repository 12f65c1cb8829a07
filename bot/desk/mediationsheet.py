"""What the page of a mediation shows beside every case's: papers, sittings, instalments, the draft, and the mediator's deeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.paper import masked_phone
from intents.cases import rights
from intents.mediation import legal, papers, sittings
from intents.mediation.people import NAMES, SIDES, beside, party
from intents.scene import ZONE
from knowledge.mediation import confirm
from storage.archive import Records
from storage.cases import Case
from storage.mediation import Debt
from storage.staff import Worker

DEBTS = {"open": "没到期", "done": "已履行", "late": "逾期"}


@dataclass(frozen=True, slots=True)
class Deed:
    """A form: its name, what it asks, in which states it is offered."""

    verb: str
    hint: str
    states: tuple[str, ...]
    side: bool = False
    words: bool = True


RUNNING = ("accepted", "inviting", "ready", "sitting", "agreed", "signed")
FORMS = (
    Deed("披露", "无利害关系，或“已披露：是什么关系”。参加调解的人会看到。", ("accepted", "inviting", "ready", "sitting", "agreed")),
    Deed("已告知", "已当面讲过权利告知。", RUNNING[:4], side=True, words=False),
    Deed("改时间", f"写日期和钟点，比如：{sittings.EXAMPLE}。", ("sitting",)),
    Deed("请律师", "不写就按轮值约；也可以写队名。", ("sitting",)),
    Deed("律师意见", "存进卷里，只有调解员能看。", RUNNING),
    Deed("提议升级", "写双方都认可的摘要，会发给双方；只有这段会带到上一级。", ("sitting",)),
    Deed("升级同意", "电话或当面答复的，记在这里。", ("sitting",), side=True, words=False),
    Deed("升级不同意", "电话或当面答复的，记在这里。", ("sitting",), side=True, words=False),
    Deed("告诉申请人", "只发给申请人。", RUNNING),
    Deed("告诉对方", "只发给对方。", RUNNING),
    Deed("分期", "一行一笔，比如：2026-12-10 对方 付500元。", ("agreed", "signed")),
    Deed("已付", "写那一笔的日期，比如：2026-12-10。", ("agreed", "signed")),
    Deed("司法确认", "写：已申请、有效，或驳回。", ("signed",)),
    Deed("延期", "双方都同意才能延，写：双方同意15天。", RUNNING[:5]),
    Deed("有暴力风险", "马上报值班领导。人有危险先打110。", RUNNING),
)  # fmt: skip
DEEDS_OF = {form.verb: form for form in FORMS}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper as it is shown."""

    at: datetime
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class MediationSheet:
    """The mediation's own part of a case page, for who may read it."""

    code: str
    rights: Sequence[tuple[str, bool]]
    sittings: Sequence[str]
    lawyers: str
    papers: Sequence[PaperLine]
    debts: Sequence[tuple[str, Debt, str]]
    draft: Sequence[tuple[str, str, str]]
    documents: Sequence[tuple[str, str]]
    confirm: str
    checks: Sequence[str]
    deeds: Sequence[Deed]
    drafts: bool
    contacts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to ring up."""

    number: str
    since: datetime
    phone: str
    is_mine: bool


def sheet(records: Records, worker: Worker, case: Case, *, plain: bool = False) -> MediationSheet:
    """Read it; the caller has asked whether the worker may."""
    told, planned = beside(records, case), records.mediation.planned(case.id)
    draft = papers.drafted(records, case)
    holds = case.holder_id == worker.id
    return MediationSheet(
        code=told.code if case.state == "inviting" and holds else "",
        rights=[(NAMES[role], told.told_rights(role)) for role in SIDES],
        sittings=[sittings.line(one) for one in records.mediation.sittings(case.id)],
        lawyers=_lawyers(records, planned.team, planned.starts_at.astimezone(ZONE).date()) if planned else "",
        papers=[PaperLine(one.made_at, f"{NAMES.get(one.role, one.author)}：{papers.KINDS[one.kind]}", str(one.words)) for one in papers.shown(records, case)],
        debts=[(NAMES[one.role], one, DEBTS[one.state]) for one in records.mediation.debts(case.id)],
        draft=[(name, label, draft[name]) for name, label in papers.PARTS],
        documents=_documents(case) if holds else (),
        confirm=_confirm(told.effective_on, told.confirm_until, told.confirmed),
        checks=[words for _, words in confirm.CHECKS] if case.state in ("agreed", "signed") else (),
        deeds=[form for form in FORMS if case.state in form.states and not case.closed_at] if holds else (),
        drafts=holds and case.state in ("sitting", "agreed"),
        contacts=[(NAMES[role], papers.who(records, case, role)) for role in SIDES] if plain else (),
    )  # fmt: skip


def _lawyers(records: Records, team: str, day: date) -> str:
    found = next((one for one in legal.teams(records) if one.id == team), None)
    if found:
        return f"{found.name}参加（{'、'.join(found.lawyers)}）"
    return "那天轮到：" + ("、".join(one.name for one in legal.on_turn(records, day)) or "没有")


def _documents(case: Case) -> list[tuple[str, str]]:
    found = [("agreement", "下载协议书")] if case.state in ("sitting", "agreed", "signed") else []
    return found + ([("failure", "下载终止告知书")] if case.state == "failed" else [])


def _confirm(effective_on: date | None, until: date | None, confirmed: str) -> str:
    if effective_on is None or until is None:
        return ""
    ends = {"applied": "已申请", "yes": "法院确认有效", "no": "法院驳回"}
    return f"{effective_on}生效，司法确认最晚{until}，{ends.get(confirmed, '还没申请')}"


def called(records: Records, worker: Worker, path: str, now: datetime) -> Iterator[Call]:
    """Whom to ring: the other side has not answered in time. Telephone numbers are masked, and only for who may read."""
    for case in records.cases.open_ones(path, ("mediation",), state="inviting", sealed=True):
        clock = next((one for one in records.clocks.of(case.id) if one.name == "invite"), None)
        if clock is None or clock.due_at > now or not rights.reads(records, worker, case, now):
            continue
        other = party(records, case, "other")
        phone = masked_phone(other.contact.get("phone", "")) if other else ""
        yield Call(case.number, clock.started_at, phone, case.holder_id == worker.id)
