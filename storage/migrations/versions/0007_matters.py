"""matters: papers of errands, topics

Revision ID: 0007
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import storage.tables.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('papers',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=4), nullable=False),
    sa.Column('of_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.LargeBinary(), nullable=False),
    sa.Column('worker_id', sa.Integer(), nullable=False),
    sa.Column('picture', sa.String(length=40), nullable=True),
    sa.Column('at', storage.tables.base.Moment(), nullable=False),
    sa.Column('answer', sa.String(length=4), server_default='', nullable=False),
    sa.Column('answered_at', storage.tables.base.Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_papers_case_id'), 'papers', ['case_id'], unique=False)
    op.create_table('topics',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('area_id', sa.String(length=40), nullable=False),
    sa.Column('category', sa.String(length=24), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='draft', nullable=False),
    sa.Column('made_at', storage.tables.base.Moment(), nullable=False),
    sa.Column('decided_by', sa.String(length=40), nullable=True),
    sa.Column('decided_at', storage.tables.base.Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('area_id', 'category', 'month')
    )


def downgrade() -> None:
    op.drop_table('topics')
    op.drop_table('papers')
