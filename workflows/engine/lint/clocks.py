"""Acceptance and suspensions: in every state it is clear whether the clocks run, and nobody waits without an answer."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.clock.budget import SUSPENSION_KINDS, Budget

from ..clock_states import (
    ACCEPTED,
    ANNOUNCED,
    BEGIN,
    RECEIVED,
    RESUME,
    RESUME_ON,
    SUSPEND,
    UNANNOUNCED,
    before_acceptance,
    begins_at_acceptance,
    does,
    may_be_suspended,
    reached,
    suspended_states,
)
from ..definition import OUTSIDE_ROLES, STAYS, Action, Named, State
from ..loader import Problem
from .shape import suggestion
from .subject import Rule, Subject

ACCEPTANCE, SUSPENSION = "acceptance", "suspension"
MOST_DAYS_WITHOUT_NOTICE = 5
"""Working days after which what nobody was told about counts as accepted (行政许可法 第三十二条、第八十二条)."""


def _goes(action: Action) -> frozenset[str]:
    return frozenset(branch.dest for branch in action.branches if branch.dest != STAYS)


def before_or_after(subject: Subject) -> Iterator[Problem]:
    """A licence's clock begins once on every way: an open state lies before the acceptance or after it, never on both sides."""
    definition = subject.definition
    if not begins_at_acceptance(definition):
        return
    begun = {dest for action in definition.actions.values() if does(action, *BEGIN) for dest in _goes(action)}
    after = reached(definition, begun & set(definition.states))
    before = before_acceptance(definition)
    for state in subject.open_states():
        if state.name in before and state.name in after:
            message = f"a case can come to {state.name!r} before its clock has begun and after: keep the two apart"
            yield subject.problem(ACCEPTANCE, message, "states", state.name)
    for name, action in definition.actions.items():
        if does(action, *BEGIN) and STAYS in {branch.dest for branch in action.branches}:
            yield subject.problem(ACCEPTANCE, f"{name!r} begins the clock, so it leads to another state: name it", "actions", name)
        elif does(action, *BEGIN) and set(action.source) - before:
            yield subject.problem(ACCEPTANCE, f"{name!r} begins a clock that has begun: take the state out", "actions", name, "source")


def accepted_in_time(subject: Subject) -> Iterator[Problem]:
    """Whoever is told nothing within five working days is accepted, by a timer and as of the day of receipt (行政许可法 第三十二条)."""
    definition = subject.definition
    if not begins_at_acceptance(definition):
        return
    for name, action in definition.actions.items():
        if does(action, RECEIVED) and not _in_time(action):
            message = f"{name!r} accepts what was left without a notice: let a timer of at most five working days do it"
            yield subject.problem(ACCEPTANCE, message, "actions", name)
        if does(action, ACCEPTED) and action.automatic:
            message = f"{name!r} begins the clock at its own moment, so people decide it: name them, or begin at receipt"
            yield subject.problem(ACCEPTANCE, message, "actions", name)
    before = before_acceptance(definition)
    for state in subject.open_states():
        if state.name not in before or state.task is None or state.task.role in OUTSIDE_ROLES:
            continue
        exits = subject.exits[state.name]
        if not any(does(action, RECEIVED) for action in exits):
            message = f"nobody is accepted without a notice in {state.name!r}: add a timer with {RECEIVED} (行政许可法 32)"
            yield subject.problem(ACCEPTANCE, message, "states", state.name)
        if not any(does(action, ACCEPTED) for action in exits):
            message = f"nobody can accept an application in {state.name!r}: add an action with {ACCEPTED}"
            yield subject.problem(ACCEPTANCE, message, "states", state.name)


def _in_time(action: Action) -> bool:
    if action.when is None or action.when.name != "timer":
        return False
    try:
        after = Budget.parse(action.when.parameters.get("after") or {})
    except ValueError:
        return True  # the rule on times says so
    days = {"working_days": 1.0, "half_days": 0.5, "working_hours": 1 / 7}.get(after.unit)
    return days is not None and float(after.amount) * days <= MOST_DAYS_WITHOUT_NOTICE


def in_or_out(subject: Subject) -> Iterator[Problem]:
    """A state in which the clock stands still is entered by suspending it, and every way out of it lets it go on."""
    definition, suspended = subject.definition, suspended_states(subject.definition)
    if definition.initial in suspended:
        message = f"a case begins in {definition.initial!r}, where the clock stands still: begin elsewhere"
        yield subject.problem(SUSPENSION, message, "initial")
    for name, action in definition.actions.items():
        sources = set(action.source)
        if does(action, *SUSPEND):
            yield from _suspending(subject, name, action, suspended)
        elif _goes(action) & suspended and sources - suspended:
            entered = min(_goes(action) & suspended)
            message = f"{name!r} leads to {entered!r}, where the clock stands still, without suspending it: add {ANNOUNCED}"
            yield subject.problem(SUSPENSION, message, "actions", name)
        if sources & suspended and (_goes(action) - suspended) and not does(action, *RESUME):
            message = f"{name!r} leads out of {min(sources & suspended)!r}, so the clock has to go on: add {RESUME_ON}"
            yield subject.problem(SUSPENSION, message, "actions", name)
        if does(action, *RESUME) and not sources & suspended:
            message = f"{name!r} lets a clock go on that never stands still there: take it out"
            yield subject.problem(SUSPENSION, message, "actions", name, "effects")
        if does(action, RESUME_ON) and sources - suspended:
            message = f"{name!r} ends a suspension from a day on, but not every state it starts in is suspended: split it in two"
            yield subject.problem(SUSPENSION, message, "actions", name, "source")


def _suspending(subject: Subject, name: str, action: Action, suspended: frozenset[str]) -> Iterator[Problem]:
    states = subject.definition.states
    path = ("actions", name)
    for dest in sorted(_goes(action) & set(states)):
        if states[dest].final:
            message = f"{name!r} suspends the clock and ends the case in {dest!r}: nothing would let it go on"
            yield subject.problem(SUSPENSION, message, *path)
    if not _goes(action):
        yield subject.problem(SUSPENSION, f"{name!r} suspends the clock, so it leads to a state of its own: name it", *path)
    if set(action.source) & suspended:
        yield subject.problem(SUSPENSION, f"{name!r} suspends a clock that stands still: take the state out", *path, "source")
    if set(action.source) & before_acceptance(subject.definition):
        message = f"{name!r} suspends a clock that has not begun: before acceptance nothing has to be suspended"
        yield subject.problem(SUSPENSION, message, *path, "source")
    names = [effect.name for effect in action.effects]
    if "issue_document" not in names[: min(names.index(name) for name in names if name in SUSPEND)]:
        message = f"{name!r} suspends the clock without a paper that says so: issue a document before it"
        yield subject.problem(SUSPENSION, message, *path, "effects")


def what_is_typed(subject: Subject) -> Iterator[Problem]:
    """The kind is known; the days, the ground and the time needed are questions that the form of the action makes people answer.

    Whoever applied is told in writing how long a special procedure will take (行政许可法 第四十五条).
    """
    for name, action in subject.definition.actions.items():
        for index, effect in enumerate(action.effects):
            path = ("actions", name, "effects", index, effect.name)
            if effect.name in SUSPEND:
                kind = effect.parameters.get("kind", "other")
                if kind not in SUSPENSION_KINDS:
                    message = f"{kind!r} is not a kind of suspension{suggestion(str(kind), SUSPENSION_KINDS)}"
                    yield subject.problem("unknown-suspension", message, *path, "kind")
                yield from _typed(subject, name, action, effect, "ground", ("text", "long_text", "choice"), path)
                yield from _typed(subject, name, action, effect, "from", ("date",), path)
                yield from _typed(subject, name, action, effect, "expected", ("integer",), path)
            elif effect.name == RESUME_ON:
                yield from _typed(subject, name, action, effect, "to", ("date",), path)


def announced(subject: Subject) -> Iterator[Problem]:
    """Whoever applied is told how long a special procedure will take (行政许可法 第四十五条); what is published already stays."""
    for name, action in subject.definition.actions.items():
        for index, effect in enumerate(action.effects):
            if effect.name == UNANNOUNCED:
                message = f"{name!r} does not tell the applicant how long the special procedure will take: use {ANNOUNCED}"
                yield subject.problem(SUSPENSION, message, "actions", name, "effects", index, effect.name)


def _typed(
    subject: Subject, name: str, action: Action, effect: Named, parameter: str, kinds: tuple[str, ...], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    asked = effect.parameters.get(parameter)
    if asked is None:
        return
    form = subject.definition.forms.get(action.form)
    fields = {field.name: field for field in form.fields} if form is not None else {}
    if asked not in fields:
        message = f"{asked!r} is not a field of the form of {name!r}{suggestion(str(asked), fields)}"
        yield subject.problem("parameter", message, *path, parameter)
    elif fields[asked].kind not in kinds or fields[asked].required is not True:
        message = f"{asked!r} must be a required question of the kind {' or '.join(kinds)}, as {effect.name!r} needs its answer"
        yield subject.problem("parameter", message, *path, parameter)


def extended_as_the_ledger_says(subject: Subject) -> Iterator[Problem]:
    """Where the clock can stand still, it is extended by the name that reads the ledger, and a limit in working days only."""
    definition = subject.definition
    for name, action in definition.actions.items():
        if does(action, "extend_statutory") and may_be_suspended(definition):
            message = f"{name!r} extends a clock that can stand still: use extend_once"
            yield subject.problem(SUSPENSION, message, "actions", name, "effects")
        if does(action, "extend_once") and (definition.statutory is None or set(definition.statutory.budget) != {"working_days"}):
            message = f"{name!r} extends by working days, so the statutory time has to be in working days"
            yield subject.problem(SUSPENSION, message, "actions", name, "effects")


def told_while_it_stands(subject: Subject) -> Iterator[Problem]:
    """While the clock stands still somebody has a task: nobody forgets to let it go on."""
    for state in _suspended(subject):
        if state.task is None or state.task.role in OUTSIDE_ROLES:
            message = f"nobody has to see to {state.name!r}, where the clock stands still: give it a task for an official"
            yield subject.problem(SUSPENSION, message, "states", state.name)


def _suspended(subject: Subject) -> Iterator[State]:
    names = suspended_states(subject.definition)
    yield from (state for state in subject.open_states() if state.name in names)


RULES: tuple[Rule, ...] = (
    before_or_after,
    accepted_in_time,
    in_or_out,
    what_is_typed,
    extended_as_the_ledger_says,
    told_while_it_stands,
)
