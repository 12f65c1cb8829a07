"""what happened to a case stays as it was written; what waits for an address is found by an index

Revision ID: 0008
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('pending', 'claimed')")
DEEDS = ("UPDATE", "DELETE")
WORDS = "case_events is append-only"


def upgrade() -> None:
    op.create_index(
        "outbox_waiting", "outbox", ["channel", "address", "id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    if op.get_bind().dialect.name == "sqlite":
        for deed in DEEDS:
            op.execute(
                f"CREATE TRIGGER case_events_no_{deed.lower()} BEFORE {deed} ON case_events "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION case_events_stay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON case_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION case_events_stay()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in DEEDS:
            op.execute(f"DROP TRIGGER case_events_no_{deed.lower()}")
    else:
        op.execute("DROP TRIGGER case_events_stay ON case_events")
        op.execute("DROP FUNCTION case_events_stay()")
    op.drop_index("outbox_waiting", "outbox")
