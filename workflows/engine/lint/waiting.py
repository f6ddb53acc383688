"""Waiting states, tried out: with every way in which the linked cases can end, exactly one way leads on.

The full product of the states of a parent and all its linked cases explodes; each linked workflow is replaced by the
outcomes that it can have, and of these only as many are tried as the guards in question tell apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..definition import Action, Named, State
from ..facts import SYSTEM_ACTOR, Facts, LinkedCase
from ..loader import Problem
from ..registry import FROM_OUTSIDE, GUARDS, TRIGGERS
from .linked import opened_before
from .names import _as_list
from .subject import Rule, Subject, outcomes_of

NOT_OPENED = ""
"""Stands for a linked case that was not chosen."""

SIMULATED = frozenset(
    {"linked_case_ended", "linked_cases_settled_now", "predecessors_done", "predecessor_not_done", "application_says", "not_chosen"}
)
"""Guards whose answer follows from a situation; any other may refuse or not."""

MOST_SITUATIONS = 20_000

_NEVER = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Situation:
    """One way in which everything that a state waits for may have ended."""

    facts: Facts
    parts: Sequence[tuple[str, str]]

    @property
    def words(self) -> str:
        """What has ended how, for a message."""
        return ", ".join(f"{name} {value or 'not chosen'}" for name, value in self.parts) or "nothing to wait for"


def _guards(action: Action) -> tuple[Named, ...]:
    return (*action.guards, *(guard for branch in action.branches for guard in branch.guards))


def _exits_at_once(subject: Subject, state: State) -> list[Action]:
    return [
        action
        for action in subject.exits[state.name]
        if action.automatic and action.when is not None and action.when.name not in FROM_OUTSIDE
    ]


def _sound(actions: Sequence[Action]) -> bool:
    """Whether every name is registered with its parameters, so that the actions can be tried."""
    for action in actions:
        assert action.when is not None
        if action.when.name not in TRIGGERS:
            return False
        if not isinstance(action.when.parameters.get("join", 1), int) and action.when.parameters["join"] not in ("all", "any"):
            return False
        for guard in _guards(action):
            if guard.name not in GUARDS or GUARDS[guard.name].parameters != set(guard.parameters):
                return False
    return True


def outcomes_on_entry(subject: Subject) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """For each state, how each linked workflow may have ended when a case comes in, as far as guards on the way tell."""
    every = {
        opening.workflow: outcomes_of(subject.others[opening.workflow])
        for state in subject.definition.states.values()
        for opening in state.opens
        if opening.workflow in subject.others
    }
    known: dict[str, dict[str, frozenset[str]]] = {subject.definition.initial: dict(every)}
    waiting = [subject.definition.initial]
    while waiting:
        source = waiting.pop()
        for action in subject.exits.get(source, ()):
            for branch in action.branches:
                if branch.dest not in subject.definition.states:
                    continue
                passed = dict(known[source])
                for guard in (*action.guards, *branch.guards):
                    workflow = guard.parameters.get("workflow")
                    if guard.name == "linked_case_ended" and workflow in passed and "outcome" in guard.parameters:
                        passed[workflow] &= frozenset(_as_list(guard.parameters["outcome"]))
                before = known.get(branch.dest, {})
                merged = {workflow: before.get(workflow, frozenset()) | passed[workflow] for workflow in every}
                if merged != before:
                    known[branch.dest] = merged
                    waiting.append(branch.dest)
    return known


def _classes(outcomes: frozenset[str], guards: Sequence[frozenset[str]]) -> list[str]:
    """One outcome for each set of guards that outcomes can satisfy: the others would behave the same."""
    found: dict[tuple[bool, ...], str] = {}
    for outcome in sorted(outcomes):
        found.setdefault(tuple(outcome in guard for guard in guards), outcome)
    return list(found.values())


def _linked(subject: Subject, state: State, guards: Sequence[Named]) -> Iterator[tuple[str, list[str]]]:
    known = outcomes_on_entry(subject).get(state.name, {})
    here = {opening.workflow for opening in state.opens}
    for opening in opened_before(subject, state.name):
        if opening.workflow not in subject.others:
            continue
        every = outcomes_of(subject.others[opening.workflow])
        possible = every if opening.workflow in here else known.get(opening.workflow, every)
        asked = [
            frozenset(_as_list(guard.parameters["outcome"]))
            for guard in guards
            if guard.name == "linked_case_ended" and guard.parameters["workflow"] == opening.workflow
        ]
        yield opening.workflow, _classes(possible, asked) + ([NOT_OPENED] if opening.when == "chosen" else [])


def _predecessors(subject: Subject) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for _, opening in subject.openings_of_this():
        for workflow in opening.after:
            if workflow in subject.others:
                found[workflow] = [*_classes(outcomes_of(subject.others[workflow]), [frozenset({"done"})]), NOT_OPENED]
    return list(found.items())


def _filed(subject: Subject, guards: Sequence[Named]) -> list[tuple[str, list[str]]]:
    """The fields that guards ask for, with each option and with none."""
    found: dict[str, list[str]] = {}
    for guard in guards:
        page, name = guard.parameters.get("page", ""), guard.parameters.get("field", "")
        if guard.name == "application_says" and page in subject.pages:
            options = [value for field in subject.pages[page].fields if field.name == name for value, _ in field.options]
            found[f"{page}.{name}"] = [*options, NOT_OPENED]
    return list(found.items())


def situations(subject: Subject, state: State, actions: Sequence[Action]) -> Iterator[Situation]:
    """Every combination that the guards of ``actions`` can tell apart, all linked cases being settled."""
    guards = [guard for action in actions for guard in _guards(action)]
    linked = list(_linked(subject, state, guards))
    before = _predecessors(subject)
    filed = _filed(subject, guards)
    groups = [*linked, *before, *filed]
    for combination in itertools.islice(itertools.product(*(values for _, values in groups)), MOST_SITUATIONS):
        named = list(zip((name for name, _ in groups), combination, strict=True))
        cases, earlier = named[: len(linked)], named[len(linked) : len(linked) + len(before)]
        application: dict[str, dict[str, str]] = {}
        for name, value in named[len(linked) + len(before) :]:
            page, _, field = name.partition(".")
            application.setdefault(page, {})[field] = value
        facts = Facts(
            now=_NEVER,
            chosen=frozenset(name for name, value in cases if value),
            linked=_cases(cases),
            predecessors=_cases(earlier),
            application=application,
        )
        yield Situation(facts, named)


def _cases(named: Sequence[tuple[str, str]]) -> tuple[LinkedCase, ...]:
    return tuple(LinkedCase(name, "", "", value) for name, value in named if value)


def _goes(state: State, action: Action, facts: Facts, others_hold: bool) -> bool:
    """Whether the system would do ``action``; ``others_hold`` is taken as the answer of guards that are not simulated."""
    assert action.when is not None
    check, _ = TRIGGERS[action.when.name]
    if not check(state, facts, action.when.parameters):
        return False

    def holds(guard: Named) -> bool:
        if guard.name not in SIMULATED:
            return others_hold
        return GUARDS[guard.name].check(facts, SYSTEM_ACTOR, guard.parameters) is None

    return all(map(holds, action.guards)) and any(all(map(holds, branch.guards)) for branch in action.branches)


Tried = list[tuple[State, list[Action], list[Situation]]]


def _tried(subject: Subject) -> Tried:
    """Every open state that automatic actions leave, with these and all situations it can be left in."""
    tried: Tried | None = subject.memory.get("tried")
    if tried is None:
        tried = subject.memory["tried"] = []
        for state in subject.open_states():
            actions = _exits_at_once(subject, state)
            if actions and _sound(actions):
                tried.append((state, actions, list(itertools.islice(situations(subject, state, actions), MOST_SITUATIONS))))
    return tried


def few_enough_situations(subject: Subject) -> Iterator[Problem]:
    """A state whose situations are too many to try has not been checked, so it cannot pass."""
    for state, _, tried in _tried(subject):
        if len(tried) == MOST_SITUATIONS:
            message = f"{state.name!r} waits for so many cases that its ways on cannot be checked: split the state in two"
            yield subject.problem("too-many-situations", message, "states", state.name)


def every_situation_leads_on(subject: Subject) -> Iterator[Problem]:
    """A state without a task is left in every situation, unless a timer ends the waiting anyway."""
    for state, actions, tried in _tried(subject):
        timer = any(action.when is not None and action.when.name == "timer" for action in subject.exits[state.name])
        if state.task is not None or timer:
            continue
        for situation in tried:
            if not any(_goes(state, action, situation.facts, False) for action in actions):
                message = f"a case can wait in {state.name!r} for ever ({situation.words}): add an automatic action for it"
                yield subject.problem("waits-for-ever", message, "states", state.name)
                break


def one_way_at_a_time(subject: Subject) -> Iterator[Problem]:
    """No two automatic actions apply in the same situation: which comes first in the file must not matter."""
    for state, actions, tried in _tried(subject):
        for situation in tried if len(actions) > 1 else ():
            going = [action.name for action in actions if _goes(state, action, situation.facts, False)]
            if len(going) > 1:
                both = f"{going[0]!r} and {going[1]!r} both apply in {state.name!r} ({situation.words})"
                yield subject.problem("ambiguous", f"{both}: let their guards exclude each other", "actions", going[1])
                break


def every_action_is_taken(subject: Subject) -> Iterator[Problem]:
    """Every automatic action applies in some situation."""
    for state, actions, tried in _tried(subject):
        for action in actions:
            if not any(_goes(state, action, situation.facts, True) for situation in tried):
                message = f"{action.name!r} can never happen in {state.name!r}, however the cases it waits for end"
                yield subject.problem("never-taken", f"{message}: mend it or take it out", "actions", action.name)


RULES: tuple[Rule, ...] = (few_enough_situations, every_situation_leads_on, one_way_at_a_time, every_action_is_taken)
