"""Every table. Columns named *_at are UTC moments; LargeBinary columns hold sealed (encrypted) data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on every database (SQLite itself knows no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _name(name: str, length: int = 80, **kwargs: Any) -> Column[str]:
    return Column(name, String(length), **kwargs)


areas = Table(
    "areas", metadata,
    _name("id", 40, primary_key=True), _name("parent_id", 40), _name("kind", 8, nullable=False),
    _name("name", nullable=False), _name("path", 200, nullable=False, index=True),
    Column("note", JSON, nullable=False, default=dict),
)  # fmt: skip

people = Table(
    "people", metadata,
    _id(), _name("code", 24, unique=True, nullable=False), _name("area_id", 40),
    Column("elder", Boolean, nullable=False, default=False),
    Column("name", LargeBinary), Column("phone", LargeBinary), Column("phone_index", LargeBinary, index=True),
    Column("address", LargeBinary), Column("made_at", Moment, nullable=False),
)  # fmt: skip

contacts = Table(
    "contacts", metadata,
    _id(), Column("person_id", Integer, nullable=False, index=True), _name("channel", 16, nullable=False),
    _name("address", 120, nullable=False), Column("blocked_at", Moment), Column("reachable_until", Moment),
    Column("made_at", Moment, nullable=False), UniqueConstraint("channel", "address"),
)  # fmt: skip

workers = Table(
    "workers", metadata,
    _id(), _name("login", 40, unique=True, nullable=False), _name("name", 40, nullable=False),
    _name("role", 12, nullable=False), _name("area_id", 40, nullable=False), _name("password", 200),
    Column("active", Boolean, nullable=False, default=True), _name("channel", 16), _name("address", 120),
    Column("made_at", Moment, nullable=False), Column("locked_until", Moment),
    Column("misses", Integer, nullable=False, default=0), Index("workers_address", "channel", "address"),
)  # fmt: skip

keys = Table(  # one-time links and browser sessions, by the hash of their token
    "keys", metadata,
    _name("hash", 64, primary_key=True), Column("worker_id", Integer, nullable=False, index=True),
    _name("kind", 12, nullable=False), _name("csrf", 64), Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False), Column("used_at", Moment),
)  # fmt: skip

conversations = Table(
    "conversations", metadata,
    _id(), _name("channel", 16, nullable=False), _name("address", 120, nullable=False),
    Column("person_id", Integer, nullable=False, index=True),
    _name("held", 8, nullable=False, default="bot"),  # bot | queued | human
    Column("case_id", Integer), _name("dialogue", 24, nullable=False, default=""),
    Column("state", LargeBinary), _name("topic", 40, nullable=False, default=""),
    Column("heard_at", Moment, nullable=False), UniqueConstraint("channel", "address"),
    Index("conversations_open", "heard_at", sqlite_where=text("dialogue <> ''"),
          postgresql_where=text("dialogue <> ''")),
)  # fmt: skip

inbox = Table(
    "inbox", metadata,
    _id(), _name("channel", 16, nullable=False), _name("event_id", 80, nullable=False),
    _name("address", 120, nullable=False), Column("conversation_id", Integer),
    Column("body", LargeBinary), Column("received_at", Moment, nullable=False),
    Column("heard_at", Moment), _name("failed", 200), UniqueConstraint("channel", "event_id"),
    Index("inbox_unheard", "id", sqlite_where=text("heard_at IS NULL"), postgresql_where=text("heard_at IS NULL")),
    Index("inbox_conversation", "conversation_id", "id"),
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    _id(), Column("conversation_id", Integer), _name("channel", 16, nullable=False),
    _name("address", 120, nullable=False), Column("body", LargeBinary, nullable=False),
    _name("purpose", 24, nullable=False), _name("key", 160, unique=True), _name("sender", 40),
    Column("priority", Integer, nullable=False, default=0), Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False), _name("state", 8, nullable=False),
    Column("tries", Integer, nullable=False, default=0), _name("claim", 40), Column("lease_until", Moment),
    Column("sent_at", Moment), Column("expires_at", Moment), _name("ref", 80), _name("error", 200),
    Column("repeats", Integer, nullable=False, default=0), _name("entry_id", 16), Column("entry_version", Integer),
    Index("outbox_due", "priority", "due_at", "id", sqlite_where=text("state = 'pending'"),
          postgresql_where=text("state = 'pending'")),
    Index("outbox_flying", "lease_until", sqlite_where=text("state IN ('claimed', 'sending')"),
          postgresql_where=text("state IN ('claimed', 'sending')")),
    Index("outbox_conversation", "conversation_id", "id"),
)  # fmt: skip

services = Table(
    "services", metadata,
    _name("id", 40, primary_key=True), Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

places = Table(
    "places", metadata,
    _name("id", 40, primary_key=True), _name("area_id", 40), Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

bookings = Table(
    "bookings", metadata,
    _id(), _name("code", 24, unique=True, nullable=False), _name("service_id", 40, nullable=False),
    _name("place_id", 40, nullable=False), Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False), Column("quantity", Integer, nullable=False, default=1),
    Column("person_id", Integer, nullable=False, index=True), Column("conversation_id", Integer),
    Column("details", LargeBinary), _name("state", 12, nullable=False), _name("token", 120, unique=True),
    Column("made_at", Moment, nullable=False), Column("changed_at", Moment), _name("made_by", 40),
    Index("bookings_start", "starts_at"),
)  # fmt: skip

seats = Table(
    "seats", metadata,
    _name("service_id", 40, nullable=False), _name("place_id", 40, nullable=False),
    Column("starts_at", Moment, nullable=False), Column("seat", Integer, nullable=False),
    Column("booking_id", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("service_id", "place_id", "starts_at", "seat"),
)  # fmt: skip

cases = Table(
    "cases", metadata,
    _id(), _name("number", 24, unique=True, nullable=False), _name("kind", 16, nullable=False),
    _name("state", 16, nullable=False), _name("area_id", 40, nullable=False),
    Column("person_id", Integer, index=True), Column("conversation_id", Integer), _name("title", 80, nullable=False),
    Column("body", LargeBinary), Column("holder_id", Integer, index=True), _name("unit", 60),
    Column("level", Integer, nullable=False, default=0), Column("round", Integer, nullable=False, default=0),
    _name("category", 24), Column("priority", Integer, nullable=False, default=0),
    Column("opened_at", Moment, nullable=False), Column("due_at", Moment), Column("closed_at", Moment),
    Column("nudged", Integer, nullable=False, default=0), _name("token", 120, unique=True),
    Index("cases_open", "kind", "area_id", sqlite_where=text("closed_at IS NULL"),
          postgresql_where=text("closed_at IS NULL")),
    Index("cases_due", "due_at", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
)  # fmt: skip

case_events = Table(
    "case_events", metadata,
    _id(), Column("case_id", Integer, nullable=False, index=True), Column("at", Moment, nullable=False),
    _name("actor", 60, nullable=False), _name("move", 16, nullable=False), _name("state", 16, nullable=False),
    Column("note", LargeBinary), Column("public", Boolean, nullable=False, default=False),
)  # fmt: skip

case_subscribers = Table(
    "case_subscribers", metadata,
    Column("case_id", Integer, nullable=False), Column("conversation_id", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("case_id", "conversation_id"),
)  # fmt: skip

attachments = Table(
    "attachments", metadata,
    _name("id", 40, primary_key=True), Column("case_id", Integer, index=True), Column("conversation_id", Integer),
    _name("mime", 40, nullable=False), Column("data", LargeBinary, nullable=False),
    _name("kind", 12, nullable=False, default="before"), Column("made_at", Moment, nullable=False),
)  # fmt: skip

reminders = Table(
    "reminders", metadata,
    _id(), Column("person_id", Integer, nullable=False, index=True), Column("conversation_id", Integer, nullable=False),
    Column("what", LargeBinary, nullable=False), Column("rule", Text), Column("starts_at", Moment, nullable=False),
    Column("next_at", Moment), _name("state", 8, nullable=False), _name("purpose", 16, nullable=False),
    Column("booking_id", Integer, index=True), Column("made_at", Moment, nullable=False),
    Column("late_after", Integer, nullable=False, default=21600),  # seconds after which it is not sent any more
    _name("token", 120, unique=True),
    Index("reminders_due", "next_at", sqlite_where=text("state = 'on'"), postgresql_where=text("state = 'on'")),
)  # fmt: skip

rota = Table(
    "rota", metadata,
    _id(), _name("area_id", 40, nullable=False, index=True), Column("worker_id", Integer, nullable=False),
    _name("post", 40, nullable=False), Column("weekday", Integer), Column("day", Date),
    _name("opens", 5, nullable=False), _name("closes", 5, nullable=False),
)  # fmt: skip

entries = Table(
    "entries", metadata,
    _name("id", 16, nullable=False), Column("version", Integer, nullable=False), _name("state", 10, nullable=False),
    Column("body", JSON, nullable=False), _name("author", 40, nullable=False), _name("approver", 40),
    _name("reason", 200), Column("made_at", Moment, nullable=False), Column("published_at", Moment),
    Column("ended_at", Moment), PrimaryKeyConstraint("id", "version"), Index("entries_state", "state", "id"),
)  # fmt: skip

unanswered = Table(
    "unanswered", metadata,
    _id(), Column("at", Moment, nullable=False), Column("conversation_id", Integer), Column("words", LargeBinary),
    _name("decision", 8, nullable=False), Column("candidates", JSON, nullable=False),
    _name("state", 10, nullable=False, default="open"), _name("entry_id", 16), _name("closed_by", 40),
    Column("closed_at", Moment), Index("unanswered_state", "state", "id"),
)  # fmt: skip

revisions = Table(  # counts up with every change, so that each process knows when to read again
    "revisions", metadata, _name("name", 20, primary_key=True), Column("value", Integer, nullable=False)
)

counters = Table(
    "counters", metadata, _name("name", 40, primary_key=True), Column("value", Integer, nullable=False)
)

facts = Table(  # small facts about this installation: sample loaded, centre's own data
    "facts", metadata, _name("name", 40, primary_key=True), Column("value", JSON, nullable=False)
)

audit = Table(
    "audit", metadata,
    _id(), Column("at", Moment, nullable=False, index=True), _name("who", 60, nullable=False),
    _name("action", 24, nullable=False), _name("about", 80, nullable=False, index=True), _name("detail", 300),
)  # fmt: skip
