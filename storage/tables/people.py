"""Residents, their contacts, workers, areas, who is on duty."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, LargeBinary, Table, UniqueConstraint

from storage.tables.base import Moment, metadata, named, new_id

areas = Table(
    "areas", metadata,
    named("id", 40, primary_key=True), named("parent_id", 40), named("kind", 8, nullable=False),
    named("name", nullable=False), named("path", 200, nullable=False, index=True),
    Column("note", JSON, nullable=False, default=dict), Column("since", Date), Column("ended_on", Date),
    named("became", 40),
)  # fmt: skip

people = Table(
    "people", metadata,
    new_id(), named("code", 24, unique=True, nullable=False), named("area_id", 40),
    Column("elder", Boolean, nullable=False, default=False),
    Column("name", LargeBinary), Column("phone", LargeBinary), Column("phone_index", LargeBinary, index=True),
    Column("address", LargeBinary), Column("made_at", Moment, nullable=False),
)  # fmt: skip

contacts = Table(
    "contacts", metadata,
    new_id(), Column("person_id", Integer, nullable=False, index=True), named("channel", 16, nullable=False),
    named("address", 120, nullable=False), Column("blocked_at", Moment), Column("reachable_until", Moment),
    Column("made_at", Moment, nullable=False), UniqueConstraint("channel", "address"),
)  # fmt: skip

workers = Table(
    "workers", metadata,
    new_id(), named("login", 40, unique=True, nullable=False), named("name", 40, nullable=False),
    named("role", 12, nullable=False), named("area_id", 40, nullable=False), named("password", 200),
    Column("active", Boolean, nullable=False, default=True), named("channel", 16), named("address", 120),
    Column("made_at", Moment, nullable=False), Column("locked_until", Moment),
    Column("misses", Integer, nullable=False, default=0), Index("workers_address", "channel", "address"),
)  # fmt: skip

keys = Table(  # one-time links and browser sessions, by the hash of their token
    "keys", metadata,
    named("hash", 64, primary_key=True), Column("worker_id", Integer, nullable=False, index=True),
    named("kind", 12, nullable=False), named("csrf", 64), Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False), Column("used_at", Moment),
)  # fmt: skip

rota = Table(
    "rota", metadata,
    new_id(), named("area_id", 40, nullable=False, index=True), Column("worker_id", Integer, nullable=False),
    named("post", 40, nullable=False), Column("weekday", Integer), Column("day", Date),
    named("opens", 5, nullable=False), named("closes", 5, nullable=False),
)  # fmt: skip
