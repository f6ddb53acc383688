"""Times: they can be read, the steps fit into the promise, and the promise into the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.clock.budget import UNITS, Budget

from ..clock_states import EXTEND, before_acceptance, does, suspended_states
from ..definition import OUTSIDE_ROLES, STAYS, Action, Definition, State
from ..loader import Path_, Problem
from .people import CORRECTION
from .subject import Rule, Subject, named_places, split

WORKING_HOURS = {"working_hours": 1.0, "half_days": 3.5, "working_days": 7.0, "days": 5.0, "months": 147.0}
"""Working hours in each unit, for comparing them: a working day of 7 hours, 5 of them in 7 days, 21 in a month."""

DECIDED = ("done", "failed", "refused")
"""Outcomes that a department decides on, and so within its time."""

NO_WAY = float("-inf")


def _budget(value: Any) -> Budget | None:
    try:
        return Budget.parse(value) if isinstance(value, Mapping) else None
    except ValueError:
        return None


def _hours(value: Any) -> float:
    budget = _budget(value)
    return float(budget.amount) * WORKING_HOURS[budget.unit] if budget else 0.0


def _times(subject: Subject) -> Iterator[tuple[Any, Path_]]:
    data = subject.document.data
    for name, state in data["states"].items():
        if "time" in state:
            yield state["time"], ("states", name, "time")
    for name in ("promised", "statutory"):
        if name in data["times"]:
            yield data["times"][name]["budget"], ("times", name, "budget")
    for kind, item, path in named_places(subject):
        name, given = split(item)
        if kind == "trigger" and name == "timer" and "after" in given:
            yield given["after"], (*path, name, "after")


def times_can_be_read(subject: Subject) -> Iterator[Problem]:
    """A time is one unit with a number of at least 0, and whole but for working hours; a timer runs for some time."""
    for value, path in _times(subject):
        budget = _budget(value)
        if budget is None:
            units = ", ".join(UNITS)
            message = f"this is no time: write one of {units} with a number, such as {{working_days: 3}}"
            yield subject.problem("time", message, *path)
        elif budget.amount == 0 and path[0] != "times":
            yield subject.problem("time", "nothing is done in no time: give a number above 0", *path)


def tasks_have_a_time(subject: Subject) -> Iterator[Problem]:
    """What an official has to do has a time; a state without a task has none."""
    for state in subject.open_states():
        if state.task is None and state.time is not None:
            message = f"{state.name!r} has a time but no task, so nobody could be late: take it out or add a task"
            yield subject.problem("task-time", message, "states", state.name, "time")
        if state.task is not None and state.task.role not in OUTSIDE_ROLES and state.time is None:
            message = f"the task of {state.name!r} has no time: say how long it may take"
            yield subject.problem("task-time", message, "states", state.name)


def _straight(definition: Definition, action: Action) -> Iterator[str]:
    if not does(action, *EXTEND):
        yield from (branch.dest for branch in action.branches if branch.dest != STAYS)


def _stay(state: State, others: Mapping[str, Definition], above: frozenset[str]) -> float:
    """Working hours of a stay: its own time, or the longest row of linked cases that it opens."""
    after = {opening.workflow: opening.after for opening in state.opens}

    def until_settled(workflow: str, before: frozenset[str]) -> float:
        if workflow in before:
            return 0.0
        own = longest(others[workflow], others, above) if workflow in others and workflow not in above else 0.0
        earlier = [until_settled(name, before | {workflow}) for name in after.get(workflow, ())]
        return own + max(earlier, default=0.0)

    side_by_side = max((until_settled(workflow, frozenset()) for workflow in after), default=0.0)
    return max(_hours(state.time) if state.task else 0.0, side_by_side)


def longest(definition: Definition, others: Mapping[str, Definition], above: frozenset[str] = frozenset()) -> float:
    """Working hours of the longest straight way from the beginning of a case to a decision or to its closing.

    Counted are the times of the tasks on it, each state once, and for a state that opens linked cases the longest row
    of those. Not counted are corrections (their return restarts the clock), ways through an extension (it lengthens the
    limit), withdrawal, what follows a state that closes the case (delivery has a clock of its own), waiting, the steps before a
    licence's clock begins, and those in which it stands still.
    """
    above |= {definition.key}

    def onward(name: str, been: frozenset[str]) -> float:
        state = definition.states.get(name)
        if state is None or name in been or state.stage == CORRECTION:
            return NO_WAY
        if state.final or state.closes:
            return 0.0 if state.closes or state.outcome in DECIDED else NO_WAY
        targets = [dest for action in definition.actions.values() if name in action.source for dest in _straight(definition, action)]
        return (0.0 if name in uncounted else stays[name]) + max((onward(dest, been | {name}) for dest in targets), default=NO_WAY)

    uncounted = before_acceptance(definition) | suspended_states(definition)
    stays = {name: _stay(state, others, above) for name, state in definition.states.items()}
    return max(onward(definition.initial, frozenset()), 0.0)


def steps_fit_the_promise(subject: Subject) -> Iterator[Problem]:
    """The longest straight way (see ``longest`` for what is counted) takes no longer than what is promised."""
    definition = subject.definition
    if definition.promised is None or _budget(definition.promised.budget) is None:
        return
    steps, promised = longest(definition, subject.others), _hours(definition.promised.budget)
    if steps > promised:
        message = f"the steps take {steps:g} working hours, the promise allows {promised:g}: shorten steps or promise more"
        yield subject.problem("promise", message, "times", "promised", "budget")


def promise_fits_the_law(subject: Subject) -> Iterator[Problem]:
    """What is promised is no longer than what the law allows."""
    promised, statutory = subject.definition.promised, subject.definition.statutory
    if promised is None or statutory is None:
        return
    if _budget(promised.budget) and _budget(statutory.budget) and _hours(promised.budget) > _hours(statutory.budget):
        message = (
            f"{_hours(promised.budget):g} working hours are promised, but the law allows "
            f"{_hours(statutory.budget):g}: promise no more than that"
        )
        yield subject.problem("statutory", message, "times", "promised", "budget")


RULES: tuple[Rule, ...] = (times_can_be_read, tasks_have_a_time, steps_fit_the_promise, promise_fits_the_law)
