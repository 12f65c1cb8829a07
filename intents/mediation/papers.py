"""Papers of a mediation: each side's words, the agreed summary, drafts, opinions; the documents made from them."""

from __future__ import annotations

from datetime import datetime

from intents.library import Lore
from intents.mediation.people import NAMES, beside, committee, party
from intents.message import Option as Option
from intents.refused import Refused
from intents.scene import ZONE
from knowledge.mediation import paper
from storage.archive import Records
from storage.cases import Case
from storage.mediation import Paper
from storage.staff import Worker

PARTS = (
    ("facts", "主要事实"),
    ("matters", "争议事项和各方责任"),
    ("terms", "协议内容"),
    ("performance", "履行方式和期限"),
)
KINDS = {"words": "说的话", "summary": "双方认可的摘要", "opinion": "律师意见", "disclosure": "调解员声明", "follow": "回访", "court": "司法确认"}  # fmt: skip


def add_words(records: Records, case: Case, role: str, words: str, now: datetime) -> None:
    """A side's own words; the other side never reads them."""
    records.mediation.write(case.id, "words", words[:2000], now, level=case.level, round=case.round, author=NAMES[role], role=role)  # fmt: skip


def shown(records: Records, case: Case) -> list[Paper]:
    """What its mediator reads now: the papers of this level, and the summary that came up with the case."""
    found = records.mediation.papers(case.id)
    return [one for one in found if one.kind in KINDS and (one.level == case.level or (one.kind == "summary" and one.level == case.level - 1))]  # fmt: skip


def summary(records: Records, case: Case) -> str:
    """The newest summary of this level."""
    found = records.mediation.papers(case.id, "summary", level=case.level)
    return str(found[-1].words) if found else ""


def draft(records: Records, author: str, case: Case, parts: dict[str, str], now: datetime) -> None:
    """Change the draft of the agreement; parts that are not named stay."""
    kept = drafted(records, case) | {name: words.strip()[:3000] for name, words in parts.items()}
    records.mediation.write(case.id, "draft", kept, now, level=case.level, round=case.round, author=author)


def drafted(records: Records, case: Case) -> dict[str, str]:
    """The draft's parts as they stand."""
    found = records.mediation.papers(case.id, "draft", level=case.level)
    empty = {name: "" for name, _ in PARTS}
    return empty | {str(name): str(words) for name, words in (found[-1].words if found else {}).items()}


def who(records: Records, case: Case, role: str) -> str:
    """Name and telephone of a side, for paper and for a call; the caller writes the look down."""
    one = party(records, case, role)
    told = dict(one.contact) if one else {}
    if one and one.person_id and not told.get("name"):
        told |= records.people.told(one.person_id)
    if role == "applicant":
        told = {"name": str(case.body.get("name") or ""), "phone": str(case.body.get("phone") or "")} | {k: v for k, v in told.items() if v}  # fmt: skip
    return "　电话：".join(part for part in (told.get("name", ""), told.get("phone", "")) if part)


def document(records: Records, lore: Lore, worker: Worker, case: Case, kind: str, now: datetime) -> bytes:
    """agreement | failure, for the mediator who holds the case; the download is written down."""
    if case.holder_id != worker.id:
        raise Refused("协议书只有承办的调解员能下载。")
    if kind == "failure" and case.state != "failed":
        raise Refused("终止告知书要在“调解不成”以后出。")
    if kind == "agreement" and case.state not in ("sitting", "agreed", "signed"):
        raise Refused("还没到写协议的时候。")
    records.audit.write(now, worker.login, "download", case.number, kind)
    name = committee(records, lore, case)
    if kind == "failure":
        return paper.failure(case.number, name, now.astimezone(ZONE).date())
    told = drafted(records, case)
    return paper.agreement(paper.Agreement(
        case.number, name, worker.name, who(records, case, "applicant"), who(records, case, "other"),
        told["facts"], told["matters"], told["terms"], told["performance"],
    ))  # fmt: skip


def opinion(records: Records, worker: Worker, case: Case, words: str, now: datetime) -> None:
    """A lawyer's opinion, written into the case by its mediator."""
    if not words.strip():
        raise Refused(f"写法：{case.number} 律师意见 内容。")
    beside(records, case)
    records.mediation.write(case.id, "opinion", words.strip()[:3000], now, level=case.level, round=case.round, author=worker.name)  # fmt: skip
    records.cases.note(case.id, now, worker.name, "opinion", case.state, "")
