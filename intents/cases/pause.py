"""A promised date stands still only for a reason that the resident reads, and never without an end."""

from __future__ import annotations

from datetime import datetime

from intents.cases import rights
from intents.cases.words import Refused, changed, sentence, tell_followers
from intents.library import Lore
from intents.message import Reply
from knowledge import when
from knowledge.cases import KINDS, Span, clock
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

LONGEST = Span(10, "workdays")


def pause(records: Records, lore: Lore, worker: Worker, case: Case, why: str, now: datetime,
          until: datetime | None = None) -> Case:  # fmt: skip
    """挂起: the clock stands still until a moment, ten working days at the longest."""
    if not KINDS[case.kind].transfers or case.closed_at:
        raise Refused(f"{case.number}不能挂起。")
    rights.allow(records, worker, case, "pause", now)
    if case.paused_at:
        raise Refused(f"{case.number}已经挂起：{case.paused_why}")
    if case.due_at is None or case.due_at <= now:
        raise Refused("已经超时的件不能挂起。")
    if not why.strip():
        raise Refused("挂起要写明原因，居民会看到。")
    latest = clock.due(now, LONGEST, lore.calendar)
    end = min(until, latest) if until else latest
    done = changed(records, case, now, paused_at=now, paused_why=why.strip()[:200])
    records.clocks.pause(case.id, now, why.strip(), end)
    records.cases.note(case.id, now, worker.name, "pause", case.state, sentence(why), public=True)
    records.audit.write(now, worker.login, "pause", case.number)
    words = f"{case.number}暂停计时，原因：{sentence(why)}最晚{when.say(end)}恢复，到时再告诉您新的日期。"
    tell_followers(records, done, Reply(words), now)
    return done


def resume(records: Records, lore: Lore, case: Case, now: datetime, worker: Worker | None = None) -> Case:
    """恢复: what was left of the time is left again. Without a worker it is the rounds that end the pause."""
    if worker:
        rights.allow(records, worker, case, "resume", now)
    if case.paused_at is None or case.due_at is None:
        raise Refused(f"{case.number}没有挂起。")
    due = clock.resumed(case.paused_at, now, case.due_at, lore.calendar)
    done = changed(records, case, now, paused_at=None, paused_why=None, due_at=due)
    records.cases.note(case.id, now, worker.name if worker else "系统", "resume", case.state, "", public=True)
    if worker:
        records.audit.write(now, worker.login, "resume", case.number)
    tell_followers(records, done, Reply(f"{case.number}恢复办理，{when.say(due)}前给您答复。"), now)
    return done
