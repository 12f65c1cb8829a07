"""Danger in a resident's words: what kind, whom to call first, what to do until help comes.

The patterns are data (knowledge/data/emergency.yaml). A rule fires where one of its patterns is found, none of its
own exceptions, and the words around it do not put it into the past, into a film or into a form to be filled in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "data" / "emergency.yaml"
LIMIT = 2000  # characters looked at; danger is told early


@dataclass(frozen=True, slots=True)
class Emergency:
    """A danger now: `numbers` to call (the first one first), `advice` in 1–3 short sentences."""

    kind: str
    numbers: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    found: Emergency
    when: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    calm: frozenset[str]


@dataclass(frozen=True, slots=True)
class Book:
    spelling: Mapping[str, str]
    idioms: re.Pattern[str]
    moods: Mapping[str, re.Pattern[str]]
    alarm: re.Pattern[str]
    now: re.Pattern[str]
    rules: tuple[_Rule, ...]
    kinds: Mapping[str, Emergency]


def _any(patterns: list[str], names: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_fill(pattern, names)) for pattern in patterns)


def _fill(pattern: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda m: names[m[1]], pattern)


def _emergency(name: str, raw: Mapping[str, Any]) -> Emergency:
    return Emergency(raw.get("kind", name), tuple(raw["numbers"]), tuple(raw["advice"]))


def _rule(raw: Mapping[str, Any], kinds: Mapping[str, Any], names: Mapping[str, str]) -> _Rule:
    found = _emergency(raw["kind"], kinds[raw["kind"]] | raw)
    return _Rule(found, _any(raw["when"], names), _any(raw.get("unless", []), names), frozenset(raw["calm"]))


@cache
def book() -> Book:
    raw = yaml.load(DATA.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    names = raw["names"]
    return Book(
        spelling=raw["spelling"],
        idioms=re.compile("|".join(_fill(idiom, names) for idiom in raw["idioms"])),
        moods={mood: re.compile(pattern) for mood, pattern in raw["moods"].items()},
        alarm=re.compile(raw["alarm"]),
        now=re.compile(raw["now"]),
        rules=tuple(_rule(rule, raw["kinds"], names) for rule in raw["rules"]),
        kinds={name: _emergency(name, kind) for name, kind in raw["kinds"].items()},
    )


_ENDS = re.compile(r"[。.!！?？…\n~～]+")
_PAUSES = re.compile(r"[，,、；;：:—\-“”\"'（）()【】《》<>]+")


def normal(text: str) -> str:
    """Lower case, half width, pauses as ，, ends as 。, common dialect letters unified."""
    line = unicodedata.normalize("NFKC", text[:LIMIT]).lower()
    line = _PAUSES.sub("，", _ENDS.sub("。", line))
    line = re.sub(r"\s+", "", line)
    return re.sub(r"[咧嘞哩啦喽咯]", "了", re.sub(r"[俺额咱]", "我", line))


def _last(pattern: re.Pattern[str], text: str) -> int:
    found = -1
    for match in pattern.finditer(text):
        found = match.start()
    return found


def _calmed(rule: _Rule, text: str, match: re.Match[str], told: Book) -> bool:
    """Whether the words around the match tell of something other than danger now."""
    moods = {mood: told.moods[mood] for mood in rule.calm}
    if "over" in moods and moods.pop("over").search(text):
        return True
    if "denied" in moods and moods.pop("denied").search(text):
        return True
    if told.alarm.search(text):
        return False
    before = text[: match.end()]
    if "past" in moods:
        past = _last(moods.pop("past"), before)
        if past >= 0 and past >= _last(told.now, before):
            return True
    if "what_if" in moods and moods.pop("what_if").search(before.rsplit("。", 1)[-1]):
        return True
    return any(mood.search(text) for mood in moods.values())


def _fires(rule: _Rule, text: str, told: Book) -> bool:
    fires = any(
        not _calmed(rule, text, match, told) for pattern in rule.when for match in pattern.finditer(text)
    )
    return fires and not any(pattern.search(text) for pattern in rule.unless)


def respelled(line: str) -> str:
    """The normalised line with known slips put right."""
    for wrong, right in book().spelling.items():
        line = line.replace(wrong, right)
    return line


def matched(text: str) -> Emergency | None:
    """The danger that plain patterns find in the words, or None."""
    found = book()
    line = found.idioms.sub("，", respelled(normal(text)))
    return next((rule.found for rule in found.rules if _fires(rule, line, found)), None)
