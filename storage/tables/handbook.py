"""The handbook's versions, what areas change in them, what it could not answer, and what people say of its answers."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from storage.tables.base import Moment, metadata, named, new_id

entries = Table(
    "entries", metadata,
    named("id", 16, nullable=False), Column("version", Integer, nullable=False), named("state", 10, nullable=False),
    Column("body", JSON, nullable=False), named("author", 40, nullable=False), named("approver", 40),
    named("reason", 200), Column("made_at", Moment, nullable=False), Column("published_at", Moment),
    Column("ended_at", Moment), Column("effective_at", Moment),  # approved now, answered from then on
    PrimaryKeyConstraint("id", "version"), Index("entries_state", "state", "id"),
)  # fmt: skip

unanswered = Table(
    "unanswered", metadata,
    new_id(), Column("at", Moment, nullable=False), Column("conversation_id", Integer), Column("words", LargeBinary),
    named("decision", 8, nullable=False), Column("candidates", JSON, nullable=False),
    named("state", 10, nullable=False, default="open"), named("entry_id", 16), named("closed_by", 40),
    Column("closed_at", Moment), named("owner", 40), Column("entry_version", Integer), Column("told_at", Moment),
    Index("unanswered_state", "state", "id"),
)  # fmt: skip

overrides = Table(  # the fields of an entry that differ in an area and below it
    "overrides", metadata,
    new_id(), named("area_id", 40, nullable=False), named("entry_id", 16, nullable=False),
    Column("version", Integer, nullable=False), named("state", 10, nullable=False),
    Column("fields", JSON, nullable=False), Column("base_version", Integer, nullable=False),
    named("author", 40, nullable=False), named("approver", 40), named("reason", 200),
    Column("made_at", Moment, nullable=False), Column("published_at", Moment), Column("ended_at", Moment),
    UniqueConstraint("area_id", "entry_id", "version"), Index("overrides_state", "state", "entry_id"),
)  # fmt: skip

saved_questions = Table(  # what each publishing is tried with
    "saved_questions", metadata,
    new_id(), named("entry_id", 16, nullable=False), named("question", 200, nullable=False),
    Column("expected", Boolean, nullable=False), named("author", 40, nullable=False),
    Column("made_at", Moment, nullable=False), UniqueConstraint("entry_id", "question"),
)  # fmt: skip

waivers = Table(  # regressions that somebody wants to accept, and who agreed
    "waivers", metadata,
    new_id(), named("entry_id", 16, nullable=False), Column("version", Integer, nullable=False),
    named("owner_id", 16, nullable=False), named("question", 200, nullable=False),
    named("reason", 200, nullable=False), named("author", 40, nullable=False), Column("made_at", Moment, nullable=False),
    named("approver", 40), Column("agreed_at", Moment),
    UniqueConstraint("entry_id", "version", "owner_id", "question"),
)  # fmt: skip

negatives = Table(  # sentences that no entry answers, learned here
    "negatives", metadata,
    new_id(), named("kind", 12, nullable=False), named("text", 200, nullable=False, unique=True), named("office", 60),
    named("author", 40, nullable=False), Column("made_at", Moment, nullable=False),
)  # fmt: skip

terms = Table(  # alias | forbidden | sensitive words; `value`: the entry, what to write instead, or the action
    "terms", metadata,
    new_id(), named("kind", 10, nullable=False), named("word", 40, nullable=False), named("value", 60, nullable=False),
    named("state", 10, nullable=False), named("author", 40, nullable=False), Column("made_at", Moment, nullable=False),
    named("approver", 40), Column("decided_at", Moment), UniqueConstraint("kind", "word", "value"),
)  # fmt: skip

feedback = Table(  # 有用, 没用, 已过时: one a resident and version
    "feedback", metadata,
    new_id(), Column("at", Moment, nullable=False), Column("conversation_id", Integer, nullable=False),
    named("entry_id", 16, nullable=False), Column("version", Integer, nullable=False),
    named("rating", 10, nullable=False), named("why", 16), named("state", 10, nullable=False),
    named("closed_by", 40), Column("closed_at", Moment), Column("told_at", Moment),
    UniqueConstraint("conversation_id", "entry_id", "version"), Index("feedback_open", "state", "entry_id"),
)  # fmt: skip

review_notices = Table(  # which review was announced how many days before
    "review_notices", metadata,
    named("entry_id", 16, nullable=False), Column("review_by", Date, nullable=False),
    Column("days", Integer, nullable=False), Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("entry_id", "review_by", "days"),
)  # fmt: skip
