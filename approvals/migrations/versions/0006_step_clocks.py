"""since when the time of a step counts that a case came back to"""

import sqlalchemy as sa
from alembic import op

import approvals.db.types

revision = '0006_step_clocks'
down_revision = '0005_reckoning'


def upgrade() -> None:
    tasks_up()


def downgrade() -> None:
    tasks_down()


def tasks_up() -> None:
    # Empty in the rows that are there: their time was counted since they were opened, and stays so.
    op.add_column('tasks', sa.Column('counted_from', approvals.db.types.UtcDateTime(), nullable=True))


def tasks_down() -> None:
    with op.batch_alter_table('tasks') as table:
        table.drop_column('counted_from')
