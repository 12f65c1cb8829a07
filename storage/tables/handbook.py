"""The handbook's versions, and what it could not answer."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table

from storage.tables.base import Moment, metadata, named, new_id

entries = Table(
    "entries", metadata,
    named("id", 16, nullable=False), Column("version", Integer, nullable=False), named("state", 10, nullable=False),
    Column("body", JSON, nullable=False), named("author", 40, nullable=False), named("approver", 40),
    named("reason", 200), Column("made_at", Moment, nullable=False), Column("published_at", Moment),
    Column("ended_at", Moment), PrimaryKeyConstraint("id", "version"), Index("entries_state", "state", "id"),
)  # fmt: skip

unanswered = Table(
    "unanswered", metadata,
    new_id(), Column("at", Moment, nullable=False), Column("conversation_id", Integer), Column("words", LargeBinary),
    named("decision", 8, nullable=False), Column("candidates", JSON, nullable=False),
    named("state", 10, nullable=False, default="open"), named("entry_id", 16), named("closed_by", 40),
    Column("closed_at", Moment), Index("unanswered_state", "state", "id"),
)  # fmt: skip
