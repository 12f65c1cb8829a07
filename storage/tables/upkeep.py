"""Revisions, counters, facts and the audit log."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table

from storage.tables.base import Moment, metadata, named, new_id

revisions = Table(  # counts up with every change, so that each process knows when to read again
    "revisions", metadata, named("name", 20, primary_key=True), Column("value", Integer, nullable=False)
)

counters = Table(
    "counters", metadata, named("name", 40, primary_key=True), Column("value", Integer, nullable=False)
)

facts = Table(  # small facts about this installation: sample loaded, centre's own data
    "facts", metadata, named("name", 40, primary_key=True), Column("value", JSON, nullable=False)
)

audit = Table(
    "audit", metadata,
    new_id(), Column("at", Moment, nullable=False, index=True), named("who", 60, nullable=False),
    named("action", 24, nullable=False), named("about", 80, nullable=False, index=True), named("detail", 300),
)  # fmt: skip
