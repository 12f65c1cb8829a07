"""Conversations, what comes in, what goes out, reminders."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from storage.tables.base import Moment, metadata, named, new_id

conversations = Table(
    "conversations", metadata,
    new_id(), named("channel", 16, nullable=False), named("address", 120, nullable=False),
    Column("person_id", Integer, nullable=False, index=True),
    named("held", 8, nullable=False, default="bot"),  # bot | queued | human
    Column("case_id", Integer), named("dialogue", 24, nullable=False, default=""),
    Column("state", LargeBinary), named("topic", 40, nullable=False, default=""),
    Column("heard_at", Moment, nullable=False), UniqueConstraint("channel", "address"),
    Index("conversations_open", "heard_at", sqlite_where=text("dialogue <> ''"),
          postgresql_where=text("dialogue <> ''")),
)  # fmt: skip

inbox = Table(
    "inbox", metadata,
    new_id(), named("channel", 16, nullable=False), named("event_id", 80, nullable=False),
    named("address", 120, nullable=False), Column("conversation_id", Integer),
    Column("body", LargeBinary), Column("received_at", Moment, nullable=False),
    Column("heard_at", Moment), named("failed", 200), UniqueConstraint("channel", "event_id"),
    Index("inbox_unheard", "id", sqlite_where=text("heard_at IS NULL"), postgresql_where=text("heard_at IS NULL")),
    Index("inbox_conversation", "conversation_id", "id"),
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    new_id(), Column("conversation_id", Integer), named("channel", 16, nullable=False),
    named("address", 120, nullable=False), Column("body", LargeBinary, nullable=False),
    named("purpose", 24, nullable=False), named("key", 160, unique=True), named("sender", 40),
    Column("priority", Integer, nullable=False, default=0), Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False), named("state", 8, nullable=False),
    Column("tries", Integer, nullable=False, default=0), named("claim", 40), Column("lease_until", Moment),
    Column("sent_at", Moment), Column("expires_at", Moment), named("ref", 80), named("error", 200),
    Column("repeats", Integer, nullable=False, default=0), named("entry_id", 16), Column("entry_version", Integer),
    named("entry_override", 80),  # whose local text was shown: area:version of each override
    Index("outbox_due", "priority", "due_at", "id", sqlite_where=text("state = 'pending'"),
          postgresql_where=text("state = 'pending'")),
    Index("outbox_flying", "lease_until", sqlite_where=text("state IN ('claimed', 'sending')"),
          postgresql_where=text("state IN ('claimed', 'sending')")),
    Index("outbox_conversation", "conversation_id", "id"),
)  # fmt: skip

reminders = Table(
    "reminders", metadata,
    new_id(), Column("person_id", Integer, nullable=False, index=True), Column("conversation_id", Integer, nullable=False),
    Column("what", LargeBinary, nullable=False), Column("rule", Text), Column("starts_at", Moment, nullable=False),
    Column("next_at", Moment), named("state", 8, nullable=False), named("purpose", 16, nullable=False),
    Column("booking_id", Integer, index=True), Column("made_at", Moment, nullable=False),
    Column("late_after", Integer, nullable=False, default=21600),  # seconds after which it is not sent any more
    named("token", 120, unique=True),
    Index("reminders_due", "next_at", sqlite_where=text("state = 'on'"), postgresql_where=text("state = 'on'")),
)  # fmt: skip
