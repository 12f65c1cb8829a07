"""What a search tells, what a message outside the handbook looks like, and what mistakes cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Decision = Literal["answer", "choose", "refuse"]
KINDS = ("chitchat", "commerce", "nonsense", "attack", "other_gov", "lookalike")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was asked, as far as it can be told from the words alone.

    `confidence` is the probability (0–1) that `entries[0]` is right; `outside` names the kind of message
    when it belongs to no entry; `office` (other_gov only) is the office to ask, where known.
    """

    decision: Decision
    entries: tuple[str, ...] = ()
    confidence: float = 0.0
    facet: str | None = None
    outside: str | None = None
    office: str = ""


@dataclass(frozen=True, slots=True)
class Negative:
    """A message that no entry answers."""

    kind: str
    text: str
    office: str = ""


@dataclass(frozen=True, slots=True)
class Costs:
    """What each mistake costs the resident; only the proportions matter."""

    wrong_answer: float = 10.0
    outside_answered: float = 20.0
    wrong_refusal: float = 2.0
    needless_choice: float = 1.0
    wrong_choice: float = 2.0
    outside_choice: float = 2.0


class BadNegatives(ValueError):
    """反例文件有问题，请检查后再试。"""


def _negative(raw: Any) -> Negative:
    if not isinstance(raw, dict) or raw.get("kind") not in KINDS or not str(raw.get("text") or "").strip():
        raise BadNegatives(f"反例要写 kind（{'、'.join(KINDS)}）和 text，现在是：{raw!r}")
    return Negative(raw["kind"], str(raw["text"]).strip(), str(raw.get("office") or "").strip())


def read_negatives(path: Path) -> list[Negative]:
    """All negatives of a YAML file, in its order; raise BadNegatives on an unknown kind or no text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [_negative(raw) for raw in yaml.load(path.read_text("utf-8"), Loader=loader) or []]
