"""Nobody sees what is not theirs: mediation's words (RG41), other people's numbers, sealed columns, silent logs."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import rounds, turn
from intents.handoff import Refused
from intents.library import Library
from intents.message import Message, from_json
from intents.staff import deeds
from storage.archive import Archive
from storage.tables import metadata, outbox
from tests.databases import START, open_archive

SECRET = "他把猪圈修到我家祖坟边上"
PHONE = "13911112222"
ADDRESS = "五号院3号楼"
WORDS = [
    f"{SECRET}，请社区给我们调解一下",
    "1",
    "隔壁老王",
    ADDRESS,
    "让他拆掉",
    "周建国",
    PHONE,
    "1",
    "同意",
]


def say(archive: Archive, library: Library, who: str, text: str, number: int) -> list[str]:
    with archive.open() as records:
        replies = turn.hear(records, library, Message("console", who, f"{who}-{number}", text, START), START)
    return [reply.plain() for reply in replies]


def file_mediation(archive: Archive, library: Library) -> str:
    said = [say(archive, library, "老周", text, n) for n, text in enumerate(WORDS)]
    assert "编号T261123001" in said[-1][0]
    return "T261123001"


def everything_said(archive: Archive, *, but: str) -> str:
    with archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address != but)).all()
        return "\n".join(from_json(records.outbox.body(row)).plain() for row in rows)


@pytest.fixture
def staffed(archive: Archive) -> Archive:
    """Every worker of the sample can be written to, and there is a staff group."""
    with archive.open() as records:
        for worker in records.staff.all():
            records.staff.change(worker.id, channel="console", address=f"worker-{worker.login}")
        records.places.set_fact("staff_group", {"channel": "console", "address": "group"})
    return archive


def test_rg41_mediation_words_reach_nobody_but_mediators(staffed: Archive, library: Library) -> None:
    number = file_mediation(staffed, library)
    with staffed.open() as records:
        rounds.make(records, library, START)
        plain, mediator = records.staff.by_login("li"), records.staff.by_login("zhao")
        assert plain
        assert mediator
        case = records.cases.by_number(number)
        assert case
        assert SECRET not in str(deeds.read_body(records, plain, case, START))
        assert SECRET in str(deeds.read_body(records, mediator, case, START))
        assert SECRET not in case.title
        looked = [row.who for row in records.audit.last(about=number) if row.action == "look"]
    assert looked == ["zhao"]
    for n, text in enumerate((number, "我那个事到哪一步了", f"查一下{number}", "老周的调解怎么样了", "待办")):
        assert SECRET not in "".join(say(staffed, library, "老王", text, n))
        assert SECRET not in "".join(say(staffed, library, "worker-li", text, n))
    assert SECRET not in everything_said(staffed, but="老周")
    with staffed.reading() as records:
        assert SECRET not in str([dict(row._mapping) for row in records.audit.last(500)])
        assert SECRET not in str(records.handbook.misses())


def test_a_foreign_number_is_answered_like_an_unknown_one(archive: Archive, library: Library) -> None:
    number = file_mediation(archive, library)
    foreign = say(archive, library, "老王", f"查一下{number}", 1)
    unknown = say(archive, library, "老王", "查一下T261123777", 2)
    assert foreign[0].replace(number, "N") == unknown[0].replace("T261123777", "N")


def test_nothing_personal_stands_plain_in_the_file(sqlite_url: str, library: Library) -> None:
    archive = open_archive(sqlite_url)
    file_mediation(archive, library)
    archive.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    stored = path.read_bytes()
    for words in (SECRET, PHONE, ADDRESS, "周建国", "隔壁老王"):
        assert words.encode() not in stored, words
    assert "调解申请".encode() in stored  # so the search above would find what is there


def test_a_worker_outside_the_area_finds_no_such_case(archive: Archive, library: Library) -> None:
    number = file_mediation(archive, library)
    with archive.open() as records:
        outside = next(
            a.id
            for a in records.places.areas()
            if a.kind == "社区" and a.id != "wb01" and "/wb/" not in a.path
        )
        stranger = records.staff.get(
            records.staff.add(login="far", name="远方", role="mediator", area_id=outside, now=START)
        )
        with pytest.raises(Refused, match="没有找到"):
            deeds.find(records, stranger, number)
        with pytest.raises(Refused, match="没有找到"):
            deeds.find(records, stranger, "T261123777")


def test_logs_hold_no_words_of_residents(
    archive: Archive, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file_mediation(archive, library)
    assert SECRET not in caplog.text
    assert PHONE not in caplog.text


def test_every_sensitive_column_is_sealed() -> None:
    kinds = {
        (table.name, column.name): str(column.type)
        for table in metadata.sorted_tables
        for column in table.columns
    }
    sealed = [("people", "name"), ("people", "phone"), ("people", "address"), ("inbox", "body"), ("outbox", "body"),
              ("bookings", "details"), ("cases", "body"), ("case_events", "note"), ("attachments", "data"),
              ("reminders", "what"), ("conversations", "state"), ("unanswered", "words")]  # fmt: skip
    assert {kinds[place] for place in sealed} == {"BLOB"}
