"""Whether the cases are what their history says: the chain, the definition, and every row that can be told from both.

A family of cases is read with a statement per table and checked in memory; ``verify_all`` goes through the families in
batches, so that its memory does not grow with their number. ``events.request_key`` is no history: it marks a sent page, so
that a second send does nothing, and nothing is told of it.

The chain has no key, so somebody who can write to the database and knows the format can make a history that holds: change the
last events of a case with all that follows from them, as long as no event of another case names their hashes, or remove a
family with all of its rows. What holds against that is a copy of the heads kept elsewhere, a backup or a printed receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from approvals.models import Case, Document, DocumentFile
from workflows.county import county_catalogue
from workflows.engine.facts import SYSTEM_ACTOR, Facts, LinkedCase
from workflows.engine.registry import GUARDS, TRIGGERS

from . import clock_records, custody_records, mandate_records, records, retelling, signature_records
from .families import OF_A_CASE, Family, any_bytes, families, one_moment
from .privacy_records import privacy_problems
from .replay import Problem, Replayed, chain_problems, problem, replay

_FAMILIES_AT_ONCE = 100
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of a history that was written anew so that its hashes hold but its contents make no sense."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not agree: the case's number, the position in its history (None when it is no event's), and what."""

    number: str
    position: int | None
    message: Mapping[str, str]


def verify_case(session: Session, root_id: int) -> list[Fault]:
    """Every fault of a root case and of the cases linked below it; empty when all is as the history says."""
    one_moment(session)
    with any_bytes(session):
        return [fault for family in families(session, [root_id]) for fault in _shown(session, family)]


def verify_all(session: Session) -> Iterator[Fault]:
    """The faults of every case, in the order in which they were filed, and of rows that belong to none."""
    one_moment(session)
    with any_bytes(session):
        after = -1
        while True:
            page = select(Case.id).where(Case.id == Case.root_id, Case.id > after).order_by(Case.id).limit(_FAMILIES_AT_ONCE)
            root_ids = list(session.scalars(page))
            if not root_ids:
                break
            for family in families(session, root_ids):
                yield from _shown(session, family)
            after = root_ids[-1]
        yield from _strays(session)
        yield from _changed_files(session)
        yield from _privacy(session)


def _privacy(session: Session) -> Iterator[Fault]:
    """Disclosures and consents that are not what the history tells."""
    try:
        for number, message in privacy_problems(session):
            yield Fault(_printable(number), None, message)
    except _UNREADABLE:
        unread = {"zh": "有查看登记或者同意记录无法解读", "en": "a disclosure or a consent makes no sense"}
        yield Fault("—", None, unread)


def _strays(session: Session) -> Iterator[Fault]:
    roots = select(Case.id).where(Case.id == Case.root_id)
    for number in session.scalars(select(Case.number).where(Case.root_id.not_in(roots)).order_by(Case.id)):
        yield Fault(_printable(number), None, {"zh": "办件不属于任何主办件", "en": "the case belongs to no root case"})
    for model in OF_A_CASE:
        table = model.__tablename__
        gone = select(model.case_id).where(model.case_id.not_in(select(Case.id))).distinct()
        for case_id in session.scalars(gone):
            yield _gone(table, case_id)
    for table, root_id in custody_records.strays(session):
        yield _gone(table, root_id)


def _gone(table: str, case_id: Any) -> Fault:
    return Fault(f"#{_printable(case_id)}", None, {"zh": f"{table}里的办件已不存在", "en": f"the case of rows in {table} is gone"})


def _changed_files(session: Session) -> Iterator[Fault]:
    """Kept files that are not what their digest says: one at a time, since together they are larger than all else."""
    kept = (
        select(Case.number, Document.number, DocumentFile.digest, DocumentFile.content)
        .join(Document, Document.case_id == Case.id)
        .join(DocumentFile, DocumentFile.document_id == Document.id)
        .order_by(Case.id, Document.id)
    )
    for number, document, digest, content in session.execute(kept.execution_options(yield_per=20)):
        if hashlib.sha256(content).hexdigest() != digest:
            name = _printable(document)
            message = {"zh": f"文书{name}保存的文件被改动", "en": f"the file kept of document {name} was changed"}
            yield Fault(_printable(number), None, message)
    for number, name in mandate_records.changed_photos(session):
        photo = {"zh": f"照片{_printable(name)}被改动", "en": f"the photo {_printable(name)} was changed"}
        yield Fault(_printable(number), None, photo)


def _shown(session: Session, family: Family | int) -> Iterator[Fault]:
    """The faults of a family as they can be printed, whatever lies in its rows; one fault if it cannot be made sense of."""
    if isinstance(family, int):
        yield Fault(_number_of(session, family), None, {"zh": "数据库读不出这个办件", "en": "the database cannot read this case"})
        return
    faults: list[Fault] = []
    try:
        faults.extend(_faults(family))
    except _UNREADABLE:
        message = {"zh": "办理记录的内容无法解读", "en": "the contents of its history make no sense"}
        faults.append(Fault(family.root.number, None, message))
    for fault in faults:
        yield Fault(_printable(fault.number), fault.position, {language: _printable(text) for language, text in fault.message.items()})


def _number_of(session: Session, case_id: int) -> str:
    """The number of a case whose rows could not be read, or its identifier when not even that can be."""
    try:
        return _printable(session.scalar(select(Case.number).where(Case.id == case_id)))
    except DBAPIError:
        one_moment(session)
        return f"#{case_id}"


def _printable(value: Any) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _faults(family: Family) -> Iterator[Fault]:
    numbers = {case.id: case.number for case in family.cases}
    for case_id, position, table, column in family.damage:
        damage = {"zh": f"{table}.{column}里存的不是该列的数据", "en": f"{table}.{column} holds no value of its kind"}
        yield Fault(numbers[case_id], position, damage)
    damaged = {damage.case_id for damage in family.damage}
    for case in family.cases:
        for position, message in _own_problems(family, case) if case.id not in damaged else ():
            yield Fault(case.number, position, message)
    if damaged or len(family.replayed) < len(family.cases):
        return  # what a broken history says of other cases is not worth reporting
    for number, (position, message) in _family_problems(family):
        yield Fault(number, position, message)


def _own_problems(family: Family, case: Any) -> list[Problem]:
    events = family.events[case.id]
    problems = list(chain_problems(case, events))
    if problems:
        return problems
    replayed = replay(case, events, county_catalogue())
    if not isinstance(replayed, Replayed):
        return [replayed]
    family.replayed[case.id] = replayed
    return [
        *retelling.own_problems(case, replayed),
        *records.task_problems(case, replayed, family.tasks[case.id]),
        *records.document_problems(case, events, replayed, family.documents[case.id]),
        *clock_records.clock_problems(replayed),
        *clock_records.suspension_problems(case, replayed, family.suspensions[case.id]),
        *clock_records.urging_problems(case, events, family.urgings[case.id]),
    ]


def _family_problems(family: Family) -> Iterator[tuple[str, Problem]]:
    for case in family.cases:
        for found in _linked_problems(family, case):
            yield case.number, found
    harmed = list(records.submission_problems(family))
    yield from harmed
    if any(payload is None for replayed in family.replayed.values() for payload in replayed.payloads.values()):
        return  # without all payloads the rest cannot be told
    yield from records.rating_problems(family)
    yield from custody_records.custody_problems(family)
    yield from mandate_records.mandate_problems(family)
    story = retelling.story_of(family)
    yield from retelling.shared_problems(family, story)
    for case in family.cases:
        for found in records.office_problems(family.replayed[case.id], family.tasks[case.id], story):
            yield case.number, found
    if harmed:
        return
    story.applications = records.applications(family)
    yield from retelling.filed_problems(family, story)
    for case in family.cases:
        for found in (
            *records.notice_problems(family, case, story),
            *records.name_problems(family, case, story),
            *signature_records.signature_problems(family, case, story),
        ):
            yield case.number, found


def _linked_problems(family: Family, case: Any) -> Iterator[Problem]:
    """The parent of a linked case, and what each join says of the cases that it joined."""
    linked = {other.number: other for other in family.cases if other.parent_id == case.id}
    replayed = family.replayed[case.id]
    if case.linked_count != len(linked):
        yield problem(
            case.position,
            f"应有{case.linked_count}个联办件，实有{len(linked)}个",
            f"{case.linked_count} linked cases, but {len(linked)} are there",
        )
    if case.parent_id is not None:
        parent = next((other for other in family.cases if other.id == case.parent_id), None)
        opening = replayed.payloads[1]
        if parent is None or (opening is not None and opening.get("parent") != parent.number):
            yield problem(1, "主办件与立案记录不符", "the parent is not the one that its history names")
    for event in family.events[case.id]:
        action, payload = replayed.definition.actions.get(event.action), replayed.payloads[event.position]
        if action is None or not action.automatic or payload is None:
            continue
        joined: list[LinkedCase] = []
        for number, head in payload.get("linked", []):
            other = linked.get(number)
            state = family.replayed[other.id].states_by_hash.get(head) if other is not None else None
            if other is None or state is None:
                yield problem(
                    event.position, f"汇合时联办件{number}的办理记录现已不存在", f"the history of {number} at this join is gone"
                )
                return
            definition = family.replayed[other.id].definition
            joined.append(LinkedCase(other.workflow, number, state, definition.states[state].outcome))
        facts = Facts(now=datetime.fromtimestamp(0, UTC), linked=tuple(joined))
        guards = [named for named in action.guards if named.name == "linked_case_ended"]
        holds = all(GUARDS[named.name].check(facts, SYSTEM_ACTOR, named.parameters) is None for named in guards)
        if action.when is not None and action.when.name == "linked_cases_settled":
            check, _ = TRIGGERS[action.when.name]
            holds = holds and check(replayed.definition.states[event.from_state], facts, action.when.parameters)
        if not holds:
            yield problem(event.position, "汇合时联办件还没有办结", "the linked cases had not ended as this join needs")
