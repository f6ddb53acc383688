"""The shape of the graph: every state can be reached and left, and every case can come to an end."""

from __future__ import annotations

from collections.abc import Iterator

from ..definition import STAYS, SYSTEM, Action
from ..loader import Problem
from .subject import Rule, Subject


def initial_is_open(subject: Subject) -> Iterator[Problem]:
    """A case begins in a state in which something is left to do."""
    state = subject.definition.states.get(subject.definition.initial)
    if state is not None and state.final:
        yield subject.problem("initial-final", f"a case cannot begin in {state.name!r}, which is final", "initial")


def unreachable(subject: Subject) -> Iterator[Problem]:
    """Every state can be reached from the initial one."""
    if subject.definition.initial in subject.definition.states:
        for name in subject.definition.states:
            if name not in subject.from_initial:
                message = f"no way leads from {subject.definition.initial!r} to {name!r}: add an action or take it out"
                yield subject.problem("unreachable", message, "states", name)


def trap(subject: Subject) -> Iterator[Problem]:
    """From every state that is not final, a final one can be reached."""
    states = subject.definition.states
    if not any(state.final for state in states.values()):
        yield subject.problem("no-final-state", "no state is final, so no case could ever end: mark one", "states")
        return
    for state in subject.open_states():
        if not subject.exits[state.name]:
            message = f"no action leads out of {state.name!r}: add one, or mark the state final"
            yield subject.problem("no-action", message, "states", state.name)
        elif not any(states[name].final for name in subject.reachable(state.name)):
            message = f"no way leads from {state.name!r} to a final state: a case in it could never end"
            yield subject.problem("trap", message, "states", state.name)


def outcomes(subject: Subject) -> Iterator[Problem]:
    """A final state has an outcome and nothing left to do; an open one has no outcome."""
    for name, state in subject.definition.states.items():
        path = ("states", name)
        if state.final and not state.outcome:
            yield subject.problem("outcome", f"the final state {name!r} needs an outcome: say how the case ended", *path)
        if state.outcome and not state.final:
            message = f"{name!r} has an outcome but is not final: mark it final or take the outcome out"
            yield subject.problem("outcome", message, *path, "outcome")
        if state.final:
            for key in ("task", "time", "opens", "sign_off", "closes"):
                if key in subject.document.data["states"][name]:
                    message = f"{name!r} is final, so {key!r} has no meaning there: take it out"
                    yield subject.problem("final-state", message, *path, key)
    final = [state for state in subject.definition.states.values() if state.final]
    if final and not any(state.outcome == "done" for state in final):
        yield subject.problem("no-success", "no final state has the outcome 'done': no case could end well", "states")


def automatic(subject: Subject) -> Iterator[Problem]:
    """An action is the system's with a ``when``, or people's without."""
    for name, action in subject.definition.actions.items():
        path = ("actions", name)
        if SYSTEM in action.by and len(action.by) > 1:
            yield subject.problem("by-system", "an action is the system's alone or people's: split it in two", *path, "by")
        if action.automatic and action.when is None:
            yield subject.problem("by-system", f"{name!r} is the system's: say 'when' it happens", *path)
        if not action.automatic and action.when is not None:
            message = f"{name!r} is done by people, so it can have no 'when': take it out, or write 'by: system'"
            yield subject.problem("by-system", message, *path, "when")
        if action.automatic and action.form:
            yield subject.problem("by-system", f"the system fills in no form: take it out of {name!r}", *path, "form")


def _at_once(action: Action) -> bool:
    return action.automatic and (action.when is None or action.when.name != "timer")


def automatic_cycles(subject: Subject) -> Iterator[Problem]:
    """Automatic actions never lead back to where they began without somebody or a timer between them."""
    edges: dict[str, set[str]] = {}
    for name, action in subject.definition.actions.items():
        if not action.automatic:
            continue
        for branch in action.branches:
            if branch.dest == STAYS:
                message = f"{name!r} would happen again and again, as it stays where it is: lead it to another state"
                yield subject.problem("automatic-cycle", message, "actions", name)
            elif _at_once(action):
                for source in action.source:
                    edges.setdefault(source, set()).add(branch.dest)
    reported: set[str] = set()
    for start in edges:
        found: set[str] = set()
        waiting = list(edges[start])
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                waiting.extend(edges.get(state, ()))
        if start in found and start not in reported:
            reported |= found
            message = f"automatic actions lead from {start!r} back to it for ever: put a task or a timer between them"
            yield subject.problem("automatic-cycle", message, "states", start)


def branches(subject: Subject) -> Iterator[Problem]:
    """Only the last branch of an action may be without a guard: what follows it would never be taken."""
    for name, action in subject.definition.actions.items():
        for index, branch in enumerate(action.branches[:-1]):
            if not branch.guards:
                message = f"this branch of {name!r} has no guard, so those after it are never taken: move it to the end"
                yield subject.problem("never-taken", message, "actions", name, "branches", index)


RULES: tuple[Rule, ...] = (
    initial_is_open,
    unreachable,
    trap,
    outcomes,
    automatic,
    automatic_cycles,
    branches,
)
