"""Which deed a resident wants: plain rules first, then a linear classifier on character grams."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.search.release import release
from knowledge.wishes import words
from knowledge.wishes.grams import Space, normal, ridge

DATA = Path(__file__).parent.parent / "data"
HANDBOOK, NONE = "handbook", "none"
PENALTY, ROUNDS, SHARPNESS = 0.5, 12, 5.0  # chosen by cross-validation, see bench/wishes.py
EVEN = 0.5  # a deed likelier than this is not taken for a name
NAMED = 0.9  # how sure it is that a bare name asks for nothing
EVENING = 0.65  # how far rare classes are weighted up, 1 is fully


@dataclass(frozen=True, slots=True)
class Wish:
    """A deed (`handbook`: a question, `none`: neither) and the probability that it is meant."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Rule:
    wish: str
    confidence: float
    when: re.Pattern[str]
    unless: re.Pattern[str] | None


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def read_phrases(folder: Path = DATA / "wishes") -> dict[str, list[str]]:
    """The sample sentences of each deed: one YAML list a deed, named as the deed."""
    files = (path for path in sorted(folder.glob("*.yaml")) if path.stem not in (HANDBOOK, NONE))
    return {path.stem: _lines(path) for path in files}


def _lines(path: Path) -> list[str]:
    return [str(line) for line in _yaml(path)]


def read_negatives(path: Path = DATA / "negatives.yaml") -> list[str]:
    """The texts that are neither deed nor question, also those that search need not know."""
    return [str(row["text"]) for row in _yaml(path)] + _lines(DATA / "wishes" / f"{NONE}.yaml")


# Items where telling of one's own case asks for the deed itself: those sentences are not questions.
DEED_ITEMS = frozenset(
    ("MZ08", "MZ11", "WJ08", "SF01", "RS13", "SF02", "SF03", "JY04", "JY06",
     "DQ03", "DQ04", "DQ05", "CG02", "CG03", "CG05", "CG06", "ZJ08", "ZJ05")
)  # fmt: skip
ASKING_STYLES = ("official", "plain", "terse")


def questions(entries: Sequence[HandbookEntry]) -> list[str]:
    """The handbook's phrasings that ask, rather than tell of a matter to be dealt with, and more that ask."""
    lines = _lines(DATA / "wishes" / f"{HANDBOOK}.yaml")
    for entry in entries:
        styles = ASKING_STYLES if entry.id in DEED_ITEMS else STYLES
        lines += [line for style in styles for line in entry.phrasings.get(style, ())]
    return lines


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(raw["wish"], raw["confidence"], re.compile(raw["when"]),
              re.compile(raw["unless"]) if raw.get("unless") else None)
        for raw in _yaml(DATA / "wish_rules.yaml")
    )  # fmt: skip


def by_rule(text: str) -> Wish | None:
    """The deed that plain words settle, or None."""
    line = normal(text)
    for rule in _rules():
        if rule.when.search(line) and not (rule.unless and rule.unless.search(line)):
            return Wish(rule.wish, rule.confidence)
    return None


def _is_bare_name(text: str) -> bool:
    """Whether a text says nothing but who somebody is (王秀英, 我叫李建国)."""
    told = text.strip(" ，。！,.!")
    if len(told) > 7:
        return False
    name = words.person_name(told) or words.bare_name(told)
    return name is not None and re.fullmatch(f"[我俺额]?[叫是姓]?{re.escape(name)}", told) is not None


class Recogniser:
    """Tells deeds apart from each other, from questions, and from talk that is neither."""

    def __init__(
        self, names: tuple[str, ...], space: Space, weights: NDArray[np.float16], known: str = ""
    ) -> None:
        self._names, self._space, self._weights = names, space, weights
        self._last: tuple[str, tuple[Wish, ...]] = "", ()
        self._known = known  # a word of these sentences (温度, 毛病) is no name, though it looks like one

    @classmethod
    def build(
        cls, wishes: Mapping[str, Sequence[str]], handbook: Sequence[str], negatives: Sequence[str]
    ) -> Recogniser:
        """Train on sentences of each deed, on handbook questions and on what is neither."""
        groups = {
            **wishes,
            HANDBOOK: handbook,
            NONE: [line for line in negatives if (ruled := by_rule(line)) is None or ruled.name == HANDBOOK],
        }
        names = tuple(sorted(name for name, lines in groups.items() if lines))
        texts = [line for name in names for line in groups[name]]
        classes = np.repeat(np.arange(len(names)), [len(groups[name]) for name in names])
        share = np.bincount(classes)[classes].astype(np.float32)
        weights = ((np.median(share) / share) ** EVENING).astype(np.float32)
        space, rows = Space.learn(texts)
        known = "\n".join(line for name in names if name != NONE for line in groups[name])
        learned = ridge(rows, classes, weights, ROUNDS, PENALTY).astype(np.float16)
        del rows
        release()
        return cls(names, space, learned, known)

    def packed(self) -> dict[str, NDArray[Any]]:
        """What was learned, as plain arrays (`Recogniser.unpacked`)."""
        known = np.frombuffer(self._known.encode("utf-8", "replace"), dtype=np.uint8)
        told = {"names": np.array(self._names), "weights": self._weights, "known": known}
        return {**told, "keys": self._space.keys, "counts": self._space.weights}

    @classmethod
    def unpacked(cls, told: Mapping[str, NDArray[Any]]) -> Recogniser:
        """The recogniser that `packed` told of."""
        names = tuple(str(name) for name in told["names"])
        known = told["known"].tobytes().decode("utf-8")
        return cls(names, Space(told["keys"], told["counts"]), told["weights"], known)

    def recognise(self, text: str) -> tuple[Wish, ...]:
        """All deeds, best first; the confidences add up to 1."""
        asked, found = self._last  # one turn asks for the same words several times
        if asked != text or not found:
            found = self._recognise(text)
            self._last = text, found
        return found

    def _recognise(self, text: str) -> tuple[Wish, ...]:
        told = _named_if_taken_back(self._learned(text), text)
        if ruled := by_rule(text) or self._by_name(text, told):
            told = _settled(told, ruled)
        found = [Wish(name, chance) for name, chance in told.items()]
        return tuple(sorted(found, key=lambda wish: (-wish.confidence, wish.name)))

    def _by_name(self, text: str, told: Mapping[str, float]) -> Wish | None:
        """Nothing is asked for by a bare name, unless it is a word of the samples or sounds much like one."""
        likely = max((chance for name, chance in told.items() if name != NONE), default=0.0) > EVEN
        is_name = not likely and _is_bare_name(text) and text.strip() not in self._known
        return Wish(NONE, NAMED) if is_name else None

    def _learned(self, text: str) -> dict[str, float]:
        columns, values = self._space.row(text)
        scores = values @ self._weights.take(columns, axis=0) * SHARPNESS
        chances = np.exp(scores - scores.max())
        return dict(zip(self._names, (chances / chances.sum()).tolist(), strict=True))


_HANDED_IN = re.compile(
    "调|投诉|举报|上报|报修|报的|报过|我报|不报|反映|代办|帮办|代我|替我|工单|诉求|追究|不告|撤回|撤销申请"
)
_TAKEN_BACK = re.compile("撤|收回|取消|不.{0,4}(?:了|调|告|要|办|报)|销|别|算了|自己|和好|和解")


def _named_if_taken_back(told: dict[str, float], text: str) -> dict[str, float]:
    """Taking back needs to name what was handed in; else a booking is meant as likely, and learned better."""
    if "withdraw" not in told or (_HANDED_IN.search(text) and _TAKEN_BACK.search(text)):
        return told
    rest = 1 - told["withdraw"]
    return {name: chance / rest for name, chance in told.items() if name != "withdraw"}


def _settled(told: dict[str, float], ruled: Wish) -> dict[str, float]:
    """The learned chances shrunk to what the rule leaves."""
    left = {name: chance * (1 - ruled.confidence) for name, chance in told.items()}
    left[ruled.name] = left.get(ruled.name, 0.0) + ruled.confidence
    return left
