"""What the archive promises: moments, migrations, claims, keys, the inbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import StatementError

from bot.clerk import clerk_for
from storage import migrate
from storage.archive import Archive, Records
from storage.tables import inbox, metadata, outbox
from tests.databases import START, open_archive

# moments and tables


def test_a_naive_moment_is_refused(archive: Archive) -> None:
    naive = START.replace(tzinfo=None)
    with archive.open() as records, pytest.raises(StatementError, match="aware"):
        records.outbox.put(channel="web", address="1", body={}, purpose="reply", now=naive)


def test_a_moment_comes_back_as_the_same_moment(archive: Archive) -> None:
    with archive.open() as records:
        records.outbox.put(channel="web", address="1", body={}, purpose="reply", now=START)
        found = records.run(select(outbox.c.made_at)).scalar_one()
    assert found == START
    assert found.utcoffset() == timedelta(0)


def test_migrations_make_what_the_tables_say(archive: Archive) -> None:
    with archive.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _is_other_type})
        assert compare_metadata(context, metadata) == []
    assert _indexes(archive) == _indexes_of_metadata(archive)


def _is_other_type(
    _context: object, _there: object, _said: object, there_type: object, said_type: object
) -> bool | None:
    """Moments are told apart by what the database has."""
    is_moment = type(said_type).__name__ == "Moment"
    return False if is_moment and "TIME" in str(there_type).upper() else None


def _indexes(archive: Archive) -> set[tuple[str, str, tuple[str | None, ...]]]:
    seen = inspect(archive.engine)
    return {(table, str(index["name"]), tuple(index["column_names"])) for table in metadata.tables
            for index in seen.get_indexes(table) if not index.get("duplicates_constraint")}  # fmt: skip


def _indexes_of_metadata(archive: Archive) -> set[tuple[str, str, tuple[str | None, ...]]]:
    """The same of a database that was made from the tables."""
    if archive.is_sqlite:
        fresh = Archive("sqlite://", archive.vault, archive.chance)
    else:
        with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text('CREATE DATABASE "from_metadata"'))
        fresh = Archive(
            archive.url.set(database="from_metadata").render_as_string(False), archive.vault, archive.chance
        )
    metadata.create_all(fresh.engine)
    found = _indexes(fresh)
    fresh.close()
    if not archive.is_sqlite:
        with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text('DROP DATABASE "from_metadata"'))
    return found


def test_upgrading_again_changes_nothing(archive: Archive) -> None:
    def rows(connection: Connection) -> list[int]:
        tables = metadata.sorted_tables
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]

    with archive.engine.connect() as connection:
        before = rows(connection)
    migrate.upgrade(archive.engine)
    migrate.upgrade(archive.engine)
    with archive.engine.connect() as connection:
        assert rows(connection) == before
    assert migrate.revision(archive.engine) == migrate.newest()


# the outbox


def put(
    records: Records, address: str, *, now: datetime = START, priority: int = 0, key: str | None = None
) -> bool:
    """A word to somebody on a platform that is pushed to."""
    return records.outbox.put(channel="telegram", address=address, body={"text": address}, purpose="notice", now=now,
                              priority=priority, key=key)  # fmt: skip


def test_two_processes_never_claim_the_same_row(database_url: str) -> None:
    one, two = open_archive(database_url), open_archive(database_url)
    with one.open() as records:
        for n in range(300):
            put(records, str(n))
    clerks = [clerk_for(archive) for archive in (one, two)]
    futures = [clerks[n % 2].submit(lambda records: _claim(records, 7)) for n in range(60)]
    claimed = [row for future in futures for row in future.result()]
    for clerk in clerks:
        clerk.close()
    for archive in (one, two):
        archive.close()
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 300


def _claim(records: Records, limit: int) -> list[int]:
    return [row.id for row in records.outbox.claim(START, f"process {id(records.connection.engine)}", limit)]


def test_a_claim_passes_by_what_another_transaction_holds(postgres_url: str) -> None:
    """FOR UPDATE SKIP LOCKED: nobody waits for the other's commit."""
    archive = open_archive(postgres_url)
    with archive.open() as records:
        for n in range(4):
            put(records, str(n))
    with archive.open() as first, archive.open() as second:
        mine, theirs = _claim(first, 3), _claim(second, 3)
    archive.close()
    assert len(mine) == 3
    assert len(theirs) == 1
    assert not set(mine) & set(theirs)


def test_replies_before_reminders_before_broadcasts_then_oldest_first(archive: Archive) -> None:
    with archive.open() as records:
        for address, priority, minute in [
            ("broadcast", 3, 0),
            ("late", 2, 2),
            ("reminder", 2, 1),
            ("reply", 0, 3),
        ]:
            put(records, address, priority=priority, now=START + timedelta(minutes=minute))
        now = START + timedelta(minutes=5)
        first = [row.address for row in records.outbox.claim(now, "one", 2)]
        rest = [row.address for row in records.outbox.claim(now, "one", 2)]
    assert first + rest == ["reply", "reminder", "late", "broadcast"]


def test_what_is_due_is_found_by_the_partial_index(archive: Archive) -> None:
    """Twenty thousand sent rows must cost a look nothing (reference: 258 ms a look without the index)."""
    found = "SELECT id FROM outbox WHERE state = 'pending' AND due_at <= '2026-11-24' ORDER BY priority, due_at, id LIMIT 100"
    with archive.open() as records:
        connection = records.connection
        connection.exec_driver_sql(_MANY_SQLITE if archive.is_sqlite else _MANY_POSTGRES)
        connection.exec_driver_sql("ANALYZE outbox")
        lead = "EXPLAIN QUERY PLAN" if archive.is_sqlite else "EXPLAIN"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{lead} {found}"))
    assert "outbox_due" in plan
    assert "SCAN outbox " not in plan
    assert "Seq Scan" not in plan
    assert "SORT" not in plan.upper()


_INSERT = (
    "INSERT INTO outbox (channel, address, body, purpose, priority, made_at, due_at, state, tries, repeats)"
)
_STATE = "CASE WHEN n % 1000 = 0 THEN 'pending' ELSE 'sent' END"
_MANY_SQLITE = f"""{_INSERT}
    WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 20000)
    SELECT 'telegram', '1', x'00', 'notice', 0, '2026-11-23', '2026-11-23', {_STATE}, 1, 0 FROM k"""
_MANY_POSTGRES = f"""{_INSERT}
    SELECT 'telegram', '1', 'x'::bytea, 'notice', 0, moment, moment, {_STATE.replace("%", "%%")}, 1, 0
    FROM generate_series(1, 20000) AS n, (SELECT '2026-11-23'::timestamptz AS moment) AS at"""


def test_what_has_a_key_is_said_once(archive: Archive) -> None:
    with archive.open() as records:
        assert put(records, "1", key="reminder:1:1")
        assert not put(records, "1", key="reminder:1:1")
        assert put(records, "1", key="reminder:1:2")
    with archive.open() as records:
        assert not put(records, "1", key="reminder:1:2")
        assert len(records.outbox.claim(START, "one")) == 2


# the inbox


def test_an_event_is_taken_once_and_heard_once(archive: Archive) -> None:
    body = {"text": "低保"}
    with archive.open() as records:
        assert records.conversations.take("telegram", "e1", "1", {"update_id": 1}, START)
        assert not records.conversations.take("telegram", "e1", "1", body, START)
        assert records.conversations.take("web", "e1", "1", body, START)
    with archive.open() as records:
        assert records.conversations.hear("telegram", "e1", "1", body, START, None)
        assert not records.conversations.hear("telegram", "e1", "1", body, START, None)
        assert records.conversations.hear("telegram", "e2", "1", body, START, None)
        assert not records.conversations.take("telegram", "e2", "1", body, START)
        assert records.conversations.unheard_count() == 1


def test_after_a_quiet_restart_the_unheard_come_in_order(database_url: str) -> None:
    archive = open_archive(database_url)
    with archive.open() as records:
        for n in (3, 1, 2):
            records.conversations.take("telegram", str(n), "1", {"update_id": n}, START)
        records.conversations.hear("telegram", "1", "1", {"text": "x"}, START, None)
    archive.close()
    archive = open_archive(database_url)
    with archive.reading() as records:
        assert [body["update_id"] for body in records.conversations.unheard("telegram")] == [3, 2]
        assert records.conversations.unheard("web") == []
    archive.close()


def test_the_inbox_holds_nothing_in_plain(archive: Archive) -> None:
    with archive.open() as records:
        records.conversations.take("telegram", "e1", "1", {"text": "13800001111"}, START)
        put(records, "13900002222")
        kept = records.run(select(inbox.c.body)).scalar_one()
        said = records.run(select(outbox.c.body)).scalar_one()
    assert b"138" not in kept
    assert b"139" not in said
