"""Clerks write for everybody: one on SQLite, committing waiting turns together; several on PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

from bot import marks
from storage.archive import Archive, Records

T = TypeVar("T")
Rung = set[tuple[str, str]]
log = logging.getLogger(__name__)
MOST_TOGETHER = 64
PASSING = frozenset({"40001", "40P01", "23505", "57P01"})
TRIES = 5
SWITCH = (
    0.0005  # seconds; with Python's 5 ms the writer waits that long for the event loop after each statement
)


class Clerk(Protocol):
    """Somebody who does units of work and commits them."""

    def submit(self, job: Callable[[Records], T]) -> Future[T]:
        """Do the job in a unit of work; the future is done when it is committed, or failed and undone."""

    def close(self) -> None:
        """Finish what waits, then stop."""


class Closed(RuntimeError):
    """正在停机，请稍后再试。"""


class _Job:
    __slots__ = ("call", "future", "result", "rung")

    def __init__(self, call: Callable[[Records], Any]) -> None:
        self.call = call
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.rung: Rung = set()


class SqliteClerk:
    """The one writer thread. Each job has its own savepoint; jobs that wait are committed together (group commit)."""

    def __init__(self, archive: Archive, ring: Callable[[Rung], None] = lambda _: None) -> None:
        self._archive = archive
        self._ring = ring
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        sys.setswitchinterval(SWITCH)
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Records], T]) -> Future[T]:
        """Queue a job for the writer."""
        if self._closed:
            raise Closed(Closed.__doc__)
        waiting = _Job(job)
        self._jobs.put(waiting)
        return waiting.future

    def close(self) -> None:
        """Finish what waits, then stop the thread."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        with self._archive.engine.connect() as connection:
            while (batch := self._next()) is not None:
                records = self._archive.records
                done: list[_Job] = []
                try:
                    with connection.begin():
                        for job in batch:
                            self._do(job, records(connection), done)
                        marks.reached("before commit")
                    marks.reached("after commit")
                except Exception as error:  # noqa: BLE001 - the commit itself failed: every job of it must hear so
                    for job in batch:
                        _fail(job.future, error)
                    continue
                self._tell(done)

    def _next(self) -> list[_Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < MOST_TOGETHER:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        return batch

    def _do(self, job: _Job, records: Records, done: list[_Job]) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            with self._archive.apart(records.connection):
                job.result = job.call(records)
            job.rung = records.rung
            done.append(job)
        except Exception as error:  # noqa: BLE001 - whatever a job raises belongs to whoever asked for it
            job.future.set_exception(error)

    def _tell(self, done: list[_Job]) -> None:
        rung = set().union(*(job.rung for job in done)) if done else set()
        for job in done:
            job.future.set_result(job.result)
        if rung:
            self._ring(rung)


class PostgresClerks:
    """Several threads, each job in its own transaction; row locks keep each conversation in order."""

    def __init__(
        self, archive: Archive, ring: Callable[[Rung], None] = lambda _: None, threads: int = 8
    ) -> None:
        self._archive = archive
        self._ring = ring
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="clerk")

    def submit(self, job: Callable[[Records], T]) -> Future[T]:
        """Queue a job for any of the threads."""
        return self._pool.submit(self._do, job)

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._pool.shutdown(wait=True)

    def _do(self, job: Callable[[Records], T]) -> T:
        for attempt in range(TRIES):
            try:
                with self._archive.open() as records:
                    result = job(records)
                    marks.reached("before commit")
                marks.reached("after commit")
            except (OperationalError, DBAPIError) as error:
                if attempt + 1 == TRIES or not _is_passing(error):
                    raise
                time.sleep(0.02 * 2**attempt)  # another transaction held the rows; the whole job starts anew
                continue
            if records.rung:
                self._ring(records.rung)
            return result
        raise AssertionError("unreachable")


def _is_passing(error: DBAPIError) -> bool:
    """Serialization failure, deadlock, a row that another transaction made first, or a lost connection.

    SQLSTATE 40001, 40P01, 23505, 57P01, 08xxx.
    """
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return error.connection_invalidated or state in PASSING or state.startswith("08")


def _fail(future: Future[Any], error: Exception) -> None:
    """Nothing of a batch whose commit failed was done; whoever was told of a failure already stays told."""
    if not future.done() and (future.running() or future.set_running_or_notify_cancel()):
        future.set_exception(error)


def clerk_for(archive: Archive, ring: Callable[[Rung], None] = lambda _: None) -> Clerk:
    """The kind of clerk that fits the database."""
    return SqliteClerk(archive, ring) if archive.is_sqlite else PostgresClerks(archive, ring)


async def done(future: Future[T]) -> T:
    """Await a clerk's future."""
    return await asyncio.wrap_future(future)
