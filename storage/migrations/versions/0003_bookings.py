"""bookings take cells of shared resources; closures, waiting lists, providers, ratings

Revision ID: 0003
Revises: 0001
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002_handbook_life"
branch_labels = None
depends_on = None

CELL = 300  # seconds
NEW_COLUMNS = ("option", "until", "series", "also_person_id", "arrived_at")


def upgrade() -> None:
    old = _old_seats()
    op.drop_table("seats")
    _new_tables()
    with op.batch_alter_table("bookings") as table:
        table.add_column(sa.Column("option", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("series", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("also_person_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
        table.create_index("bookings_until", ["until"])
        table.create_index(op.f("ix_bookings_series"), ["series"])
        table.create_index(op.f("ix_bookings_also_person_id"), ["also_person_id"])
    _refill(old)


def _old_seats() -> list[Any]:
    """Each seat taken with the end of its booking, which tells the cells."""
    return list(
        op.get_bind().execute(
            sa.text(
                "SELECT s.service_id, s.place_id, s.seat, s.booking_id, s.starts_at, b.ends_at"
                " FROM seats s JOIN bookings b ON b.id = s.booking_id"
            ).columns(starts_at=sa.DateTime(timezone=True), ends_at=sa.DateTime(timezone=True))
        )
    )


def _refill(old: list[Any]) -> None:
    """Every seat that was taken is taken still."""
    uses = sa.table("uses", *(sa.column(name) for name in ("booking_id", "resource", "seat", "first", "last")))
    seats = sa.table("seats", *(sa.column(name) for name in ("resource", "cell", "seat", "booking_id")))
    for row in old:
        resource, first = f"{row.service_id}@{row.place_id}", _cell(row.starts_at)
        last = -(-int(_aware(row.ends_at).timestamp()) // CELL)
        op.bulk_insert(uses, [{"booking_id": row.booking_id, "resource": resource, "seat": row.seat, "first": first,
                               "last": last}])  # fmt: skip
        op.bulk_insert(seats, [{"resource": resource, "cell": cell, "seat": row.seat, "booking_id": row.booking_id}
                               for cell in range(first, last)])  # fmt: skip


def _cell(moment: datetime) -> int:
    return int(_aware(moment).timestamp()) // CELL


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _new_tables() -> None:
    op.create_table(
        "seats",
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("resource", "cell", "seat"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_seats_booking_id"), "seats", ["booking_id"], unique=False)
    op.create_table(
        "uses",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("booking_id", "resource", "seat"),
    )
    op.create_index("uses_when", "uses", ["resource", "first"], unique=False)
    for name in ("resources", "providers"):
        op.create_table(
            name,
            sa.Column("id", sa.String(length=40), nullable=False),
            sa.Column("body", sa.JSON(), nullable=False),
            sa.Column("active", sa.Boolean(), nullable=False),
            sa.PrimaryKeyConstraint("id"),
        )
    _closures_waits_and_ratings()


def _closures_waits_and_ratings() -> None:
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "waits",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.Column("place_id", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(length=120), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("waits_slot", "waits", ["service_id", "place_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_waits_person_id"), "waits", ["person_id"], unique=False)
    op.create_index(op.f("ix_waits_booking_id"), "waits", ["booking_id"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("booking_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("booking_id"),
    )
    op.create_index(op.f("ix_ratings_service_id"), "ratings", ["service_id"], unique=False)
    op.create_index(op.f("ix_ratings_provider_id"), "ratings", ["provider_id"], unique=False)


def downgrade() -> None:
    for name in ("ratings", "waits", "closures", "providers", "resources", "uses", "seats"):
        op.drop_table(name)
    with op.batch_alter_table("bookings") as table:
        table.drop_index(op.f("ix_bookings_also_person_id"))
        table.drop_index(op.f("ix_bookings_series"))
        table.drop_index("bookings_until")
        for name in NEW_COLUMNS:
            table.drop_column(name)
    op.create_table(
        "seats",
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.Column("place_id", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "place_id", "starts_at", "seat"),
    )
    op.create_index(op.f("ix_seats_booking_id"), "seats", ["booking_id"], unique=False)
