"""The handful of statements of an action, built once. Everything else in the product uses the ORM."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, delete, insert, literal_column, or_, select, union_all, update
from sqlalchemy.sql.elements import ClauseElement

from approvals.db import Prepared
from approvals.models import (
    Case,
    CompanyName,
    Consent,
    Counter,
    Disclosure,
    Document,
    Draft,
    Event,
    EventPayload,
    Notice,
    Office,
    Person,
    Signature,
    Submission,
    Task,
    Upload,
)

from .snapshot import CASE_UPDATES, COLUMNS, TASK_COLUMNS

cases, tasks, events = Case.__table__, Task.__table__, Event.__table__
drafts, offices, signatures = Draft.__table__, Office.__table__, Signature.__table__
uploads = Upload.__table__
consents = Consent.__table__
documents = Document.__table__
counters, submissions, names = Counter.__table__, Submission.__table__, CompanyName.__table__


def _plain(table: ClauseElement, columns: tuple[str, ...] | list[str]) -> dict[str, object]:
    return {name: bindparam(name) for name in columns}


def _insert(table: object) -> Prepared:
    columns = [column.name for column in table.columns]  # type: ignore[attr-defined]
    return Prepared(lambda dialect: insert(table).values(_plain(table, columns)))  # type: ignore[arg-type]


# The root case is locked before anything is read: whoever comes second reads what the first one wrote. SQLite has one
# writer at a time anyway, so there the statement is left out.
lock_root = Prepared(
    lambda dialect: (
        select(cases.c.id)
        .where(cases.c.id == select(cases.c.root_id).where(cases.c.id == bindparam("case_id")).scalar_subquery())
        .with_for_update()
    )
)

family = Prepared(
    lambda dialect: (
        select(*(cases.c[name] for name in COLUMNS), *(tasks.c[name] for name in TASK_COLUMNS))
        .select_from(cases.outerjoin(tasks, and_(tasks.c.case_id == cases.c.id, tasks.c.closed_at.is_(None))))
        .where(cases.c.root_id == select(cases.c.root_id).where(cases.c.id == bindparam("case_id")).scalar_subquery())
        .order_by(cases.c.id)
    )
)

last_submission = Prepared(
    lambda dialect: (
        select(submissions.c.content, submissions.c.number)
        .where(submissions.c.case_id == bindparam("case_id"))
        .order_by(submissions.c.number.desc())
        .limit(1)
    )
)

_NAME_COLUMNS = ("full_name", "trade_name", "industry", "status", "since", "until", "holder")
_RESERVED = names.c.status == literal_column("'reserved'")
MOST_SIMILAR = 200
"""So many names that might be similar are looked at, the newest: a few characters are common to very many names."""


def _taken_names() -> Select[Any]:
    return select(*(names.c[name] for name in _NAME_COLUMNS)).where(
        or_(
            names.c.comparable_trade == bindparam("comparable_trade"),
            names.c.comparable_full == bindparam("comparable_full"),
            and_(names.c.holder == bindparam("reservation"), _RESERVED),
        )
    )


def _similar_names() -> Select[Any]:
    first = literal_column("substr(company_names.comparable_trade, 1, 1)", String)
    last = literal_column("substr(company_names.comparable_trade, length(company_names.comparable_trade), 1)", String)
    industry = bindparam("industry", type_=String)
    candidates = (
        select(*(names.c[name] for name in _NAME_COLUMNS))
        .where(
            or_(first == bindparam("first"), last == bindparam("last")),
            names.c.comparable_trade != bindparam("comparable_trade"),
            or_(names.c.industry == industry, names.c.industry == literal_column("''"), industry == literal_column("''")),
        )
        .order_by(names.c.id.desc())
        .limit(MOST_SIMILAR)
        .subquery()
    )
    return select(candidates)


taken_names = Prepared(lambda dialect: _taken_names())
"""Whatever may forbid a name: the same trade name or full name, and the reservation that the applicant claims."""

taken_or_similar_names = Prepared(lambda dialect: union_all(_taken_names(), _similar_names()))
"""The same, with names that are perhaps similar; for showing, as no decision hangs on them."""

use_reservation = Prepared(
    lambda dialect: (
        update(names)
        .where(names.c.holder == bindparam("reservation"), _RESERVED, names.c.comparable_full == bindparam("comparable_full"))
        .values(status=literal_column("'used'"))
    )
)

event_of_request = Prepared(
    lambda dialect: select(events.c.case_id, events.c.action).where(events.c.request_key == bindparam("request_key"))
)

last_event = Prepared(
    lambda dialect: (
        select(events.c.actor_name, events.c.action, events.c.happened_at, events.c.actor_id)
        .where(events.c.case_id == bindparam("case_id"))
        .order_by(events.c.position.desc())
        .limit(1)
    )
)

DraftNow = namedtuple("DraftNow", "id person_id workflow case_id office_id delegated_id walk_in content filed_case_id")
"""A draft as it is filed: ``walk_in`` and ``content`` are canonical JSON."""

lock_draft = Prepared(
    lambda dialect: select(*(drafts.c[name] for name in DraftNow._fields)).where(drafts.c.id == bindparam("draft_id")).with_for_update()
)
prepared_draft = Prepared(
    lambda dialect: (
        select(drafts.c.content, drafts.c.id, drafts.c.person_id)
        .where(drafts.c.delegated_id == bindparam("root_id"), drafts.c.filed_case_id.is_(None))
        .limit(1)
    )
)
mark_draft = Prepared(
    lambda dialect: update(drafts).where(drafts.c.id == bindparam("draft_id")).values(_plain(drafts, ("filed_case_id",)))
)

drop_removed_uploads = Prepared(
    lambda dialect: delete(uploads).where(uploads.c.draft_id == bindparam("of_draft_id"), uploads.c.removed_at.is_not(None))
)
take_uploads = Prepared(
    lambda dialect: (
        update(uploads)
        .where(uploads.c.draft_id == bindparam("of_draft_id"), uploads.c.removed_at.is_(None))
        .values(root_id=bindparam("to_root_id"), draft_id=literal_column("NULL"))
        .returning(uploads.c.workflow, uploads.c.material, uploads.c.subject, uploads.c.name, uploads.c.size, uploads.c.digest)
    )
)

person_name = Prepared(lambda dialect: select(Person.name).where(Person.id == bindparam("person_id")))

insert_cases = _insert(cases)
insert_tasks = _insert(tasks)
insert_events = _insert(events)
insert_payloads = _insert(EventPayload.__table__)
insert_submissions = _insert(submissions)
insert_documents = _insert(Document.__table__)
insert_notices = _insert(Notice.__table__)
insert_consents = _insert(consents)
insert_disclosures = _insert(Disclosure.__table__)
consents_of_root = Prepared(
    lambda dialect: (
        select(consents.c.office_id, consents.c.withdrawn_at)
        .where(consents.c.root_id == bindparam("root_id"))
        .order_by(consents.c.given_at, consents.c.id)
    )
)
withdraw_consent = Prepared(
    lambda dialect: (
        update(consents)
        .where(
            consents.c.root_id == bindparam("of_root_id"),
            consents.c.office_id == bindparam("of_office_id"),
            consents.c.withdrawn_at.is_(None),
        )
        .values(_plain(consents, ("withdrawn_at",)))
    )
)

documents_in_force = Prepared(
    lambda dialect: select(documents.c.id, documents.c.number, documents.c.content).where(
        documents.c.case_id == bindparam("case_id"),
        documents.c.kind == bindparam("kind"),
        documents.c.status == literal_column("'genuine'"),
    )
)
set_document_status = Prepared(
    lambda dialect: (
        update(documents)
        .where(documents.c.id == bindparam("document_id"))
        .values(_plain(documents, ("status", "status_at", "status_reason", "replaced_by_id")))
    )
)
revoke_name = Prepared(
    lambda dialect: (
        update(names)
        .where(names.c.case_id == bindparam("case_id"), names.c.status == literal_column("'registered'"))
        .values(status=literal_column("'revoked'"), since=bindparam("since"))
        .returning(names.c.credit_code)
    )
)
insert_names = _insert(names)
insert_signatures = _insert(signatures)

SignatureNow = namedtuple("SignatureNow", "id case_id task_id name acts digest vote confirmed_at superseded_at")
"""What somebody was asked to sign, as it is answered: ``acts`` is canonical JSON, times are microseconds."""

signature_now = Prepared(
    lambda dialect: select(*(signatures.c[name] for name in SignatureNow._fields)).where(signatures.c.id == bindparam("signature_id"))
)
lock_root_of_signature = Prepared(
    lambda dialect: (
        select(cases.c.id)
        .where(cases.c.id == select(signatures.c.root_id).where(signatures.c.id == bindparam("signature_id")).scalar_subquery())
        .with_for_update()
    )
)
confirm_signature = Prepared(
    lambda dialect: (
        update(signatures)
        .where(signatures.c.id == bindparam("signature_id"))
        .values(_plain(signatures, ("confirmed_at",)))
        .returning(signatures.c.id)
    )
)

signatory_name = Prepared(lambda dialect: select(signatures.c.name).where(signatures.c.id == bindparam("signature_id")))

votes_of_task = Prepared(lambda dialect: select(signatures.c.id, signatures.c.vote).where(signatures.c.task_id == bindparam("task_id")))

# What was asked before the application changed is asked anew; the answers stay on record.
supersede_signatures = Prepared(
    lambda dialect: (
        update(signatures)
        .where(signatures.c.case_id == bindparam("of_case_id"), signatures.c.superseded_at.is_(None))
        .values(_plain(signatures, ("superseded_at",)))
    )
)
cast_votes = Prepared(
    lambda dialect: (
        update(signatures)
        .where(signatures.c.id == bindparam("signature_id"))
        .values(_plain(signatures, ("vote", "way", "reason", "voted_at")))
    )
)


def _update_cases(columns: tuple[str, ...]) -> Prepared:
    return Prepared(lambda dialect: update(cases).where(cases.c.id == bindparam("case_id")).values(_plain(cases, columns)))


update_cases = {columns: _update_cases(columns) for columns in CASE_UPDATES}
close_tasks = Prepared(
    lambda dialect: (
        update(tasks)
        .where(tasks.c.id == bindparam("task_id"))
        .values(_plain(tasks, ("closed_at", "closed_by", "holder_id", "held_at")))
    )
)
hold_task = Prepared(
    lambda dialect: update(tasks).where(tasks.c.id == bindparam("task_id")).values(_plain(tasks, ("holder_id", "held_at")))
)
count_up = Prepared(
    lambda dialect: (
        update(counters)
        .where(counters.c.name == bindparam("counter"))
        .values(value=counters.c.value + bindparam("step"))
        .returning(counters.c.value)
    )
)
insert_counter = _insert(counters)
