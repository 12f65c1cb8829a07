"""End of a shift: talks whose worker went home go to who is on duty, or become messages; and words that reached nobody (RG14, RG15)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from intents import duty
from intents.cases.leaving import give_back
from intents.cases.words import changed
from intents.library import Lore
from intents.message import Reply
from intents.refused import Refused
from intents.scene import ZONE, say_to, tell_workers
from knowledge import when
from storage.archive import Records
from storage.cases import Case

QUIET = timedelta(minutes=15)  # who still talks after closing time is left to finish


def hand_back_at_end(records: Records, lore: Lore, now: datetime) -> None:
    """Every talk whose holder's shift is over, and in which nothing was said for a quarter of an hour."""
    for case in records.cases.open_ones("/", ("handoff",), state="human"):
        if case.holder_id is None or case.conversation_id is None or not _is_over(records, lore, case, now):
            continue
        with suppress(Refused):  # another process was first
            _pass_on(records, lore, case, now)


def _is_over(records: Records, lore: Lore, case: Case, now: datetime) -> bool:
    """Whether the holder was on the rota since they last spoke, and is not now."""
    assert case.conversation_id is not None
    last = records.conversations.lines(case.conversation_id, last=1)
    if last and last[-1].at > now - QUIET:
        return False
    here = duty.on_duty(records, lore, case.area_id, now)
    if any(who.id == case.holder_id for _, who in here):
        return False
    today = duty.today(records, lore, case.area_id, now)
    since = (last[-1].at if last else case.opened_at).astimezone(ZONE)
    mine = [shift for shift, who in today if who.id == case.holder_id]
    clock = now.astimezone(ZONE)
    if since.date() < clock.date():
        return True
    return any(since.strftime("%H:%M") < shift.closes <= clock.strftime("%H:%M") for shift in mine)


def _pass_on(records: Records, lore: Lore, case: Case, now: datetime) -> None:
    assert case.holder_id is not None
    assert case.conversation_id is not None
    holder = records.staff.get(case.holder_id)
    back = give_back(records, holder, case, now, "下班自动交回")
    tell_workers(
        records,
        [holder],
        f"您下班了，{case.number}还没办完，已交回值班池。",
        f"shift:{case.number}:{now:%Y%m%d%H}",
        now,
    )
    people = [who for who in duty.people_on_duty(records, lore, case.area_id, now) if who.id != holder.id]
    if people:
        tell_workers(records, people, f"{holder.name}下班，{case.number}的居民还没办完。回“接 {case.number}”接待。",
                     f"shift:{case.number}:{now:%Y%m%d%H}:on", now)  # fmt: skip
        text = f"{holder.name}下班了，已经请值班的同事接着帮您（{case.number}）。"
    else:
        text = f"{holder.name}下班了，您的事记着呢（{case.number}），{when.say(leave_as_message(records, lore, back, now))}前有人回您。急事请打{lore.centre.call}。"
    say_to(
        records,
        case.conversation_id,
        Reply(text),
        "notice",
        now,
        key=f"shift:{case.number}:{now:%Y%m%d%H}:you",
    )


def leave_as_message(records: Records, lore: Lore, case: Case, now: datetime) -> datetime:
    """A talk nobody can take now becomes a message; by when it is answered. The bot answers meanwhile."""
    opens = duty.next_opening(records, lore, case.area_id, now) or now + timedelta(days=1)
    promised = opens + timedelta(hours=1)
    changed(records, case, now, state="message", due_at=promised, nudged=0)
    assert case.conversation_id is not None
    talk = records.conversations.get(case.conversation_id)
    talk.held, talk.case_id = "bot", None
    records.conversations.keep(talk, now)
    return promised


def tell_above_unreached(records: Records, lore: Lore, now: datetime) -> None:
    """Nobody on duty could be told that a resident waits: who is above is told at once (RG15)."""
    for case in records.cases.open_ones("/", ("handoff",), state="queued"):
        here = duty.people_on_duty(records, lore, case.area_id, now)
        keys = {who.id: f"queue:{case.number}:{who.id}" for who in here if who.address}
        failed = records.units.failed(list(keys.values())) if keys else set()
        if any(who.has_password or keys.get(who.id, "") not in failed | {""} for who in here):
            continue  # by chat, or by the desk's own list, somebody can know
        above = [
            who
            for who in duty.supervisors(records, lore, case.area_id, 1, now)
            if who.id not in {w.id for w in here}
        ]
        tell_workers(records, above, f"{case.number}有居民在等人工，值班的人都没收到通知，请安排人接待。",
                     f"unreached:{case.number}", now)  # fmt: skip
