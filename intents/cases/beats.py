"""Clocks that have come to their moment: yellow, red, two levels up, a pause that ends, a case nobody was reached for.

Many at once are one word to each worker, so that ten thousand late cases are no flood.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from intents import duty
from intents.cases import dispatch, pause
from intents.cases.words import Refused
from intents.library import Lore
from intents.message import Reply
from intents.scene import say_to, tell_workers
from knowledge import when
from knowledge.cases import KINDS, Span
from storage.archive import Records
from storage.cases import Due
from storage.cases.clocks import ACCEPT, DECIDE, PROMISE, SENT
from storage.staff import Worker

AGAIN = timedelta(days=1)
SHOWN = 10  # numbers in one word
Tone = Literal["yellow", "red"]


@dataclass
class Beat:
    """One look at the clocks: what is known, whom to tell, which clocks move."""

    records: Records
    lore: Lore
    now: datetime
    moved: list[tuple[int, int, datetime | None]] = field(default_factory=list)
    urged: list[tuple[Due, str]] = field(default_factory=list)
    told: dict[tuple[int, Tone], list[Due]] = field(default_factory=dict)
    people: dict[tuple[str, int], list[Worker]] = field(default_factory=dict)
    staff: dict[int, Worker] = field(default_factory=dict)

    def of_level(self, area_id: str, level: int) -> list[Worker]:
        """Who is told at a level of an area: 0 its own on duty, then the street and the district with its own admins."""
        key = (area_id, level)
        if key not in self.people:
            self.people[key] = self._of_level(area_id, level)
        return self.people[key]

    def _of_level(self, area_id: str, level: int) -> list[Worker]:
        own = [
            who
            for who in self.staff.values()
            if who.active and who.role == "admin" and who.area_id == area_id
        ]
        if level == 0:
            here = duty.people_on_duty(self.records, self.lore, area_id, self.now)
            return here or own or duty.supervisors(self.records, self.lore, area_id, 1, self.now)
        above = duty.supervisors(self.records, self.lore, area_id, level, self.now)
        return list({who.id: who for who in (*above, *own)}.values())

    def tell(self, due: Due, people: list[Worker], tone: Tone) -> None:
        """Put a case on the lists of some people."""
        for who in people:
            self.told.setdefault((who.id, tone), []).append(due)


Handler = Callable[[Beat, Due], None]
HANDLERS: dict[str, Handler] = {}


def on(name: str) -> Callable[[Handler], Handler]:
    """The clock of that name is looked after by this function, which must call `later` or `done`."""

    def take(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return take


def later(beat: Beat, due: Due, at: datetime | None) -> None:
    """The clock goes one step on, and is looked at again then; None: never."""
    beat.moved.append((due.clock.id, due.clock.step + 1, at))


def look(records: Records, lore: Lore, now: datetime, limit: int) -> bool:
    """Look at the clocks that are due; True where there may be more."""
    found = records.clocks.due(now, limit)
    if not found:
        return False
    beat = Beat(records, lore, now, staff={who.id: who for who in records.staff.all()})
    for due in found:
        if due.is_open:
            HANDLERS.get(due.clock.name, _only_once)(beat, due)
        else:
            later(beat, due, None)
    records.clocks.push(beat.moved)
    records.clocks.urged(beat.urged, now)
    _say(beat)
    return len(found) == limit


def _only_once(beat: Beat, due: Due) -> None:
    later(beat, due, None)


@on(PROMISE)
def promise(beat: Beat, due: Due) -> None:
    """Resumed, yellow, red, one up, two up."""
    clock, rules = due.clock, KINDS[due.kind]
    if clock.paused_at is not None:
        case = beat.records.cases.get(clock.case_id)
        with suppress(Refused):  # somebody was first, and has wound the clock
            pause.resume(beat.records, beat.lore, case, beat.now)
        return
    starts = [clock.due_at + _span(span) for span in rules.escalate]
    step = clock.step
    if step == 0 and beat.now < starts[0]:
        if rules.warns:
            beat.tell(due, _holder(beat, due) or beat.of_level(due.area_id, 0), "yellow")
        later(beat, due, starts[0])
        return
    level = max(step - 1, 0)
    own = _holder(beat, due) if level == 0 else []
    beat.tell(due, own or beat.of_level(due.area_id, level), "red")
    beat.urged.append((due, f"第{level + 1}次催办"))
    if due.kind == "handoff" and due.state == "queued" and level == 0 and due.conversation_id:
        text = f"还在排队，让您久等了，已经再次催促。可以接着等，也可以回“不用人工了”。急事请打{beat.lore.centre.call}。"
        say_to(beat.records, due.conversation_id, Reply(text), "notice", beat.now, key=f"sorry:{due.number}")
    beat.moved.append((clock.id, level + 2, starts[level + 1] if level + 1 < len(starts) else None))


def _span(span: Span) -> timedelta:
    return timedelta(minutes=span.count) if span.unit == "minutes" else timedelta(days=span.count)


def _holder(beat: Beat, due: Due) -> list[Worker]:
    who = beat.staff.get(due.holder_id) if due.holder_id else None
    return [who] if who and who.active else []


@on(SENT)
def sent(beat: Beat, due: Due) -> None:
    """Some minutes after a case was sent: was anybody reached?"""
    later(beat, due, None)
    if due.holder_id is None and not due.is_lost:
        with suppress(Refused):
            dispatch.look(beat.records, beat.lore, beat.records.cases.get(due.clock.case_id), beat.now)


@on(ACCEPT)
def accept(beat: Beat, due: Due) -> None:
    """A transfer nobody answered: who asked and the street hear it each day; the holder stays holder."""
    beat.tell(due, [*_holder(beat, due), *beat.of_level(due.area_id, 1)], "red")
    later(beat, due, beat.now + AGAIN)


@on(DECIDE)
def decide(beat: Beat, due: Due) -> None:
    """An objection nobody decided goes up each day."""
    beat.tell(due, beat.of_level(due.area_id, 2), "red")
    later(beat, due, beat.now + AGAIN)


def _say(beat: Beat) -> None:
    for (worker_id, tone), found in beat.told.items():
        who, first = beat.staff[worker_id], found[0]
        text = _one(first, tone) if len(found) == 1 else _many(found, tone)
        key = f"{tone}:{first.number}:{first.clock.name}:{first.clock.step}:{first.clock.due_at:%Y%m%d%H%M}"
        tell_workers(beat.records, [who], text, key if len(found) == 1 else f"{key}:{len(found)}", beat.now)


def _one(due: Due, tone: Tone) -> str:
    case = f"{due.number} {due.title}"
    if due.clock.name == ACCEPT:
        return f"{case} 请别的单位接手，还没有答复。"
    if due.clock.name == DECIDE:
        return f"{case} 的异议还没有裁定，已超时。请马上看。"
    if tone == "yellow":
        return f"{case} 快到期了，{when.say(due.clock.due_at)}前要办好。"
    if due.holder_id is None:
        return f"{case} 还没有人处理，已超时。请马上看。"
    return f"{case} 已超时（{KINDS[due.kind].states[due.state]}）。请马上看。"


def _many(found: list[Due], tone: Tone) -> str:
    numbers = "、".join(due.number for due in found[:SHOWN])
    rest = " 等" if len(found) > SHOWN else ""
    how = "快到期了" if tone == "yellow" else "已超时，请马上看"
    return f"{len(found)}件{how}：{numbers}{rest}。说“待办”看全部。"
