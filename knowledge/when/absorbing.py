"""A recurrence takes in what stands apart from it: 一周两次，周二和周五; 每年生日8月20号; 每天三顿，早上七点、中午十二点."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.when.clocks import hour_of
from knowledge.when.every import BYDAY, Every
from knowledge.when.phrases import Phrase
from knowledge.when.reading import Item
from knowledge.when.spec import Spec


def absorb(repeated: Item, others: Sequence[Item]) -> tuple[Item, list[Item]]:
    """The recurrence with the days and hours that complete it, and the times that are left over."""
    phrase, every = repeated.first, repeated.first.every
    if every is None or not others:
        return repeated, list(others)
    taken = [item for item in others if _completes(every, item.first.spec)]
    if not taken:
        return _with_hours(repeated, others)
    specs = [item.first.spec for item in taken]
    rule, day = _dated(every, specs)
    clock = next((spec for spec in (*specs, phrase.spec) if spec.clocked), Spec())
    spec = replace(day, part=clock.part, hour=clock.hour, minute=clock.minute, fixed=clock.fixed)
    first = replace(phrase, every=Every(rule), spec=spec)
    return _with_hours(replace(repeated, first=first), [item for item in others if item not in taken])


def _completes(every: Every, spec: Spec) -> bool:
    bare = every.rule.partition(";INTERVAL")[0]
    if bare == "FREQ=WEEKLY" and "BYDAY" not in every.rule:
        return spec.weekday is not None and spec.week is None and spec.whole is None
    if every.rule == "FREQ=MONTHLY":
        return spec.day is not None and spec.month is None and not spec.lunar
    if every.rule == "FREQ=YEARLY":
        named = spec.festival is not None or (spec.month is not None and spec.day is not None)
        return named and not spec.month_rel and spec.year is None
    return False


def _dated(every: Every, specs: Sequence[Spec]) -> tuple[str, Spec]:
    if every.rule.startswith("FREQ=WEEKLY"):
        days = {day for spec in specs for day in (spec.weekdays or (spec.weekday or 0,))}
        return f"{every.rule};BYDAY={','.join(BYDAY[day] for day in sorted(days))}", Spec()
    if every.rule == "FREQ=MONTHLY":
        return (
            f"FREQ=MONTHLY;BYMONTHDAY={','.join(str(day) for day in sorted({spec.day or 1 for spec in specs}))}",
            Spec(),
        )
    return every.rule, replace(specs[0], part=None, hour=None, minute=0)


def _with_hours(repeated: Item, others: Sequence[Item]) -> tuple[Item, list[Item]]:
    """每天三顿，早上七点、中午十二点、晚上六点: one rule with several hours."""
    phrase = repeated.first
    clocks = [item for item in others if _is_clock(item.first)]
    if not clocks or phrase.spec.clocked or phrase.hours:
        return repeated, list(others)
    told = [item.first.spec for item in clocks]
    first = told[0]
    spec = replace(phrase.spec, part=first.part, hour=first.hour, minute=first.minute, fixed=first.fixed)
    if len(told) == 1:
        rest = [item for item in others if item not in clocks]
        return replace(repeated, first=replace(phrase, spec=spec)), rest
    if any(spec.hour is None or spec.minute != first.minute for spec in told):
        return repeated, list(others)
    hours = tuple(sorted({hour_of(spec.hour or 0, spec.part, fixed=spec.fixed) % 24 for spec in told}))
    rest = [item for item in others if item not in clocks]
    return replace(repeated, first=replace(phrase, spec=spec, hours=hours)), rest


def _is_clock(phrase: Phrase) -> bool:
    spec = phrase.spec
    return spec.clocked and not spec.dated and spec.after is None and not spec.now
