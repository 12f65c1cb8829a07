"""Rounds: what is due is found by a query, and only rows are written. A missed beat is caught by the next (RG19)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from intents import booking, duty, handoff
from intents.cases import beats, shifts
from intents.library import Library
from intents.message import Option, Reply, to_json
from intents.scene import REMINDER, ZONE, say_to, tell_workers
from intents.staff import telling
from knowledge import when
from knowledge.calendar import Calendar
from storage.archive import Records
from storage.reminders import Reminder

CHUNK = 200  # reminders a unit of work, so that nobody waits behind a burst
COLD_AFTER = timedelta(hours=24)
AT_OPENING = timedelta(minutes=15)
RECURRING, OFTEN = timedelta(days=30), 3
CLOCKS = 1000  # clocks a unit of work
MATTERS = ("report", "errand", "mediation")


def make(records: Records, library: Library, now: datetime) -> bool:
    """One round; True where there is more of the same to do at once."""
    more = remind(records, library, now)
    records.outbox.recover(now)
    more = nudge(records, library, now) or more
    end_idle_handoffs(records, now)
    shifts.hand_back_at_end(records, library.lore(records), now)
    shifts.tell_above_unreached(records, library.lore(records), now)
    let_cold_dialogues_go(records, now)
    open_messages(records, library, now)
    close_queues(records, library, now)
    announce(records, library, now)
    telling.make(records, library, now)
    booking.make_round(records, library.lore(records), now)
    draft_topics(records, now)
    return more


def draft_topics(records: Records, now: datetime) -> None:
    """Once a night: what came back three times in thirty days is drafted for the street's meeting (S54)."""
    local = now.astimezone(ZONE)
    if records.places.fact("topics_on") == local.date().isoformat():
        return
    for (area_id, category), numbers in records.topics.recurring(now - RECURRING, OFTEN).items():
        records.topics.draft(area_id, category, f"{local:%Y-%m}", numbers, now)
    records.places.set_fact("topics_on", local.date().isoformat())


def remind(records: Records, library: Library, now: datetime) -> bool:
    """Ring every reminder whose moment has come; late ones with the real time, too late ones not at all."""
    due = records.reminders.due(now, CHUNK)
    calendar = library.lore(records).calendar
    for reminder in due:
        then = _following(reminder, now, calendar)
        if records.reminders.ring(reminder, then):
            _say(records, reminder, now)
    return len(due) == CHUNK


def _following(reminder: Reminder, now: datetime, calendar: Calendar) -> datetime | None:
    """The next time after now; occurrences slept through are not rung one by one."""
    if reminder.rule is None:
        return None
    return when.next_after(reminder.rule, reminder.starts_at, now, calendar)


def _say(records: Records, reminder: Reminder, now: datetime) -> None:
    assert reminder.next_at is not None  # it was due
    late = now - reminder.next_at
    words = f"提醒您：{reminder.what}"
    if late > timedelta(minutes=10):
        words = f"（原定{when.say(reminder.next_at)}，刚才没发出去）{words}"
    expires = reminder.next_at + timedelta(seconds=reminder.late_after)
    options = (Option("=mine", "我的预约"),) if reminder.booking_id else (Option("=reminders", "我的提醒"),)
    put = records.outbox.put if expires > now else records.outbox.put_expired
    put(channel=reminder.channel, address=reminder.address, body=to_json(Reply(words, options)), purpose="reminder",
        now=now, conversation_id=reminder.conversation_id, priority=REMINDER, expires_at=expires,
        key=f"reminder:{reminder.id}:{reminder.next_at:%Y%m%d%H%M%S}")  # fmt: skip


def nudge(records: Records, library: Library, now: datetime) -> bool:
    """Clocks that have come to their moment; True where there are more."""
    return beats.look(records, library.lore(records), now, CLOCKS)


def end_idle_handoffs(records: Records, now: datetime) -> None:
    """A human part in which nothing was said for a day is over (RG11)."""
    for case in records.cases.open_ones("/", ("handoff",), state="human"):
        if case.conversation_id is not None:
            last = records.conversations.lines(case.conversation_id, last=1)
            if last and last[-1].at < now - handoff.IDLE:
                with suppress(handoff.Refused):  # another process was first
                    handoff.end(records, case, now, "系统")


def let_cold_dialogues_go(records: Records, now: datetime) -> None:
    """A form left open for a day is put aside, and the person is told (RG30)."""
    for conversation_id in records.conversations.cold(now - COLD_AFTER):
        talk = records.conversations.get(conversation_id)
        talk.state["paused"] = {"dialogue": talk.dialogue, "answers": talk.state.pop("answers", {})}
        talk.dialogue = ""
        talk.state.pop("asked", None)
        records.conversations.keep(talk, now)
        text = "刚才没办完的事先放着，没有提交。回“继续”可以接着办。"
        say_to(
            records, conversation_id, Reply(text), "notice", now, key=f"cold:{conversation_id}:{now:%Y%m%d}"
        )


def close_queues(records: Records, library: Library, now: datetime) -> None:
    """The last shift is over and somebody still waits: the queue becomes a message with a promised time (RG13)."""
    lore = library.lore(records)
    for case in records.cases.open_ones("/", ("handoff",), state="queued"):
        if duty.people_on_duty(records, lore, case.area_id, now):
            continue
        opens = duty.next_opening(records, lore, case.area_id, now) or now + timedelta(days=1)
        promised = opens + timedelta(hours=1)
        if (
            records.cases.change(case, now, state="message", due_at=promised, nudged=0) is None
            or not case.conversation_id
        ):
            continue
        talk = records.conversations.get(case.conversation_id)
        talk.held, talk.case_id = "bot", None
        records.conversations.keep(talk, now)
        text = f"对不起，今天下班了还没人接上。您的话都记下了（{case.number}），{when.say(promised)}前回您。急事请打{lore.centre.call}。"
        say_to(records, talk.id, Reply(text), "notice", now, key=f"closed:{case.number}:{now:%Y%m%d}")


def announce(records: Records, library: Library, now: datetime) -> None:
    """What came in after hours is told to whoever opens; the same key as at once, so nobody hears it twice."""
    lore = library.lore(records)
    areas = {
        shift.area_id for shift in records.staff.shifts() if duty.has_just_opened(shift, now, AT_OPENING)
    }
    for area_id in sorted(areas):
        fresh = {who.id for who in duty.opened_since(records, lore, area_id, now - AT_OPENING, now)}
        if not fresh:
            continue
        path = records.places.path(area_id)
        for case in records.cases.open_ones(path, MATTERS, state="received", unheld=True, sealed=True):
            opened = duty.opened_since(records, lore, case.area_id, now - AT_OPENING, now)
            fit = [
                who
                for who in opened
                if case.kind != "mediation" or (who.role != "worker" and who.area_id == case.area_id)
            ]
            text = f"待处理：{case.number} {case.title}。回“接 {case.number}”。"
            tell_workers(records, fit, text, f"case:{case.number}:new", now)


def open_messages(records: Records, library: Library, now: datetime) -> None:
    """Messages left after hours go to whoever opens the next day (RG13)."""
    lore = library.lore(records)
    for case in records.cases.open_ones("/", ("handoff",), state="message"):
        workers = duty.people_on_duty(records, lore, case.area_id, now)
        tell_workers(
            records,
            workers,
            f"有居民留言待回：{case.number}。回“接 {case.number}”接待。",
            f"message:{case.number}",
            now,
        )
