"""the administered calendar, suspensions, warnings and urging, imported event logs, and rollups"""

import sqlalchemy as sa
from alembic import op

import approvals.db.types

revision = '0004_clock_and_statistics'
down_revision = '0003_service_network'


def upgrade() -> None:
    calendar_up()
    clock_up()
    warnings_up()
    logs_up()
    rollups_up()


def downgrade() -> None:
    rollups_down()
    logs_down()
    warnings_down()
    clock_down()
    calendar_down()


def calendar_up() -> None:
    op.create_table('calendar_years',
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('official', sa.Boolean(), nullable=False),
    sa.Column('notice_name', sa.String(length=200), nullable=False),
    sa.Column('notice_number', sa.String(length=60), nullable=False),
    sa.Column('working', sa.String(length=366), nullable=False),
    sa.Column('entered_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger(), nullable=True),
    sa.Column('settled_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['entered_by_id'], ['persons.id'], name=op.f('fk_calendar_years_entered_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('calendar_years_pkey')),
    sa.UniqueConstraint('year', 'revision', name=op.f('uq_calendar_years_year_revision'))
    )
    op.create_index('ix_calendar_years_unsettled', 'calendar_years', ['entered_at'], unique=False, sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))


def calendar_down() -> None:
    op.drop_index('ix_calendar_years_unsettled', table_name='calendar_years', sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))
    op.drop_table('calendar_years')


def clock_up() -> None:
    op.create_table('clock_suspensions',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('ground', sa.String(length=1000), nullable=False),
    sa.Column('paper', sa.String(length=200), nullable=False),
    sa.Column('starts_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('ends_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('entered_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_clock_suspensions_case_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['persons.id'], name=op.f('fk_clock_suspensions_ended_by_id')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['persons.id'], name=op.f('fk_clock_suspensions_entered_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('clock_suspensions_pkey')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_clock_suspensions_case_id_number'))
    )


def clock_down() -> None:
    op.drop_table('clock_suspensions')


def warnings_up() -> None:
    op.create_table('deadline_warnings',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('clock', sa.String(length=70), nullable=False),
    sa.Column('due_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('level', sa.String(length=10), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('relation', sa.String(length=10), nullable=False),
    sa.Column('notice_id', sa.BigInteger(), nullable=False),
    sa.Column('sent_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_deadline_warnings_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_deadline_warnings_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('deadline_warnings_pkey')),
    sa.UniqueConstraint('case_id', 'clock', 'due_at', 'person_id', 'level', name=op.f('uq_deadline_warnings_case_id_clock_due_at_person_id_level'))
    )
    op.create_index('ix_deadline_warnings_root_id', 'deadline_warnings', ['root_id'], unique=False)
    op.create_index('ix_deadline_warnings_sent_at', 'deadline_warnings', ['sent_at'], unique=False)
    op.create_table('urgings',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('task_id', sa.BigInteger(), nullable=False),
    sa.Column('side', sa.String(length=10), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('urged_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_urgings_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_urgings_person_id')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_urgings_task_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('urgings_pkey')),
    sa.UniqueConstraint('case_id', 'side', 'counted_on', name=op.f('uq_urgings_case_id_side_counted_on'))
    )
    op.create_index('ix_urgings_root_id', 'urgings', ['root_id'], unique=False)
    op.create_index('ix_urgings_task_id', 'urgings', ['task_id'], unique=False)
    op.create_index('ix_urgings_urged_at', 'urgings', ['urged_at'], unique=False)
    op.create_table('warning_rules',
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('near', sa.Integer(), nullable=False),
    sa.Column('due', sa.Integer(), nullable=False),
    sa.Column('escalated', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('warning_rules_pkey')),
    sa.UniqueConstraint('workflow', name=op.f('uq_warning_rules_workflow'))
    )


def warnings_down() -> None:
    op.drop_table('warning_rules')
    op.drop_index('ix_urgings_urged_at', table_name='urgings')
    op.drop_index('ix_urgings_task_id', table_name='urgings')
    op.drop_index('ix_urgings_root_id', table_name='urgings')
    op.drop_table('urgings')
    op.drop_index('ix_deadline_warnings_sent_at', table_name='deadline_warnings')
    op.drop_index('ix_deadline_warnings_root_id', table_name='deadline_warnings')
    op.drop_table('deadline_warnings')


def logs_up() -> None:
    op.create_table('event_logs',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('created_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('event_logs_pkey')),
    sa.UniqueConstraint('name', name=op.f('uq_event_logs_name'))
    )
    op.create_table('log_files',
    sa.Column('log_id', sa.BigInteger(), nullable=False),
    sa.Column('path', sa.String(length=4096), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('options', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('records', sa.BigInteger(), nullable=False),
    sa.Column('events', sa.BigInteger(), nullable=False),
    sa.Column('bad', sa.BigInteger(), nullable=False),
    sa.Column('tallies', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('began_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('ended_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['log_id'], ['event_logs.id'], name=op.f('fk_log_files_log_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('log_files_pkey')),
    sa.UniqueConstraint('log_id', 'digest', name=op.f('uq_log_files_log_id_digest'))
    )
    op.create_table('log_events',
    sa.Column('file_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('record', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('case_key', sa.String(length=500), nullable=False),
    sa.Column('activity', sa.String(length=500), nullable=False),
    sa.Column('happened_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('resource', sa.String(length=500), nullable=False),
    sa.Column('resource_group', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['log_files.id'], name=op.f('fk_log_events_file_id')),
    sa.PrimaryKeyConstraint('file_id', 'record', name=op.f('log_events_pkey')),
    sqlite_with_rowid=False
    )
    op.create_table('log_faults',
    sa.Column('file_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('record', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line', sa.BigInteger(), nullable=False),
    sa.Column('column', sa.String(length=200), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('what', sa.String(length=300), nullable=False),
    sa.Column('mend', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['log_files.id'], name=op.f('fk_log_faults_file_id')),
    sa.PrimaryKeyConstraint('file_id', 'record', 'number', name=op.f('log_faults_pkey'))
    )


def logs_down() -> None:
    op.drop_table('log_faults')
    op.drop_table('log_events')
    op.drop_table('log_files')
    op.drop_table('event_logs')


def rollups_up() -> None:
    op.create_index('ix_tasks_step_closed_at', 'tasks', ['workflow', 'state', 'closed_at'], unique=False, sqlite_where=sa.text('closed_at IS NOT NULL'), postgresql_where=sa.text('closed_at IS NOT NULL'))
    op.create_table('step_rollups',
    sa.Column('key', sa.String(length=400), nullable=False),
    sa.Column('grain', sa.String(length=10), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('to_state', sa.String(length=60), nullable=False),
    sa.Column('whose', sa.String(length=10), nullable=False),
    sa.Column('department', sa.String(length=40), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('early', sa.BigInteger(), nullable=False),
    sa.Column('on_time', sa.BigInteger(), nullable=False),
    sa.Column('late', sa.BigInteger(), nullable=False),
    sa.Column('again', sa.BigInteger(), nullable=False),
    sa.Column('department_seconds', sa.BigInteger(), nullable=False),
    sa.Column('special_seconds', sa.BigInteger(), nullable=False),
    sa.Column('applicant_seconds', sa.BigInteger(), nullable=False),
    sa.Column('waiting_seconds', sa.BigInteger(), nullable=False),
    sa.Column('working_total', sa.BigInteger(), nullable=False),
    sa.Column('working_minimum', sa.BigInteger(), nullable=True),
    sa.Column('working_maximum', sa.BigInteger(), nullable=True),
    sa.Column('working_buckets', sa.LargeBinary(), nullable=False),
    sa.Column('wall_total', sa.BigInteger(), nullable=False),
    sa.Column('wall_minimum', sa.BigInteger(), nullable=True),
    sa.Column('wall_maximum', sa.BigInteger(), nullable=True),
    sa.Column('wall_buckets', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('step_rollups_pkey'))
    )
    op.create_index('ix_step_rollups_grain_month', 'step_rollups', ['grain', 'month'], unique=False)
    op.create_index('ix_step_rollups_person_id', 'step_rollups', ['person_id', 'month'], unique=False)
    op.create_table('case_rollups',
    sa.Column('key', sa.String(length=400), nullable=False),
    sa.Column('grain', sa.String(length=10), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('opened_by', sa.String(length=60), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('closed', sa.BigInteger(), nullable=False),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('refused', sa.BigInteger(), nullable=False),
    sa.Column('failed', sa.BigInteger(), nullable=False),
    sa.Column('withdrawn', sa.BigInteger(), nullable=False),
    sa.Column('not_opened', sa.BigInteger(), nullable=False),
    sa.Column('early', sa.BigInteger(), nullable=False),
    sa.Column('on_time', sa.BigInteger(), nullable=False),
    sa.Column('late', sa.BigInteger(), nullable=False),
    sa.Column('once_done', sa.BigInteger(), nullable=False),
    sa.Column('delegated', sa.BigInteger(), nullable=False),
    sa.Column('roots', sa.BigInteger(), nullable=False),
    sa.Column('visits', sa.BigInteger(), nullable=False),
    sa.Column('no_visit', sa.BigInteger(), nullable=False),
    sa.Column('online', sa.BigInteger(), nullable=False),
    sa.Column('statutory_seconds', sa.BigInteger(), nullable=False),
    sa.Column('counted_under_statutory', sa.BigInteger(), nullable=False),
    sa.Column('promised_seconds', sa.BigInteger(), nullable=False),
    sa.Column('counted_under_promised', sa.BigInteger(), nullable=False),
    sa.Column('department_seconds', sa.BigInteger(), nullable=False),
    sa.Column('special_seconds', sa.BigInteger(), nullable=False),
    sa.Column('applicant_seconds', sa.BigInteger(), nullable=False),
    sa.Column('waiting_seconds', sa.BigInteger(), nullable=False),
    sa.Column('working_total', sa.BigInteger(), nullable=False),
    sa.Column('working_minimum', sa.BigInteger(), nullable=True),
    sa.Column('working_maximum', sa.BigInteger(), nullable=True),
    sa.Column('working_buckets', sa.LargeBinary(), nullable=False),
    sa.Column('wall_total', sa.BigInteger(), nullable=False),
    sa.Column('wall_minimum', sa.BigInteger(), nullable=True),
    sa.Column('wall_maximum', sa.BigInteger(), nullable=True),
    sa.Column('wall_buckets', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('case_rollups_pkey'))
    )
    op.create_index('ix_case_rollups_grain_month', 'case_rollups', ['grain', 'month'], unique=False)
    op.create_table('settled_cases',
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
    sa.PrimaryKeyConstraint('case_id', name=op.f('settled_cases_pkey'))
    )
    op.create_index('ix_settled_cases_closed', 'settled_cases', ['workflow', 'closed'], unique=False)
    op.create_index('ix_settled_cases_opened', 'settled_cases', ['workflow', 'opened'], unique=False)
    op.create_index('ix_settled_cases_root_id', 'settled_cases', ['root_id'], unique=False)
    op.create_table('rollup_state',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('until', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('calendar', sa.String(length=64), nullable=False),
    sa.Column('reconciled_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('differences', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('rollup_state_pkey'))
    )


def rollups_down() -> None:
    op.drop_index('ix_tasks_step_closed_at', table_name='tasks', sqlite_where=sa.text('closed_at IS NOT NULL'), postgresql_where=sa.text('closed_at IS NOT NULL'))
    op.drop_table('rollup_state')
    op.drop_index('ix_settled_cases_closed', table_name='settled_cases')
    op.drop_index('ix_settled_cases_opened', table_name='settled_cases')
    op.drop_index('ix_settled_cases_root_id', table_name='settled_cases')
    op.drop_table('settled_cases')
    op.drop_index('ix_case_rollups_grain_month', table_name='case_rollups')
    op.drop_table('case_rollups')
    op.drop_index('ix_step_rollups_grain_month', table_name='step_rollups')
    op.drop_index('ix_step_rollups_person_id', table_name='step_rollups')
    op.drop_table('step_rollups')
