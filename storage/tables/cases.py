"""Cases, their clocks, parties, units, history, followers and pictures.

An area's cases are found without a scan: a case carries its ancestors (`area1` district … `area4` grid), and lists walk
the partial index of the worker's level in the order in which they are shown.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    TextClause,
    UniqueConstraint,
    text,
)

from storage.tables.base import Moment, metadata, named, new_id

OPEN = text("closed_at IS NULL")
LOST = text("closed_at IS NULL AND lost_at IS NOT NULL")
RUNNING = text("next_at IS NOT NULL")
DEPTH = 4


def _only(where: TextClause) -> dict[str, Any]:
    return {"sqlite_where": where, "postgresql_where": where}


cases = Table(
    "cases", metadata,
    new_id(), named("number", 24, unique=True, nullable=False), named("kind", 16, nullable=False),
    named("state", 16, nullable=False), named("area_id", 40, nullable=False),
    Column("person_id", Integer, index=True), Column("conversation_id", Integer), named("title", 80, nullable=False),
    Column("body", LargeBinary), Column("holder_id", Integer), named("unit", 60),
    Column("level", Integer, nullable=False, default=0), Column("round", Integer, nullable=False, default=0),
    named("category", 24), Column("priority", Integer, nullable=False, default=0),
    Column("opened_at", Moment, nullable=False), Column("due_at", Moment), Column("closed_at", Moment),
    Column("nudged", Integer, nullable=False, default=0), named("token", 120, unique=True),
    Column("rev", Integer, nullable=False, server_default="0"),  # counts changes: two at once, one wins
    Column("rank", Integer, nullable=False, server_default="0"),  # -priority, so that an index reads forwards
    *(named(f"area{n}", 40) for n in range(1, DEPTH + 1)),
    Column("yellow_at", Moment), Column("paused_at", Moment), named("paused_why", 200),
    Column("lost_at", Moment),  # 未派出: nobody could be reached since
    named("asked_unit", 60), Column("asked_id", Integer), Column("asked_at", Moment),  # a transfer that is offered
    Index("cases_open", "kind", "rank", "due_at", "id", **_only(OPEN)),
    *(Index(f"cases_open{n}", f"area{n}", "kind", "rank", "due_at", "id", **_only(OPEN)) for n in range(1, DEPTH + 1)),
    *(Index(f"cases_all{n}", f"area{n}", "kind", "id") for n in range(1, DEPTH + 1)),
    Index("cases_held", "holder_id", "rank", "due_at", "id", **_only(OPEN)),
    Index("cases_unit", "unit", "rank", "due_at", "id", **_only(OPEN)),
    Index("cases_asked", "asked_unit", "id", **_only(OPEN)),
    Index("ix_cases_holder_id", "holder_id", "id"),
    Index("cases_alike", "area_id", "category", "opened_at", **_only(OPEN)),
    Index("cases_lost", "lost_at", "id", **_only(LOST)),
)  # fmt: skip

case_events = Table(  # append-only
    "case_events", metadata,
    new_id(), Column("case_id", Integer, nullable=False), Column("at", Moment, nullable=False),
    named("actor", 60, nullable=False), named("move", 16, nullable=False), named("state", 16, nullable=False),
    Column("note", LargeBinary), Column("public", Boolean, nullable=False, default=False),
    Index("ix_case_events_case_id", "case_id"),
)  # fmt: skip

case_clocks = Table(
    "case_clocks", metadata,
    new_id(), Column("case_id", Integer, nullable=False), named("name", 16, nullable=False),
    Column("started_at", Moment, nullable=False), Column("yellow_at", Moment), Column("due_at", Moment, nullable=False),
    Column("paused_at", Moment), named("paused_why", 200), Column("resume_at", Moment), Column("stopped_at", Moment),
    Column("step", Integer, nullable=False, default=0),  # 0 green, 1 warned, 2… how many levels were told
    Column("next_at", Moment),  # when the rounds look again; empty: never
    UniqueConstraint("case_id", "name"), Index("case_clocks_next", "next_at", "id", **_only(RUNNING)),
)  # fmt: skip

case_parties = Table(
    "case_parties", metadata,
    new_id(), Column("case_id", Integer, nullable=False, index=True), named("role", 16, nullable=False),
    Column("person_id", Integer, index=True), Column("conversation_id", Integer),
    Column("contact", LargeBinary),  # name and phone of somebody who does not write to us
    named("consent", 8, nullable=False, default=""), Column("consent_at", Moment), Column("told_at", Moment),
    Column("made_at", Moment, nullable=False),
)  # fmt: skip

case_units = Table(  # units that help the holder
    "case_units", metadata,
    Column("case_id", Integer, nullable=False), named("unit", 60, nullable=False),
    PrimaryKeyConstraint("case_id", "unit"), Index("case_units_unit", "unit", "case_id"),
)  # fmt: skip

case_objections = Table(  # 派单异议: one a case
    "case_objections", metadata,
    Column("case_id", Integer, primary_key=True, autoincrement=False), Column("worker_id", Integer, nullable=False),
    named("unit", 60), Column("reason", LargeBinary), Column("decider_id", Integer, index=True),
    Column("made_at", Moment, nullable=False), Column("decided_at", Moment), named("decision", 8),
)  # fmt: skip

units = Table(
    "units", metadata,
    named("id", 60, primary_key=True), named("name", nullable=False), named("area_id", 40, nullable=False, index=True),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

unit_contacts = Table(
    "unit_contacts", metadata,
    named("unit", 60, nullable=False), Column("worker_id", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("unit", "worker_id"),
)  # fmt: skip

dispatch_rules = Table(  # 派单目录: kind and category in an area's subtree → unit; the innermost area wins
    "dispatch_rules", metadata,
    named("kind", 16, nullable=False), named("category", 24, nullable=False), named("area_id", 40, nullable=False),
    named("unit", 60, nullable=False), Column("main", Boolean, nullable=False, default=True),
    PrimaryKeyConstraint("kind", "category", "area_id", "unit"),
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
    named("seen_by", 8, nullable=False, server_default="staff"),  # holder | staff | parties
    Index("attachments_talk", "conversation_id", "made_at"),
)  # fmt: skip

proxies = Table(
    "proxies", metadata,
    new_id(), Column("person_id", Integer, nullable=False, index=True), Column("proxy_id", Integer, nullable=False, index=True),
    named("relation", 16, nullable=False), named("scope", 120, nullable=False), Column("from_at", Moment, nullable=False),
    Column("until_at", Moment, nullable=False), Column("ended_at", Moment), named("recorded_by", 40, nullable=False),
)  # fmt: skip

grants = Table(  # a further role in a further area, until a day
    "grants", metadata,
    new_id(), Column("worker_id", Integer, nullable=False, index=True), named("role", 12, nullable=False),
    named("area_id", 40, nullable=False), Column("from_at", Moment, nullable=False), Column("until_at", Moment),
)  # fmt: skip
