"""mediation: what was told and agreed, papers, sittings, instalments, results

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mediations',
    sa.Column('case_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('code', sa.String(length=16), nullable=True),
    sa.Column('field', sa.String(length=16), server_default='', nullable=False),
    sa.Column('chosen_id', sa.Integer(), nullable=True),
    sa.Column('disclosed_id', sa.Integer(), nullable=True),
    sa.Column('swapped_at', Moment(), nullable=True),
    sa.Column('level_at', Moment(), nullable=False),
    sa.Column('rights_applicant', Moment(), nullable=True),
    sa.Column('rights_other', Moment(), nullable=True),
    sa.Column('raise_applicant', sa.String(length=4), server_default='', nullable=False),
    sa.Column('raise_other', sa.String(length=4), server_default='', nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=True),
    sa.Column('confirm_until', sa.Date(), nullable=True),
    sa.Column('confirmed', sa.String(length=8), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('case_id'),
    sa.UniqueConstraint('code')
    )
    op.create_table('mediation_papers',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.Column('author', sa.String(length=60), nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('mediation_papers_case', 'mediation_papers', ['case_id', 'kind'], unique=False)
    op.create_table('mediation_sittings',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('starts_at', Moment(), nullable=False),
    sa.Column('arrive_applicant', Moment(), nullable=False),
    sa.Column('arrive_other', Moment(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('booking', sa.String(length=24), nullable=True),
    sa.Column('team', sa.String(length=24), nullable=True),
    sa.Column('made_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_mediation_sittings_case_id'), 'mediation_sittings', ['case_id'], unique=False)
    op.create_index('mediation_sittings_team', 'mediation_sittings', ['team', 'starts_at'], unique=False)
    op.create_table('mediation_debts',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('what', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_mediation_debts_case_id'), 'mediation_debts', ['case_id'], unique=False)
    op.create_table('mediation_results',
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('area_id', sa.String(length=40), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=False),
    sa.Column('field', sa.String(length=16), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('imported', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index(op.f('ix_mediation_results_area_id'), 'mediation_results', ['area_id'], unique=False)
    op.create_index(op.f('ix_mediation_results_closed_on'), 'mediation_results', ['closed_on'], unique=False)
    _rows_of_older_cases()


def _rows_of_older_cases() -> None:
    """Cases that were there before get the row that every mediation has, and a state they can go on from."""
    op.execute(
        "INSERT INTO mediations (case_id, level_at) SELECT id, opened_at FROM cases WHERE kind = 'mediation'"
    )


def downgrade() -> None:
    for name in ("results", "debts", "sittings", "papers"):
        op.drop_table(f"mediation_{name}")
    op.drop_table("mediations")
