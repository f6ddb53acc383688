"""how long a suspension is expected to take, rollups in generations, and openings judged by the six claims"""

import sqlalchemy as sa
from alembic import op

import approvals.db.types

revision = '0005_reckoning'
down_revision = '0004_clock_and_statistics'


def upgrade() -> None:
    suspensions_up()
    rollups_up()
    openings_up()
    arrivals_up()
    log_figures_up()
    targets_up()


def downgrade() -> None:
    targets_down()
    log_figures_down()
    arrivals_down()
    openings_down()
    rollups_down()
    suspensions_down()


def suspensions_up() -> None:
    op.add_column('clock_suspensions', sa.Column('expected_days', sa.Integer(), nullable=True))


def suspensions_down() -> None:
    with op.batch_alter_table('clock_suspensions') as table:
        table.drop_column('expected_days')


GRAINS = {'step_rollups': (), 'case_rollups': ('with_statutory', 'with_promised')}
"""The columns that each table of rollups gains, beside the generation."""


def rollups_up() -> None:
    _empty()
    for name, counts in GRAINS.items():
        op.drop_index(f'ix_{name}_grain_month', table_name=name)
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column('generation', sa.Integer(), nullable=False))
            for count in counts:
                table.add_column(sa.Column(count, sa.BigInteger(), nullable=False))
            # An empty table is made anew on SQLite, which adds no column without a default otherwise.
            table.alter_column('key', existing_type=sa.String(length=400), existing_nullable=False, nullable=False)
        op.create_index(f'ix_{name}_grain_month', name, ['generation', 'grain', 'month'], unique=False)
    with op.batch_alter_table('rollup_state') as table:
        table.add_column(sa.Column('generation', sa.Integer(), nullable=False))
        table.add_column(sa.Column('newest_event', sa.BigInteger(), nullable=False))
        table.alter_column('name', existing_type=sa.String(length=20), existing_nullable=False, nullable=False)
    settled_cases_down()
    settled_cases_up(
        sa.Column('generation', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('whole', sa.Boolean(), nullable=False),
        sa.Column('counted', sa.BigInteger(), nullable=False),
        key=('generation', 'case_id'),
    )


def rollups_down() -> None:
    _empty()
    settled_cases_down()
    settled_cases_up(key=('case_id',))
    with op.batch_alter_table('rollup_state') as table:
        table.drop_column('newest_event')
        table.drop_column('generation')
    for name, counts in GRAINS.items():
        op.drop_index(f'ix_{name}_grain_month', table_name=name)
        with op.batch_alter_table(name) as table:
            for count in counts:
                table.drop_column(count)
            table.drop_column('generation')
        op.create_index(f'ix_{name}_grain_month', name, ['grain', 'month'], unique=False)


def _empty() -> None:
    """Rollups are counted from the tasks and cases; the schedule fills them again."""
    for name in ('rollup_state', 'settled_cases', *GRAINS):
        op.execute(sa.text(f'DELETE FROM {name}'))


def settled_cases_up(*more: sa.Column, key: tuple[str, ...]) -> None:
    op.create_table('settled_cases',
    *more,
    sa.Column('case_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('opened_by', sa.String(length=60), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('opened', sa.Date(), nullable=False),
    sa.Column('closed', sa.Date(), nullable=True),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('timing', sa.String(length=10), nullable=False),
    sa.Column('once_done', sa.Boolean(), nullable=False),
    sa.Column('delegated', sa.Boolean(), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('online', sa.Boolean(), nullable=False),
    sa.Column('statutory', sa.BigInteger(), nullable=False),
    sa.Column('promised', sa.BigInteger(), nullable=False),
    sa.Column('working', sa.BigInteger(), nullable=False),
    sa.Column('wall', sa.BigInteger(), nullable=False),
    sa.Column('department_seconds', sa.BigInteger(), nullable=False),
    sa.Column('special_seconds', sa.BigInteger(), nullable=False),
    sa.Column('applicant_seconds', sa.BigInteger(), nullable=False),
    sa.Column('waiting_seconds', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint(*key, name=op.f('settled_cases_pkey'))
    )
    op.create_index('ix_settled_cases_closed', 'settled_cases', ['workflow', 'closed'], unique=False)
    op.create_index('ix_settled_cases_opened', 'settled_cases', ['workflow', 'opened'], unique=False)
    op.create_index('ix_settled_cases_root_id', 'settled_cases', ['root_id'], unique=False)


def settled_cases_down() -> None:
    op.drop_index('ix_settled_cases_closed', table_name='settled_cases')
    op.drop_index('ix_settled_cases_opened', table_name='settled_cases')
    op.drop_index('ix_settled_cases_root_id', table_name='settled_cases')
    op.drop_table('settled_cases')


def openings_up() -> None:
    op.create_table('judged_openings',
    sa.Column('case_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('closed_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('claims', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('case_id', name=op.f('judged_openings_pkey'))
    )
    op.create_index('ix_judged_openings_closed_at', 'judged_openings', ['closed_at'], unique=False)
    op.create_index('ix_judged_openings_root_id', 'judged_openings', ['root_id'], unique=False)
    op.create_index('ix_judged_openings_state', 'judged_openings', ['state', 'closed_at'], unique=False)


def openings_down() -> None:
    op.drop_index('ix_judged_openings_state', table_name='judged_openings')
    op.drop_index('ix_judged_openings_root_id', table_name='judged_openings')
    op.drop_index('ix_judged_openings_closed_at', table_name='judged_openings')
    op.drop_table('judged_openings')


def arrivals_up() -> None:
    op.create_table('step_arrivals',
    sa.Column('key', sa.String(length=400), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('department', sa.String(length=40), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('step_arrivals_pkey'))
    )
    op.create_index('ix_step_arrivals_day', 'step_arrivals', ['generation', 'day'], unique=False)


def arrivals_down() -> None:
    op.drop_index('ix_step_arrivals_day', table_name='step_arrivals')
    op.drop_table('step_arrivals')


def log_figures_up() -> None:
    op.create_table('log_figures',
    sa.Column('log_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('calendar', sa.String(length=64), nullable=False),
    sa.Column('figures', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('counted_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['log_id'], ['event_logs.id'], name=op.f('fk_log_figures_log_id')),
    sa.PrimaryKeyConstraint('log_id', name=op.f('log_figures_pkey'))
    )


def log_figures_down() -> None:
    op.drop_table('log_figures')


def targets_up() -> None:
    op.create_table('workflow_targets',
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('on_time', sa.Integer(), nullable=True),
    sa.Column('p90_days', sa.Integer(), nullable=True),
    sa.Column('set_by_id', sa.BigInteger(), nullable=False),
    sa.Column('set_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['set_by_id'], ['persons.id'], name=op.f('fk_workflow_targets_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('workflow_targets_pkey')),
    sa.UniqueConstraint('workflow', name=op.f('uq_workflow_targets_workflow'))
    )


def targets_down() -> None:
    op.drop_table('workflow_targets')
