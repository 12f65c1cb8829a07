"""Services, places, what they need, bookings, the seats they take, and who waits for one."""

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

resources = Table(  # rooms, devices and people that several services share
    "resources", metadata,
    named("id", 40, primary_key=True), Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

providers = Table(  # social organisations that serve, with the day until which they are qualified
    "providers", metadata,
    named("id", 40, primary_key=True), Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)  # fmt: skip

closures = Table(  # a place, a service or a resource (a worker's leave too) is not to be had for a while
    "closures", metadata,
    new_id(), named("scope", 12, nullable=False), named("target", 40, nullable=False),
    Column("starts_at", Moment, nullable=False), Column("ends_at", Moment, nullable=False),
    named("reason", 200, nullable=False), Column("active", Boolean, nullable=False, default=True),
    Column("made_at", Moment, nullable=False), named("made_by", 40),
)  # fmt: skip

bookings = Table(
    "bookings", metadata,
    new_id(), named("code", 24, unique=True, nullable=False), named("service_id", 40, nullable=False),
    named("place_id", 40, nullable=False), Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False), Column("quantity", Integer, nullable=False, default=1),
    Column("person_id", Integer, nullable=False, index=True), Column("conversation_id", Integer),
    Column("details", LargeBinary), named("state", 12, nullable=False), named("token", 120, unique=True),
    Column("made_at", Moment, nullable=False), Column("changed_at", Moment), named("made_by", 40),
    named("option", 40),  # which length or kind was chosen
    Column("until", Moment),  # held: when it lapses; pending: by when a worker confirms
    named("series", 40, index=True),  # bookings made together (每周三上门)
    Column("also_person_id", Integer, index=True),  # for whom it is, where we can reach them
    Column("arrived_at", Moment),
    Index("bookings_start", "starts_at"),
    Index("bookings_until", "until"),
)  # fmt: skip

uses = Table(  # what a booking takes of which resource, one row a seat: cells [first, last), buffers included
    "uses", metadata,
    Column("booking_id", Integer, nullable=False), named("resource", 120, nullable=False),
    Column("seat", Integer, nullable=False), Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False), Column("until", Moment),
    PrimaryKeyConstraint("booking_id", "resource", "seat"), Index("uses_when", "resource", "first"),
)  # fmt: skip

seats = Table(  # the constraint: a cell is five minutes of one seat of a resource, and it is there once
    "seats", metadata,
    named("resource", 120, nullable=False), Column("cell", Integer, nullable=False),
    Column("seat", Integer, nullable=False), Column("booking_id", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("resource", "cell", "seat"), sqlite_with_rowid=False,
)  # fmt: skip

waits = Table(  # the waiting list of a slot; an offer is a held booking
    "waits", metadata,
    new_id(), named("service_id", 40, nullable=False), named("place_id", 40, nullable=False),
    Column("starts_at", Moment, nullable=False), Column("ends_at", Moment, nullable=False),
    Column("quantity", Integer, nullable=False), named("option", 40), Column("priority", Integer, nullable=False),
    Column("person_id", Integer, nullable=False, index=True), Column("conversation_id", Integer),
    Column("details", LargeBinary), named("state", 12, nullable=False),  # waiting | offered | taken | left | lapsed
    Column("booking_id", Integer, index=True), named("token", 120, unique=True), Column("made_at", Moment, nullable=False),
    Index("waits_slot", "service_id", "place_id", "starts_at"),
)  # fmt: skip

ratings = Table(
    "ratings", metadata,
    Column("booking_id", Integer, primary_key=True, autoincrement=False), named("service_id", 40, nullable=False, index=True),
    named("provider_id", 40, index=True), Column("score", Integer, nullable=False), Column("words", LargeBinary),
    Column("made_at", Moment, nullable=False),
)  # fmt: skip
