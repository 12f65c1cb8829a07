"""Measuring the handbook: counts, calibration, plots, files with wrong rows, what is hard to read, what stands together."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import plots
from bot.cli.handbook_check import figures, html
from knowledge import saved_questions
from knowledge.clusters import clustered, grams, likeness
from knowledge.evaluation import ALL, Answer, Asked, BadFile, evaluated, read_questions
from knowledge.handbook import HandbookEntry
from knowledge.readability import LONGEST, of_text, warnings
from tests.databases import START


def asked(entry_id: str, style: str = "plain", text: str = "问", also: str = "") -> Asked:
    return Asked(entry_id, style, text, frozenset([entry_id, *also.split()]))


ROWS = [
    (asked("A1"), Answer("answer", ("A1",), ("A1", "B1"), 0.95)),
    (asked("A1", "need"), Answer("choose", ("B1", "A1"), ("B1", "A1"), 0.45)),
    (asked("B1"), Answer("answer", ("A1",), ("A1", "B1"), 0.85)),
    (asked("B1", "need", also="C1"), Answer("refuse", (), ("C1",), 0.25)),
]  # fmt: skip


def test_every_figure_is_counted() -> None:
    told = evaluated(ROWS)
    assert list(told.styles) == ["need", "plain", ALL]
    whole = told.whole
    assert (whole.n, whole.first, whole.three, whole.one_step, whole.right, whole.wrong) == (4, 2, 4, 2, 1, 1)
    assert dict(whole.decisions) == {"answer": 2, "choose": 1, "refuse": 1}
    assert told.confusions == [("A1", "B1", 1), ("B1", "A1", 1)]
    assert [row[0].id for row in told.failures] == ["B1", "B1"]
    assert [one.n for one in told.bins] == [0, 0, 1, 0, 1, 0, 0, 0, 1, 1]
    assert told.ece == pytest.approx((abs(0.25 - 1) + 0.45 + 0.85 + 0.05) / 4)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60))
def test_the_calibration_error_is_a_share_and_every_question_is_in_a_bin(
    told: list[tuple[bool, float]],
) -> None:
    rows = [
        (asked("A1"), Answer("answer", ("A1",), ("A1" if right else "B1",), sure)) for right, sure in told
    ]
    found = evaluated(rows)
    assert sum(one.n for one in found.bins) == len(rows)
    assert 0 <= found.ece <= 1


def test_the_report_is_one_file_of_its_own() -> None:
    told = evaluated([*ROWS, (asked("A1", "need", "<script>x</script>"), Answer("act", (), (), 0.0))])
    page = html(told, {"A1": "低<b>保"}, "q.tsv", START)
    assert page.count("<svg") == 3
    for forbidden in ("<script", "http://", "https://", "<b>", "@import", "<link"):
        assert forbidden not in page.replace("http://www.w3.org/2000/svg", "")
    for drawn in (plots.recall(told), plots.decisions(told), plots.reliability(told.bins, told.ece)):
        ET.fromstring(drawn)
    lines = list(figures(told))
    assert lines[0].startswith("need\t3 句\t第一  33.3%\t前三  66.7%\t一步到位  33.3%")
    assert any("B1 被当成 A1" in line for line in lines)


def test_a_file_with_wrong_rows_is_refused_with_each_row() -> None:
    good = "id\tstyle\tquestion\talso_ok\nA1\tplain\t怎么办\tB1,C1\n\nB1\tneed\t咋办\n"
    read = read_questions("\ufeff" + good, ["A1", "B1"])
    assert [(row.id, sorted(row.right)) for row in read] == [("A1", ["A1", "B1", "C1"]), ("B1", ["B1"])]
    bad = good + "XX\tplain\t问\nA1\t\t问\nA1\tplain\t\nA1\nA1\tplain\ta\tb\tc\nA1\tplain\t" + "长" * 4001
    with pytest.raises(BadFile) as no:
        read_questions(bad, ["A1", "B1"])
    for row, why in ((5, "XX"), (6, "style"), (7, "question"), (8, "1 列"), (9, "5 列"), (10, "4000")):
        assert f"第 {row} 行：" in str(no.value)
        assert why in str(no.value).splitlines()[row - 5]
    for nothing in ("", "a\tb\tc\n", "id\tstyle\tquestion\n"):
        with pytest.raises(BadFile):
            read_questions(nothing, ["A1"])


WORDS = st.text("低保怎么办申请老人补贴钱", min_size=1, max_size=20)


@given(st.lists(st.tuples(st.sampled_from(["A1", "B1"]), WORDS), unique=True, max_size=20))
def test_saved_questions_are_read_as_written(rows: list[tuple[str, str]]) -> None:
    told = [(entry_id, text, len(text) % 2 == 0) for entry_id, text in rows]
    assert saved_questions.read(saved_questions.write(told), ["A1", "B1"]) == told


def test_a_starting_set_names_each_entry_and_a_neighbour() -> None:
    one = HandbookEntry("A1", title="甲事", related=("B1", "Z9"), phrasings={"plain": ("甲怎么办", "甲咋弄")})
    other = HandbookEntry("B1", title="乙事", phrasings={"plain": ("乙怎么办",)})
    assert saved_questions.starting([one, other]) == [
        ("A1", "甲事", True), ("A1", "甲怎么办", True), ("A1", "乙怎么办", False), ("B1", "乙事", True),
        ("B1", "乙怎么办", True)
    ]  # fmt: skip


# what is hard to read


def test_long_sentences_and_office_words_are_told_with_what_to_do() -> None:
    assert of_text("带身份证。在一楼办。") == []
    long = "带" * (LONGEST + 1)
    assert of_text(f"短的。{long}。")[0][0].startswith(f"有一句 {LONGEST + 1} 个字")
    assert of_text("持有效身份证件提交") == [
        ("用了“有效身份证件”", "居民更好懂的是“身份证（或户口簿）”"), ("用了“提交”", "居民更好懂的是“交”")
    ]  # fmt: skip
    entry = HandbookEntry("A1", title="提交", basis=("依据相关规定",), steps=("提交。",), fee="免费。")
    assert [(one.column, one.wrong) for one in warnings(entry)] == [("怎么办", "用了“提交”")]
    assert warnings(replace(entry, steps=("交材料。",))) == []


# what stands together


@given(st.lists(WORDS, max_size=15))
def test_clusters_hold_every_sentence_once_and_the_same_way(texts: list[str]) -> None:
    hints = [""] * len(texts)
    groups = clustered(texts, hints)
    assert sorted(n for group in groups for n in group) == list(range(len(texts)))
    assert groups == clustered(texts, hints)
    where = {n: at for at, group in enumerate(groups) for n in group}
    for a, one in enumerate(texts):
        assert all(where[a] == where[b] for b, other in enumerate(texts) if one == other)


@given(WORDS, WORDS)
def test_likeness_is_even_and_a_share(one: str, other: str) -> None:
    assert likeness(grams(one), grams(other)) == likeness(grams(other), grams(one))
    assert 0 <= likeness(grams(one), grams(other)) <= 1
    assert likeness(grams(one), grams(one)) == 1
