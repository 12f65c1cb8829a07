"""Papers that change hands in an errand, and topics that keep coming back."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, LargeBinary, Table, UniqueConstraint

from storage.tables.base import Moment, metadata, named, new_id

papers = Table(
    "papers", metadata,
    new_id(), Column("case_id", Integer, nullable=False, index=True), named("way", 4, nullable=False),  # in | out
    Column("of_id", Integer),  # a paper given back: the row by which it was taken
    Column("what", LargeBinary, nullable=False), Column("worker_id", Integer, nullable=False), named("picture", 40),
    Column("at", Moment, nullable=False), named("answer", 4, nullable=False, server_default=""),  # yes | no
    Column("answered_at", Moment),
)  # fmt: skip

topics = Table(  # the same category in the same place, three times in thirty days: for the street's meeting
    "topics", metadata,
    new_id(), named("area_id", 40, nullable=False), named("category", 24, nullable=False), named("month", 7, nullable=False),
    Column("numbers", JSON, nullable=False), named("state", 8, nullable=False, server_default="draft"),  # draft | adopted | dropped
    Column("made_at", Moment, nullable=False), named("decided_by", 40), Column("decided_at", Moment),
    UniqueConstraint("area_id", "category", "month"),
)  # fmt: skip
