"""areas: versions, estates, buildings

Revision ID: 0005
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('areas') as batch:
        batch.add_column(sa.Column('since', sa.Date(), nullable=True))
        batch.add_column(sa.Column('ended_on', sa.Date(), nullable=True))
        batch.add_column(sa.Column('became', sa.String(length=40), nullable=True))
    op.create_table('area_versions',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('area_id', sa.String(length=40), nullable=False),
    sa.Column('parent_id', sa.String(length=40), nullable=True),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('change', sa.String(length=12), nullable=False),
    sa.Column('why', sa.String(length=120), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_area_versions_area_id'), 'area_versions', ['area_id'], unique=False)
    op.create_table('estates',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('area_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('aliases', sa.JSON(), nullable=False),
    sa.Column('road', sa.String(length=40), nullable=True),
    sa.Column('number', sa.String(length=12), nullable=True),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_estates_area_id'), 'estates', ['area_id'], unique=False)
    op.create_table('buildings',
    sa.Column('estate_id', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=12), nullable=False),
    sa.Column('grid_id', sa.String(length=40), nullable=False),
    sa.Column('units', sa.Integer(), nullable=True),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('estate_id', 'label')
    )
    op.create_index(op.f('ix_buildings_grid_id'), 'buildings', ['grid_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_buildings_grid_id'), table_name='buildings')
    op.drop_table('buildings')
    op.drop_index(op.f('ix_estates_area_id'), table_name='estates')
    op.drop_table('estates')
    op.drop_index(op.f('ix_area_versions_area_id'), table_name='area_versions')
    op.drop_table('area_versions')
    with op.batch_alter_table('areas') as batch:
        batch.drop_column('became')
        batch.drop_column('ended_on')
        batch.drop_column('since')
