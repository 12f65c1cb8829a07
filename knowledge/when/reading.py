"""Reading a sentence: its phrases are tied together (到, 或者, 和), placed, and weighed against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from knowledge.calendar import Calendar
from knowledge.when import context
from knowledge.when.clocks import hour_of, midnight
from knowledge.when.every import recur
from knowledge.when.festivals import rest_days
from knowledge.when.model import Unclear, When
from knowledge.when.normal import blot, normal
from knowledge.when.phrases import Phrase, Told
from knowledge.when.place import place
from knowledge.when.ranges import inherit, ranged
from knowledge.when.spec import Spec


@dataclass(frozen=True, slots=True)
class Item:
    """One time of a sentence: a phrase, or two of them as the ends of a range; `tied` to the one before by 或."""

    first: Phrase
    last: Phrase | None = None
    tied: bool = False

    @property
    def end(self) -> int:
        return (self.last or self.first).end


@dataclass(frozen=True, slots=True)
class Sentence:
    """The letters that are read, and where each stood in the text."""

    text: str
    letters: str
    places: list[int]

    @classmethod
    def of(cls, text: str) -> Sentence:
        letters, places = normal(text)
        return cls(text, blot(letters), places)

    def span(self, start: int, end: int) -> tuple[int, int]:
        if end <= start:
            return 0, 0
        return self.places[start], self.places[end - 1] + 1


def items_of(told: Told, letters: str) -> list[Item]:
    """Phrases tied to ranges, clock times given to their days."""
    found: list[Item] = []
    for phrase in told.phrases:
        before = found[-1] if found else None
        gap = letters[before.end : phrase.start] if before else ""
        if before and _is_range(before, phrase, gap, letters):
            found[-1] = replace(before, last=phrase)
        elif before and context.OR.fullmatch(gap):
            found.append(_tied(before, phrase))
        else:
            found.append(Item(phrase))
    return _several_hours(_completed(_spread(found)))


def _is_range(before: Item, phrase: Phrase, gap: str, letters: str) -> bool:
    if before.last or before.first.why or phrase.why or phrase.every:
        return False
    if context.RANGE.fullmatch(gap):
        return True
    return bool(context.BETWEEN.fullmatch(gap) and context.BETWEEN_AFTER.match(letters, phrase.end))


def _tied(before: Item, phrase: Phrase) -> Item:
    if phrase.why or phrase.every or before.first.why:
        return Item(phrase, tied=True)
    return Item(inherit(before.first, phrase), tied=True)


def _spread(items: list[Item]) -> list[Item]:
    """周三或周四下午: the afternoon is meant for both days."""
    for n in range(len(items) - 1, 0, -1):
        one, two = items[n - 1], items[n]
        if (
            two.tied
            and not one.last
            and one.first.spec.has_day
            and not one.first.spec.clocked
            and two.first.spec.clocked
        ):
            spec = replace(one.first.spec, part=two.first.spec.part, hour=two.first.spec.hour,
                           minute=two.first.spec.minute, fixed=two.first.spec.fixed)  # fmt: skip
            items[n - 1] = replace(one, first=replace(one.first, spec=spec))
    return items


def _completed(items: list[Item]) -> list[Item]:
    """A clock time without a day belongs to the day without a clock time beside it."""
    found: list[Item] = []
    for item in items:
        before = found[-1] if found else None
        if before and not item.tied and not before.last and _belongs(before, item):
            found[-1] = _given(before.first, item)
        elif before and not item.last and not item.tied and _belongs(item, before):
            found[-1] = _given(item.first, before)
        elif before and not item.tied and _carries(before, item):
            found.append(replace(item, first=inherit(before.first, item.first)))
        else:
            found.append(item)
    return found


def _belongs(day: Item, clock: Item) -> bool:
    one, two = day.first, clock.first
    if one.every or two.every or one.why or two.why or day.last:
        return False
    past = one.spec.days is not None and one.spec.days < 0
    bare_clock = two.spec.clocked and not two.spec.dated and two.spec.after is None and not two.spec.now
    return (
        one.spec.has_day
        and one.spec.hour is None
        and bare_clock
        and not past
        and one.spec.joined(two.spec) is not None
    )


def _carries(before: Item, clock: Item) -> bool:
    """后天上午九点不行的话十点也行: the same day is meant."""
    one, two = before.first, clock.first
    if one.every or two.every or one.why or two.why:
        return False
    past = one.spec.days is not None and one.spec.days < 0
    bare = two.spec.clocked and not two.spec.dated and two.spec.after is None and not two.spec.now
    return one.spec.has_day and not one.spec.weekdays and one.spec.clocked and bare and not past


def _given(day: Phrase, clock: Item) -> Item:
    spec = day.spec.joined(clock.first.spec) or day.spec
    start, end = min(day.start, clock.first.start), max(day.end, clock.first.end)
    return Item(replace(day, spec=spec, start=start, end=end), clock.last)


def _several_hours(items: list[Item]) -> list[Item]:
    """每天早上八点和晚上八点: one rule with two hours."""
    found: list[Item] = []
    for item in items:
        before = found[-1].first if found else None
        if before and before.every and item.tied and before.spec.hour is not None and item.first.spec.hour is not None and (
            before.spec.minute == item.first.spec.minute and not item.first.spec.dated and not item.first.every
        ):  # fmt: skip
            hours = before.hours or (_hour(before.spec),)
            found[-1] = Item(replace(before, hours=(*hours, _hour(item.first.spec)), end=item.first.end))
        else:
            found.append(item)
    return found


def _hour(spec: Spec) -> int:
    return hour_of(spec.hour or 0, spec.part, fixed=spec.fixed) % 24


def placed(
    item: Item, at: datetime, calendar: Calendar, sentence: Sentence, bounds: Sequence[date | None] = ()
) -> When:
    """The item as a reading, with its words; what cannot be meant becomes a question."""
    start, end = item.first.start, item.end
    try:
        found = _placed(item, at, calendar, sentence.letters, bounds)
    except Unclear as unclear:
        found = When("question", why=str(unclear))
    span = sentence.span(start, end)
    return replace(found, text=sentence.text[span[0] : span[1]], span=span)


def _placed(
    item: Item, at: datetime, calendar: Calendar, letters: str, bounds: Sequence[date | None]
) -> When:
    phrase = item.first
    if phrase.why:
        raise Unclear(phrase.why)
    if phrase.every:
        first, last = (*bounds, None, None)[:2]
        return recur(phrase.every, phrase.spec, at, calendar, (first, last), phrase.hours)
    if item.last:
        return _bent(ranged(phrase, item.last, at, calendar), item, at, calendar, letters)
    if phrase.spec.weekdays and phrase.spec.whole is None:
        days = [replace(phrase.spec, weekday=d, weekdays=()) for d in phrase.spec.weekdays]
        return When("alternatives", options=tuple(place(day, at, calendar) for day in days))
    return _bent(place(phrase.spec, at, calendar), item, at, calendar, letters)


def _bent(found: When, item: Item, at: datetime, calendar: Calendar, letters: str) -> When:
    """之前 makes a deadline, 以后 and 起 an open range."""
    latest = context.AT_LATEST.search(context.before_it(letters, item.first.start))
    if context.BEFORE_IT.match(letters, item.end) or (latest and not item.last):
        return _deadline(found, item, at)
    if found.start is None or item.last:
        return found
    opening = context.AFTER_IT.match(letters, item.end)
    if found.kind == "point":
        ends = midnight(found.start.date() + timedelta(days=1))
        return replace(found, kind="range", end=ends) if opening and not item.first.spec.after else found
    if found.kind == "day" and item.first.spec.festival and opening:
        after = rest_days(found.start.date(), calendar)[1]
        found = replace(found, start=midnight(after), unconfirmed=not calendar.is_confirmed(after.year))
    if found.kind in ("day", "range") and (opening or context.FROM_IT.match(letters, item.end)):
        return replace(found, kind="range", end=None)
    return found


def _deadline(found: When, item: Item, at: datetime) -> When:
    now = at.astimezone(found.start.tzinfo).replace(microsecond=0) if found.start else at
    if found.kind == "deadline" or found.start is None:
        return found
    spec = item.first.spec
    if found.kind == "point":
        morning = midnight(found.start.date())
        return When("deadline", max(now, morning) if now < found.start else morning, found.start)
    if found.kind == "part":
        end = found.start if found.part != "noon" else midnight(found.start.date()) + timedelta(hours=12)
        return When("deadline", min(now, end), end)
    end = found.start if spec.festival and not item.last else found.end or found.start
    return When("deadline", min(now, end), end)
