"""Whether the cases are what their history says: the chain, what was filed and issued, the definition, and the open tasks.

A family of cases is read with five statements and checked in memory; ``verify_all`` goes through the families in batches,
so that its memory does not grow with their number.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, select, type_coerce
from sqlalchemy.orm import Session

from approvals.db import CanonicalJson, UtcDateTime
from approvals.models import Case, Document, Event, EventPayload, Submission, Task
from approvals.models.history import digest
from workflows.county import county_catalogue
from workflows.engine.facts import SYSTEM_ACTOR, Facts, LinkedCase
from workflows.engine.registry import GUARDS, TRIGGERS

from .replay import Problem, Replayed, Stay, chain_problems, problem, replay

_FAMILIES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not agree: the case's number, the position in its history (None when it is no event's), and what."""

    number: str
    position: int | None
    message: Mapping[str, str]


class _Family:
    """A root case and everything linked below it, as raw rows: times in microseconds, JSON as its text."""

    def __init__(self, cases: list[Any]) -> None:
        self.cases = cases
        self.events: dict[int, list[Any]] = defaultdict(list)
        self.tasks: dict[int, list[Any]] = defaultdict(list)
        self.documents: dict[int, list[Any]] = defaultdict(list)
        self.submissions: list[Any] = []
        self.replayed: dict[int, Replayed] = {}


def verify_case(session: Session, root_id: int) -> list[Fault]:
    """Every fault of a root case and of the cases linked below it; empty when all is as the history says."""
    _one_moment(session)
    return [fault for family in _families(session, [root_id]) for fault in _faults(family)]


def verify_all(session: Session) -> Iterator[Fault]:
    """The faults of every case, in the order in which they were filed."""
    _one_moment(session)
    after = -1
    while True:
        page = select(Case.id).where(Case.id == Case.root_id, Case.id > after).order_by(Case.id).limit(_FAMILIES_AT_ONCE)
        root_ids = list(session.scalars(page))
        if not root_ids:
            break
        for family in _families(session, root_ids):
            yield from _faults(family)
        after = root_ids[-1]
    roots = select(Case.id).where(Case.id == Case.root_id)
    for number in session.scalars(select(Case.number).where(Case.root_id.not_in(roots)).order_by(Case.id)):
        yield Fault(number, None, {"zh": "办件不属于任何主办件", "en": "the case belongs to no root case"})


def _one_moment(session: Session) -> None:
    """Read everything as of one moment, so that an action in between is no fault. SQLite's transactions do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.rollback()  # the level can only be chosen at the beginning of a transaction
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _raw(column: Any) -> ColumnElement[Any]:
    if isinstance(column.type, UtcDateTime):
        return type_coerce(column, BigInteger).label(column.name)
    if isinstance(column.type, CanonicalJson):
        return type_coerce(column, Text).label(column.name)
    return column  # type: ignore[no-any-return]


def _columns(model: Any) -> Select[Any]:
    return select(*(_raw(column) for column in model.__table__.c))


def _families(session: Session, root_ids: Sequence[int]) -> Iterator[_Family]:
    members = select(Case.id).where(Case.root_id.in_(root_ids))
    by_root: dict[int, list[Any]] = {root_id: [] for root_id in root_ids}
    root_of: dict[int, int] = {}
    for row in session.execute(_columns(Case).where(Case.root_id.in_(root_ids)).order_by(Case.id)):
        by_root[row.root_id].append(row)
        root_of[row.id] = row.root_id
    families = {root_id: _Family(cases) for root_id, cases in by_root.items() if cases}

    def family(row: Any) -> _Family:
        return families[root_of[row.case_id]]

    events = _columns(Event).add_columns(EventPayload.salt, EventPayload.body, EventPayload.purged_under)
    events = events.outerjoin(EventPayload, EventPayload.event_id == Event.id).where(Event.case_id.in_(members))
    for row in session.execute(events.order_by(Event.case_id, Event.position)):
        family(row).events[row.case_id].append(row)
    for row in session.execute(_columns(Task).where(Task.case_id.in_(members)).order_by(Task.id)):
        family(row).tasks[row.case_id].append(row)
    for row in session.execute(_columns(Document).where(Document.case_id.in_(members)).order_by(Document.id)):
        family(row).documents[row.case_id].append(row)
    for row in session.execute(_columns(Submission).where(Submission.case_id.in_(members)).order_by(Submission.number)):
        family(row).submissions.append(row)
    yield from families.values()


def _faults(family: _Family) -> Iterator[Fault]:
    for case in family.cases:
        events = family.events[case.id]
        problems = list(chain_problems(case, events))
        if not problems:
            replayed = replay(case, events, county_catalogue())
            if isinstance(replayed, Replayed):
                family.replayed[case.id] = replayed
                problems = [*_case_problems(case, replayed), *_task_problems(case, replayed, family.tasks[case.id])]
                problems += _document_problems(events, replayed, family.documents[case.id])
            else:
                problems = [replayed]
        for position, message in problems:
            yield Fault(case.number, position, message)
    if len(family.replayed) < len(family.cases):
        return  # what a broken history says of other cases is not worth reporting
    for case in family.cases:
        for position, message in _linked_problems(family, case):
            yield Fault(case.number, position, message)
    for number, (position, message) in _submission_problems(family):
        yield Fault(number, position, message)


def _case_problems(case: Any, replayed: Replayed) -> Iterator[Problem]:
    if case.state != replayed.state:
        yield problem(
            case.position,
            f"办件状态是“{case.state}”，办理记录说是“{replayed.state}”",
            f"the case is in {case.state}, its history says {replayed.state}",
        )
    if case.outcome != replayed.outcome:
        yield problem(
            case.position, "办件结果与办理记录不符", f"the outcome {case.outcome!r} is not {replayed.outcome!r} as its history says"
        )
    if case.closed_at != replayed.closed_at:
        yield problem(case.position, "办结时间与办理记录不符", "the time of closing is not that of the history")


def _task_problems(case: Any, replayed: Replayed, tasks: list[Any]) -> Iterator[Problem]:
    """One row for each stay, and exactly one of them open while the case is."""
    rows = {task.id: task for task in tasks}
    for stay in replayed.stays:
        if stay.closed_at is not None:
            task = rows.pop(next(iter(stay.task_ids)) or 0, None) if len(stay.task_ids) == 1 else None
        else:
            open_ids = [task.id for task in rows.values() if task.closed_at is None]
            task = rows.pop(open_ids[0]) if len(open_ids) == 1 else None
            if task is not None and stay.task_ids - {task.id}:
                yield problem(stay.position, "办理记录所记的待办与现有待办不符", "the history names another open task")
        if task is None:
            yield problem(stay.position, f"状态“{stay.state}”的待办缺失", f"the task of state {stay.state} is missing")
            continue
        yield from _stay_problems(case, replayed, stay, task)
    for task in rows.values():
        yield problem(case.position, f"多出一条待办（“{task.state}”）", f"there is a task ({task.state}) that no event explains")


def _stay_problems(case: Any, replayed: Replayed, stay: Stay, task: Any) -> Iterator[Problem]:
    to = replayed.definition.states[stay.state].task
    role, department = (to.role, "" if to.role == "applicant" else to.department) if to is not None else ("", "")
    if (task.state, task.role, task.department) != (stay.state, role, department):
        yield problem(
            stay.position, "待办的状态、岗位或部门与办理记录不符", "the task's state, role or department is not that of the history"
        )
    if (task.opened_at, task.closed_at, task.closed_by) != (stay.opened_at, stay.closed_at, stay.closed_by):
        yield problem(stay.position, "待办的起止时间与办理记录不符", "the task was not opened and closed when the history says")
    if stay.closed_at is None and task.holder_id != stay.holder_id:
        yield problem(stay.position, "待办的认领人与办理记录不符", "the task is not held by whom the history says")
    if stay.closed_at is None and to is not None and to.role != "applicant":
        office_id = _offices(case).get(to.office, case.deciding_office_id)
        if task.office_id != office_id:
            yield problem(stay.position, "待办的服务点与办件不符", "the task is at another office than the case says")


def _offices(case: Any) -> dict[str, int]:
    try:
        return dict(json.loads(case.offices))
    except (TypeError, ValueError):
        return {}


def _document_problems(events: Iterable[Any], replayed: Replayed, documents: list[Any]) -> Iterator[Problem]:
    rows = {document.number: document for document in documents}
    for event in events:
        for kind, number, recorded in (replayed.payloads[event.position] or {}).get("documents", []):
            document = rows.pop(number, None)
            if document is None:
                yield problem(event.position, f"文书{number}缺失", f"document {number} is missing")
            elif digest("", document.content) != recorded or document.digest != recorded:
                yield problem(event.position, f"文书{number}的内容被改动", f"document {number} was changed")
            elif (document.kind, document.issued_at) != (kind, event.happened_at):
                yield problem(event.position, f"文书{number}的种类或日期被改动", f"the kind or date of document {number} was changed")
    if all(payload is not None for payload in replayed.payloads.values()):
        for number in rows:
            yield problem(len(replayed.payloads), f"文书{number}没有办理记录", f"no event issued document {number}")


def _linked_problems(family: _Family, case: Any) -> Iterator[Problem]:
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


def _submission_problems(family: _Family) -> Iterator[tuple[str, Problem]]:
    root = next((case for case in family.cases if case.id == case.root_id), family.cases[0])
    rows = {submission.number: submission for submission in family.submissions if submission.case_id == root.id}
    if len(rows) != len(family.submissions) or root.submissions != len(rows):
        yield root.number, problem(root.position, "申报的份数与办件不符", "the number of submissions is not that of the case")
    purged, named = False, set()
    for case in family.cases:
        for event in family.events[case.id]:
            payload = family.replayed[case.id].payloads[event.position]
            purged = purged or payload is None
            recorded = (payload or {}).get("submission")
            if recorded is not None:
                named.add(recorded["number"])
                for text in _filing_problems(event, recorded, rows.get(recorded["number"])):
                    number = recorded["number"]
                    yield case.number, problem(event.position, f"第{number}次申报{text['zh']}", f"submission {number} {text['en']}")
    if not purged:
        for number in rows.keys() - named:
            yield root.number, problem(root.position, f"第{number}次申报没有办理记录", f"no event filed submission {number}")


def _filing_problems(event: Any, recorded: Mapping[str, Any], submission: Any) -> Iterator[Mapping[str, str]]:
    if submission is None:
        yield {"zh": "缺失", "en": "is missing"}
    elif digest("", submission.content) != recorded["digest"] or submission.digest != recorded["digest"]:
        yield {"zh": "的内容被改动", "en": "was changed"}
    elif (submission.filed_at, submission.filed_by_id) != (event.happened_at, event.actor_id):
        yield {"zh": "的提交人或时间被改动", "en": "was filed by someone else or at another time"}
