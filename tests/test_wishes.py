"""Deeds on unseen wording: phrases/wishes.yaml holds sentences that are not in the training data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.handbook import read_folder
from knowledge.wishes import DATA, Recogniser, by_rule, questions, read_negatives, read_phrases

HELD_OUT: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "phrases" / "wishes.yaml").read_text("utf-8")
)
DEEDS = sorted(set(HELD_OUT) - {"handbook", "none"})
MAIN = ("booking", "cancel_booking", "reschedule", "my_bookings", "mediation", "report", "errand", "progress",
        "handoff", "reminder", "nearest", "activity", "withdraw")  # fmt: skip


@cache
def recogniser() -> Recogniser:
    entries = read_folder(DATA / "handbook")
    return Recogniser.build(read_phrases(), questions(entries), read_negatives())


def best(text: str) -> str:
    return recogniser().recognise(text)[0].name


def share(lines: Sequence[str], names: set[str]) -> float:
    return sum(best(line) in names for line in lines) / len(lines)


def test_held_out_sentences_are_held_out() -> None:
    trained = {line for lines in read_phrases().values() for line in lines}
    assert trained.isdisjoint(line for deed in MAIN for line in HELD_OUT[deed])
    assert all(len(HELD_OUT[deed]) >= 15 for deed in DEEDS)


def test_at_least_94_of_100_deeds_are_right() -> None:
    right = [best(line) == deed for deed in DEEDS for line in HELD_OUT[deed]]
    assert sum(right) / len(right) >= 0.94


@pytest.mark.parametrize("deed", DEEDS)
def test_no_deed_falls_behind(deed: str) -> None:
    assert share(HELD_OUT[deed], {deed}) >= 0.8


def test_questions_are_no_deeds() -> None:
    assert share(HELD_OUT["handbook"], {"handbook", "none"}) >= 0.96


def test_talk_is_no_deed() -> None:
    assert share(HELD_OUT["none"], {"handbook", "none"}) >= 0.9


@pytest.mark.parametrize(
    ("deed", "question"),
    [
        ("帮我跟楼上调解一下", "怎么申请调解"),
        ("给我妈约理发", "理发要钱吗"),
        ("单元门禁坏了三天", "门禁坏了归谁修，费用谁出"),
        ("帮我妈办残疾证，她下不了床", "办残疾证要什么材料"),
    ],
)
def test_a_deed_is_not_a_question(deed: str, question: str) -> None:
    assert best(deed) not in {"handbook", "none"}
    assert best(question) in {"handbook", "none"}


def test_confidences_are_probabilities_best_first() -> None:
    found = recogniser().recognise("明天上午给我妈约个理发")
    chances = [wish.confidence for wish in found]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1, abs=1e-4)


def test_training_is_deterministic() -> None:
    data = {"booking": ["约理发", "约保洁"], "handoff": ["转人工", "找个人"]}
    one, two = (Recogniser.build(data, ["理发要钱吗"], ["哈哈"]) for _ in range(2))
    assert one.recognise("给我约一个") == two.recognise("给我约一个")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("转人工", "handoff"),
        ("菜单", "menu"),
        ("你好", "greeting"),
        ("谢谢啊", "thanks"),
        ("字体大一些", "elder_mode"),
    ],
)
def test_plain_words_settle_it(text: str, name: str) -> None:
    wish = by_rule(text)
    assert wish is not None
    assert wish.name == name


@pytest.mark.parametrize("text", ["人工湖的荷花开了", "手机字太小了看不清", "你好，想问问低保"])
def test_rules_leave_other_talk_alone(text: str) -> None:
    assert by_rule(text) is None


@pytest.mark.parametrize("text", ["我要找真人说", "我要投诉你们", "把我的信息删了"])
def test_a_person_is_got_at_once(text: str) -> None:
    found = recogniser().recognise(text)[0]
    assert found.name == "handoff"
    assert found.confidence >= 0.9


@pytest.mark.parametrize(
    "text", ["王秀英", "我叫李建国", "13800001234", "138 0000 1234", "我电话13800001234"]
)
def test_a_bare_name_or_number_asks_for_nothing(text: str) -> None:
    found = recogniser().recognise(text)[0]
    assert found.name == "none"
    assert found.confidence >= 0.8


def test_what_looks_like_a_name_may_be_a_wish() -> None:
    assert best("关怀版") == "elder_mode"


def test_taking_back_is_not_cancelling_a_booking() -> None:
    assert best("撤回调解") == "withdraw"
    assert best("把约的律师撤了") == "cancel_booking"


@pytest.mark.parametrize("text", ["", " ", "1", "🌹", "Ａ" * 5000, "\x00"])
def test_odd_input_is_answered(text: str) -> None:
    assert recogniser().recognise(text)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_no_input_raises(text: str) -> None:
    assert sum(wish.confidence for wish in recogniser().recognise(text)) == pytest.approx(1, abs=1e-3)
