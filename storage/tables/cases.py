"""Cases, their history, followers and pictures."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, text

from storage.tables.base import Moment, metadata, named, new_id

cases = Table(
    "cases", metadata,
    new_id(), named("number", 24, unique=True, nullable=False), named("kind", 16, nullable=False),
    named("state", 16, nullable=False), named("area_id", 40, nullable=False),
    Column("person_id", Integer, index=True), Column("conversation_id", Integer), named("title", 80, nullable=False),
    Column("body", LargeBinary), Column("holder_id", Integer, index=True), named("unit", 60),
    Column("level", Integer, nullable=False, default=0), Column("round", Integer, nullable=False, default=0),
    named("category", 24), Column("priority", Integer, nullable=False, default=0),
    Column("opened_at", Moment, nullable=False), Column("due_at", Moment), Column("closed_at", Moment),
    Column("nudged", Integer, nullable=False, default=0), named("token", 120, unique=True),
    Index("cases_open", "kind", "area_id", sqlite_where=text("closed_at IS NULL"),
          postgresql_where=text("closed_at IS NULL")),
    Index("cases_due", "due_at", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
)  # fmt: skip

case_events = Table(
    "case_events", metadata,
    new_id(), Column("case_id", Integer, nullable=False, index=True), Column("at", Moment, nullable=False),
    named("actor", 60, nullable=False), named("move", 16, nullable=False), named("state", 16, nullable=False),
    Column("note", LargeBinary), Column("public", Boolean, nullable=False, default=False),
)  # fmt: skip

case_subscribers = Table(
    "case_subscribers", metadata,
    Column("case_id", Integer, nullable=False), Column("conversation_id", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("case_id", "conversation_id"),
)  # fmt: skip

attachments = Table(
    "attachments", metadata,
    named("id", 40, primary_key=True), Column("case_id", Integer, index=True), Column("conversation_id", Integer),
    named("mime", 40, nullable=False), Column("data", LargeBinary, nullable=False),
    named("kind", 12, nullable=False, default="before"), Column("made_at", Moment, nullable=False),
)  # fmt: skip
