"""Services, places, bookings and their seats."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table

from storage.tables.base import Moment, metadata, named, new_id

services = Table(
    "services", metadata,
    named("id", 40, primary_key=True), Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

places = Table(
    "places", metadata,
    named("id", 40, primary_key=True), named("area_id", 40), Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

bookings = Table(
    "bookings", metadata,
    new_id(), named("code", 24, unique=True, nullable=False), named("service_id", 40, nullable=False),
    named("place_id", 40, nullable=False), Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False), Column("quantity", Integer, nullable=False, default=1),
    Column("person_id", Integer, nullable=False, index=True), Column("conversation_id", Integer),
    Column("details", LargeBinary), named("state", 12, nullable=False), named("token", 120, unique=True),
    Column("made_at", Moment, nullable=False), Column("changed_at", Moment), named("made_by", 40),
    Index("bookings_start", "starts_at"),
)  # fmt: skip

seats = Table(
    "seats", metadata,
    named("service_id", 40, nullable=False), named("place_id", 40, nullable=False),
    Column("starts_at", Moment, nullable=False), Column("seat", Integer, nullable=False),
    Column("booking_id", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("service_id", "place_id", "starts_at", "seat"),
)  # fmt: skip
