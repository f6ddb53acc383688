"""How a case moves: one flat ``transitions`` machine per published version, built once and shared by all threads.

The machine never holds a case. It is fired on a throw-away cursor, so nothing is left in it between two actions; guards
are the machine's conditions, and the first one that refuses leaves its sentence on the cursor. This uses about a tenth
of the library, kept honest by contract tests: its parallel states, queues and timers are unsafe or lost on restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from transitions import EventData, Machine

from . import effects as _effects  # noqa: F401  declares the effects
from . import guards as _guards  # noqa: F401  registers the general guards
from . import joins as _joins  # noqa: F401  registers the triggers
from .definition import STAYS, Action, Branch, Definition, Named, Text
from .facts import SYSTEM_ACTOR, Actor, Facts, Outcome, Refused
from .registry import GUARDS, TRIGGER_NEEDS, TRIGGERS


class Cursor:
    """Stands for a case during one step."""

    __slots__ = ("state", "actor", "facts", "branch", "refusal")

    def __init__(self, state: str, actor: Actor, facts: Facts) -> None:
        self.state = state
        self.actor = actor
        self.facts = facts
        self.branch: Branch | None = None
        self.refusal: tuple[str, Text] | None = None


def _condition(named: Named) -> Callable[[EventData], bool]:
    check = GUARDS[named.name].check

    def holds(event: EventData) -> bool:
        cursor = event.model
        assert isinstance(cursor, Cursor)
        message = check(cursor.facts, cursor.actor, named.parameters)
        if message is not None and cursor.refusal is None:
            cursor.refusal = (named.name, message)
        return message is None

    return holds


def _taken(branch: Branch) -> Callable[[EventData], None]:
    def remember(event: EventData) -> None:
        cursor = event.model
        assert isinstance(cursor, Cursor)
        cursor.branch = branch

    return remember


def build_machine(definition: Definition) -> Machine:
    """The shared machine of one version. Costs milliseconds: callers keep it (``machine_of``)."""
    machine = Machine(
        model=None,
        states=list(definition.states),
        initial=None,
        auto_transitions=False,
        send_event=True,
    )
    for action in definition.actions.values():
        for branch in action.branches:
            machine.add_transition(
                action.name,
                list(action.source),
                None if branch.dest == STAYS else branch.dest,
                conditions=[_condition(named) for named in (*action.guards, *branch.guards)],
                before=[_taken(branch)],
            )
    return machine


_machines: dict[str, Machine] = {}


def machine_of(definition: Definition) -> Machine:
    """The machine of a version, built at its first use in this process. Two threads may both build it; either will do."""
    machine = _machines.get(definition.fingerprint)
    if machine is None:
        machine = _machines[definition.fingerprint] = build_machine(definition)
    return machine


NOT_HERE: Text = {
    "zh": "办件现在处于“{state}”，不能进行“{action}”。",
    "en": "The case is now in “{state}”, so “{action}” is not possible.",
}
NOT_PERMITTED: Text = {
    "zh": "您没有“{action}”的权限，请由相应岗位的人员办理。",
    "en": "You may not do “{action}”; it belongs to another position.",
}
UNKNOWN: Text = {"zh": "没有这项操作。", "en": "There is no such action."}


def _filled(text: Text, definition: Definition, state: str, action: Action) -> Text:
    return {
        language: sentence.format(state=definition.states[state].title[language], action=action.title[language])
        for language, sentence in text.items()
    }


def advance(definition: Definition, state: str, action_name: str, actor: Actor, facts: Facts) -> Outcome | Refused:
    """What happens when ``actor`` does ``action_name`` on a case in ``state``: the outcome, or why not.

    Refusals come in the order a person would want them: no such action, not here, not you, not yet.
    """
    action = definition.actions.get(action_name)
    if action is None:
        return Refused("unknown-action", UNKNOWN)
    if state not in action.source:
        return Refused("not-from-this-state", _filled(NOT_HERE, definition, state, action))
    if actor.roles.isdisjoint(action.by):
        return Refused("not-permitted", _filled(NOT_PERMITTED, definition, state, action))
    if action.when is not None and not _triggered(definition, action, state, facts):
        return Refused("not-due", _filled(NOT_HERE, definition, state, action))
    cursor = Cursor(state, actor, facts)
    machine_of(definition).events[action_name].trigger(cursor)
    if cursor.branch is None:
        reason, message = cursor.refusal or ("no-branch", UNKNOWN)
        return Refused(reason, message)
    stays = cursor.branch.dest == STAYS
    return Outcome(action_name, state, cursor.state, stays, action.effects, action.notices)


def _triggered(definition: Definition, action: Action, state: str, facts: Facts) -> bool:
    assert action.when is not None
    check, _ = TRIGGERS[action.when.name]
    return check(definition.states[state], facts, action.when.parameters)


def automatic_actions(definition: Definition, state: str) -> tuple[Action, ...]:
    """The actions that the system itself may do in ``state``, in the order of the definition."""
    return tuple(action for action in definition.actions.values() if action.automatic and state in action.source)


def trigger_needs(actions: Iterable[Action]) -> frozenset[str]:
    """The costly facts that the triggers of automatic actions look at, without what their guards ask for."""
    return frozenset().union(*(TRIGGER_NEEDS[action.when.name] for action in actions if action.when is not None))


def due_actions(definition: Definition, state: str, facts: Facts) -> tuple[Action, ...]:
    """The automatic actions of ``state`` whose trigger holds; what their guards say is not asked yet, so its facts may be missing."""
    return tuple(
        action
        for action in automatic_actions(definition, state)
        if action.when is None or _triggered(definition, action, state, facts)
    )


def automatic_step(definition: Definition, state: str, facts: Facts) -> Outcome | None:
    """The automatic action that is due now, if any. The caller repeats this until None; the linter refuses cycles."""
    for action in automatic_actions(definition, state):
        step = advance(definition, state, action.name, SYSTEM_ACTOR, facts)
        if isinstance(step, Outcome):
            return step
    return None


def possible_actions(definition: Definition, state: str, roles: frozenset[str]) -> tuple[Action, ...]:
    """What people with these roles may try in ``state``; guards are asked when they do."""
    return tuple(
        action
        for action in definition.actions.values()
        if state in action.source and not action.automatic and not roles.isdisjoint(action.by)
    )


def needs_of(action: Action) -> frozenset[str]:
    """The costly facts that the guards of an action, or what it waits for, ask for."""
    names = [named.name for named in action.guards]
    names += [named.name for branch in action.branches for named in branch.guards]
    waits = TRIGGER_NEEDS[action.when.name] if action.when is not None else frozenset()
    return waits.union(*(GUARDS[name].needs for name in names))

