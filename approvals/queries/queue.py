"""Who waits at a window: what was begun there and not filed, and the tasks of its clerks. Numbers only, no names: a client
sits beside the screen. One statement, however much waits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Draft, Task
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue

from .finding import Findable
from .inbox import clerk_departments

MOST_LISTED = 5
"""Lines of each kind that the queue lists, those who have waited longest first; the counts tell of the others."""

DRAFT, TASK, CORRECTION = "draft", "task", "correction"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One who waits: the ticket or case number, since when, and where it goes on. ``state`` is a text in two languages."""

    kind: str
    number: str
    token: str
    since: datetime
    waited: timedelta
    state: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of a window, with how many of each kind there are in all."""

    drafts: tuple[Waiting, ...]
    tasks: tuple[Waiting, ...]
    begun: int
    to_do: int

    @property
    def longest(self) -> timedelta | None:
        """How long the first one has waited."""
        return max((each.waited for each in (*self.drafts, *self.tasks)), default=None)


def ticket(draft_id: int, begun_at: datetime) -> str:
    """What a draft is called at the window, where it has no number yet: when it was begun, and three digits that tell it apart."""
    return f"{begun_at.astimezone(OFFICE_ZONE):%H%M}-{draft_id % 1000:03d}"


@lru_cache(maxsize=4096)
def spelled(code: str, text: str) -> str:
    """Everything by which an entry of an official list can be found while somebody types: its code, text, pinyin, initials."""
    return f"{code.lower()} {Findable.of([text]).spelled()}"


def queue_of(session: Session, person_id: int, offices: Collection[int], now: datetime) -> Queue:
    """The queue of a clerk at these windows: their own drafts begun there, tasks for clerks, and corrections of walk-ins
    without an account, which the window answers."""
    if not offices:
        return Queue((), (), 0, 0)
    parts = [_part(each) for each in (_drafts(person_id, offices), _tasks(offices), _corrections(offices))]
    together = union_all(*(select(part) for part in parts)).subquery()
    lines = session.execute(select(together).order_by(together.c.since, together.c.number)).all()
    found = [_waiting(line, now) for line in lines]
    counts = {line.kind: line.every for line in lines}
    return Queue(
        tuple(each for each in found if each.kind == DRAFT), tuple(each for each in found if each.kind != DRAFT),
        counts.get(DRAFT, 0), counts.get(TASK, 0) + counts.get(CORRECTION, 0),
    )  # fmt: skip


def _part(statement: Select[Any]) -> Any:
    return statement.subquery()


def _columns(kind: str, number: Any, token: Any, id: Any, since: Any, workflow: Any, version: Any, state: Any) -> list[Any]:
    return [
        literal(kind).label("kind"), number.label("number"), token.label("token"), id.label("id"), since.label("since"),
        workflow.label("workflow"), version.label("version"), state.label("state"), func.count().over().label("every"),
    ]  # fmt: skip


def _drafts(person_id: int, offices: Collection[int]) -> Select[Any]:
    columns = _columns(DRAFT, literal(""), Draft.token, Draft.id, Draft.created_at, Draft.workflow, Draft.version, literal(""))
    own = Draft.person_id == person_id, Draft.filed_case_id.is_(None), Draft.case_id.is_(None)
    return select(*columns).where(*own, Draft.office_id.in_(offices)).order_by(Draft.created_at, Draft.id).limit(MOST_LISTED)


def _tasks(offices: Collection[int]) -> Select[Any]:
    columns = _columns(TASK, Case.number, Case.token, Task.id, Task.opened_at, Case.workflow, Case.version, Case.state)
    addressed = Task.closed_at.is_(None), Task.role == "clerk", Task.department.in_(sorted(clerk_departments()))
    return (
        select(*columns)
        .join(Case, Case.id == Task.case_id)
        .where(*addressed, Task.office_id.in_(offices))
        .order_by(Task.opened_at, Task.id)
        .limit(MOST_LISTED)
    )


def _corrections(offices: Collection[int]) -> Select[Any]:
    root = aliased(Case)
    columns = _columns(CORRECTION, Case.number, Case.token, Task.id, Task.opened_at, Case.workflow, Case.version, Case.state)
    return (
        select(*columns)
        .join(Case, Case.id == Task.case_id)
        .join(root, root.id == Task.root_id)
        .where(Task.closed_at.is_(None), Task.role == "applicant", root.applicant_id.is_(None), _received_at(root, offices))
        .order_by(Task.opened_at, Task.id)
        .limit(MOST_LISTED)
    )


def _received_at(root: Any, offices: Collection[int]) -> ColumnElement[bool]:
    # The offices of a case are a small JSON object: {"deciding":1,"receiving":2}.
    text = type_coerce(root.offices, Text)
    ends = [f'"receiving":{office_id}{end}' for office_id in sorted(offices) for end in (",", "}")]
    return and_(or_(*(text.contains(each, autoescape=True) for each in ends)))


def _waiting(line: Any, now: datetime) -> Waiting:
    number, state = line.number, None
    if line.kind == DRAFT:
        number = ticket(line.id, line.since)
    else:
        state = dict(county_catalogue().version(line.workflow, line.version).states[line.state].title)
    return Waiting(line.kind, number, line.token, line.since, max(now - line.since, timedelta()), state)
