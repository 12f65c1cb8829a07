"""The clerk's units of work: what fails is undone alone, what waits is told, bells ring after the commit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from itertools import count

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot import marks
from bot.clerk import Clerk, clerk_for
from storage.archive import Archive, Records
from storage.tables import facts, outbox
from tests.databases import START, open_archive


def put(
    records: Records, address: str, *, now: datetime = START, priority: int = 0, key: str | None = None
) -> bool:
    """A word to somebody on a platform that is pushed to."""
    return records.outbox.put(channel="telegram", address=address, body={"text": address}, purpose="notice", now=now,
                              priority=priority, key=key)  # fmt: skip


class Spilt(Exception):
    """打翻了。"""


@pytest.fixture
def clerk(archive: Archive) -> Clerk:
    """A clerk on each database; closed by the test."""
    return clerk_for(archive)


def _fact(name: str, ends: Exception | None = None) -> Callable[[Records], str]:
    def job(records: Records) -> str:
        records.places.set_fact(name, 1)
        if ends:
            raise ends
        return name

    return job


def _facts(archive: Archive) -> set[str]:
    with archive.reading() as records:
        return {name for name in records.run(select(facts.c.name)).scalars() if name.startswith("test")}


def test_a_job_that_raises_is_undone_and_the_others_are_not(archive: Archive, clerk: Clerk) -> None:
    futures: list[Future[str]] = [
        clerk.submit(_fact(f"test{n}", Spilt() if n % 3 == 0 else None)) for n in range(30)
    ]
    for n, future in enumerate(futures):
        if n % 3 == 0:
            with pytest.raises(Spilt):
                future.result()
        else:
            assert future.result() == f"test{n}"
    clerk.close()
    assert _facts(archive) == {f"test{n}" for n in range(30) if n % 3}


def test_a_job_whose_statement_failed_is_undone_alone(archive: Archive, clerk: Clerk) -> None:
    def broken(records: Records) -> None:
        records.places.set_fact("test-broken", 1)
        records.connection.exec_driver_sql("SELECT * FROM no_such_table")

    futures = [clerk.submit(_fact("test1")), clerk.submit(_fact("test2"))]
    with pytest.raises(SQLAlchemyError):
        clerk.submit(broken).result()
    assert [future.result() for future in futures] == ["test1", "test2"]
    clerk.close()
    assert _facts(archive) == {"test1", "test2"}


def test_a_commit_that_fails_is_told_to_every_job_of_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever, nobody is told it was done, and the next job is done as ever."""
    clerk = clerk_for(archive)
    left = count(1)

    def fail_once(point: str) -> None:
        if point == "before commit" and next(left) == 1:
            raise Spilt

    monkeypatch.setattr(marks, "listener", fail_once)
    with pytest.raises(Spilt):
        clerk.submit(_fact("test1")).result(timeout=30)
    assert clerk.submit(_fact("test2")).result(timeout=30) == "test2"
    clerk.close()
    assert _facts(archive) == {"test2"}


def test_a_transaction_that_cannot_begin_is_told(sqlite_url: str) -> None:
    """Another program holds the file: every waiting job hears of it, and later ones are done."""
    archive = open_archive(sqlite_url)
    path = make_url(sqlite_url).database
    holder = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    clerk = clerk_for(archive)
    clerk.submit(lambda records: records.connection.exec_driver_sql("PRAGMA busy_timeout=1").all()).result()
    with holder.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        futures = [clerk.submit(_fact(f"test{n}")) for n in range(3)]
        for future in futures:
            with pytest.raises(OperationalError):
                future.result(timeout=30)
        connection.rollback()
    assert clerk.submit(_fact("test9")).result(timeout=30) == "test9"
    clerk.close()
    archive.close()
    holder.dispose()


def test_what_waits_is_done_before_the_clerk_stops(archive: Archive, clerk: Clerk) -> None:
    futures = [clerk.submit(_fact(f"test{n}")) for n in range(20)]
    clerk.close()
    assert all(future.done() for future in futures)
    assert len(_facts(archive)) == 20
    with pytest.raises(RuntimeError):
        clerk.submit(_fact("test-late"))


def test_bells_ring_after_the_commit_and_not_for_what_failed(archive: Archive) -> None:
    rung: list[tuple[str, str]] = []

    def ring(addresses: set[tuple[str, str]]) -> None:
        with archive.reading() as records:
            assert records.run(select(func.count()).select_from(outbox)).scalar_one() == 1
        rung.extend(addresses)

    clerk = clerk_for(archive, ring)

    def fail(records: Records) -> None:
        put(records, "2")
        raise Spilt

    with pytest.raises(Spilt):
        clerk.submit(fail).result()
    assert clerk.submit(lambda records: put(records, "1")).result()
    clerk.close()
    assert rung == [("telegram", "1")]
