"""(f) Bookings with conflict check against the same inserts by the raw driver, and free times of a service for 30 days.

PostgreSQL is measured where a server is named in BENCH_POSTGRES or its binaries are found.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bench.common import NOW, filled, middle_and_worst, table
from intents.booking import free
from intents.booking.free import Want
from intents.booking.sight import Sight
from intents.library import Library
from storage import migrate
from storage.archive import Archive
from storage.bookings import Draft
from storage.bookings.model import own_seats
from storage.tables import bookings, seats, uses
from storage.vault import Vault

COUNT, ROUNDS, STORED, LOOKS = 40, 12, 100_000, 200
HALF = timedelta(minutes=30)
Statements = list[tuple[str, Any, bool]]


def _draft(n: int) -> Draft:
    begins = NOW + n * HALF
    return Draft(
        "bench", "p", begins, begins + HALF, 1, 1, None, own_seats("bench", "p", begins, begins + HALF, 5, 1)
    )


def _book(archive: Archive, n: int, marker: str) -> None:
    with archive.open() as records:
        records.bookings.make(_draft(n), {"name": "张三", "phone": "13800001234"}, NOW, token=f"{marker}{n}")


def _ours(archive: Archive, first: int, marker: str) -> float:
    begun = time.perf_counter()
    for n in range(COUNT):
        _book(archive, first + n, marker)
    return (time.perf_counter() - begun) / COUNT


def _inserts(archive: Archive) -> Statements:
    """The inserts of one booking, as the driver gets them."""
    said: Statements = []

    def heard(_c: object, _k: object, statement: str, values: Any, _x: object, many: bool) -> None:
        if statement.startswith("INSERT"):
            said.append((statement, values, many))

    event.listen(archive.engine, "before_cursor_execute", heard)
    _book(archive, 1_000_000, "recorded")
    event.remove(archive.engine, "before_cursor_execute", heard)
    return said


def _raw(archive: Archive, said: Statements, first: int, marker: str) -> float:
    """Seconds for one transaction of the same inserts, without any check, on the raw connection."""
    connection = archive.engine.raw_connection()
    cursor = connection.cursor()
    begun = time.perf_counter()
    for n in range(COUNT):
        if archive.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        for statement, values, many in said:
            told = _told(values, f"{marker}{n}", first + n)
            cursor.executemany(statement, told) if many else cursor.execute(statement, told)
        if archive.is_sqlite:
            cursor.execute("COMMIT")
        else:
            connection.commit()
    spent = time.perf_counter() - begun
    connection.close()
    return spent / COUNT


def _told(values: Any, marker: str, n: int) -> Any:
    """The same values with a code, a token and a resource of their own."""
    if isinstance(values, list):
        return [_told(one, marker, n) for one in values]
    own = {"recorded1000000": f"t{marker}", "bench@p": f"raw{marker}"}
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    changed = {
        k: own.get(v, f"R{marker}" if isinstance(v, str) and v.startswith("Y2") else v) for k, v in pairs
    }
    return changed if isinstance(values, dict) else tuple(changed.values())


def _ratio(name: str, archive: Archive) -> tuple[object, ...]:
    said, best = _inserts(archive), [9.0, 9.0]
    for turn in range(ROUNDS):
        told = _raw(archive, said, turn * COUNT, f"{turn}-"), _ours(archive, turn * COUNT, f"o{turn}-")
        best = [min(pair) for pair in zip(best, told, strict=True)]
    return name, 1 / best[1], 1 / best[0], best[1] / best[0]


@contextmanager
def _postgres() -> Iterator[Archive | None]:
    url = os.environ.get("BENCH_POSTGRES") or os.environ.get("TEST_POSTGRES")
    if url:
        yield from _made(url)
        return
    from tests.databases import postgres_server  # the server of the tests, where its binaries are here

    with postgres_server() as found:
        yield from _made(found) if found else iter([None])


def _made(url: str) -> Iterator[Archive]:
    archive = Archive(url, Vault(os.urandom(32), os.urandom), os.urandom)
    migrate.upgrade(archive.engine)
    yield archive
    archive.close()


def _store(archive: Archive) -> None:
    """100,000 bookings: a full month of haircuts, and the rest of others, before, within and after."""
    with archive.open() as records:
        for chunk in range(0, STORED, 5000):
            rows, used, cells = [], [], []
            for n in range(chunk, chunk + 5000):
                draft = _draft(n % 1400)
                name = f"bench{n // 1400}@p" if n >= 1400 else "haircut@wb01"
                claim = draft.claims[0]
                rows.append(
                    draft.row() | {"id": 10_000 + n, "code": f"X{n}", "state": "booked", "made_at": NOW}
                )
                used.append({"booking_id": 10_000 + n, "resource": name, "seat": 0, "first": claim.first,
                             "last": claim.last})  # fmt: skip
                cells += [{"resource": name, "cell": cell, "seat": 0, "booking_id": 10_000 + n}
                          for cell in range(claim.first, claim.last)]  # fmt: skip
            records.run(bookings.insert(), rows)
            records.run(uses.insert(), used)
            records.run(seats.insert(), cells)


def _look(archive: Archive) -> list[float]:
    library, spent = Library(eager=True), []
    with archive.reading() as records:
        lore = library.lore(records)
        service = replace(lore.services["haircut"], capacity=2, window=30)
        sight = Sight(records, lore, NOW, _nobody())
        for _ in range(LOOKS):
            begun = time.perf_counter()
            found = free.window(sight, Want(service, "wb01"))
            spent.append(time.perf_counter() - begun)
            assert found
    return spent


def _nobody() -> Any:
    from storage.people import Person

    return Person(0)


def main() -> None:
    """Print both tables."""
    ratio: Callable[[str, Archive], tuple[object, ...]] = _ratio
    with filled("FULL") as archive:
        rows = [ratio("SQLite", archive)]
        _store(archive)
        middle, worst = middle_and_worst(_look(archive))
    with _postgres() as server:
        rows += [ratio("PostgreSQL", server)] if server else []
    table(
        "Bookings with conflict check, one transaction each", ("", "a second", "raw inserts", "× raw"), rows
    )
    table(
        f"Free times of a service for 30 days, {STORED:,} bookings stored",
        ("median ms", "p99 ms"),
        [(middle, worst)],
    )


if __name__ == "__main__":
    main()
