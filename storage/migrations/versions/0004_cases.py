"""cases: clocks, parties, units, transfers, objections; lists without a scan

Revision ID: 0004
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("closed_at IS NULL")
LOST = sa.text("closed_at IS NULL AND lost_at IS NOT NULL")
RUNNING = sa.text("next_at IS NOT NULL")
DEPTHS = (1, 2, 3, 4)
PARTIAL = [
    ("cases_open", ["kind", "rank", "due_at", "id"], OPEN),
    *((f"cases_open{n}", [f"area{n}", "kind", "rank", "due_at", "id"], OPEN) for n in DEPTHS),
    ("cases_held", ["holder_id", "rank", "due_at", "id"], OPEN),
    ("cases_unit", ["unit", "rank", "due_at", "id"], OPEN),
    ("cases_asked", ["asked_unit", "id"], OPEN),
    ("cases_alike", ["area_id", "category", "opened_at"], OPEN),
    ("cases_lost", ["lost_at", "id"], LOST),
]
WHOLE = [*((f"cases_all{n}", [f"area{n}", "kind", "id"]) for n in DEPTHS), ("ix_cases_holder_id", ["holder_id", "id"])]
NEW = {
    **{f"area{n}": sa.String(40) for n in DEPTHS}, "yellow_at": MOMENT, "paused_at": MOMENT, "paused_why": sa.String(200),
    "lost_at": MOMENT, "asked_unit": sa.String(60), "asked_id": sa.Integer(), "asked_at": MOMENT,
}  # fmt: skip


def upgrade() -> None:
    for name in ("rev", "rank"):
        op.add_column("cases", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name, kind in NEW.items():
        op.add_column("cases", sa.Column(name, kind))
    _tables()
    _keep_rows()
    for name in ("cases_open", "cases_due", "ix_cases_holder_id"):
        op.drop_index(name, "cases")
    for name, columns, where in PARTIAL:
        op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)
    for name, columns in WHOLE:
        op.create_index(name, "cases", columns)
    op.add_column("attachments", sa.Column("seen_by", sa.String(8), nullable=False, server_default="staff"))
    op.create_index("attachments_talk", "attachments", ["conversation_id", "made_at"])


def _tables() -> None:
    op.create_table(
        "case_clocks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False), sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(16), nullable=False), sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("yellow_at", MOMENT), sa.Column("due_at", MOMENT, nullable=False), sa.Column("paused_at", MOMENT),
        sa.Column("paused_why", sa.String(200)), sa.Column("resume_at", MOMENT), sa.Column("stopped_at", MOMENT),
        sa.Column("step", sa.Integer(), nullable=False), sa.Column("next_at", MOMENT),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("case_id", "name"),
    )  # fmt: skip
    op.create_index("case_clocks_next", "case_clocks", ["next_at", "id"], sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_table(
        "case_parties",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False), sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False), sa.Column("person_id", sa.Integer()),
        sa.Column("conversation_id", sa.Integer()), sa.Column("contact", sa.LargeBinary()),
        sa.Column("consent", sa.String(8), nullable=False), sa.Column("consent_at", MOMENT), sa.Column("told_at", MOMENT),
        sa.Column("made_at", MOMENT, nullable=False), sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_case_parties_case_id", "case_parties", ["case_id"])
    op.create_index("ix_case_parties_person_id", "case_parties", ["person_id"])
    op.create_table(
        "case_units", sa.Column("case_id", sa.Integer(), nullable=False), sa.Column("unit", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "unit"),
    )  # fmt: skip
    op.create_index("case_units_unit", "case_units", ["unit", "case_id"])
    op.create_table(
        "case_objections",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False), sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(60)), sa.Column("reason", sa.LargeBinary()), sa.Column("decider_id", sa.Integer()),
        sa.Column("made_at", MOMENT, nullable=False), sa.Column("decided_at", MOMENT), sa.Column("decision", sa.String(8)),
        sa.PrimaryKeyConstraint("case_id"),
    )  # fmt: skip
    op.create_index("ix_case_objections_decider_id", "case_objections", ["decider_id"])
    op.create_table(
        "units", sa.Column("id", sa.String(60), nullable=False), sa.Column("name", sa.String(80), nullable=False),
        sa.Column("area_id", sa.String(40), nullable=False), sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_units_area_id", "units", ["area_id"])
    op.create_table(
        "unit_contacts", sa.Column("unit", sa.String(60), nullable=False), sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "worker_id"),
    )  # fmt: skip
    op.create_index("ix_unit_contacts_worker_id", "unit_contacts", ["worker_id"])
    op.create_table(
        "dispatch_rules", sa.Column("kind", sa.String(16), nullable=False), sa.Column("category", sa.String(24), nullable=False),
        sa.Column("area_id", sa.String(40), nullable=False), sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False), sa.PrimaryKeyConstraint("kind", "category", "area_id", "unit"),
    )  # fmt: skip
    op.create_table(
        "proxies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False), sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proxy_id", sa.Integer(), nullable=False), sa.Column("relation", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(120), nullable=False), sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT, nullable=False), sa.Column("ended_at", MOMENT),
        sa.Column("recorded_by", sa.String(40), nullable=False), sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_proxies_person_id", "proxies", ["person_id"])
    op.create_index("ix_proxies_proxy_id", "proxies", ["proxy_id"])
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False), sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(12), nullable=False), sa.Column("area_id", sa.String(40), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False), sa.Column("until_at", MOMENT), sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_grants_worker_id", "grants", ["worker_id"])


def _keep_rows() -> None:
    """Cases that are there get their area's ancestors, their order in lists, and a clock that runs on."""
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE cases SET rank = -priority"))
    connection.execute(sa.text("UPDATE cases SET due_at = opened_at WHERE due_at IS NULL AND closed_at IS NULL"))
    connection.execute(sa.text("UPDATE cases SET yellow_at = due_at WHERE closed_at IS NULL"))
    for area_id, path in connection.execute(sa.text("SELECT id, path FROM areas")).all():
        above = [*path.strip("/").split("/")[:4], None, None, None, None][:4]
        connection.execute(
            sa.text("UPDATE cases SET area1 = :a1, area2 = :a2, area3 = :a3, area4 = :a4 WHERE area_id = :id"),
            {"id": area_id} | {f"a{n}": above[n - 1] for n in DEPTHS},
        )
    connection.execute(sa.text(
        "INSERT INTO case_clocks (case_id, name, started_at, yellow_at, due_at, step, next_at) "
        "SELECT id, 'promise', opened_at, due_at, due_at, CASE WHEN nudged > 0 THEN nudged + 1 ELSE 1 END, "
        "CASE WHEN nudged < 3 THEN due_at END FROM cases WHERE closed_at IS NULL"
    ))  # fmt: skip


def downgrade() -> None:
    op.drop_index("attachments_talk", "attachments")
    op.drop_column("attachments", "seen_by")
    for name, *_ in [*PARTIAL, *WHOLE]:
        op.drop_index(name, "cases")
    for name in NEW:
        op.drop_column("cases", name)
    for name in ("rev", "rank"):
        op.drop_column("cases", name)
    op.create_index("cases_open", "cases", ["kind", "area_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("cases_due", "cases", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_cases_holder_id", "cases", ["holder_id"])
    for name in ("grants", "proxies", "dispatch_rules", "unit_contacts", "units", "case_objections", "case_units",
                 "case_parties", "case_clocks"):  # fmt: skip
        op.drop_table(name)
