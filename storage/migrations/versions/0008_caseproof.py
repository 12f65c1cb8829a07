"""what happened to a case stays as it was written

Revision ID: 0008
Revises: 0005
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DEEDS = ("UPDATE", "DELETE")
WORDS = "case_events is append-only"


def upgrade() -> None:
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
