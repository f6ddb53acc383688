"""When a whole matter is due: it was promised, whether a step of it has a due time of its own now or waits for linked cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, or_, select

from approvals.models import Case, Task
from workflows.engine.definition import OUTSIDE_ROLES, Definition

from .colours import Due, due_of, near_until
from .matters import in_order


def promised_due() -> ColumnElement[datetime | None]:
    """The promised instant of a root that is open and not with its applicant; NULL of all other cases.

    While the applicant corrects the clock stands still, and once the results lie ready it has stopped.
    """
    correcting = select(Task.root_id).where(Task.closed_at.is_(None), Task.role.in_(OUTSIDE_ROLES))
    runs = and_(Case.parent_id.is_(None), Case.closed_at.is_(None), Case.root_id.not_in(correcting))
    found: ColumnElement[datetime | None] = case((runs, Case.promised_due_at))
    return found


def earliest_due(promised: ColumnElement[datetime | None]) -> ColumnElement[datetime | None]:
    """When an open task or its whole matter is due, whichever comes first; NULL where no time runs."""
    found: ColumnElement[datetime | None] = case(
        (Task.due_at.is_(None), promised), (promised < Task.due_at, promised), else_=Task.due_at
    )
    return found


def near_promise(due: ColumnElement[datetime | None], now: datetime) -> ColumnElement[bool]:
    """Whether a promised instant is near or past, by the promise of its workflow."""
    steps = [
        and_(Case.workflow == definition.key, due <= near_until(definition.promised.budget, now))
        for definition in in_order()
        if definition.promised is not None
    ]
    return or_(false(), *steps)


def due_of_promise(definition: Definition, promised: datetime | None, now: datetime) -> Due | None:
    """A promised instant read now; None where no promise runs."""
    return due_of(promised, definition.promised.budget if definition.promised is not None else None, now)
