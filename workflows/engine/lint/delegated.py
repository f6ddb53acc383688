"""Delegated handling: nothing is done without a mandate, nobody is left without a way, and no paper stays behind."""

from __future__ import annotations

from collections.abc import Iterator

from ..definition import DELEGATED, PRINCIPAL, Action, State
from ..loader import Problem
from .subject import Rule, Subject

RULE = "delegated"
SECOND_PEOPLE = ("agent", "coordinator", "clerk")
"""Who may take in on paper what somebody cannot sign on a telephone; of them all, one is always near."""

IN_FORCE, REVOKED, SETTLED_NOW = "mandate_in_force", "mandate_revoked", "linked_cases_settled_now"
NOTHING_HELD, SENT_ALONG, ON_THE_WAY = "nothing_held", "everything_sent_along", "office_on_the_way"


def _guards(action: Action) -> set[str]:
    return {guard.name for guard in action.guards}


def _signed(subject: Subject) -> Iterator[State]:
    yield from (state for state in subject.open_states() if state.sign_off is not None)


def whoever_entrusts_signs(subject: Subject) -> Iterator[Problem]:
    """What an agent's case asks to be signed is signed by whoever entrusted it, or taken in on paper by somebody else."""
    for state in _signed(subject):
        path = ("states", state.name)
        assert state.sign_off is not None
        if state.sign_off.of != PRINCIPAL:
            message = f"whoever entrusted the agent signs in {state.name!r}: say 'of: {PRINCIPAL}'"
            yield subject.problem(RULE, message, *path, "sign_off")
        on_paper = [action for action in subject.exits[state.name] if action.vote == "yes" and "second_person" in _guards(action)]
        for role in SECOND_PEOPLE:
            if not any(role in action.by for action in on_paper):
                message = f"without a telephone nobody can sign in {state.name!r} with {role!r}: add it, guarded by second_person"
                yield subject.problem(RULE, message, *path)


def mandate_can_be_mended(subject: Subject) -> Iterator[Problem]:
    """A mandate with a mistake in it is drafted again while it waits for its signature; without one, papers go back."""
    for state in _signed(subject):
        if state.closes:
            continue
        exits = subject.exits[state.name]
        if not any("agent" in action.by and any(effect.name == "draft_mandate" for effect in action.effects) for action in exits):
            message = f"a mistake in the mandate cannot be mended in {state.name!r}: add an action of the agent with draft_mandate"
            yield subject.problem(RULE, message, "states", state.name)
        for action in exits:
            if action.automatic and not _is_agreement(action) and not _gives_back(subject, action):
                message = f"{action.name!r} must end only when nothing is held, and else lead to giving it back: add both branches"
                yield subject.problem(RULE, message, "actions", action.name)


def _is_agreement(action: Action) -> bool:
    return action.when is not None and action.when.parameters.get("result") == "yes"


def _gives_back(subject: Subject, action: Action) -> bool:
    states = subject.definition.states
    ends = [branch for branch in action.branches if {guard.name for guard in branch.guards} == {NOTHING_HELD}]
    others = [branch for branch in action.branches if not branch.guards]
    return any(branch.dest in states and states[branch.dest].final for branch in ends) and any(
        any(exit_.automatic and NOTHING_HELD in _guards(exit_) for exit_ in subject.exits.get(branch.dest, ())) for branch in others
    )


def only_on_a_mandate(subject: Subject) -> Iterator[Problem]:
    """Papers go up only on a mandate in force, from the point only with an application that can be filed; they come down whole."""
    states = subject.definition.states
    for name, action in subject.definition.actions.items():
        for effect in action.effects:
            if effect.name != "send_hand_over":
                continue
            wanted = {SENT_ALONG}
            if effect.parameters.get("direction") == "up":
                wanted = {IN_FORCE, "registration_rules_hold"} if "agent" in action.by else {IN_FORCE}
            elif any(_is_at_centre(states[source]) for source in action.source if source in states):
                wanted.add(SETTLED_NOW)
            for guard in sorted(wanted - _guards(action)):
                yield subject.problem(RULE, f"{name!r} sends papers on, so it needs the guard {guard}: add it", "actions", name)


def _is_at_centre(state: State) -> bool:
    return state.task is not None and state.task.office == "centre"


def every_hop_or_none(subject: Subject) -> Iterator[Problem]:
    """What depends on the way knows it whole: over the town, straight to the centre, or neither."""
    for name, action in subject.definition.actions.items():
        named = {
            guard.parameters.get("office") for branch in action.branches for guard in branch.guards if guard.name == ON_THE_WAY
        }
        if named and (named != {"town", "centre"} or all(branch.guards for branch in action.branches)):
            message = f"{name!r} must have a branch over the town, one to the centre, and one where the way ends: add what is left out"
            yield subject.problem(RULE, message, "actions", name)


def revoked_at_any_time(subject: Subject) -> Iterator[Problem]:
    """Wherever something is done on a mandate, a revoked one stops it, and a coordinator can ask for what is missing."""
    states = subject.definition.states
    for state in subject.open_states():
        exits = subject.exits[state.name]
        if not any(IN_FORCE in _guards(action) for action in exits):
            continue
        if not any(action.when is not None and action.when.name == REVOKED for action in exits):
            message = f"in {state.name!r} somebody acts on a mandate, so a revoked one must stop it: add it to the action that does so"
            yield subject.problem(RULE, message, "states", state.name)
        if state.task is None or state.task.role != "coordinator":
            continue
        back = [action for action in exits if "coordinator" in action.by and action.form]
        if not any(_agents(states[branch.dest]) for action in back for branch in action.branches if branch.dest in states):
            message = f"in {state.name!r} the coordinator cannot ask for what is missing: add an action with a form back to the agent"
            yield subject.problem(RULE, message, "states", state.name)


def _agents(state: State) -> bool:
    return state.task is not None and state.task.role == "agent"


def closed_with_the_matter(subject: Subject) -> Iterator[Problem]:
    """办结 is when the matter is settled: the way back belongs to the delivery and makes no department overdue."""
    for state in subject.definition.states.values():
        after = subject.reachable(state.name) - {state.name} if state.opens else frozenset()
        for name in sorted(after):
            later = subject.definition.states[name]
            if not later.final and not later.closes:
                message = f"{name!r} comes after the matter was settled, so the case is closed there: add 'closes: true'"
                yield subject.problem(RULE, message, "states", name)


_RULES: tuple[Rule, ...] = (
    whoever_entrusts_signs,
    mandate_can_be_mended,
    only_on_a_mandate,
    every_hop_or_none,
    revoked_at_any_time,
    closed_with_the_matter,
)


def delegated(subject: Subject) -> Iterator[Problem]:
    """The rules of this module, on workflows of this kind alone."""
    if subject.definition.kind == DELEGATED:
        for rule in _RULES:
            yield from rule(subject)


RULES: tuple[Rule, ...] = (delegated,)
