"""解决了吗: what the reporter of a repaired thing answers, and what happens where nobody answers (RG37).

Silence is no satisfaction: it is asked again after a week, then a worker must find out by other means.
"""

from __future__ import annotations

from datetime import datetime

from intents import duty
from intents.cases.beats import AGAIN, Beat, later, on
from intents.cases.words import changed, tell_staff
from intents.library import Lore
from intents.message import Option, Reply
from intents.scene import say_to, tell_workers
from knowledge.cases.report import ASK_AGAIN
from storage.archive import Records
from storage.cases import Case
from storage.cases.clocks import Due

CLOCK = "verdict"
WEEK = AGAIN * ASK_AGAIN.count


def options(number: str) -> tuple[Option, Option]:
    """The two buttons."""
    return Option(f"=solved:{number}", "解决了"), Option(f"=unsolved:{number}", "没解决")


def give(
    records: Records, lore: Lore, case: Case, conversation_id: int, now: datetime, *, solved: bool
) -> str:
    """A follower's answer; what they read. Only the reporter closes; anybody's "no" opens it again. Raises Refused."""
    if not solved:
        return _unsolved(records, lore, case, conversation_id, now)
    if case.conversation_id not in (None, conversation_id):
        records.cases.note(case.id, now, "一起跟进的人", "solved", case.state, "")
        return "谢谢，记下了。"
    changed(records, case, now, state="closed")
    records.cases.note(case.id, now, "居民", "solved", "closed", "", public=True)
    _tell_others(records, case, conversation_id, f"{case.number}已办结，上报的人说解决了。", now)
    return f"好的，{case.number}办结。谢谢您。"


def _unsolved(records: Records, lore: Lore, case: Case, conversation_id: int, now: datetime) -> str:
    times = sum(event.move == "unsolved" for event in records.cases.events(case.id))
    done = changed(
        records, case, now, state="working", nudged=case.nudged + 1, priority=5 if times else case.priority
    )
    records.clocks.stop(case.id, now, CLOCK)
    records.cases.note(case.id, now, "居民", "unsolved", "working", "", public=True)
    _tell_others(records, case, conversation_id, f"{case.number}有人说没解决，重新办理。", now)
    if times:
        above = duty.supervisors(records, lore, case.area_id, 1, now)
        text = f"{case.number} 居民第{times + 1}次说没解决，请督办。"
        tell_workers(records, above, text, f"case:{case.number}:unsolved:{times}", now)
        return f"{case.number}已经转给负责人督办，会再跟您联系。"
    held = [records.staff.get(case.holder_id)] if case.holder_id else []
    people = held or duty.people_on_duty(records, lore, case.area_id, now)
    tell_staff(
        records,
        done,
        people,
        f"{case.number} 居民说没解决，已重新办理。",
        now,
        f"case:{case.number}:unsolved:0",
    )
    return f"好的，{case.number}重新办理，办好再请您看。"


def _tell_others(records: Records, case: Case, but: int, text: str, now: datetime) -> None:
    count = len(records.cases.events(case.id))
    for other in records.cases.subscribers(case):
        if other != but:
            say_to(records, other, Reply(text), "case", now, key=f"case:{case.number}:{count}:{other}")


@on(CLOCK)
def ask_again(beat: Beat, due: Due) -> None:
    """After a week the question once more; after another one a worker is to ask by telephone."""
    if due.state != "fixed":
        later(beat, due, None)
        return
    case = beat.records.cases.get(due.clock.case_id)
    if due.clock.step == 0:
        text = f"{case.number}说修好有一周了，还没听到您的看法。现在看，解决了吗？"
        for follower in beat.records.cases.subscribers(case):
            say_to(beat.records, follower, Reply(text, options(case.number)), "case", beat.now,
                   key=f"verdict:{case.number}:{due.clock.due_at:%Y%m%d}:{follower}")  # fmt: skip
        later(beat, due, beat.now + WEEK)
        return
    held = [beat.records.staff.get(case.holder_id)] if case.holder_id else []
    people = held or duty.people_on_duty(beat.records, beat.lore, case.area_id, beat.now)
    text = f"{case.number} 两次问过居民都没有回音，不能算满意。请打电话核实。核实后回“{case.number} 办结 电话核实 情况”。"
    tell_workers(beat.records, people, text, f"verdict:{case.number}:silent", beat.now)
    later(beat, due, None)
