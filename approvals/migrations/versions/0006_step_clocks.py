"""since when the time of a step counts that a case came back to, and an index that holds what is counted of closed cases"""

import sqlalchemy as sa
from alembic import op

import approvals.db.types

revision = '0006_step_clocks'
down_revision = '0005_reckoning'


def upgrade() -> None:
    tasks_up()
    cases_up()


def downgrade() -> None:
    cases_down()
    tasks_down()


def tasks_up() -> None:
    # Empty in the rows that are there: their time was counted since they were opened, and stays so.
    op.add_column('tasks', sa.Column('counted_from', approvals.db.types.UtcDateTime(), nullable=True))


def tasks_down() -> None:
    with op.batch_alter_table('tasks') as table:
        table.drop_column('counted_from')


def cases_up() -> None:
    op.drop_index('ix_cases_workflow_closed_at', table_name='cases')
    columns = ['workflow', 'closed_at', 'outcome', 'promised_due_at']
    op.create_index('ix_cases_workflow_closed_at', 'cases', columns, unique=False)


def cases_down() -> None:
    op.drop_index('ix_cases_workflow_closed_at', table_name='cases')
    op.create_index('ix_cases_workflow_closed_at', 'cases', ['workflow', 'closed_at'], unique=False)
