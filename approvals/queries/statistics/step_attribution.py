"""Whose the time of one step is, by its state as well as by its role.

Results that lie ready wait for whoever has to fetch them, not for the office that keeps them: closed is not delivered. What is on
its way between two offices is nobody's: the office that will receive it has not got it.
"""

from __future__ import annotations

import functools

from sqlalchemy import ColumnElement, and_, false, or_

from approvals.models import Task
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, OUTSIDE_ROLES
from workflows.statistics.attribution import APPLICANT, DEPARTMENT, WAITING, class_of

_DELIVERY = "delivery"
_RECEIVES = "receive_hand_over"


def is_ready(workflow: str, state: str) -> bool:
    """Whether the results of a case in this state wait to be fetched."""
    return (workflow, state) in _ready_states()


def is_carried(workflow: str, state: str) -> bool:
    """Whether a case in this state is on its way to whoever the state is addressed to."""
    return (workflow, state) in _carried_states()


def held_by(workflow: str, state: str, role: str) -> str:
    """The role that holds a case in this state; "" while it is on its way to whoever the state is addressed to."""
    return "" if is_carried(workflow, state) else role


def whose_of(workflow: str, state: str, role: str) -> str:
    """Whose the time in this state is that is addressed to this role."""
    return class_of(held_by(workflow, state, role), is_ready(workflow, state))


def whose_is(whose: str) -> ColumnElement[bool]:
    """The steps of one class, as ``whose_of`` says of each."""
    outside = Task.role.in_(sorted(OUTSIDE_ROLES))
    ready, carried = _any_of(_ready_states()), _any_of(_carried_states())
    return {
        DEPARTMENT: and_(Task.role.not_in(["", *sorted(OUTSIDE_ROLES)]), ~ready, ~carried),
        APPLICANT: and_(or_(outside, and_(ready, Task.role != "")), ~carried),
        WAITING: or_(Task.role == "", carried),
    }[whose]


@functools.cache
def _ready_states() -> frozenset[tuple[str, str]]:
    """Workflow and state of every version in which a case is closed and its results wait; an agent who carries them is at work."""
    return frozenset(
        (definition.key, state.name)
        for definition in county_catalogue()
        if definition.kind != DELEGATED
        for state in definition.states.values()
        if state.closes and state.stage == _DELIVERY and state.task is not None
    )


@functools.cache
def _carried_states() -> frozenset[tuple[str, str]]:
    """Workflow and state of every version that end when a sealed bag is received: until then it is on its way there."""
    return frozenset(
        (definition.key, state)
        for definition in county_catalogue()
        for action in definition.actions.values()
        if any(effect.name == _RECEIVES for effect in action.effects)
        for state in action.source
    )


def _any_of(states: frozenset[tuple[str, str]]) -> ColumnElement[bool]:
    return or_(false(), *(and_(Task.workflow == workflow, Task.state == state) for workflow, state in sorted(states)))
