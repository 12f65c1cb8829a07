"""A message's words, made plain: width, traditional characters, marks, length."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

MOST = 400  # characters kept of a message: its head and its tail, where the wish stands
_REPEATED = re.compile(r"([^0-9])\1{2,}")
_MARKS = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


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
    if len(message) > 4 * MOST:
        message = message[: 2 * MOST] + " " + message[-2 * MOST :]
    plain = unicodedata.normalize("NFKC", message).lower().translate(traditional())
    words = _REPEATED.sub(r"\1\1", _MARKS.sub(" ", plain).strip())
    return words if len(words) <= MOST else words[: MOST // 2] + " " + words[-MOST // 2 :]
