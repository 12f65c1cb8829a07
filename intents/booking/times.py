"""The question for a time of day: what was told is taken, or said why it cannot be had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from intents.booking import free
from intents.booking.free import Want
from intents.message import Message
from intents.questions import ANY, names_day
from intents.scene import ZONE, Scene
from intents.talk import MISS, Json, Part, Question, Stale, ask
from knowledge import when

LAST = re.compile(r"最晚|最迟|最后一个")
MORNING = re.compile(r"早|上午|凌晨|清晨")
WAIT, QUEUE = "wait", re.compile(r"排队|候补|排着|等空位|等位|等名额")
LOOSE = re.compile(r"之间|以后|之后|以前|之前|往后|都行|都可以")


class AtTime(Question):
    """One of the free times of a day, or the person's own words for one.

    The answer is local "HH:MM", so that it holds when the day is changed; it loads as the moment of that day, free or
    not. A part of the day is "HH:MM-HH:MM" and another day its ISO date; both load as they are, for the dialogue to
    act on. `plan` are all moments of the day, taken ones too; `span` is the part of the day asked for already.
    Words up to `since` were answered: of them only a time that is free counts, and none once a part was told.
    """

    def __init__(self, prompt: str, day: date, times: Sequence[datetime], shown: Sequence[datetime], *,
                 plan: Sequence[datetime] = (), span: str = "", since: datetime | None = None, wait: datetime | None = None) -> None:  # fmt: skip
        super().__init__(prompt)
        self._day, self._times, self._shown, self._span = day, list(times), list(shown), span
        self._since, self._wait = since, wait
        self._plan = {clock(t) for t in (*plan, *times)}
        self.hint = "请选一个时间，或者直接说几点。"

    def options(self) -> Sequence[tuple[str, str]]:
        queue = [(WAIT, f"排队等{clock(self._wait)}")] if self._wait else []
        return [*((clock(t), clock(t)) for t in self._shown), *queue]

    def _pick(self, text: str, scene: Scene) -> Json:
        read = when.read(text, scene.local, scene.lore.calendar)
        if read.kind == "question":
            self.hint = read.why
            return MISS
        if read.kind == "alternatives":
            told = [self._hour(clock(o.start), text) for o in read.options if o.kind == "point" and o.start]
            free = {clock(t) for t in self._times}
            return next((t for t in told if t in free), told[0] if told else MISS)
        if read.start is None or read.kind not in ("point", "part", "range", "deadline"):
            return MISS
        return self._hour(clock(read.start), text) if read.kind == "point" else self._stretch(read, text)

    def _hour(self, wanted: str, text: str) -> str:
        """A bare 七点 is in the evening where there is no such time in the morning."""
        later = f"{int(wanted[:2]) + 12:02d}{wanted[2:]}"
        is_bare = wanted < "12:00" and not MORNING.search(text)
        return later if is_bare and wanted not in self._plan and later in self._plan else wanted

    def _stretch(self, read: when.When, text: str) -> Json:
        """From when to when: its beginning where that is a time of the day, else what lies within."""
        if read.start is None or read.end is None or read.end - read.start >= timedelta(days=1):
            return MISS
        begin, end = clock(read.start), clock(read.end)
        if read.kind == "range" and end != "00:00" and not LOOSE.search(text):
            first = self._hour(begin, text)
            if first in self._plan:
                return first
        span = f"{'00:00' if read.kind == 'deadline' else begin}-{'24:00' if end <= begin else end}"
        inside = within(span, self._times)
        if len(inside) == 1 or (inside and ANY.search(text)):
            return clock(inside[0])
        return MISS if span == self._span else span

    def _other_day(self, text: str, scene: Scene) -> Json:
        read = when.read(text, scene.local, scene.lore.calendar)
        if read.start is None or read.kind in ("none", "recurrence", "alternatives") or not names_day(text):
            return MISS
        told = read.start.astimezone(ZONE).date()
        return MISS if told == self._day else told.isoformat()

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text
        if self._wait and QUEUE.search(text):
            return WAIT
        found = self._other_day(text, scene)
        if found is MISS:
            found = self._pick(text, scene)
        if found is MISS and self._times and LAST.search(text):
            return clock(self._times[-1])
        return clock(self._shown[0]) if found is MISS and self._shown and ANY.search(text) else found

    def glean(self, text: str, scene: Scene) -> Json:
        found = self._pick(text, scene)
        if found is MISS or self._since is None or scene.message.at > self._since:
            return found
        is_free = not self._span and any(clock(t) == found for t in self._times)
        return found if is_free else MISS

    def load(self, value: Json) -> datetime | str:
        told = str(value)
        return datetime.combine(self._day, time.fromisoformat(told), ZONE) if len(told) == 5 else told


def clock(moment: datetime) -> str:
    """Local "HH:MM"."""
    return f"{moment.astimezone(ZONE):%H:%M}"


def is_hour(moment: datetime, told: datetime) -> bool:
    """Whether a time told means a moment's time of day; 七点 may be in the evening."""
    apart = abs(_apart(clock(moment), clock(told)))
    return apart in (0, 12 * 60)


def within(span: str, moments: Iterable[datetime]) -> list[datetime]:
    """The moments whose time of day lies within "HH:MM-HH:MM"."""
    begin, _, end = span.partition("-")
    return [moment for moment in moments if begin <= clock(moment) < end]


def ask_time(scene: Scene, want: Want, day: date, question: AtTime, moments: Sequence[datetime]) -> Part:
    """The moment chosen of those that are free; other words change what is offered, once with the reason."""
    told: datetime | str = yield from ask("time", question)
    if told == WAIT and (full := scene.answers.get("_wait")):
        return datetime.fromisoformat(str(full))
    if isinstance(told, str):
        raise _turned(scene, want, day, told, moments)
    if told not in moments:
        raise _refused(scene, want, told)
    scene.answers["_held"] = told.isoformat()
    return told


def _refused(scene: Scene, want: Want, wanted: datetime) -> Stale:
    """A time that cannot be had; one that was free a moment ago was lost to somebody else (RG01)."""
    scene.answers["_since"] = scene.message.at.isoformat()
    scene.answers.pop("_part", None)
    scene.answers["_wait"] = wanted.isoformat() if free.is_full(scene, want, wanted) else ""
    if scene.answers.get("_held") == wanted.isoformat():
        keep_near(scene, wanted, 3)
        scene.answers["_wait"] = ""
        return Stale("time", f"抱歉，{when.say(wanted)}刚被约走了。")
    keep_near(scene, wanted, 3 if scene.person.elder else 6)
    return Stale("time", f"{free.why_not_at(scene, want, wanted)}您看看别的时间。")


def _turned(scene: Scene, want: Want, day: date, told: str, moments: Sequence[datetime]) -> Stale:
    """Another day, or a part of the day, was told instead of a time."""
    scene.answers.pop("_near", None)
    if ":" not in told:
        scene.answers["day"] = told
        return Stale("time", "")
    scene.answers["_part"], scene.answers["_since"] = told, scene.message.at.isoformat()
    if within(told, moments):
        return Stale("time", "")
    planned = within(told, (slot.starts_at for slot in free.planned(scene, want, [day])))
    said = when.say(day, clock=False)
    return Stale("time", f"{said}这段时间{'没有空位了' if planned else f'没有{want.service.name}'}。")


def keep_near(scene: Scene, wanted: datetime, count: int) -> None:
    """Remember the time that could not be had, so that the nearest are shown."""
    scene.answers["_near"] = [clock(wanted), count]


def shown(scene: Scene, moments: Sequence[datetime], near: datetime | None = None) -> list[datetime]:
    """The times nearest to what was asked for, else those of the part of the day, else an even pick."""
    limit = 3 if scene.person.elder else 6
    if lost := scene.answers.get("_near"):
        wanted, limit = str(lost[0]), int(lost[1])
        return sorted(sorted(moments, key=lambda m: _apart(clock(m), wanted))[:limit])
    inside = within(span(scene), moments)
    if near and not inside:
        return sorted(sorted(moments, key=lambda m: abs(m - near))[:limit])
    offered = inside or list(moments)
    step = max(1, -(-len(offered) // limit))
    return offered[::step][:limit]


def _apart(one: str, other: str) -> int:
    """Minutes between two times of a day."""
    hours, minutes = int(one[:2]) - int(other[:2]), int(one[3:]) - int(other[3:])
    return abs(60 * hours + minutes)


def span(scene: Scene) -> str:
    """The part of the day that was asked for, or nothing."""
    return str(scene.answers.get("_part", ""))


def since(scene: Scene) -> datetime | None:
    """Up to when words about the time were answered."""
    told = scene.answers.get("_since")
    return datetime.fromisoformat(told) if told else None
