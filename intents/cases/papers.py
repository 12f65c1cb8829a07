"""Every paper that changes hands in an errand is entered by the worker and confirmed by the resident."""

from __future__ import annotations

from datetime import datetime

from intents.cases.words import Refused, tell_staff
from intents.message import Option, Reply
from intents.scene import say_to
from storage.archive import Records
from storage.cases import Case, Paper
from storage.staff import Worker

WAYS = {"in": "收了您的", "out": "还给您"}


def hand_over(records: Records, worker: Worker, case: Case, way: str, what: str, now: datetime, *,
              picture: str = "") -> list[int]:  # fmt: skip
    """Enter papers taken, or given back (all that are still here, or those whose name is told). The resident is asked."""
    if case.kind != "errand" or case.closed_at or case.holder_id != worker.id:
        raise Refused(f"{case.number}不在您手上，材料由承办人登记。")
    what = what.strip(" 。，")
    if way == "in" and len(what) < 2:
        raise Refused("写明收了什么，比如：身份证原件、照片2张。")
    if picture:
        records.cases.file(picture, case.id, "paper", seen_by="holder")
    given = [(what, None)] if way == "in" else _given_back(records, case, what)
    ids = [
        records.papers.add(case.id, way, name, worker.id, now, of_id=of, picture=picture)
        for name, of in given
    ]
    label = "收件" if way == "in" else "还件"
    names = "、".join(name for name, _ in given)
    records.cases.note(case.id, now, worker.name, f"paper_{way}", case.state, names)
    records.audit.write(now, worker.login, f"paper_{way}", case.number)
    if case.conversation_id is not None:
        for one, (name, _) in zip(ids, given, strict=True):
            reply = Reply(f"{case.number}{label}：{worker.name}{WAYS[way]}“{name}”。对吗？",
                          (Option(f"=paper:{one}:yes", "对"), Option(f"=paper:{one}:no", "不对")))  # fmt: skip
            say_to(records, case.conversation_id, reply, "case", now, key=f"paper:{one}")
    return ids


def _given_back(records: Records, case: Case, what: str) -> list[tuple[str, int | None]]:
    """Papers that are here and meant; else a new one (the result of the errand)."""
    left = unreturned(records, case, entered=True)
    if not what:
        if not left:
            raise Refused(f"{case.number}没有要还的材料。还结果证件，请写名字。")
        return [(paper.what, paper.id) for paper in left]
    meant = [paper for paper in left if what in paper.what or paper.what in what]
    return [(paper.what, paper.id) for paper in meant] or [(what, None)]


def unreturned(records: Records, case: Case, *, entered: bool = False) -> list[Paper]:
    """Papers taken and not yet given back with both sides' word; with `entered`, those not even entered as given back."""
    all_of = records.papers.of(case.id)
    back = {p.of_id for p in all_of if p.way == "out" and (p.is_settled or (entered and p.answer != "no"))}
    return [p for p in all_of if p.way == "in" and p.answer != "no" and p.id not in back]


def open_results(records: Records, case: Case) -> list[Paper]:
    """Results handed out that the resident has not confirmed."""
    return [p for p in records.papers.of(case.id) if p.way == "out" and p.of_id is None and not p.is_settled]


def answer(records: Records, paper_id: int, conversation_id: int, yes: bool, now: datetime) -> str:
    """The resident's word on a hand-over; what they read."""
    paper = records.papers.get(paper_id)
    case = records.cases.get(paper.case_id) if paper else None
    if paper is None or case is None or conversation_id not in records.cases.subscribers(case):
        return "这一条现在不用确认。"
    if not records.papers.answer(paper_id, "yes" if yes else "no", now):
        return "这一条您已经回过了。"
    label = "收件" if paper.way == "in" else "还件"
    said = "确认" if yes else "说不对"
    records.cases.note(case.id, now, "居民", "paper_said", case.state, f"{label}“{paper.what}”：居民{said}")
    who = records.staff.get(case.holder_id or paper.worker_id)
    tell_staff(records, case, [who], f"{case.number}{label}：居民{said}。", now, f"paper:{paper_id}:said")
    return "好的，两边都记下了。" if yes else f"好的，记下了，{who.name}会跟您核对。"
