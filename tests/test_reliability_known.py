"""What is known, by whom, from when: withdrawn and outdated entries, with two processes on one database."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date

import pytest

from bot import turn
from intents.library import Library
from intents.message import Message
from intents.staff import editing
from storage.archive import Archive
from tests.databases import START

ENTRY, WORDS = "MZ01", "低保要带什么材料"


@pytest.fixture
def library(built_library: Library) -> Library:
    """As in production: the index is rebuilt beside the talk, so here it stays the old one."""
    mine = copy.copy(built_library)
    mine._eager = False
    return mine


def ask(archive: Archive, library: Library, number: int, text: str = WORDS) -> str:
    """What a resident is told."""
    with archive.open() as records:
        message = Message("web", "w1", f"e{number}", text, START)
        return "\n".join(reply.plain() for reply in turn.hear(records, library, message, START))


@pytest.fixture
def answer(archive: Archive, library: Library) -> str:
    """The entry that answers the words, and a line that only it has."""
    with archive.open() as records:
        (reply,) = turn.hear(records, library, Message("web", "w0", "e0", WORDS, START), START)
        assert reply.entry
        lines = records.handbook.current(reply.entry)
    assert lines
    return reply.entry


def test_rg24_withdrawn_in_one_process_gone_in_the_other(
    archive: Archive, library: Library, answer: str
) -> None:
    """The very next message, in the process that never withdrew it and holds the old index."""
    other = copy.copy(library)
    materials = _lines(archive, answer)
    assert any(line in ask(archive, other, 1) for line in materials)
    with archive.open() as records:
        admin = next(worker for worker in records.staff.all() if worker.role == "admin")
        editing.withdraw(records, admin, answer, START, "政策变了")
    for number, which in enumerate((other, library), 2):
        said = ask(archive, which, number)
        assert said
        assert not any(line in said for line in materials)


def test_rg24_a_button_of_a_withdrawn_entry_shows_nothing_of_it(
    archive: Archive, library: Library, answer: str
) -> None:
    materials = _lines(archive, answer)
    ask(archive, library, 1)
    with archive.open() as records:
        records.handbook.withdraw(answer, START)
        message = Message("web", "w1", "tap", "", START, button=f"=card:{answer}:materials")
        said = "\n".join(reply.plain() for reply in turn.hear(records, library, message, START))
    assert said
    assert not any(line in said for line in materials)


def _lines(archive: Archive, entry_id: str) -> list[str]:
    with archive.reading() as records:
        version = records.handbook.current(entry_id)
    assert version
    lines = [line.text if hasattr(line, "text") else str(line) for line in version.entry.materials]
    return [line for line in lines if len(line) > 4]


def test_rg25_past_its_date_it_is_being_checked(archive: Archive, library: Library, answer: str) -> None:
    """Valid until yesterday: nothing of it is shown; the resident is told so, with a number to ring."""
    materials = _lines(archive, answer)
    _set_end(archive, answer, START.date())
    assert any(line in ask(archive, library, 1) for line in materials)
    _set_end(archive, answer, date(2026, 11, 22))
    said = ask(archive, library, 2)
    assert "核对" in said or "核实" in said
    assert "12345" in said
    assert not any(line in said for line in materials)


def _set_end(archive: Archive, entry_id: str, day: date) -> None:
    with archive.open() as records:
        version = records.handbook.current(entry_id)
        assert version
        number = records.handbook.draft(replace(version.entry, valid_until=day), "甲", "试", START)
        assert records.handbook.publish(entry_id, number, "乙", START)
