"""The held-out sets of tests/when/: how far the reading must reach, and that it stays short and bounded."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from knowledge.calendar import Calendar
from knowledge.when import find, next_after, read, say_rule
from knowledge.when.model import ZONE
from tests.when_sets import Verdict, lines, shown, verdict

CALENDAR = Calendar.default()
AT = datetime(2026, 11, 23, 10, tzinfo=ZONE)


def _share(name: str, judged: Verdict) -> float:
    counts = Counter(verdict(line)[0] for line in lines(name))
    return counts[judged] / counts.total()


@pytest.mark.parametrize("name", ["points_dev", "points_blind"])
def test_points_reach(name: str) -> None:
    assert _share(name, "right") >= 0.92
    assert _share(name, "wrong") <= 0.04


@pytest.mark.parametrize("name", ["recurrences_dev", "recurrences_more", "recurrences_blind"])
def test_recurrences_reach(name: str) -> None:
    assert _share(name, "right") >= 0.95


@pytest.mark.parametrize("name", ["none_dev", "none_more", "none_blind"])
def test_hardly_a_time_is_read_where_none_is(name: str) -> None:
    wrong = [line.words for line in lines(name) if verdict(line)[0] == "wrong"]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize("name", ["recurrences_dev", "recurrences_more", "recurrences_blind"])
def test_a_rule_of_the_sets_said_reads_back(name: str) -> None:
    for line in lines(name):
        found = read(line.words, line.at)
        if found.kind == "recurrence" and found.rule and found.start and "BYHOUR" not in found.rule:
            back = read(say_rule(found.rule, found.start), line.at)
            told = [
                next_after(rule or "", found.start, found.start, CALENDAR) for rule in (found.rule, back.rule)
            ]
            assert told[0] == told[1], line.words


@pytest.mark.parametrize(
    "text", ["1" * 1_000_000, "明天下午三点到五点" * 110_000, "一" * 1_000_000, "1号" * 500_000]
)
def test_a_very_long_text_is_read_only_so_far(text: str) -> None:
    assert len(find(text, AT)) <= 24
    assert shown(read(text, AT)) == shown(read(text[:400], AT))


def test_holidays_that_are_not_announced_are_labelled() -> None:
    assert read("元旦后第一个工作日", AT).unconfirmed
    assert not read("三个工作日后", AT).unconfirmed


def test_the_table_of_holidays_is_handed_in() -> None:
    told = Calendar.from_table({2027: {"元旦": {"rest": ["2027-01-01 ~ 2027-01-05"]}}})
    found = read("元旦后第一个工作日", AT, told)
    assert (found.start, found.unconfirmed) == (datetime(2027, 1, 6, tzinfo=ZONE), False)
