"""Processes killed by SIGKILL at named points and random moments: nothing lost, nothing sent more than twice.

JIAMENKOU_FULL=1 runs the full size: 200 kills over 2,000 reminders of one moment and 500 updates, on each database.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.delivery import SIDE_BY_SIDE
from storage.archive import Archive
from storage.tables import contacts, inbox, outbox, reminders
from tests.crash.platform import Platform
from tests.crash.replica import NAME, WITNESS
from tests.databases import START, ZONE, open_archive

BURST = datetime(2026, 11, 24, 8, 0, tzinfo=ZONE)
POINTS = {
    "before commit": 12, "after commit": 12, "after claim": 1,
    "after sending": 10, "before call": 10, "after call": 10, "after answer": 10,
}  # fmt: skip
SEED = 20261124
MORE = 20


@dataclass(frozen=True)
class Size:
    """How much is done and how often it is cut short; each resident sends two updates."""

    kills: int
    reminders: int
    residents: int


SIZE = Size(200, 2000, 250) if os.environ.get("JIAMENKOU_FULL") == "1" else Size(20, 200, 30)


def set_reminders(archive: Archive, first: int, count: int) -> None:
    """Everybody's medicine is at eight."""
    with archive.open() as records:
        for n in range(first, first + count):
            talk = records.conversations.open(NAME, f"medicine{n}", START)
            records.reminders.add(
                person_id=talk.person.id, conversation_id=talk.id, what="吃药", starts_at=BURST, now=START
            )


def updates_of(residents: int) -> list[dict[str, Any]]:
    """Each resident wishes a reminder and says yes; every yes comes after every wish."""
    told = [(n, "12月5号早上七点提醒我体检") for n in range(residents)] + [
        (n, "是") for n in range(residents)
    ]
    return [{"id": i, "address": f"resident{n}", "text": text} for i, (n, text) in enumerate(told, 1)]


def ends(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Where each process ends: first at every named point, then two thirds at them and the rest at any moment."""
    points = list(POINTS)
    for n in itertools.count():
        point = points[n % len(points)]
        if n < len(points) or chance.random() < 0.67:
            yield {"point": point, "n": chance.randint(1, POINTS[point])}
        else:
            yield {"seconds": chance.uniform(0.02, 0.25)}


class Nursery:
    """The forking process and its answers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def raise_one(self, **told: Any) -> dict[str, int]:
        """Let a replica live; returns how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        answer = await self._process.stdout.readline()
        assert answer, "the nursery died"
        ended: dict[str, int] = json.loads(answer)
        return ended


@asynccontextmanager
async def nursery(url: str, base: str, folder: Path) -> AsyncIterator[Nursery]:
    """A nursery for one database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.nursery", url, base, str(folder), cwd=Path(__file__).parents[1],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def kill_again_and_again(url: str, archive: Archive, platform: Platform, folder: Path) -> int:
    """Kill one replica after another, then let one finish; returns how many reminders there were."""
    killed, count = 0, SIZE.reminders
    async with nursery(url, platform.base, folder) as raised:
        clock = BURST + timedelta(seconds=1)
        for end in ends(random.Random(SEED)):
            ended = await raised.raise_one(clock=clock.isoformat(), **end)
            assert ended["code"] == 0, "a replica failed by itself"
            clock += timedelta(seconds=1)  # no lease runs out between two lives
            killed += ended["signal"] == signal.SIGKILL
            if killed == SIZE.kills:
                break
            if not ended["signal"]:  # a fast machine: everything was done
                set_reminders(archive, count, MORE)
                count += MORE
        assert await raised.raise_one(clock=clock.isoformat()) == {"signal": 0, "code": 0}
    return count


async def test_killed_again_and_again(database_url: str, tmp_path: Path) -> None:
    archive = open_archive(database_url)
    set_reminders(archive, 0, SIZE.reminders)
    async with Platform(updates_of(SIZE.residents)) as platform:
        count = await kill_again_and_again(database_url, archive, platform, tmp_path)
    told = Told(archive)
    doubts = doubts_of(tmp_path)
    archive.close()
    duplicates = platform.rows.total() - len(platform.rows)
    print(f"\n{archive.engine.dialect.name}: {SIZE.kills} kills, {count} reminders, {2 * SIZE.residents} updates: "
          f"{len(told.rows)} rows, {len(platform.rows)} arrived, {duplicates} twice, states {dict(told.states)}, "
          f"{len(told.rows) - len(platform.rows)} never arrived, "
          f"{sum(n >= 2 for n in doubts.values())} rows in doubt twice")  # fmt: skip
    assert_nothing_lost(platform, told, count, doubts)
    assert journals_in(tmp_path) == []
    assert max(platform.rows.values()) <= 2
    assert duplicates <= SIZE.kills * SIDE_BY_SIDE
    assert_each_update_once(platform, told)


class Told:
    """What the database says in the end."""

    def __init__(self, archive: Archive) -> None:
        with archive.reading() as records:
            rows = records.run(
                select(outbox.c.id, outbox.c.address, outbox.c.purpose, outbox.c.state, outbox.c.repeats)
            ).all()
            self.rows = list(rows)
            self.states = Counter(row.state for row in rows)
            self.heard = records.run(select(func.count()).where(inbox.c.heard_at.is_not(None))).scalar_one()
            self.unheard = records.conversations.unheard_count()
            of_whom = select(contacts.c.address).join(
                reminders, reminders.c.person_id == contacts.c.person_id
            )
            self.reminders = Counter(records.run(of_whom).scalars())

    def addressed(self, purpose: str) -> Counter[str]:
        """How many rows of the outbox each address has."""
        return Counter(row.address for row in self.rows if row.purpose == purpose)


def journals_in(folder: Path) -> list[str]:
    """Journals that nobody has settled and removed."""
    return [path.name for path in folder.glob("*.journal")]


def doubts_of(folder: Path) -> Counter[int]:
    """By the witness: how often each row was handed over by a process that died before it noted the answer."""
    lines = (folder / WITNESS).read_text().split("\n")[:-1]
    doubts: Counter[int] = Counter()
    for word, row in map(str.split, lines):
        doubts[int(row)] += 1 if word == "called" else -1
    return doubts


def assert_nothing_lost(platform: Platform, told: Told, count: int, doubts: Counter[int]) -> None:
    """Every reminder is one row; every row arrived, or was twice in a doubt that nobody can resolve and is on the desk."""
    assert told.addressed("reminder") == Counter(f"medicine{n}" for n in range(count))
    assert set(told.states) <= {"sent", "unknown"}
    missing = [row for row in told.rows if row.id not in platform.rows]
    assert all(row.state == "unknown" for row in missing), missing
    given_up = [row for row in told.rows if row.state == "unknown"]
    assert len(given_up) <= SIZE.kills, "what may have arrived is in flight alone"
    assert all(row.repeats == 1 and doubts[row.id] == 2 for row in given_up), given_up


def assert_each_update_once(platform: Platform, told: Told) -> None:
    """Each update is heard once, answered once, and each resident has the one reminder that was wished."""
    residents = [f"resident{n}" for n in range(SIZE.residents)]
    assert platform.acknowledged == 2 * SIZE.residents
    assert (told.heard, told.unheard) == (2 * SIZE.residents, 0)
    assert told.addressed("reply") == Counter(dict.fromkeys(residents, 2))
    assert {name: told.reminders[name] for name in residents} == dict.fromkeys(residents, 1)
