"""the handbook's life: overrides, saved questions, waivers, negatives, terms, feedback, reviews

Revision ID: 0002_handbook_life
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = "0002_handbook_life"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('entries') as batch:
        batch.add_column(sa.Column('effective_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('outbox') as batch:
        batch.add_column(sa.Column('entry_override', sa.String(length=80), nullable=True))
    with op.batch_alter_table('unanswered') as batch:
        batch.add_column(sa.Column('owner', sa.String(length=40), nullable=True))
        batch.add_column(sa.Column('entry_version', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('overrides',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('area_id', sa.String(length=40), nullable=False),
    sa.Column('entry_id', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('base_version', sa.Integer(), nullable=False),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('approver', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('area_id', 'entry_id', 'version')
    )
    op.create_index('overrides_state', 'overrides', ['state', 'entry_id'], unique=False)
    op.create_table('saved_questions',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('entry_id', sa.String(length=16), nullable=False),
    sa.Column('question', sa.String(length=200), nullable=False),
    sa.Column('expected', sa.Boolean(), nullable=False),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('entry_id', 'question')
    )
    op.create_table('waivers',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('entry_id', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.Column('question', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approver', sa.String(length=40), nullable=True),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('entry_id', 'version', 'owner_id', 'question')
    )
    op.create_table('negatives',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('office', sa.String(length=60), nullable=True),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('text')
    )
    op.create_table('terms',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approver', sa.String(length=40), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'word', 'value')
    )
    op.create_table('feedback',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('conversation_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rating', sa.String(length=10), nullable=False),
    sa.Column('why', sa.String(length=16), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('closed_by', sa.String(length=40), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('conversation_id', 'entry_id', 'version')
    )
    op.create_index('feedback_open', 'feedback', ['state', 'entry_id'], unique=False)
    op.create_table('review_notices',
    sa.Column('entry_id', sa.String(length=16), nullable=False),
    sa.Column('review_by', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('entry_id', 'review_by', 'days')
    )


def downgrade() -> None:
    op.drop_table('review_notices')
    op.drop_index('feedback_open', table_name='feedback')
    op.drop_table('feedback')
    op.drop_table('terms')
    op.drop_table('negatives')
    op.drop_table('waivers')
    op.drop_table('saved_questions')
    op.drop_index('overrides_state', table_name='overrides')
    op.drop_table('overrides')
    with op.batch_alter_table('unanswered') as batch:
        batch.drop_column('told_at')
        batch.drop_column('entry_version')
        batch.drop_column('owner')
    with op.batch_alter_table('outbox') as batch:
        batch.drop_column('entry_override')
    with op.batch_alter_table('entries') as batch:
        batch.drop_column('effective_at')
