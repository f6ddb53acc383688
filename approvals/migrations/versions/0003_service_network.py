"""the service network with competences and stand-ins, mandates, custody, consents and disclosures"""

import sqlalchemy as sa
from alembic import op

import approvals.db.types

revision = '0003_service_network'
down_revision = '0002_paperwork'


def upgrade() -> None:
    op.create_table('place_changes',
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('old_name', sa.String(length=100), nullable=False),
    sa.Column('new_name', sa.String(length=100), nullable=False),
    sa.Column('successor_code', sa.String(length=12), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('place_changes_pkey'))
    )
    op.create_index('ix_place_changes_code', 'place_changes', ['code'], unique=False)
    op.create_table('administration_changes',
    sa.Column('changed_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('person_name', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('before', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('after', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_administration_changes_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('administration_changes_pkey'))
    )
    op.create_index('ix_administration_changes_changed_at', 'administration_changes', ['changed_at'], unique=False)
    op.create_index('ix_administration_changes_subject_id', 'administration_changes', ['subject_id'], unique=False)
    op.create_table('competences',
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('matter', sa.String(length=60), nullable=False),
    sa.Column('power', sa.String(length=10), nullable=False),
    sa.Column('basis', sa.String(length=200), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_competences_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('competences_pkey'))
    )
    op.create_index('ix_competences_office_id', 'competences', ['office_id'], unique=False)
    op.create_table('office_closures',
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('closed_from', sa.Date(), nullable=False),
    sa.Column('closed_to', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_office_closures_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('office_closures_pkey'))
    )
    op.create_index('ix_office_closures_office_id', 'office_closures', ['office_id'], unique=False)
    op.create_table('office_departments',
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('department', sa.String(length=40), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_office_departments_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('office_departments_pkey')),
    sa.UniqueConstraint('office_id', 'department', 'valid_from', name=op.f('uq_office_departments_office_id_department_valid_from'))
    )
    op.create_table('consents',
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('data', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('purpose', sa.String(length=300), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger(), nullable=True),
    sa.Column('given_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_consents_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_consents_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['persons.id'], name=op.f('fk_consents_recorded_by_id')),
    sa.ForeignKeyConstraint(['root_id'], ['cases.id'], name=op.f('fk_consents_root_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('consents_pkey'))
    )
    op.create_index('ix_consents_root_id', 'consents', ['root_id'], unique=False)
    op.create_table('custody_items',
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=False),
    sa.Column('created_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['root_id'], ['cases.id'], name=op.f('fk_custody_items_root_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('custody_items_pkey'))
    )
    op.create_index('ix_custody_items_root_id', 'custody_items', ['root_id'], unique=False)
    op.create_table('disclosures',
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('person_name', sa.String(length=200), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=True),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('disclosed_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_disclosures_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_disclosures_person_id')),
    sa.ForeignKeyConstraint(['root_id'], ['cases.id'], name=op.f('fk_disclosures_root_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('disclosures_pkey'))
    )
    op.create_index('ix_disclosures_disclosed_at', 'disclosures', ['disclosed_at'], unique=False)
    op.create_index('ix_disclosures_root_id', 'disclosures', ['root_id'], unique=False)
    op.create_table('hand_overs',
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('direction', sa.String(length=5), nullable=False),
    sa.Column('from_office_id', sa.BigInteger(), nullable=False),
    sa.Column('to_office_id', sa.BigInteger(), nullable=False),
    sa.Column('bag', sa.String(length=40), nullable=False),
    sa.Column('remark', sa.String(length=300), nullable=False),
    sa.Column('sent_by_id', sa.BigInteger(), nullable=False),
    sa.Column('sent_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('due_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('received_by_id', sa.BigInteger(), nullable=True),
    sa.Column('received_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('discrepancies', sa.Integer(), nullable=False),
    sa.Column('alarmed_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['from_office_id'], ['offices.id'], name=op.f('fk_hand_overs_from_office_id')),
    sa.ForeignKeyConstraint(['received_by_id'], ['persons.id'], name=op.f('fk_hand_overs_received_by_id')),
    sa.ForeignKeyConstraint(['root_id'], ['cases.id'], name=op.f('fk_hand_overs_root_id')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['persons.id'], name=op.f('fk_hand_overs_sent_by_id')),
    sa.ForeignKeyConstraint(['to_office_id'], ['offices.id'], name=op.f('fk_hand_overs_to_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('hand_overs_pkey')),
    sa.UniqueConstraint('root_id', 'number', name=op.f('uq_hand_overs_root_id_number'))
    )
    op.create_index('ix_hand_overs_from_office_id', 'hand_overs', ['from_office_id'], unique=False)
    op.create_index('ix_hand_overs_open', 'hand_overs', ['due_at'], unique=False, sqlite_where=sa.text('received_at IS NULL'), postgresql_where=sa.text('received_at IS NULL'))
    op.create_index('ix_hand_overs_to_office_id', 'hand_overs', ['to_office_id'], unique=False)
    op.create_table('mandates',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('principal_id', sa.BigInteger(), nullable=False),
    sa.Column('principal_name', sa.String(length=200), nullable=False),
    sa.Column('identity_kind', sa.String(length=20), nullable=False),
    sa.Column('identity_number', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('relation', sa.String(length=40), nullable=False),
    sa.Column('agent_id', sa.BigInteger(), nullable=False),
    sa.Column('agent_name', sa.String(length=200), nullable=False),
    sa.Column('office_id', sa.BigInteger(), nullable=False),
    sa.Column('scope', approvals.db.types.CanonicalJson(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('upload_id', sa.BigInteger(), nullable=True),
    sa.Column('witness_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('signed_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('revoked_at', approvals.db.types.UtcDateTime(), nullable=True),
    sa.Column('revoke_reason', sa.String(length=500), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['persons.id'], name=op.f('fk_mandates_agent_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_mandates_case_id')),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_mandates_office_id')),
    sa.ForeignKeyConstraint(['principal_id'], ['persons.id'], name=op.f('fk_mandates_principal_id')),
    sa.ForeignKeyConstraint(['witness_id'], ['persons.id'], name=op.f('fk_mandates_witness_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('mandates_pkey')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_mandates_case_id_number'))
    )
    op.create_index('ix_mandates_agent_id', 'mandates', ['agent_id'], unique=False)
    op.create_index('ix_mandates_office_id_created_at', 'mandates', ['office_id', 'created_at'], unique=False)
    op.create_index('ix_mandates_principal_id', 'mandates', ['principal_id'], unique=False)
    op.create_table('stand_ins',
    sa.Column('position_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_stand_ins_person_id')),
    sa.ForeignKeyConstraint(['position_id'], ['positions.id'], name=op.f('fk_stand_ins_position_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('stand_ins_pkey'))
    )
    op.create_index('ix_stand_ins_person_id', 'stand_ins', ['person_id'], unique=False)
    op.create_index('ix_stand_ins_position_id', 'stand_ins', ['position_id'], unique=False)
    op.create_table('custody_moves',
    sa.Column('item_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('root_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('hand_over_id', sa.BigInteger(), nullable=True),
    sa.Column('holder_office_id', sa.BigInteger(), nullable=True),
    sa.Column('holder_id', sa.BigInteger(), nullable=True),
    sa.Column('remark', sa.String(length=300), nullable=False),
    sa.Column('moved_at', approvals.db.types.UtcDateTime(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['hand_over_id'], ['hand_overs.id'], name=op.f('fk_custody_moves_hand_over_id')),
    sa.ForeignKeyConstraint(['holder_id'], ['persons.id'], name=op.f('fk_custody_moves_holder_id')),
    sa.ForeignKeyConstraint(['holder_office_id'], ['offices.id'], name=op.f('fk_custody_moves_holder_office_id')),
    sa.ForeignKeyConstraint(['item_id'], ['custody_items.id'], name=op.f('fk_custody_moves_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('custody_moves_pkey')),
    sa.UniqueConstraint('item_id', 'number', name=op.f('uq_custody_moves_item_id_number'))
    )
    op.create_index('ix_custody_moves_root_id', 'custody_moves', ['root_id'], unique=False)

    op.add_column('drafts', sa.Column('delegated_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_drafts_delegated_id', 'drafts', ['delegated_id'])
    op.add_column('places', sa.Column('successor_code', sa.String(length=12), nullable=True))
    op.add_column('persons', sa.Column('password_is_first', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('persons', sa.Column('locked_at', approvals.db.types.UtcDateTime(), nullable=True))
    with op.batch_alter_table('offices') as batch_op:
        batch_op.add_column(sa.Column('successor_id', sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key('fk_offices_successor_id', 'offices', ['successor_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('offices') as batch_op:
        batch_op.drop_constraint('fk_offices_successor_id', type_='foreignkey')
        batch_op.drop_column('successor_id')
    op.drop_column('persons', 'locked_at')
    op.drop_column('persons', 'password_is_first')
    op.drop_column('places', 'successor_code')
    op.drop_index('ix_drafts_delegated_id', 'drafts')
    op.drop_column('drafts', 'delegated_id')
    for name in (
        'custody_moves', 'stand_ins', 'mandates', 'hand_overs',
        'disclosures', 'custody_items', 'consents', 'office_departments',
        'office_closures', 'competences', 'administration_changes', 'place_changes',
    ):
        op.drop_table(name)
