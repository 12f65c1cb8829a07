"""(b) The database part of a turn as a ratio to the same statements by raw sqlite3, in one run, synchronous=NORMAL."""

from __future__ import annotations

import itertools
import sqlite3
import time
from typing import Any, Self

from sqlalchemy import event

from bench.common import NOW, filled, table
from bot import turn
from intents.library import Library
from intents.message import Message
from storage.archive import Archive, Records

TURNS, ROUNDS = 500, 5
Statements = list[tuple[str, Any]]


class _Cursor(sqlite3.Cursor):
    """Notes what it executes."""

    def execute(self, statement: str, values: Any = ()) -> Self:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            SAID.append((statement, values))
        return super().execute(statement, values)


class _Connection(sqlite3.Connection):
    """Makes cursors that note."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)


SAID: Statements = []


def record(archive: Archive, library: Library, text: str) -> Statements:
    """The statements of one turn, as the driver gets them, whichever way they went."""

    def connect(_d: object, _r: object, words: Any, options: dict[str, Any]) -> sqlite3.Connection:
        return sqlite3.connect(*words, **options, factory=_Connection)

    event.listen(archive.engine, "do_connect", connect)
    archive.engine.dispose()
    hear(archive, library, text, "before")  # a new connection asks for more
    SAID.clear()
    hear(archive, library, text, "recorded")
    event.remove(archive.engine, "do_connect", connect)
    archive.engine.dispose()
    return list(SAID)


def hear(archive: Archive, library: Library, text: str, event_id: str) -> None:
    """One turn in a transaction of its own."""
    with archive.open() as records:
        turn.hear(records, library, Message("web", "r1", event_id, text, NOW), NOW)


def by_raw(path: str, said: Statements, marker: str) -> float:
    """Seconds for one transaction of the same statements, each with its own event id."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    connection.execute("PRAGMA synchronous=NORMAL")
    begun = time.perf_counter()
    for n in range(TURNS):
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in said:
            told = tuple(f"{marker}{n}" if value == "recorded" else value for value in values)
            connection.execute(statement, told).fetchall()
        connection.execute("COMMIT")
    spent = time.perf_counter() - begun
    connection.close()
    return spent / TURNS


class Replay:
    """The statements of a turn as the program makes them: through the archive's doors, without the thinking."""

    def __init__(self, archive: Archive, library: Library) -> None:
        self._archive, self._library = archive, library

    def seconds(self, marker: str) -> float:
        """Seconds for one turn's doors."""
        begun = time.perf_counter()
        for n in range(TURNS):
            with self._archive.open() as records:
                self._doors(records, f"{marker}{n}")
        return (time.perf_counter() - begun) / TURNS

    def _doors(self, records: Records, event_id: str) -> None:
        talk = records.conversations.open("web", "r1", NOW)
        records.conversations.hear("web", event_id, "r1", {"text": "谢谢"}, NOW, talk.id)
        self._library.lore(records)
        records.staff.at("web", "r1")
        records.outbox.put(channel="web", address="r1", body={"text": "不客气。"}, purpose="reply", now=NOW,
                           conversation_id=talk.id)  # fmt: skip
        records.conversations.keep(talk, NOW)


def whole(archive: Archive, library: Library, text: str, marker: str) -> float:
    """Seconds for one whole turn."""
    begun = time.perf_counter()
    for n in range(TURNS):
        hear(archive, library, text, f"{marker}{n}")
    return (time.perf_counter() - begun) / TURNS


def main() -> None:
    """Print the ratio; the parts take turns, so that a busy machine slows all of them."""
    with filled("NORMAL") as archive:
        library = Library(eager=True)
        hear(archive, library, "谢谢", "first")
        said = record(archive, library, "谢谢")
        path, replay, best = str(archive.url.database), Replay(archive, library), [9.0, 9.0, 9.0]
        names = (f"m{n}-" for n in itertools.count())
        for _ in range(ROUNDS):
            told = (by_raw(path, said, next(names)), replay.seconds(next(names)),
                    whole(archive, library, "谢谢", next(names)))  # fmt: skip
            best = [min(pair) for pair in zip(best, told, strict=True)]
    rows = [(name, seconds * 1000, seconds / best[0])
            for name, seconds in zip(("raw sqlite3", "through the doors", "whole turn"), best, strict=True)]  # fmt: skip
    table(f"Database part of a turn ({len(said)} statements), best of {ROUNDS}", ("", "ms", "× raw"), rows)


if __name__ == "__main__":
    main()
