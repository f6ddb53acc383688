"""What a rule looks at: one definition with its places in the file, and the definitions it is linked with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..definition import STAYS, Action, Definition, Form, Opening, State
from ..loader import Document, Path_, Problem


@dataclass(frozen=True)
class Subject:
    """One definition under the linter.

    ``others`` holds the newest version of every workflow that could be built, by key; ``keys`` every key that has a
    file, also of those that could not.
    """

    document: Document
    definition: Definition
    vocabulary: Mapping[str, Any]
    others: Mapping[str, Definition]
    keys: frozenset[str]
    memory: dict[str, Any] = field(default_factory=dict)
    """What several rules have to work out, by name."""

    def problem(self, rule: str, message: str, *path: str | int) -> Problem:
        return self.document.problem(rule, message, *path)

    @cached_property
    def exits(self) -> Mapping[str, tuple[Action, ...]]:
        """The actions that start in each state."""
        actions = self.definition.actions.values()
        return {state: tuple(action for action in actions if state in action.source) for state in self.definition.states}

    def next_states(self, state: str) -> frozenset[str]:
        """Where one action can bring a case from ``state``."""
        return frozenset(
            branch.dest
            for action in self.exits.get(state, ())
            for branch in action.branches
            if branch.dest != STAYS and branch.dest in self.definition.states
        )

    def reachable(self, start: str, without: str | None = None) -> frozenset[str]:
        """``start`` and every state that a case can come to from there, never passing through ``without``."""
        found: set[str] = set()
        waiting = [start]
        while waiting:
            state = waiting.pop()
            if state not in found and state != without and state in self.definition.states:
                found.add(state)
                waiting.extend(self.next_states(state))
        return frozenset(found)

    @cached_property
    def from_initial(self) -> frozenset[str]:
        return self.reachable(self.definition.initial)

    def open_states(self) -> Iterator[State]:
        """States in which a case still goes on."""
        yield from (state for state in self.definition.states.values() if not state.final)

    @cached_property
    def ancestors(self) -> tuple[Definition, ...]:
        """This definition and every one that opens it, directly or through others."""
        found = {self.definition.key: self.definition}
        grown = True
        while grown:
            grown = False
            for other in self.others.values():
                opened = {opening.workflow for state in other.states.values() for opening in state.opens}
                if other.key not in found and opened & set(found):
                    found[other.key] = other
                    grown = True
        return tuple(found.values())

    @cached_property
    def pages(self) -> Mapping[str, Form]:
        """The pages of the applications that cases of this workflow can belong to."""
        return {page.name: page for definition in self.ancestors for page in definition.pages}

    def openings_of_this(self) -> Iterator[tuple[Definition, Opening]]:
        """Every place where another workflow opens this one."""
        for other in self.others.values():
            for state in other.states.values():
                for opening in state.opens:
                    if opening.workflow == self.definition.key:
                        yield other, opening


Rule = Callable[[Subject], Iterator[Problem]]


def outcomes_of(definition: Definition) -> frozenset[str]:
    """How a case of that workflow can end."""
    found: set[str] = set()
    waiting = [definition.initial]
    while waiting:
        state = waiting.pop()
        if state in found or state not in definition.states:
            continue
        found.add(state)
        for action in definition.actions.values():
            if state in action.source:
                waiting.extend(branch.dest for branch in action.branches)
    return frozenset(definition.states[state].outcome for state in found if definition.states[state].final)


def named_places(subject: Subject) -> Iterator[tuple[str, Any, Path_]]:
    """Every guard, effect and trigger of the actions as (kind, its data, path)."""
    for name, action in (subject.document.data["actions"]).items():
        path: Path_ = ("actions", name)
        if "when" in action:
            yield "trigger", action["when"], (*path, "when")
        for kind in ("guards", "effects"):
            for index, item in enumerate(action.get(kind) or ()):
                yield kind[:-1], item, (*path, kind, index)
        for number, branch in enumerate(action.get("branches") or ()):
            for index, item in enumerate(branch.get("guards") or ()):
                yield "guard", item, (*path, "branches", number, "guards", index)


def split(item: Any) -> tuple[str, Mapping[str, Any]]:
    """The name and the parameters of a guard, effect or trigger as written."""
    if isinstance(item, str):
        return item, {}
    ((name, parameters),) = item.items()
    return name, parameters or {}
