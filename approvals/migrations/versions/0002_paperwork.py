"""signatures, files, deliveries, ratings, and what they add to older tables"""

import secrets

import sqlalchemy as sa
from alembic import op

import approvals.db.types

revision = '0002_paperwork'
down_revision = '0001_first_layout'


def upgrade() -> None:
    op.create_table('workers',
    sa.Column('executor_id', sa.String(length=80), nullable=False),
    sa.Column('started_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('seen_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('executor_id', name=op.f('workers_pkey'))
    )
    op.create_table('uploads',
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('draft_id', sa.BigInteger(), nullable=True),
    sa.Column('root_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('workflow', sa.String(length=60), nullable=False),
    sa.Column('material', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=60), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sent_digest', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('removed_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_uploads_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('uploads_pkey')),
    sa.UniqueConstraint('token', name=op.f('uq_uploads_token'))
    )
    with op.batch_alter_table('uploads') as batch_op:
        batch_op.create_index('ix_uploads_draft_id', ['draft_id'], unique=False)
        batch_op.create_index('ix_uploads_root_id', ['root_id'], unique=False)

    op.create_table('ratings',
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('service', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('reasons', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('rated', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('created_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('follow_up_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_ratings_person_id')),
    sa.ForeignKeyConstraint(['root_id'], ['cases.id'], name=op.f('fk_ratings_root_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('ratings_pkey')),
    sa.UniqueConstraint('root_id', 'service', 'number', name=op.f('uq_ratings_root_id_service_number'))
    )
    with op.batch_alter_table('ratings') as batch_op:
        batch_op.create_index('ix_ratings_created_at', ['created_at'], unique=False)
        batch_op.create_index('ix_ratings_follow_up_id', ['follow_up_id'], unique=False)

    op.create_table('signatures',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('task_id', sa.BigInteger(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('submission', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=False),
    sa.Column('paths', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('acts', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('vote', sa.String(length=5), nullable=False),
    sa.Column('way', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('asked_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('link_expires_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('reminded_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('code_sent_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('code_tries', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('voted_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('superseded_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_signatures_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('signatures_pkey')),
    sa.UniqueConstraint('task_id', 'ordinal', name=op.f('uq_signatures_task_id_ordinal')),
    sa.UniqueConstraint('token', name=op.f('uq_signatures_token'))
    )
    with op.batch_alter_table('signatures') as batch_op:
        batch_op.create_index('ix_signatures_case_id', ['case_id'], unique=False)
        batch_op.create_index('ix_signatures_open', ['asked_at'], unique=False, sqlite_where=sa.text("vote = '' AND superseded_at IS NULL"), postgresql_where=sa.text("vote = '' AND superseded_at IS NULL"))
        batch_op.create_index('ix_signatures_root_id', ['root_id'], unique=False)

    op.create_table('deliveries',
    sa.Column('notice_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('claimed_by', sa.String(length=80), nullable=False),
    sa.Column('claimed_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('created_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('sent_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('delivered_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.Column('resends', sa.Integer(), nullable=False),
    sa.Column('resent_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('resent_by_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_deliveries_notice_id')),
    sa.ForeignKeyConstraint(['resent_by_id'], ['persons.id'], name=op.f('fk_deliveries_resent_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('deliveries_pkey')),
    sa.UniqueConstraint('notice_id', 'channel', name=op.f('uq_deliveries_notice_id_channel'))
    )
    with op.batch_alter_table('deliveries') as batch_op:
        batch_op.create_index('ix_deliveries_undelivered', ['created_at'], unique=False, sqlite_where=sa.text("state IN ('failed', 'given-up')"), postgresql_where=sa.text("state IN ('failed', 'given-up')"))
        batch_op.create_index('ix_deliveries_next_try_at', ['next_try_at'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'failed')"), postgresql_where=sa.text("state IN ('waiting', 'failed')"))

    op.create_table('document_files',
    sa.Column('document_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_files_document_id')),
    sa.PrimaryKeyConstraint('document_id', name=op.f('document_files_pkey')),
    sa.UniqueConstraint('digest', name=op.f('uq_document_files_digest'))
    )

    # Columns of company_names are added in place: a batch would copy the table and lose its indexes on expressions.
    op.add_column('company_names', sa.Column('sound', sa.String(length=600), nullable=False, server_default=''))
    op.add_column('company_names', sa.Column('person_id', sa.BigInteger(), nullable=True))
    op.add_column('company_names', sa.Column('content', approvals.db.types.CanonicalJson(), nullable=False, server_default='{}'))
    op.create_index('ix_company_names_person_id', 'company_names', ['person_id'])

    for name, length in (('to_name', 200), ('to_phone', 40), ('to_email', 200)):
        op.add_column('notices', sa.Column(name, sa.String(length=length), nullable=False, server_default=''))
    op.add_column('notices', sa.Column('kind', sa.String(length=20), nullable=False, server_default='case'))
    op.add_column('notices', sa.Column('urgent', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('notices', sa.Column('planned_at', approvals.db.types.UtcDateTime(), nullable=True))
    op.add_column('notices', sa.Column('sms', approvals.db.types.CanonicalJson(), nullable=True))
    # What was told before there was a way to send it is told: nobody gets a message about last year.
    op.execute("UPDATE notices SET planned_at = created_at")
    with op.batch_alter_table('notices') as batch_op:
        batch_op.alter_column('case_id', existing_type=sa.BigInteger(), nullable=True)
        batch_op.alter_column('root_id', existing_type=sa.BigInteger(), nullable=True)
        batch_op.create_index('ix_notices_codes', ['created_at'], sqlite_where=sa.text("kind = 'code'"), postgresql_where=sa.text("kind = 'code'"))
        batch_op.create_index('ix_notices_unplanned', ['created_at'], sqlite_where=sa.text('planned_at IS NULL'), postgresql_where=sa.text('planned_at IS NULL'))

    op.add_column('offices', sa.Column('hours', sa.String(length=200), nullable=False, server_default=''))
    op.add_column('persons', sa.Column('large_type', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('persons', sa.Column('channels', approvals.db.types.CanonicalJson(), nullable=False, server_default='["sms"]'))

    op.add_column('documents', sa.Column('token', sa.String(length=40), nullable=True))
    op.add_column('documents', sa.Column('status', sa.String(length=20), nullable=False, server_default='genuine'))
    op.add_column('documents', sa.Column('status_at', approvals.db.types.UtcDateTime(), nullable=True))
    op.add_column('documents', sa.Column('status_reason', sa.String(length=500), nullable=False, server_default=''))
    op.add_column('documents', sa.Column('replaced_by_id', sa.BigInteger(), nullable=True))
    documents = sa.table('documents', sa.column('id', sa.BigInteger), sa.column('token', sa.String))
    connection = op.get_bind()
    for document_id in connection.scalars(sa.select(documents.c.id)).all():
        connection.execute(documents.update().where(documents.c.id == document_id).values(token=secrets.token_urlsafe(18)))
    with op.batch_alter_table('documents') as batch_op:
        batch_op.alter_column('token', existing_type=sa.String(length=40), nullable=False)
        batch_op.create_unique_constraint('uq_documents_token', ['token'])


def downgrade() -> None:
    with op.batch_alter_table('documents') as batch_op:
        batch_op.drop_constraint('uq_documents_token', type_='unique')
        for name in ('replaced_by_id', 'status_reason', 'status_at', 'status', 'token'):
            batch_op.drop_column(name)
    for name in ('channels', 'large_type'):
        op.drop_column('persons', name)
    op.drop_column('offices', 'hours')
    with op.batch_alter_table('notices') as batch_op:
        batch_op.drop_index('ix_notices_unplanned')
        batch_op.drop_index('ix_notices_codes')
        for name in ('sms', 'planned_at', 'urgent', 'kind', 'to_email', 'to_phone', 'to_name'):
            batch_op.drop_column(name)
        batch_op.alter_column('root_id', existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column('case_id', existing_type=sa.BigInteger(), nullable=False)
    op.drop_index('ix_company_names_person_id', 'company_names')
    for name in ('content', 'person_id', 'sound'):
        op.drop_column('company_names', name)
    for name in ('document_files', 'deliveries', 'signatures', 'ratings', 'uploads', 'workers'):
        op.drop_table(name)
