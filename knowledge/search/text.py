"""A message's words, made plain: width, traditional characters, marks, length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

MOST = 400  # characters kept of a message: its head and its tail, where the wish stands
_REPEATED = re.compile(r"([^0-9])\1{2,}")
_MARKS = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_COMMON_MARKS = re.compile("[，。？！、；：（）…]+")  # without them most lines are normal already
_MARKS_IN_LINES = re.compile(r"[^0-9a-z\u3400-\u9fff\n]+")
_REPEATED_IN_LINES = re.compile(r"([^0-9\n])\1{2,}")


def data(name: str) -> str:
    """The text of a file in knowledge/data/search."""
    return files("knowledge").joinpath("data", "search", name).read_text("utf-8")


def table_of(name: str) -> Any:
    """The content of a YAML file in knowledge/data/search."""
    return yaml.load(data(name), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def traditional() -> dict[int, str]:
    """Common traditional characters to simplified ones, for str.translate."""
    pairs = data("traditional.txt").split()
    return {ord(pair[0]): pair[1] for pair in pairs}


def normalise(message: str) -> str:
    """Half-width lower-case simplified words; a run of marks is one space, a repeated character stands twice."""
    message = _head_and_tail(message, 4 * MOST)
    plain = unicodedata.normalize("NFKC", message).lower().translate(traditional())
    words = _REPEATED.sub(r"\1\1", _MARKS.sub(" ", plain).strip())
    return _head_and_tail(words, MOST)


def _head_and_tail(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most // 2] + " " + text[-most // 2 :]


def _compatible(told: str) -> str:
    return told if unicodedata.is_normalized("NFKC", told) else unicodedata.normalize("NFKC", told)


def normalise_all(messages: Sequence[str]) -> list[str]:
    """The same for many messages at once, as lines of one text."""
    if not messages:
        return []
    told = "\n".join(_head_and_tail(message, 4 * MOST).replace("\n", " ") for message in messages)
    plain = _compatible(_COMMON_MARKS.sub(" ", told)).lower().translate(traditional())
    lines = _REPEATED_IN_LINES.sub(r"\1\1", _MARKS_IN_LINES.sub(" ", plain)).split("\n")
    return [_head_and_tail(line.strip(), MOST) for line in lines]
