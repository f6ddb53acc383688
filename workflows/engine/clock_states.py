"""Where the clocks of a case run: told from the definition and the state alone, so that asking costs nothing.

A licence's clock begins at acceptance (行政许可法 第四十二条): in the states before it no time runs. While a special procedure is
under way the clock stands still (第四十五条). The linter sees to it that every state is clearly before or after, in or out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from .definition import OUTSIDE_ROLES, STAYS, Action, Definition

ACCEPTED, RECEIVED = "begin_clock_at_acceptance", "begin_clock_at_receipt"
BEGIN = frozenset({ACCEPTED, RECEIVED})
"""Effects by which the clock begins: now, or on the day on which the step began that was left without a notice (第三十二条)."""

UNANNOUNCED, ANNOUNCED = "suspend_clock", "suspend_clock_announced"
SUSPEND = frozenset({UNANNOUNCED, ANNOUNCED})
"""Effects by which the clock stands still; the second one says as well how long the special procedure will take (第四十五条)."""

RESUME_ON, RESUME_NOW = "resume_clock", "resume_clock_now"
RESUME = frozenset({RESUME_ON, RESUME_NOW})
"""Effects by which it goes on: from the day that was typed, or from this moment if it stands still."""

EXTEND_ONCE = "extend_once"
EXTEND = frozenset({"extend_statutory", EXTEND_ONCE})
"""Effects that lengthen the statutory time; the second one only once, and only while it has not run out."""

_ANEW = BEGIN | {"restart_clock", "begin_clocks"}
"""Effects after which every clock begins anew, that of a step as well."""

_CARRIED = "receive_hand_over"

_found: dict[tuple[str, str], frozenset[str]] = {}


def does(action: Action, *names: str) -> bool:
    """Whether an action has one of these effects."""
    return any(effect.name in names for effect in action.effects)


def begins_at_acceptance(definition: Definition) -> bool:
    """Whether the clocks begin with an acceptance, and not with the case."""
    return bool(_kept(definition, "begins"))


def before_acceptance(definition: Definition) -> frozenset[str]:
    """The states that a case can be in before its clocks have begun; none where they begin with the case."""
    return _kept(definition, "before")


def suspended_states(definition: Definition) -> frozenset[str]:
    """The states in which the clocks stand still: those that an action with a suspension leads to."""
    return _kept(definition, "suspended")


def may_be_suspended(definition: Definition) -> bool:
    """Whether cases of this version can have a ledger of suspensions at all."""
    return bool(suspended_states(definition))


def may_return(definition: Definition, source: str, state: str) -> bool:
    """Whether a case that comes from one state into another may have been there before, with the step's clock still counting.

    That clock belongs to the case and the step: it goes on when the case comes back from elsewhere within the departments. It
    begins anew after the people who apply had something to do, and with the clocks of the case. A bag that is sent once more is
    another hand-over, with a time of its own.
    """
    key = (definition.fingerprint, f"returns to {state}")
    found = _found.get(key)
    if found is None:
        is_carried = any(state in action.source and does(action, _CARRIED) for action in definition.actions.values())
        has_clock = definition.states[state].time is not None and not is_carried
        found = _found[key] = _walked(definition, {state}, _ANEW, outside_states(definition)) if has_clock else frozenset()
    return source in found


def earlier_stays(definition: Definition, state: str, since: int, stays: Iterable[tuple[str, int, int]]) -> list[tuple[int, int]]:
    """Of the stays of a case, each with its state, its beginning and its end, in order, those whose time counts for one more stay
    in a state; ``since`` is when the clocks of the case began."""
    found: list[tuple[int, int]] = []
    for name, opened, closed in stays:
        if name in outside_states(definition):
            found.clear()
        elif name == state and opened >= since:
            found.append((opened, closed))
    return found


def outside_states(definition: Definition) -> frozenset[str]:
    """The states in which people outside the authorities have something to do."""
    return _kept(definition, "outside")


def _kept(definition: Definition, what: str) -> frozenset[str]:
    key = (definition.fingerprint, what)
    found = _found.get(key)
    if found is None:
        found = _found[key] = _TOLD[what](definition)
    return found


def _begins(definition: Definition) -> frozenset[str]:
    return frozenset(name for name, action in definition.actions.items() if does(action, *BEGIN))


def _suspended(definition: Definition) -> frozenset[str]:
    return frozenset(
        branch.dest
        for action in definition.actions.values()
        if does(action, *SUSPEND)
        for branch in action.branches
        if branch.dest != STAYS
    )


def _outside(definition: Definition) -> frozenset[str]:
    states = definition.states.values()
    return frozenset(state.name for state in states if state.task is not None and state.task.role in OUTSIDE_ROLES)


def _before(definition: Definition) -> frozenset[str]:
    if not begins_at_acceptance(definition):
        return frozenset()
    return reached(definition, {definition.initial})


def reached(definition: Definition, starts: set[str]) -> frozenset[str]:
    """These states and those that a case comes to from them without its clock beginning on the way."""
    return _walked(definition, starts, BEGIN)


def _walked(
    definition: Definition, starts: set[str], effects: frozenset[str], avoided: Container[str] = frozenset()
) -> frozenset[str]:
    """These states and those that a case comes to from them by actions without these effects, through none that is avoided."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        state = waiting.pop()
        if state not in found and state not in avoided:
            found.add(state)
            waiting += [
                branch.dest
                for action in definition.actions.values()
                if state in action.source and not does(action, *effects)
                for branch in action.branches
                if branch.dest != STAYS and branch.dest in definition.states
            ]
    return frozenset(found)


_TOLD = {"begins": _begins, "before": _before, "suspended": _suspended, "outside": _outside}
