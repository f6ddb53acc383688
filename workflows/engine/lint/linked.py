"""Cases that open other cases: what is opened, in which order, and by which choice."""

from __future__ import annotations

from collections.abc import Iterator

from ..definition import CHAIN, DELEGATED, STAYS, Definition, Opening
from ..loader import Problem
from .names import _as_list
from .shape import suggestion
from .subject import Rule, Subject, named_places, outcomes_of, split

CHOICE = ("matters", "chosen")
"""The page and field of the application in which the applicant chooses which matters are opened."""

SETTLED_NOW, SETTLED_AGAIN = "linked_cases_settled_now", "linked_cases_settled_again"


def openings(subject: Subject) -> Iterator[tuple[str, int, Opening]]:
    """Every linked case that this workflow opens, with its state and number there."""
    for state in subject.definition.states.values():
        for index, opening in enumerate(state.opens):
            yield state.name, index, opening


def opened_before(subject: Subject, state: str) -> tuple[Opening, ...]:
    """What has been opened, or may have been, by the time a case is in ``state``."""
    found: dict[str, Opening] = {}
    for name, _, opening in openings(subject):
        if state in subject.reachable(name):
            found.setdefault(opening.workflow, opening)
    return tuple(found.values())


def opened_workflows_exist(subject: Subject) -> Iterator[Problem]:
    """A state opens workflows that there are, each once in the whole workflow, and never itself in a circle."""
    seen: set[str] = set()
    for state, index, opening in openings(subject):
        path = ("states", state, "opens", index, "workflow")
        if opening.workflow not in subject.keys:
            message = f"{opening.workflow!r} is not a workflow{suggestion(opening.workflow, subject.keys)}"
            yield subject.problem("unknown-workflow", message, *path)
        elif opening.workflow in {definition.key for definition in subject.ancestors}:
            message = f"{opening.workflow!r} opens this workflow or is it: a case would open cases without end"
            yield subject.problem("opening-cycle", message, *path)
        if opening.workflow in seen:
            yield subject.problem("twice", f"{opening.workflow!r} is opened twice: take one out", *path)
        seen.add(opening.workflow)


OPENING_KINDS = (CHAIN, DELEGATED)


def kind_fits(subject: Subject) -> Iterator[Problem]:
    """A chain opens linked cases, and so does delegated handling, which carries a matter; nothing else does."""
    opens = any(True for _ in openings(subject))
    kind = subject.definition.kind
    if kind in OPENING_KINDS and not opens:
        message = f"a {kind} workflow opens linked cases, but no state does: add 'opens' or change the kind"
        yield subject.problem("kind", message, "kind")
    if kind not in OPENING_KINDS and opens:
        yield subject.problem("kind", "states open linked cases, so the kind of this workflow is 'chain'", "kind")


def order(subject: Subject) -> Iterator[Problem]:
    """``after`` names workflows opened by the same state, without a circle."""
    for state in subject.definition.states.values():
        after = {opening.workflow: opening.after for opening in state.opens}
        for index, opening in enumerate(state.opens):
            for position, name in enumerate(opening.after):
                if name not in after:
                    message = f"{name!r} is not opened by {state.name!r}, so nothing can wait for it there"
                    yield subject.problem("after", message, "states", state.name, "opens", index, "after", position)
            if _comes_back(opening.workflow, after):
                message = f"{opening.workflow!r} would wait for itself: break the circle of 'after'"
                yield subject.problem("after", message, "states", state.name, "opens", index, "after")


def _comes_back(start: str, after: dict[str, tuple[str, ...]]) -> bool:
    found: set[str] = set()
    waiting = list(after[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(after.get(name, ()))
    return start in found


def _waits_for_predecessors(definition: Definition) -> bool:
    return any(
        action.when is not None and action.when.name == "predecessors_settled" and definition.initial in action.source
        for action in definition.actions.values()
    )


def waiting_for_predecessors(subject: Subject) -> Iterator[Problem]:
    """What is opened ``after`` others begins by waiting for them, and only that does."""
    for state, index, opening in openings(subject):
        other = subject.others.get(opening.workflow)
        if other is None or _waits_for_predecessors(other) == bool(opening.after):
            continue
        if opening.after:
            message = f"{opening.workflow!r} is opened after others but does not begin by waiting for predecessors_settled"
        else:
            message = f"{opening.workflow!r} begins by waiting for others: say 'after' which"
        yield subject.problem("after", message, "states", state, "opens", index)


def choices_match(subject: Subject) -> Iterator[Problem]:
    """What the applicant can choose is what is opened when chosen: nothing chosen in vain, nothing that cannot be."""
    chosen = {opening.workflow: (state, index) for state, index, opening in openings(subject) if opening.when == "chosen"}
    page_name, field_name = CHOICE
    if subject.definition.kind == DELEGATED:  # which matter it is, its mandate says
        for value, (state, index) in chosen.items():
            if value in subject.others and not subject.others[value].pages:
                message = f"{value!r} has no pages to be filed on, so nobody can entrust an agent with it"
                yield subject.problem("choice", message, "states", state, "opens", index)
        return
    for number, page in enumerate(subject.definition.pages):
        for position, field in enumerate(page.fields):
            if (page.name, field.name) == CHOICE:
                options = {value for value, _ in field.options}
                path = ("pages", number, "fields", position, "options")
                for value in sorted(options - set(chosen)):
                    message = f"the applicant can choose {value!r}, but no state opens it 'when: chosen'"
                    yield subject.problem("choice", message, *path, value)
                for value in sorted(set(chosen) - options):
                    state, index = chosen[value]
                    message = f"{value!r} is opened when chosen, but is no option of {page_name}.{field_name}: add it there"
                    yield subject.problem("choice", message, "states", state, "opens", index)
                return
    for value, (state, index) in chosen.items():
        message = f"{value!r} is opened when chosen, but there is no field {page_name}.{field_name} to choose it in"
        yield subject.problem("choice", message, "states", state, "opens", index)


def joins(subject: Subject) -> Iterator[Problem]:
    """A join waits for workflows that have been opened by then, and for no more of them than there are."""
    for name, action in subject.definition.actions.items():
        if action.when is None or action.when.name != "linked_cases_settled":
            continue
        path = ("actions", name, "when", "linked_cases_settled")
        of = action.when.parameters.get("of")
        for source in action.source:
            if source not in subject.definition.states:
                continue
            opened = {opening.workflow for opening in opened_before(subject, source)}
            named = set(of) if of is not None else opened
            for workflow in sorted(named - opened):
                message = f"{workflow!r} has not been opened by {source!r} or a state before it{suggestion(workflow, opened)}"
                yield subject.problem("join", message, *path, "of")
            if not opened:
                message = f"nothing has been opened by {source!r} or a state before it, so there is nothing to wait for"
                yield subject.problem("join", message, *path)
            join = action.when.parameters.get("join", "all")
            earlier = opened - {opening.workflow for opening in subject.definition.states[source].opens}
            if join != "all" and of is None and earlier:
                message = f"{sorted(earlier)[0]!r} was opened earlier and would count for this join: say 'of' which it waits for"
                yield subject.problem("join", message, *path, "join")
            if isinstance(join, int) and join > len(named):
                message = f"the join waits for {join} cases, but no more than {len(named)} are opened: it can never be met"
                yield subject.problem("join", message, *path, "join")


def guards_name_linked_cases(subject: Subject) -> Iterator[Problem]:
    """Guards on linked cases and choices name what is opened, and outcomes that it can have."""
    opened = {opening.workflow: opening for _, _, opening in openings(subject)}
    for kind, item, path in named_places(subject):
        name, given = split(item)
        workflow = given.get("workflow")
        if kind != "guard" or name not in ("linked_case_ended", "not_chosen") or workflow is None:
            continue
        at = (*path, name)
        if workflow not in opened:
            message = f"no state opens {workflow!r}{suggestion(str(workflow), opened)}"
            yield subject.problem("linked-case", message, *at, "workflow")
        elif name == "not_chosen" and opened[workflow].when != "chosen":
            message = f"{workflow!r} is always opened, so it is never left unchosen"
            yield subject.problem("linked-case", message, *at, "workflow")
        elif name == "linked_case_ended" and workflow in subject.others and "outcome" in given:
            possible = outcomes_of(subject.others[workflow])
            for outcome in _as_list(given["outcome"]):
                if outcome not in possible:
                    message = f"{workflow!r} cannot end with {outcome!r}{suggestion(str(outcome), possible)}"
                    yield subject.problem("linked-case", message, *at, "outcome")


def _starts_again(definition: Definition) -> bool:
    """Whether a case that ended can come to life again."""
    states = definition.states
    return any(
        any(source in states and states[source].final for source in action.source)
        and any(branch.dest in states and not states[branch.dest].final for branch in action.branches)
        for action in definition.actions.values()
    )


def handed_out_whole(subject: Subject) -> Iterator[Problem]:
    """A linked case can be started again after the join: nothing is handed out meanwhile, and its result is afterwards."""
    states = subject.definition.states
    for state in subject.open_states():
        opened = (subject.others.get(opening.workflow) for opening in opened_before(subject, state.name))
        if not state.closes or not any(other is not None and _starts_again(other) for other in opened):
            continue
        for action in subject.exits[state.name]:
            ends = [branch.dest for branch in action.branches if branch.dest in states and states[branch.dest].outcome == "done"]
            if ends and all(named.name != SETTLED_NOW for named in action.guards):
                message = f"{action.name!r} would leave out what was started again: add the guard {SETTLED_NOW}"
                yield subject.problem("handed-out-whole", message, "actions", action.name)
            for end in ends:
                again = [each for each in subject.exits.get(end, ()) if any(named.name == SETTLED_AGAIN for named in each.guards)]
                if not any(branch.dest == STAYS for each in again for branch in each.branches):
                    message = f"what is started again after {end!r} is never handed out: add an action with the guard {SETTLED_AGAIN}"
                    yield subject.problem("handed-out-whole", message, "states", end)


RULES: tuple[Rule, ...] = (
    handed_out_whole,
    opened_workflows_exist,
    kind_fits,
    order,
    waiting_for_predecessors,
    choices_match,
    joins,
    guards_name_linked_cases,
)
