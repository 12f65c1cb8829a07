"""Danger is caught, look-alikes are not: phrases/emergency.yaml, negatives, the handbook's own phrasings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.emergency import Emergency, check
from knowledge.handbook import read_folder
from knowledge.wishes import DATA, read_phrases

PHRASES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "phrases" / "emergency.yaml").read_text("utf-8")
)
NATIONAL = {"96110", "110", "119", "120", "122", "12338", "12355", "12356"}
# The kinds that send to the same first number, so that one may stand for the other.
FIRST = {"fire": "119", "gas": "119", "trapped": "119"} | dict.fromkeys(
    ("medical", "choking", "electric_shock", "poisoning", "overdose", "labour", "accident"), "120"
) | dict.fromkeys(("violence", "intruder", "followed", "domestic_violence", "child_harm", "missing", "drowning"), "110")  # fmt: skip
DEED_NOW = {"变压器嗡嗡响冒火星"}


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, lines in PHRASES["now"].items() for t in lines])
def test_danger_is_caught(kind: str, text: str) -> None:
    assert check(text) is not None, kind


def test_the_first_number_is_nearly_always_the_right_one() -> None:
    told = [
        (FIRST[kind], check(text))
        for kind, lines in PHRASES["now"].items()
        if kind in FIRST
        for text in lines
    ]
    right = [found is not None and found.numbers[0] == number for number, found in told]
    assert sum(right) / len(right) >= 0.95


def test_despair_is_answered_with_someone_who_listens() -> None:
    found = [check(text) for text in PHRASES["now"]["self_harm"]]
    assert all(emergency is not None and "12356" in emergency.numbers for emergency in found)


@pytest.mark.parametrize("text", PHRASES["calm"])
def test_lookalikes_are_left_alone(text: str) -> None:
    assert check(text) is None


def test_negatives_and_deeds_are_no_emergencies() -> None:
    """The known gaps are listed; what is mended forces its line out, and nothing may join."""
    rows = yaml.safe_load((DATA / "negatives.yaml").read_text("utf-8"))
    deeds = [line for lines in read_phrases().values() for line in lines if line not in DEED_NOW]
    assert [text for text in [row["text"] for row in rows] + deeds if check(text)] == PHRASES["gaps"][
        "negatives"
    ]


def test_handbook_phrasings_are_no_emergencies() -> None:
    lines = [line for entry in read_folder(DATA / "handbook") for line in entry.all_phrasings()]
    # Who is being beaten gets the private help card, whatever else is asked.
    assert [line for line in lines if (found := check(line)) and found.kind != "domestic_violence"] == []


@pytest.mark.parametrize("text", PHRASES["gaps"]["now"])
def test_known_gap_danger_is_not_caught_yet(text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize("text", PHRASES["gaps"]["calm"])
def test_known_gap_a_lookalike_still_gets_a_card(text: str) -> None:
    assert check(text) is not None


@pytest.mark.parametrize(
    ("text", "kind", "numbers"),
    [
        ("我爸打我妈", "domestic_violence", ("110", "12338")),
        ("家暴了想离婚怎么办", "domestic_violence", ("110", "12338")),
        ("隔壁天天打娃，娃身上都是伤", "child_harm", ("110", "12355")),
        ("我家着火了", "fire", ("119", "120")),
        ("我不想活了", "self_harm", ("12356", "110", "120")),
        ("我妈喝农药了", "self_harm", ("120", "110", "12356")),
        ("有人要跳楼", "self_harm", ("110", "120", "12356")),
        ("被困在电梯里了", "trapped", ("119", "110")),
    ],
)
def test_whom_to_call(text: str, kind: str, numbers: tuple[str, ...]) -> None:
    found = check(text)
    assert found is not None
    assert (found.kind, found.numbers) == (kind, numbers)


def every_kind() -> list[Emergency]:
    found = [check(text) for lines in PHRASES["now"].values() for text in lines]
    return list({emergency.kind: emergency for emergency in found if emergency}.values())


def test_advice_is_short_and_numbers_are_national() -> None:
    for emergency in every_kind():
        assert 1 <= len(emergency.advice) <= 3
        assert all(len(line) <= 40 for line in emergency.advice)
        assert set(emergency.numbers) <= NATIONAL


@pytest.mark.parametrize("kind", ["domestic_violence", "child_harm"])
def test_harm_at_home_names_the_protection_order(kind: str) -> None:
    advice = next("".join(e.advice) for e in every_kind() if e.kind == kind)
    assert "人身安全保护令" in advice
    assert "妇联" in advice


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("我家着火了", "昨天我家着火了，已经灭了"),
        ("电梯坏了我妈在里面", "电梯坏了，里头没人"),
        ("我爸触电了", "我爸去年触电走了"),
    ],
)
def test_what_is_over_no_longer_fires(before: str, after: str) -> None:
    assert check(before) is not None
    assert check(after) is None


def test_what_began_yesterday_and_goes_on_fires() -> None:
    assert check("我爸昨天摔了一跤，现在叫不醒了") is not None


@given(st.text(max_size=200))
def test_no_input_raises(text: str) -> None:
    check(text)


def test_a_huge_message_is_read() -> None:
    assert check("啊" * 1_000_000) is None
    assert check("着火了" * 300_000) is not None
