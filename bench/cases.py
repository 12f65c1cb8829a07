"""A store of many cases: a worker's list and a case (p99), and the rounds over everything that is due.

`python -m bench.cases --cases 1000000 --events 5000000 --due 100000 [--url postgresql://…]`
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, text

from bench.common import NOW, filled, middle_and_worst, table
from bot import rounds
from bot.sample import load_sample
from intents.library import Library
from intents.staff import deeds
from knowledge.cases import KINDS
from storage import migrate
from storage.archive import Archive
from storage.tables import case_clocks, case_events, cases
from storage.vault import Vault

CHUNK = 20_000
OPEN_SHARE = 0.1
LOOKS = 300


@contextmanager
def store(url: str) -> Iterator[Archive]:
    """An empty PostgreSQL database by its address, else an SQLite file."""
    if not url:
        with filled("NORMAL") as archive:
            yield archive
        return
    archive = Archive(url, Vault(os.urandom(32), os.urandom), os.urandom)
    migrate.upgrade(archive.engine)
    with archive.open() as records:
        load_sample(records, NOW)
    yield archive
    archive.close()


def fill(archive: Archive, count: int, events: int, due: int) -> None:
    """Cases over all communities, a tenth of them open; `due` of the open ones have a clock that has run out."""
    chance = random.Random(7)
    with archive.open() as records:
        tree = [area for area in records.places.areas() if area.kind in ("社区", "网格")]
        holders = [who.id for who in records.staff.all()]
    every = max(int(1 / OPEN_SHARE), 1)
    for start in range(1, count + 1, CHUNK):
        ids = range(start, min(start + CHUNK, count + 1))
        with archive.open() as records:
            rows = [_case(archive, i, tree[chance.randrange(len(tree))].path, holders, chance, is_open=i % every == 0) for i in ids]  # fmt: skip
            records.connection.execute(insert(cases), rows)
            per_case = events / count
            history = [
                _event(archive, i, n) for i in ids for n in range(int(i * per_case) - int((i - 1) * per_case))
            ]
            if history:
                records.connection.execute(insert(case_events), history)
            clocks = [
                _clock(row, late=int(str(row["id"])) // every <= due)
                for row in rows
                if row["closed_at"] is None
            ]
            if clocks:
                records.connection.execute(insert(case_clocks), clocks)
    with archive.open() as records:
        _settle(records.connection)


def _settle(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for name in ("cases", "case_events", "case_clocks"):
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            )
    connection.execute(text("ANALYZE"))


def _case(
    archive: Archive, i: int, path: str, holders: list[int], chance: random.Random, *, is_open: bool
) -> dict[str, object]:
    kind = ("report", "report", "report", "errand", "mediation")[i % 5 if not is_open else (i // 10) % 5]
    rules, number = KINDS[kind], f"{KINDS[kind].letter}26{i:09d}"
    opened = NOW - timedelta(minutes=i % 500_000)
    steps = [*path.strip("/").split("/"), None, None, None, None][:4]
    return {
        "id": i, "number": number, "kind": kind, "state": rules.first if is_open else rules.ends[0],
        "area_id": [step for step in steps if step][-1], "person_id": i % 50_000 + 1, "conversation_id": None,
        "title": "路灯不亮", "body": archive.vault.seal_json({"words": "三号楼前的路灯不亮"}, f"cases.body:{number}"),
        "holder_id": chance.choice(holders) if i % 3 else None, "unit": None, "level": 0, "round": 0, "category": "light",
        "priority": 5 if i % 97 == 0 else 0, "rank": -5 if i % 97 == 0 else 0, "opened_at": opened,
        "due_at": NOW + timedelta(hours=i % 200 + 1), "yellow_at": NOW + timedelta(hours=i % 200),
        "closed_at": None if is_open else opened + timedelta(days=1), "nudged": 0, "rev": 0, "token": None,
        **{f"area{n}": steps[n - 1] for n in (1, 2, 3, 4)},
    }  # fmt: skip


def _event(archive: Archive, case_id: int, n: int) -> dict[str, object]:
    note = archive.vault.seal("已经派人去看", f"case_events.note:{case_id}") if n == 0 else None
    return {
        "case_id": case_id,
        "at": NOW,
        "actor": "李姐",
        "move": "note",
        "state": "received",
        "note": note,
        "public": False,
    }


def _clock(row: dict[str, object], *, late: bool) -> dict[str, object]:
    due = NOW - timedelta(minutes=5) if late else row["due_at"]
    return {"case_id": row["id"], "name": "promise", "started_at": row["opened_at"], "yellow_at": due, "due_at": due,
            "step": 1, "next_at": due}  # fmt: skip


def looks(archive: Archive) -> list[tuple[object, ...]]:
    """Opening lists and cases, each as the desk does it."""
    rows: list[tuple[object, ...]] = []
    with archive.reading() as records:
        people = {who.level: who for who in records.staff.all() if who.role == "admin"}
        numbers = [case.number for case in records.cases.open_ones("/", limit=LOOKS)]
    for level, name in ((0, "a community"), (1, "a street"), (2, "the district")):
        who, spent = people[level], []
        for _ in range(LOOKS):
            with archive.reading() as records:
                begun = time.perf_counter()
                records.cases.listed(
                    records.places.path(who.area_id), holder_id=who.id, limit=100, sealed=True
                )
                spent.append(time.perf_counter() - begun)
        rows.append((f"list of {name}", LOOKS, *middle_and_worst(spent)))
    spent = []
    for number in numbers:
        with archive.open() as records:
            begun = time.perf_counter()
            case = deeds.find(records, people[2], number)
            deeds.read_body(records, people[2], case, NOW)
            records.cases.events(case.id)
            records.clocks.of(case.id)
            records.parties.of(case.id)
            records.cases.pictures(case.id)
            spent.append(time.perf_counter() - begun)
    rows.append(("a case, read by number", len(spent), *middle_and_worst(spent)))
    return rows


def go_round(archive: Archive, now: datetime) -> float:
    """Seconds of the rounds until nothing more is due."""
    library = Library(eager=True)
    with archive.reading() as records:
        library.lore(records)
    begun, more = time.perf_counter(), True
    while more:
        with archive.open() as records:
            more = rounds.make(records, library, now)
    return time.perf_counter() - begun


def main(argv: list[str] | None = None) -> None:
    """Build, measure, print."""
    told = argparse.ArgumentParser()
    told.add_argument("--cases", type=int, default=20_000)
    told.add_argument("--events", type=int, default=100_000)
    told.add_argument("--due", type=int, default=2_000)
    told.add_argument("--url", default="", help="an empty PostgreSQL database; else an SQLite file")
    args = told.parse_args(argv if argv is not None else [])
    with store(args.url) as archive:
        begun = time.perf_counter()
        fill(archive, args.cases, args.events, args.due)
        built = time.perf_counter() - begun
        head = f"{args.cases:,} cases, {args.events:,} events on {archive.engine.dialect.name} (built in {built:.0f} s)"
        table(head, ("opening", "times", "median ms", "p99 ms"), looks(archive))
        took = go_round(archive, NOW)
        table("Rounds", ("due", "seconds"), [(args.due, took)])


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
