"""What an errand's steps need beyond the table: papers back, all defects at once, two people to a lone elder; and entrustment."""

from __future__ import annotations

import re
from datetime import datetime

from intents.cases import papers
from intents.cases.words import tell_followers
from intents.message import Reply
from intents.refused import Refused
from knowledge.cases import Move
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

AGAIN = ("窗口新要求", "材料过期", "填写有误")  # why something may be asked for a second time
WITH = re.compile(
    r"(?:同行|一起去的?是?|和|跟)\s*[：:]?\s*([\u4e00-\u9fff]{2,4}?)(?:一起|同去|去|$|[，,。；; ])"
)


def check(records: Records, case: Case, step: Move, worker: Worker, note: str) -> None:
    """Raises Refused where the step has to wait."""
    if case.kind != "errand":
        return
    if step.name == "return":
        _papers_are_back(records, case)
    told_before = step.name == "amend" and any(e.move == "amend" for e in records.cases.events(case.id))
    if told_before and not note.strip().startswith(AGAIN):
        raise Refused(f"缺什么要一次说全，已经告诉过一次了。再补要写明为什么：{'、'.join(AGAIN)}。")
    if step.name == "collect" and case.body.get("lone"):
        _two_go(records, worker, note)


def _papers_are_back(records: Records, case: Case) -> None:
    left = [p.what for p in (*papers.unreturned(records, case), *papers.open_results(records, case))]
    if left:
        names = "、".join(left)
        raise Refused(
            f"还没有两边都确认送还：{names}。先登记“{case.number} 还件”，等居民点“对”，或附签收照片。"
        )


def _two_go(records: Records, worker: Worker, note: str) -> None:
    named = {found[1] for found in WITH.finditer(note)}
    others = [w for w in records.staff.all() if w.active and w.id != worker.id and w.name in named]
    if not others:
        raise Refused("独居老人家要两个人一起去。说明里写“同行 名字”，比如：明天上午，同行 王哥。")


def entrust(
    records: Records, worker: Worker, case: Case, note: str, now: datetime, *, picture: str = ""
) -> None:
    """The principal's written entrustment was seen; without it nothing is filed for them."""
    if case.kind != "errand" or case.closed_at or case.holder_id != worker.id:
        raise Refused(f"{case.number}不在您手上，委托由承办人登记。")
    if not picture and len(note.strip()) < 2:
        raise Refused("写明看到了什么：纸质委托书已签、本人当面委托。也可以拍照。")
    there = records.parties.of(case.id, "principal")
    if not there:
        records.parties.add(
            case.id,
            "principal",
            now,
            person_id=case.person_id,
            contact={"name": str(case.body.get("name", ""))},
        )
        there = records.parties.of(case.id, "principal")
    for party in there:
        records.parties.consent(party, "yes", now)
    if picture:
        records.cases.file(picture, case.id, "paper", seen_by="holder")
    records.cases.note(
        case.id, now, worker.name, "entrust", case.state, note.strip() or "有照片", public=True
    )
    records.audit.write(now, worker.login, "entrust", case.number)
    tell_followers(records, case, Reply(f"{case.number}的委托记下了，可以代您去交材料。"), now)


def checked(records: Records, worker: Worker, case: Case, now: datetime) -> None:
    """The photos of the papers were looked at, and nothing is missing."""
    if case.kind != "errand" or case.closed_at or case.holder_id != worker.id:
        raise Refused(f"{case.number}不在您手上。")
    if not any(kind == "paper" for _, kind in records.cases.pictures(case.id)):
        raise Refused(f"{case.number}还没有发来材料照片。")
    records.cases.note(case.id, now, worker.name, "checked", case.state, "预审：材料齐", public=True)
    tell_followers(records, case, Reply(f"{case.number}的材料照片看过了，齐了。原件等取件时再交。"), now)
