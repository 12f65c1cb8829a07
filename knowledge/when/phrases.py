"""From letters to phrases: words that tell of one time, put together."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice

from knowledge.when.context import EXCEPTED, RANGE, before_it
from knowledge.when.every import Every, read_every
from knowledge.when.model import Unclear
from knowledge.when.reader import READ
from knowledge.when.spec import Spec
from knowledge.when.words import LOOSE, PART_OF, WORD

_GLUE = re.compile(r"[,的 (]*(?:那天|当天|这天|大概|大约|差不多|左右|约|在|也就是)?[,的 ()]*")
_EVERY_GLUE = re.compile(r"[,的 ]*(?:起|开始|以后)?[,的 ]*(?:就|都)?")
_EXCEPT = re.compile("(?:除了?|除开|除去|不算|不含)$")
_FROM = re.compile("起|开始|以后")
_WEAK_BEFORE = re.compile(r"(?:^|[在到约,。成])$")
_WEAK_AFTER = re.compile(r"^(?:$|[到~前之左来开])")
_HABIT = re.compile(r"^(?:老|总|经常|常常|太|都在|也[是在]|吵|睡|就[吵睡]|的时候)")
_CUSTOM = re.compile(r"才|就[放下上关]")
_NOISE = re.compile(r"[吵唱闹响打玩跳]到$")
_COMPLAINT = re.compile("[都在就]*[吵闹打骂堵漏响乱臭]")
_HABITS = re.compile(
    "老有|老是|总有|总是|经常|常常|每次|照常|[吵闹噪响臭堵]|剁|蹦迪|涨价|停水|停电|乱[扔停放]|加油|施工|装修|排队|广场舞"
)
_TIMES = re.compile("[0-9一二两三四五六七八九][顿次回趟份遍]")
_AMOUNT = re.compile(
    "的?(?:多少|[^,。]{0,4}免费|几|补|发|领|交|缴|拿|能|可以|都?有|要(?![饭吃送来订])|钱|工资|收入|[0-9一二两三四五六七八九](?![顿次回趟份遍]))"
)
_WISH = re.compile("提醒|叫我|送|[订定约]|给我")
MOST = 24  # words that are looked at: enough for eight times in one sentence
SHORT = 10  # letters of a plain answer; longer sentences tell habits too
_GENERAL = re.compile(r"(?:每到|一到|整|成天|一|[一两三几半]个?)$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words beside each other that tell of one time; `why` is set when they cannot be meant."""

    spec: Spec
    start: int
    end: int
    every: Every | None = None
    why: str = ""
    hours: tuple[int, ...] = ()
    next_day: bool = False  # 次日, counted from the time told before


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a sentence tells of times."""

    phrases: tuple[Phrase, ...]
    leads: tuple[Phrase, ...]
    lengths: tuple[Phrase, ...]


def _words(letters: str) -> list[Phrase]:
    found = []
    for match in islice(WORD.finditer(letters), MOST):
        kind, told = match.lastgroup or "", match
        try:
            if kind == "every":
                part = Spec(part=PART_OF[told["edp"]]) if told["edp"] else Spec()
                found.append(Phrase(part, match.start(), match.end(), read_every(told)))
            else:
                next_day = told["re"] in ("次日", "翌日")
                found.append(Phrase(READ[kind](told), match.start(), match.end(), next_day=next_day))
        except Unclear as unclear:
            if str(unclear):
                found.append(Phrase(Spec(), match.start(), match.end(), why=str(unclear)))
    return found


def _together(one: Phrase, two: Phrase, letters: str) -> Phrase | None:
    gap = letters[one.end : two.start]
    if one.why or two.why:
        return _worst(one, two) if _GLUE.fullmatch(gap) and not gap.startswith(",") else None
    if one.every and two.spec.dated and EXCEPTED.match(letters, two.end):
        return None
    if two.every:
        if _FROM.search(gap) and one.spec.dated and not one.spec.has_day:
            return None  # 从12月起: from then on, with no end
        if _EXCEPT.search(before_it(letters, one.start)):
            return None
        if one.every or not _EVERY_GLUE.fullmatch(gap):
            return None
        if one.spec.clocked or (one.spec.has_day and not one.spec.weekdays and not _FROM.search(gap)):
            return None
    elif not _GLUE.fullmatch(gap):
        return None
    spec = one.spec.joined(two.spec)
    if spec is None:
        return None
    return Phrase(spec, one.start, two.end, one.every or two.every, next_day=one.next_day)


def _worst(one: Phrase, two: Phrase) -> Phrase:
    return Phrase(Spec(), one.start, two.end, why=one.why or two.why)


def phrases(letters: str) -> Told:
    """The phrases of a sentence, left to right, and apart from them the leads (提前N) and bare lengths."""
    leads, lengths, joined = list[Phrase](), list[Phrase](), list[Phrase]()
    for word in _words(letters):
        if word.spec.length is not None and not word.spec.within:
            (leads if word.spec.every else lengths).append(word)
            continue
        if word.spec == Spec(weak=True):
            continue
        merged = _together(joined[-1], word, letters) if joined else None
        if merged:
            joined[-1] = merged
        else:
            joined.append(word)
    kept = tuple(p for p in joined if _is_time(p, letters))
    if all(_is_weak(p, letters) for p in kept):
        kept = ()
    return Told(kept, tuple(leads), tuple(lengths))


def _is_weak(phrase: Phrase, letters: str) -> bool:
    """每天 in a long sentence, 一周三次: a wish only beside a time."""
    if phrase.every is None or phrase.spec != Spec():
        return False
    counted = _TIMES.match(letters, phrase.end)
    loose = counted is not None and ";" not in phrase.every.rule
    return phrase.every.weak or loose or not _is_wish(phrase.every, phrase, letters)


def _is_time(phrase: Phrase, letters: str) -> bool:
    spec, before, after = phrase.spec, before_it(letters, phrase.start), letters[phrase.end :]
    if _is_habit(phrase, after, letters):
        return False
    if phrase.every:
        return _is_recurrence(phrase, letters)
    alone = not before.strip() and not after.strip(" 。,!?吗呢吧的")
    if spec == Spec(weak=True, hour=1):
        return bool(_WEAK_BEFORE.search(before) and _WEAK_AFTER.search(after)) or alone
    if spec == Spec(shift=spec.shift) and spec.shift is not None:
        return False
    if spec.part and not spec.dated and spec.hour is None:
        if RANGE.match(after):
            return True
        habit = (
            spec.part in LOOSE
            or (
                spec.part in ("morning", "evening")
                and len(letters) > SHORT
                and letters[phrase.start] in "早晚一"
            )
            or _HABIT.search(after)
            or _GENERAL.search(before)
        )
        return alone or not habit
    if spec.hour is not None and not spec.dated and (_CUSTOM.match(after) or _NOISE.search(before)):
        return False
    if spec.year_rel and replace(spec, year=None, year_rel=False) == Spec():
        return alone or spec.year != 0
    if spec.whole in ("春", "夏", "秋", "冬", "月初", "月中"):
        return alone or spec.year is not None or spec.month is not None or spec.whole == "月初"
    return True


def _is_habit(phrase: Phrase, after: str, letters: str) -> bool:
    """天天停水, 周末老有人施工: how things are, not when something is wished."""
    spec = phrase.spec
    loose = spec == Spec(part=spec.part) or spec == Spec(whole="weekend")
    plain = phrase.every is None or phrase.every.rule.count(";") == 0
    return bool(loose and plain and _HABITS.search(after) and not _WISH.search(letters))


def _is_recurrence(phrase: Phrase, letters: str) -> bool:
    """没有时间的“每月”“天天” in a longer sentence is how things are, not a wish."""
    rule = phrase.every.rule if phrase.every else ""
    if phrase.spec.hour is None and not phrase.spec.dated and _COMPLAINT.match(letters, phrase.end):
        return False
    return (
        phrase.spec != Spec() or ";" in rule or rule == "WORKDAYS" or not _AMOUNT.match(letters, phrase.end)
    )


def _is_wish(every: Every, phrase: Phrase, letters: str) -> bool:
    if ";" in every.rule or every.rule == "WORKDAYS":
        return True
    return len(letters) <= SHORT or bool(_WISH.search(letters))
