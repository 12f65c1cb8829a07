"""Kinds as tables: no dead ends, a holder and a clock in every open state; clocks in working time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from knowledge.calendar import Calendar
from knowledge.cases import KINDS, Kind, Move, Span
from knowledge.cases import clock as clocks
from knowledge.cases.checks import faults
from tests.databases import START, ZONE


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_no_table_has_a_fault(kind: Kind) -> None:
    assert faults(kind) == []


def test_a_dead_end_is_found() -> None:
    kind = KINDS["report"]
    ends = tuple(move for move in kind.moves if move.to not in kind.ends)
    assert "report: received is a dead end" in faults(replace(kind, moves=ends))


def test_a_state_that_nobody_holds_is_found() -> None:
    kind = KINDS["mediation"]
    loose = (*kind.moves, Move("skip", "跳过", ("received",), "sitting"))
    assert "mediation: in sitting nobody holds it" in faults(replace(kind, moves=loose))


def test_words_that_cannot_be_filled_are_found() -> None:
    kind = KINDS["errand"]
    wrong = (*kind.moves, Move("x", "某", ("received",), "accepted", tells="{amount}"))
    assert "errand.x: no words for amount" in faults(replace(kind, moves=wrong))


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


def test_working_days_leave_out_the_national_holiday() -> None:
    due = clocks.due(at("2026-09-30 17:00"), Span(1, "workdays"), Calendar.default())
    assert Calendar.default().is_workday(due.date())
    assert due.date() > at("2026-10-03 00:00").date()
    assert (due.hour, due.minute) == (18, 0)


def test_yellow_is_three_quarters_of_the_working_time() -> None:
    start = at("2026-11-23 09:00")
    due = clocks.due(start, Span(3, "workdays"), Calendar.default())  # four working days of nine hours
    assert clocks.yellow(start, due, Calendar.default()) == at("2026-11-25 18:00")
    assert clocks.yellow(start, start + timedelta(minutes=20), Calendar.default()) == start + timedelta(
        minutes=15
    )


def test_colours() -> None:
    yellow, red = START, START + timedelta(hours=1)
    shown = [clocks.colour(yellow, red, START + timedelta(minutes=n)) for n in (-1, 0, 59, 60)]
    assert shown == ["", "yellow", "yellow", "red"]


def test_after_a_pause_as_much_working_time_is_left_as_before() -> None:
    calendar, paused = Calendar.default(), at("2026-11-24 18:00")
    due = at("2026-11-26 18:00")
    assert clocks.resumed(paused, at("2026-11-30 09:00"), due, calendar) == at("2026-12-01 18:00")
