"""The archive: one database, opened for one unit of work at a time as Records."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool, QueuePool, StaticPool
from sqlalchemy.sql.dml import UpdateBase

from storage.areas import AreaBook
from storage.audit import AuditBook
from storage.bookings import BookingBook
from storage.cases import CaseBook, ClockBook, PaperBook, PartyBook, UnitBook
from storage.conversations import ConversationBook
from storage.entries import HandbookBook
from storage.feedback import FeedbackBook
from storage.hot import Hot, Values
from storage.mediation import MediationBook
from storage.outbox import OutboxBook
from storage.overrides import OverrideBook
from storage.people import PeopleBook
from storage.places import PlaceBook
from storage.proxies import ProxyBook
from storage.questions import QuestionBook
from storage.reminders import ReminderBook
from storage.staff import StaffBook
from storage.tables import revisions
from storage.topics import TopicBook
from storage.vault import Vault

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for another
REVISIONS = Hot(select(revisions.c.name, revisions.c.value))


class Records:
    """One unit of work: a connection in a transaction, and one door to each kind of row.

    `written` counts the statements that changed something, so that a dialogue can be held to writing only at its end.
    """

    def __init__(self, connection: Connection, vault: Vault, chance: Callable[[int], bytes]) -> None:
        self.connection = connection
        self.vault = vault
        self._chance = chance
        self.written = 0
        self.rung: set[tuple[str, str]] = set()  # (channel, address) that something was said to

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def run(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute one statement; changes are counted."""
        if isinstance(statement, UpdateBase):
            self.written += 1
        return self.connection.execute(statement, values)

    def look(self, hot: Hot, values: Values) -> Sequence[Any]:
        """The rows of a select that every turn makes."""
        return hot.rows(self.connection, values) if self.is_sqlite else self.run(hot.statement, values).all()

    def change(self, hot: Hot, values: Values) -> int:
        """Execute a change that every turn makes; how many rows it touched."""
        if not self.is_sqlite:
            return self.run(hot.statement, values).rowcount
        self.written += 1
        return hot.count(self.connection, values)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Changes in the block are not deeds: they lapse by themselves, and doing them twice is doing them once."""
        before = self.written
        yield
        self.written = before

    def code(self, length: int) -> str:
        """A random word of `length` characters that nobody can guess (about 5 bits a character)."""
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in self._chance(length))

    def revisions(self) -> dict[str, int]:
        """How often each shared thing (handbook, services, places …) has changed."""
        return {row.name: row.value for row in self.look(REVISIONS, {})}

    @cached_property
    def people(self) -> PeopleBook:
        return PeopleBook(self)

    @cached_property
    def conversations(self) -> ConversationBook:
        return ConversationBook(self)

    @cached_property
    def outbox(self) -> OutboxBook:
        return OutboxBook(self)

    @cached_property
    def bookings(self) -> BookingBook:
        return BookingBook(self)

    @cached_property
    def cases(self) -> CaseBook:
        return CaseBook(self)

    @cached_property
    def clocks(self) -> ClockBook:
        return ClockBook(self)

    @cached_property
    def parties(self) -> PartyBook:
        return PartyBook(self)

    @cached_property
    def papers(self) -> PaperBook:
        return PaperBook(self)

    @cached_property
    def topics(self) -> TopicBook:
        return TopicBook(self)

    @cached_property
    def units(self) -> UnitBook:
        return UnitBook(self)

    @cached_property
    def mediation(self) -> MediationBook:
        return MediationBook(self)

    @cached_property
    def proxies(self) -> ProxyBook:
        return ProxyBook(self)

    @cached_property
    def reminders(self) -> ReminderBook:
        return ReminderBook(self)

    @cached_property
    def handbook(self) -> HandbookBook:
        return HandbookBook(self)

    @cached_property
    def overrides(self) -> OverrideBook:
        return OverrideBook(self)

    @cached_property
    def questions(self) -> QuestionBook:
        return QuestionBook(self)

    @cached_property
    def feedback(self) -> FeedbackBook:
        return FeedbackBook(self)

    @cached_property
    def places(self) -> PlaceBook:
        return PlaceBook(self)

    @cached_property
    def areas(self) -> AreaBook:
        return AreaBook(self)

    @cached_property
    def staff(self) -> StaffBook:
        return StaffBook(self)

    @cached_property
    def audit(self) -> AuditBook:
        return AuditBook(self)


def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN, so that savepoints work
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA mmap_size=0")
        connection.execute("PRAGMA cache_size=-16000")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(
            "BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE"
        )


def _engine(url: URL, synchronous: str) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=16, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
    memory = url.database in (None, "", ":memory:")
    engine = create_engine(
        url,
        poolclass=StaticPool if memory else QueuePool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error that is logged tells the statement, not whom it was about
    )
    _prepare_sqlite(engine, synchronous)
    return engine


class Archive:
    """Opens Records. `synchronous` (SQLite only) is FULL: what was acknowledged survives a power cut."""

    def __init__(
        self, url: str, vault: Vault, chance: Callable[[int], bytes], *, synchronous: str = "FULL"
    ) -> None:
        self.url = make_url(url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.engine = _engine(self.url, synchronous)
        self.vault = vault
        self.chance = chance

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def records(self, connection: Connection) -> Records:
        """Records on a connection whose transaction somebody else ends."""
        return Records(connection, self.vault, self.chance)

    @contextmanager
    def apart(self, connection: Connection) -> Iterator[None]:
        """A savepoint round a job of a group (SQLite): what it did is undone alone when it raises."""
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            yield
        except BaseException:
            connection.exec_driver_sql("ROLLBACK TO job")
            raise
        finally:
            connection.exec_driver_sql("RELEASE job")

    @contextmanager
    def open(self) -> Iterator[Records]:
        """A unit of work that commits when the block ends and rolls back when it raises."""
        with self.engine.begin() as connection:
            yield self.records(connection)

    @contextmanager
    def reading(self) -> Iterator[Records]:
        """Records for looking only; on SQLite this never waits for the writer."""
        with self.engine.connect().execution_options(reading=True) as connection:
            yield self.records(connection)
            connection.rollback()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


__all__ = ["Archive", "NullPool", "Records"]
