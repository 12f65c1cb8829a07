"""What lies in the areas: estates, their buildings, and how the tree was before."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Float, Integer, PrimaryKeyConstraint, Table

from storage.tables.base import metadata, named, new_id

area_versions = Table(  # what an area was until a day: written when it is moved, renamed or merged
    "area_versions", metadata,
    new_id(), named("area_id", 40, nullable=False, index=True), named("parent_id", 40),
    named("kind", 8, nullable=False), named("name", nullable=False), Column("since", Date),
    Column("until", Date, nullable=False), named("change", 12, nullable=False), named("why", 120),
)  # fmt: skip

estates = Table(
    "estates", metadata,
    named("id", 40, primary_key=True), named("area_id", 40, nullable=False, index=True),
    named("name", nullable=False), named("kind", 8, nullable=False), Column("aliases", JSON, nullable=False),
    named("road", 40), named("number", 12), Column("latitude", Float), Column("longitude", Float),
)  # fmt: skip

buildings = Table(
    "buildings", metadata,
    named("estate_id", 40, nullable=False), named("label", 12, nullable=False),
    named("grid_id", 40, nullable=False, index=True), Column("units", Integer), Column("latitude", Float),
    Column("longitude", Float), PrimaryKeyConstraint("estate_id", "label"),
)  # fmt: skip
