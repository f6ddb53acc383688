"""Where the clocks of a case run: told from the definition and the state alone, so that asking costs nothing.

A licence's clock begins at acceptance (行政许可法 第四十二条): in the states before it no time runs. While a special procedure is
under way the clock stands still (第四十五条). The linter sees to it that every state is clearly before or after, in or out.
"""

from __future__ import annotations

from .definition import STAYS, Action, Definition

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


def _kept(definition: Definition, what: str) -> frozenset[str]:
    key = (definition.fingerprint, what)
    found = _found.get(key)
    if found is None:
        found = _found[key] = {"begins": _begins, "before": _before, "suspended": _suspended}[what](definition)
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


def _before(definition: Definition) -> frozenset[str]:
    if not begins_at_acceptance(definition):
        return frozenset()
    return reached(definition, {definition.initial})


def reached(definition: Definition, starts: set[str]) -> frozenset[str]:
    """These states and those that a case comes to from them without its clock beginning on the way."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += [
                branch.dest
                for action in definition.actions.values()
                if state in action.source and not does(action, *BEGIN)
                for branch in action.branches
                if branch.dest != STAYS and branch.dest in definition.states
            ]
    return frozenset(found)
