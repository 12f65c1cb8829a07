"""Two at once: seats, handoffs, the same event, the same person's first words. On both databases."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from bot import rounds, turn
from bot.clerk import clerk_for
from bot.office import Office
from intents import handoff
from intents.library import Library
from intents.message import Message
from storage.archive import Archive, Records
from storage.tables import bookings, contacts, conversations, inbox, outbox, reminders, uses
from tests.crash.seats import SERVICE
from tests.databases import START, open_archive

T = TypeVar("T")
PROCESSES, SLOTS, CAPACITY = 4, 20, 3
ATTEMPTS = 2500 if os.environ.get("JIAMENKOU_FULL") == "1" else 100


@pytest.fixture
def office(database_url: str, library: Library) -> Iterator[Office]:
    """An office on each database in turn, at ten o'clock."""
    opened = Office(open_archive(database_url), library, now=lambda: START)
    yield opened
    opened.close()


def both(*jobs: Callable[[], T]) -> list[T | Exception]:
    """What each job came to; all begin at one moment, each in a thread of its own."""
    gate = threading.Barrier(len(jobs))

    def go(job: Callable[[], T]) -> T:
        gate.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(go, job) for job in jobs]
    return [error if isinstance(error := f.exception(), Exception) else f.result() for f in futures]


async def _compete(url: str, seed: int) -> list[tuple[int, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.seats", url, *map(str, (seed, ATTEMPTS, SLOTS, CAPACITY)),
        cwd=Path(__file__).parents[1], stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate(b"go\n")
    assert process.returncode == 0
    return [(slot, code) for slot, code in json.loads(out)]


async def test_rg01_four_processes_never_overbook_nor_underfill(database_url: str) -> None:
    results = await asyncio.gather(*(_compete(database_url, seed) for seed in range(PROCESSES)))
    acknowledged = [pair for result in results for pair in result]
    assert Counter(slot for slot, _ in acknowledged) == Counter(dict.fromkeys(range(SLOTS), CAPACITY))
    archive = open_archive(database_url)
    with archive.reading() as records:
        codes = set(records.run(select(bookings.c.code).where(bookings.c.service_id == SERVICE)).scalars())
        taken = records.run(select(func.count()).where(uses.c.resource == f"{SERVICE}@centre")).scalar_one()
    archive.close()
    assert codes == {code for _, code in acknowledged}
    assert taken == SLOTS * CAPACITY


def _words(archive: Archive, address: str) -> list[str]:
    with archive.reading() as records:
        talk = records.conversations.id_at("telegram", address)
        assert talk is not None
        return [str(line.body["text"]) for line in records.outbox.lines(talk)]


def _say(who: str, number: int, text: str) -> Message:
    return Message("telegram", who, f"{who}{number}", text, START)


async def test_rg01_the_last_seat_confirmed_twice_in_one_moment(office: Office) -> None:
    """One is told 约好了; the other 刚被约走了, with three other times."""
    for minutes, (who, name) in enumerate((("甲", "张三"), ("乙", "李四"))):
        office.now = lambda late=6 * minutes: START + timedelta(minutes=late)  # type: ignore[misc]
        await office.hear(_say(who, 1, f"明天上午九点约上门理发，我叫{name}，电话13800001111"))
        await office.hear(_say(who, 2, "一号院1单元"))
    office.now = lambda: START + timedelta(minutes=12)  # neither holds the seat any more
    await asyncio.gather(*(office.hear(_say(who, 3, "是")) for who in ("甲", "乙")))
    last = sorted(
        (_words(office.archive, who)[-1] for who in ("甲", "乙")), key=lambda words: "约好了" in words
    )
    assert "刚被约走了" in last[0]
    assert "约好了" in last[1]
    with office.archive.reading() as records:
        assert records.run(select(func.count()).where(uses.c.until.is_(None))).scalar_one() == 1
        state = next(
            s
            for who in ("甲", "乙")
            if (s := records.conversations.open("telegram", who, START).state.get("asked"))
        )
        assert len(state["options"]) == 3


def test_rg16_two_workers_take_at_once(archive: Archive) -> None:
    with archive.open() as records:
        talk = records.conversations.open("web", "w1", START)
        case = records.cases.open(
            "handoff", area_id="wb01", title="居民找人工", body={}, now=START, conversation_id=talk.id
        )
        workers = [worker for worker in records.staff.all() if worker.role == "worker"][:2]
    clerk = clerk_for(archive)

    def take(n: int) -> str:
        return clerk.submit(lambda records: handoff.take(records, workers[n], case, START)).result().state

    ends = both(lambda: take(0), lambda: take(1))
    clerk.close()
    assert sum(end == "human" for end in ends) == 1
    refused = next(end for end in ends if isinstance(end, handoff.Refused))
    with archive.reading() as records:
        holder = records.staff.get(records.cases.get(case.id).holder_id or 0)
        assert str(refused) == f"{case.number}已由{holder.name}接待。"
        told = records.run(select(func.count()).where(outbox.c.conversation_id == talk.id)).scalar_one()
        assert told == 1


@pytest.mark.parametrize("kept", [False, True], ids=["new", "kept-before"])
async def test_rg17_the_same_event_three_times_at_once(office: Office, kept: bool) -> None:
    """One effect, whether the event was kept before or is new, and whether the person is known or not."""
    message = Message("telegram", "55", "u1", "12月5号早上七点提醒我体检", START)
    if kept:
        await office.keep("telegram", "u1", "55", {"update_id": 1})
    answers = await asyncio.gather(*(office.hear(message) for _ in range(3)))
    assert sum(bool(answer) for answer in answers) == 1
    yes = replace(message, event_id="u2", text="是")
    await asyncio.gather(*(office.hear(yes) for _ in range(3)))
    with office.archive.reading() as records:
        counts = [
            records.run(select(func.count()).select_from(t)).scalar_one() for t in (inbox, outbox, reminders)
        ]
        assert counts == [2, 2, 1]
        assert [line.body["text"] for line in records.conversations.lines_in(1)] == [message.text, "是"]


async def test_first_words_of_one_person_at_once(office: Office) -> None:
    """Both are answered, in one conversation of one person; nobody is told that something broke."""
    messages = [Message("telegram", "77", f"u{n}", "谢谢", START) for n in range(4)]
    answers = await asyncio.gather(*(office.hear(message) for message in messages))
    assert not any("没处理好" in reply.text for answer in answers for reply in answer)
    assert all(answers)
    with office.archive.reading() as records:
        for table in (conversations, contacts):
            found = records.run(select(func.count()).where(table.c.address == "77")).scalar_one()
            assert found == 1


def test_rg20_two_rounds_at_once_say_each_reminder_once(archive: Archive, library: Library) -> None:
    """Two processes that both find ten reminders due, ten minutes apart, say each of them once (RG20)."""
    with archive.open() as records:
        talk = records.conversations.open("telegram", "1", START)
        for n in range(10):
            records.reminders.add(person_id=talk.person.id, conversation_id=talk.id, what=f"第{n}件", now=START,
                                  starts_at=START + n * timedelta(minutes=10), rule="FREQ=DAILY")  # fmt: skip
    late = START + timedelta(hours=2)

    def make_rounds() -> None:
        with archive.open() as records:
            rounds.remind(records, library, late)

    for end in both(make_rounds, make_rounds):
        assert end is None
    said = _words(archive, "1")
    assert sorted(words[-3:] for words in said) == [f"第{n}件" for n in range(10)]


def test_rg30_two_rounds_at_once_keep_the_form(archive: Archive, library: Library) -> None:
    """Two processes that both find a cold form put it aside once, with its answers."""
    message = Message("telegram", "1", "u1", "帮我报个问题，楼道灯坏了", START)
    with archive.open() as records:
        turn.hear(records, library, message, START)
        opened = records.conversations.open("telegram", "1", START).dialogue
    assert opened
    late = START + timedelta(hours=25)

    def make_rounds() -> None:
        with archive.open() as records:
            rounds.let_cold_dialogues_go(records, late)

    for end in both(make_rounds, make_rounds):
        assert end is None
    with archive.open() as records:
        talk = records.conversations.open("telegram", "1", late)
        assert talk.state["paused"]["dialogue"] == opened
        assert talk.state["paused"]["answers"]
    assert sum("先放着" in words for words in _words(archive, "1")) == 1


def test_rg16_two_rounds_at_once_end_an_idle_talk_once(archive: Archive) -> None:
    """The second of two processes that end a silent handoff leaves it, and goes on with its round."""
    with archive.open() as records:
        talk = records.conversations.open("web", "w1", START)
        case = records.cases.open("handoff", area_id="wb01", title="居民找人工", body={}, now=START,
                                  conversation_id=talk.id)  # fmt: skip
        worker = records.staff.all()[0]
        handoff.take(records, worker, case, START)
    late = START + timedelta(hours=25)

    def make_rounds() -> None:
        with archive.open() as records:
            rounds.end_idle_handoffs(records, late)

    for end in both(make_rounds, make_rounds):
        assert end is None
    with archive.reading() as records:
        assert records.cases.get(case.id).state == "ended"


def _count(records: Records) -> int:
    return records.bookings.next_number("x")


def test_counters_start_at_one_and_never_repeat(archive: Archive) -> None:
    clerk = clerk_for(archive)
    futures = [clerk.submit(_count) for _ in range(50)]
    assert sorted(future.result() for future in futures) == list(range(1, 51))
    clerk.close()
