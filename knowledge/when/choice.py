"""Which of a sentence's times is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from knowledge.calendar import Calendar
from knowledge.when import context
from knowledge.when.absorbing import absorb
from knowledge.when.clocks import midnight
from knowledge.when.context import before_it
from knowledge.when.every import without
from knowledge.when.model import ZONE, Unclear, When
from knowledge.when.phrases import Phrase, Told, phrases
from knowledge.when.reading import Item, Sentence, items_of, placed
from knowledge.when.rules import until
from knowledge.when.saying import say

Placing = Callable[[Item], When]


def choose(sentence: Sentence, at: datetime, calendar: Calendar) -> When:
    """The time that is meant, with its lead; alternatives when it could be several."""
    told = phrases(sentence.letters)
    items = items_of(told, sentence.letters)

    def placing(item: Item) -> When:
        return placed(item, at, calendar, sentence)

    found = _recurrence(items, at, calendar, sentence) or _one(items, placing, sentence, at)
    found = _lasting(found, told, sentence.letters)
    if found.kind == "recurrence":
        found = _running(found, told, sentence.letters)
    if told.leads:
        found = replace(found, lead=_delta(told.leads[0]))
    return found


def _delta(phrase: Phrase) -> timedelta:
    length = phrase.spec.length or relativedelta()
    days = length.days + 30 * length.months + 365 * length.years
    return timedelta(days=days, hours=length.hours, minutes=length.minutes, seconds=length.seconds)


def _recurrence(items: list[Item], at: datetime, calendar: Calendar, sentence: Sentence) -> When | None:
    """A recurrence takes its first and last day, and the days that are left out, from the other times."""
    repeated = next((item for item in items if item.first.every), None)
    if repeated is None:
        return None
    others = [item for item in items if item is not repeated and not item.first.every and not item.first.why]
    excluded = [item for item in others if _excluded(item, sentence)]
    repeated, others = absorb(repeated, [item for item in others if item not in excluded])
    if any(item.tied and item.first.spec.hour is not None and not item.first.spec.dated for item in others):
        return When("question", why="您说了不止一个时间，请一次定一个，先定哪一个？")
    bounding = [item for item in others if item.first.spec.dated]
    if repeated.first.every is None:
        return None
    try:
        every = without(repeated.first.every, [item.first.spec for item in excluded])
    except Unclear as unclear:
        return When("question", why=str(unclear))
    first: date | None = None
    last: date | None = None
    for item in bounding:
        begin, end = _bound(item, placed(item, at, calendar, sentence), sentence)
        first, last = begin or first, end or last
    if repeated.last is not None and repeated.last.spec.dated:  # 每天晌午到年底
        until_then = placed(Item(repeated.last), at, calendar, sentence)
        last = _bound(Item(repeated.last, repeated.last), until_then, sentence)[1]
    only = replace(repeated, first=replace(repeated.first, every=every), last=None)
    return placed(only, at, calendar, sentence, (first, last))


def _bound(item: Item, other: When, sentence: Sentence) -> tuple[date | None, date | None]:
    """The first and the last day that another time of the sentence sets."""
    if other.start is None:
        return None, None
    final = (other.end - timedelta(days=1)).date() if other.end else other.start.date()
    if item.last:
        return other.start.date(), final
    if context.UP_TO.search(before_it(sentence.letters, item.first.start)) or other.kind == "deadline":
        return None, final
    if other.kind == "range":
        return other.start.date(), final if other.end else None
    return None, None


def _excluded(item: Item, sentence: Sentence) -> bool:
    """除了周末, 周日除外."""
    before, letters = before_it(sentence.letters, item.first.start), sentence.letters
    return bool(context.EXCEPT.search(before) or context.EXCEPTED.match(letters, item.end))


def _refused(item: Item, sentence: Sentence) -> bool:
    before, letters = before_it(sentence.letters, item.first.start), sentence.letters
    return bool(context.REFUSED.search(before) or context.NOT_THEN.match(letters, item.end))


def _chosen(item: Item, sentence: Sentence) -> bool:
    return bool(context.CHOSEN.search(before_it(sentence.letters, item.first.start).rstrip("从 ")))


def _one(items: list[Item], placing: Placing, sentence: Sentence, at: datetime) -> When:
    if not items:
        return When("none")
    items = _after_correction(items, sentence)
    kept = [item for item in items if not _refused(item, sentence)]
    chosen = [item for item in kept if _chosen(item, sentence)]
    if chosen:
        kept = kept[kept.index(chosen[-1]) :]
        kept = [item for n, item in enumerate(kept) if n == 0 or item.tied]
    if not kept:
        return _asked_back(placing(items[-1]))
    return _settled([placing(item) for item in kept], at)


def _after_correction(items: list[Item], sentence: Sentence) -> list[Item]:
    for n in range(len(items) - 1, 0, -1):
        if context.CORRECTED.search(sentence.letters[items[n - 1].end : items[n].first.start]):
            return items[n:]
    return items


def _asked_back(refused: When) -> When:
    if refused.start is None:
        return replace(refused, kind="question", why=refused.why or "那您什么时候方便？")
    named = say(refused.start, clock=refused.kind == "point")
    return replace(
        refused,
        kind="question",
        start=None,
        end=None,
        part=None,
        rule=None,
        why=f"{named}不行，那您什么时候方便？",
    )


def _settled(found: list[When], at: datetime) -> When:
    if len(found) > 1:
        ahead = [when for when in found if not _past(when, at)]
        found = ahead or found
    distinct = list({(w.kind, w.start, w.end, w.part, w.why): w for w in found}.values())
    whole = [w for w in distinct if not any(_within(w, other) for other in distinct if other is not w)]
    if len(whole) == 1:
        return whole[0]
    questions = [w for w in whole if w.kind == "question"]
    if questions:
        return questions[0]
    options = tuple(option for when in whole for option in (when.options or (when,)))
    return When("alternatives", options=options, text=whole[0].text, span=whole[0].span)


def _past(when: When, at: datetime) -> bool:
    ends = when.end if when.end else when.start
    return ends is not None and ends <= midnight(at.astimezone(ZONE).date())


def _within(wide: When, narrow: When) -> bool:
    """Whether the wide one is a day or range that the narrow one only makes exact."""
    if wide.kind not in ("day", "range") or wide.start is None or narrow.start is None or wide.end is None:
        return False
    ends = narrow.end or narrow.start
    if (wide.start, wide.end) == (narrow.start, ends):
        return wide.kind == "range" and narrow.kind == "day"
    return wide.start <= narrow.start and ends <= wide.end


def _running(found: When, told: Told, letters: str) -> When:
    """连续七天: so many days from the first on."""
    counted = [p for p in told.lengths if context.RUNNING.search(before_it(letters, p.start))]
    length = counted[0].spec.length if len(counted) == 1 else None
    if length is None or found.start is None or found.end is not None or not found.rule:
        return found
    last = found.start.date() + length - timedelta(days=1)
    if last < found.start.date():
        return found
    end = midnight(last + timedelta(days=1))
    return replace(found, end=end, rule=f"{found.rule};{until(last)}")


def _lasting(found: When, told: Told, letters: str) -> When:
    """两小时，下午五点开始: a point and a length make a range."""
    if found.kind != "point" or found.start is None or len(told.lengths) != 1:
        return found
    length = told.lengths[0]
    span = _delta(length)
    before = letters[: length.start]
    stated = (not before or before[-1] in ",。;就用约共") and context.LASTS.match(letters[length.end :])
    if not stated or not timedelta() < span < timedelta(days=1):
        return found
    return replace(found, kind="range", end=found.start + span)
