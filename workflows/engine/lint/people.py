"""Who can do what: no step without somebody who can do it, and nobody left without a way."""

from __future__ import annotations

from collections.abc import Iterator

from ..clock_states import EXTEND, does
from ..definition import STAYS, Action, State
from ..loader import Problem
from ..registry import EFFECTS, GUARDS
from .linked import SETTLED_NOW
from .subject import Rule, Subject

APPLICANT = "applicant"
CORRECTION, SIGNING = "correction", "signing"
CORRECTING = ("applicant", "clerk")
"""Who files, and so who can change what was filed."""


def _targets(action: Action) -> frozenset[str]:
    return frozenset(branch.dest for branch in action.branches)


def _leads_to_success(subject: Subject, action: Action, state: State) -> bool:
    """Whether the case can end well after ``action`` without coming back first: starting again does not count."""
    states = subject.definition.states
    been = {state.name, STAYS}
    waiting = list(_targets(action))
    while waiting:
        name = waiting.pop()
        if name in states and name not in been:
            been.add(name)
            if states[name].outcome == "done":
                return True
            if not states[name].final:
                waiting.extend(subject.next_states(name))
    return False


def addressee_can_act(subject: Subject) -> Iterator[Problem]:
    """Whoever gets the task can do something from there, and something that brings the case towards its success."""
    for state in subject.open_states():
        if state.task is None:
            continue
        theirs = [action for action in subject.exits[state.name] if state.task.role in action.by]
        path = ("states", state.name, "task")
        if not theirs:
            message = f"the task of {state.name!r} goes to {state.task.role!r}, who can do nothing there: add the role to an action"
            yield subject.problem("nobody-can", message, *path)
        elif not any(_leads_to_success(subject, action, state) or action.vote for action in theirs):
            message = f"nothing that {state.task.role!r} can do in {state.name!r} leads towards success: add the role to such an action"
            yield subject.problem("nobody-can", message, *path)


def staff_need_a_task(subject: Subject) -> Iterator[Problem]:
    """Where anybody but the applicant has something to do, a task says so, or it would be in nobody's inbox."""
    for state in subject.open_states():
        if state.task is None:
            for action in subject.exits[state.name]:
                if not action.automatic and set(action.by) - {APPLICANT}:
                    message = f"people act in {state.name!r} ({action.name!r}), but it has no task: say whose turn it is"
                    yield subject.problem("no-task", message, "states", state.name)
                    break


def waiting_leads_on(subject: Subject) -> Iterator[Problem]:
    """A state without a task is left by an automatic action."""
    for state in subject.open_states():
        if state.task is None and not any(action.automatic for action in subject.exits[state.name]):
            message = f"{state.name!r} waits without a task, but no automatic action leads out of it: add one, or a task"
            yield subject.problem("waits-for-ever", message, "states", state.name)


def task_is_needed(subject: Subject) -> Iterator[Problem]:
    """An automatic action that happens at once, whatever was filed, leaves nothing for people to do."""
    for name, action in subject.definition.actions.items():
        # Unless a linked case is started again, which is rare, they are all settled by then.
        guards = [named for named in action.guards if named.name != SETTLED_NOW]
        unguarded = not guards and not all(branch.guards for branch in action.branches)
        if action.when is not None and action.when.name == "at_once" and unguarded:
            for source in action.source:
                if len(subject.exits.get(source, ())) > 1 or subject.definition.states[source].task:
                    message = f"{name!r} happens at once, so nothing else can be done in {source!r}: give it a guard"
                    yield subject.problem("never-taken", message, "actions", name)


def keeping_the_task(subject: Subject) -> Iterator[Problem]:
    """An action that keeps the open task can be done by the one who has it."""
    for name, action in subject.definition.actions.items():
        for source in action.source:
            state = subject.definition.states.get(source)
            # A vote is one person's answer: that others answer too does not hold up whoever has the task.
            if state and state.task and STAYS in _targets(action) and state.task.role not in action.by and not action.vote:
                message = f"{name!r} keeps the task of {source!r}, so {state.task.role!r}, who has it, must be able to do it"
                yield subject.problem("nobody-can", message, "actions", name, "by")


def effects_have_their_roles(subject: Subject) -> Iterator[Problem]:
    """Some effects must be open to certain roles, or need a guard: filing again at the window too, for one."""
    for name, action in subject.definition.actions.items():
        for effect in action.effects:
            declared = EFFECTS.get(effect.name)
            if declared is None:
                continue
            for role in sorted(declared.roles - set(action.by)):
                message = f"{effect.name!r} must be open to {role!r}: add the role to {name!r}"
                yield subject.problem("effect-role", message, "actions", name, "by")
            guards = {guard.name for guard in action.guards}
            if not declared.guards <= guards and declared.guards <= set(GUARDS):
                wanted = ", ".join(sorted(declared.guards - guards))
                message = f"{effect.name!r} needs the guard {wanted}: add it to {name!r}"
                yield subject.problem("effect-guard", message, "actions", name)


def filing_needs_pages(subject: Subject) -> Iterator[Problem]:
    """What is filed again has pages to be typed on."""
    for name, action in subject.definition.actions.items():
        if does(action, "accept_submission", "accept_filing") and not subject.pages:
            message = f"{name!r} takes in a submission, but neither this workflow nor one that opens it has pages"
            yield subject.problem("no-pages", message, "actions", name, "effects")


def extension_can_be_declined(subject: Subject) -> Iterator[Problem]:
    """Whoever may grant more time may also decline it: a decision with one answer is none."""
    for name, action in subject.definition.actions.items():
        if not does(action, *EXTEND):
            continue
        for source in action.source:
            others = [other for other in subject.exits.get(source, ()) if other.name != name and set(other.by) & set(action.by)]
            if not any(_targets(other) - _targets(action) for other in others):
                message = f"in {source!r} the extension can be granted but not declined: add an action for {', '.join(action.by)}"
                yield subject.problem("one-answer", message, "states", source)


def withdrawal(subject: Subject) -> Iterator[Problem]:
    """Where the applicant may withdraw, it was possible before as well: it ends at a milestone and does not come and go.
    A service, which the applicant chose, can be withdrawn from as long as it is open."""
    states = subject.definition.states
    possible = {
        source
        for action in subject.definition.actions.values()
        if APPLICANT in action.by and any(states[dest].outcome == "withdrawn" for dest in _targets(action) if dest in states)
        for source in action.source
    }
    for state in subject.open_states():
        later = sorted((subject.reachable(state.name) - {state.name}) & possible)
        if state.name not in possible and subject.definition.kind == "service":
            message = f"a service is the applicant's choice, but cannot be withdrawn in {state.name!r}: allow it there"
            yield subject.problem("withdrawal", message, "states", state.name)
        elif state.name not in possible and later:
            message = f"the applicant may withdraw in {later[0]!r} but not in {state.name!r} before it: allow it there too"
            yield subject.problem("withdrawal", message, "states", state.name)


def starting_again(subject: Subject) -> Iterator[Problem]:
    """A service that did not succeed can be started again, by the applicant and by whoever then gets the task."""
    states = subject.definition.states
    first = subject.exits.get(subject.definition.initial, ())
    waits = any(action.when and action.when.name == "predecessors_settled" for action in first)
    if subject.definition.kind == "service":
        for state in states.values():
            if state.final and state.outcome != "done" and not subject.exits[state.name]:
                message = f"a case in {state.name!r} cannot be started again: add the state to an action that does so"
                yield subject.problem("start-again", message, "states", state.name)
    for name, action in subject.definition.actions.items():
        restarts = any(source in states and states[source].final for source in action.source)
        for dest in _targets(action) & set(states) if restarts else ():
            task = states[dest].task
            for role in sorted({APPLICANT, task.role} - set(action.by)) if task else ():
                message = f"{name!r} starts the case again, so {role!r} must be able to do it: add the role"
                yield subject.problem("start-again", message, "actions", name, "by")
        past_the_wait = restarts and _targets(action) - {subject.definition.initial, STAYS}
        if waits and past_the_wait and not any(guard.name == "predecessors_done" for guard in action.guards):
            message = f"{name!r} starts the case again past its waiting: add the guard predecessors_done"
            yield subject.problem("start-again", message, "actions", name)


def alike(subject: Subject) -> Iterator[Problem]:
    """States said to be ``like`` each other offer the same actions, but for those on the way from one to the other."""
    for name, data in subject.document.data["states"].items():
        other = data.get("like")
        if other in subject.definition.states:
            for here, there in ((name, other), (other, name)):
                for action in subject.exits[here]:
                    on_the_way = any(there in subject.reachable(dest, without=here) for dest in _targets(action) - {STAYS})
                    if there not in action.source and (not on_the_way or _passes_correction(subject, action, there)):
                        message = f"{name!r} is like {other!r}, but {action.name!r} is possible only in {here!r}: add {there!r}"
                        yield subject.problem("like", message, "actions", action.name, "source")


def _passes_correction(subject: Subject, action: Action, there: str) -> bool:
    states = subject.definition.states
    return any(dest in states and states[dest].stage == CORRECTION for dest in _targets(action))


def sign_offs(subject: Subject) -> Iterator[Problem]:
    """A state that several people decide has their votes, an end for yes and for no, and a number that can be reached."""
    for state in subject.open_states():
        path = ("states", state.name)
        exits = subject.exits[state.name]
        results = {
            str(action.when.parameters.get("result")) for action in exits if action.when and action.when.name == "sign_offs_decided"
        }
        votes = {action.vote for action in exits if action.vote and state.task and state.task.role in action.by}
        yield from _change_while_signing(subject, state)
        if state.sign_off is None:
            if results or any(action.vote for action in exits):
                message = f"{state.name!r} has votes or waits for them, but no 'sign_off' says how they decide: add it"
                yield subject.problem("sign-off", message, *path)
            continue
        if state.task is None:
            yield subject.problem("sign-off", f"{state.name!r} is decided by several people, but has no task", *path)
        for answer in ("yes", "no"):
            if answer not in results:
                message = f"no automatic action of {state.name!r} follows when the result is {answer!r}: add one"
                yield subject.problem("sign-off", message, *path)
            if answer not in votes:
                yield subject.problem("sign-off", f"nobody can vote {answer!r} in {state.name!r}: add an action", *path)
        if state.sign_off.rule == "count" and state.sign_off.count < 1:
            yield subject.problem("sign-off", "'count' must say how many must agree, at least 1", *path, "sign_off")
        if state.sign_off.rule == "share" and not 0 < state.sign_off.share < 100:
            yield subject.problem("sign-off", "'share' must be a percentage from 1 to 99", *path, "sign_off")


def _change_while_signing(subject: Subject, state: State) -> Iterator[Problem]:
    """While people sign, whoever filed can take the application back: a mistake that a signatory finds must not wait for a refusal."""
    if state.stage != SIGNING:
        return
    states = subject.definition.states
    for role in CORRECTING:
        actions = [action for action in subject.exits[state.name] if role in action.by]
        if not any(states[dest].stage == CORRECTION for action in actions for dest in _targets(action) & set(states)):
            message = f"{role!r} cannot take the application back from {state.name!r}: add an action that leads to correction"
            yield subject.problem("sign-off", message, "states", state.name)


RULES: tuple[Rule, ...] = (
    addressee_can_act,
    staff_need_a_task,
    waiting_leads_on,
    task_is_needed,
    keeping_the_task,
    effects_have_their_roles,
    filing_needs_pages,
    extension_can_be_declined,
    withdrawal,
    starting_again,
    alike,
    sign_offs,
)
