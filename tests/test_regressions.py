"""Failures of others that we mean not to repeat: each has a test, named by its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
OWED = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    16,
    17,
    18,
    19,
    20,
    23,
    24,
    25,
    26,
    27,
    28,
    29,
    30,
    31,
    41,
    45,
)


def _named() -> set[int]:
    """Numbers in the names of test functions and in the comments of talks."""
    found: set[int] = set()
    for path in TESTS.rglob("*.py"):
        found |= {int(n) for n in re.findall(r"def test_\w*?rg(\d\d)", path.read_text("utf-8"))}
    for path in TESTS.rglob("*.talk"):
        comments = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
        found |= {int(n) for n in re.findall(r"RG(\d\d)", "\n".join(comments))}
    return found


@pytest.mark.parametrize("number", OWED)
def test_each_regression_is_owned(number: int) -> None:
    assert number in _named()
