"""Results that lie ready: closed is not delivered, and whoever has to fetch them takes that time, not the office that keeps them."""

from __future__ import annotations

import functools

from sqlalchemy import ColumnElement, and_, or_

from approvals.models import Task
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, OUTSIDE_ROLES
from workflows.statistics.attribution import APPLICANT, DEPARTMENT, WAITING

_DELIVERY = "delivery"


@functools.cache
def ready_states() -> frozenset[tuple[str, str]]:
    """Workflow and state of every version in which a case is closed and its results wait; an agent who carries them is at work."""
    return frozenset(
        (definition.key, state.name)
        for definition in county_catalogue()
        if definition.kind != DELEGATED
        for state in definition.states.values()
        if state.closes and state.stage == _DELIVERY and state.task is not None
    )


def is_ready(workflow: str, state: str) -> bool:
    """Whether the results of a case in this state wait to be fetched."""
    return (workflow, state) in ready_states()


def whose_is(whose: str) -> ColumnElement[bool]:
    """The steps of one class, as ``class_of`` says of each."""
    outside = Task.role.in_(sorted(OUTSIDE_ROLES))
    ready = or_(*(and_(Task.workflow == workflow, Task.state == state) for workflow, state in sorted(ready_states())))
    return {
        DEPARTMENT: and_(Task.role.not_in(["", *sorted(OUTSIDE_ROLES)]), ~ready),
        APPLICANT: or_(outside, and_(ready, Task.role != "")),
        WAITING: Task.role == "",
    }[whose]
