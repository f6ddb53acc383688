"""The steps of a matter that stands alone, as its case has taken them and as they usually go on from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.engine.definition import State

from .cases import Member
from .guides import way_to_success

DONE, RUNNING, WAITING, FAILED = "done", "running", "waiting", "failed"


@dataclass(frozen=True, slots=True)
class OwnStep:
    """One step: ``status`` is done, running (it stands there), waiting (usually still to come) or failed (it ended there)."""

    state: State
    status: str


def stands_alone(member: Member) -> bool:
    """Whether a case is a root that opens no other: then its own steps say where it stands, not a chain."""
    return member.is_root and not any(state.opens for state in member.definition.states.values())


def own_steps(member: Member, entered: Iterable[str]) -> list[OwnStep]:
    """What the states that a case came into, the first one first, tell of its way; each state once, where it was entered last.

    What follows is the usual way from where it stands. None for a case that a chain says it of.
    """
    if not stands_alone(member):
        return []
    definition = member.definition
    been: dict[str, None] = {definition.initial: None}
    for name in entered:
        been.pop(name, None)
        been[name] = None
    *before, current = been
    state = definition.states[current]
    ended = (DONE if state.outcome == "done" else FAILED) if state.final else RUNNING
    ahead = [] if state.final else way_to_success(definition, current)[1:]
    return [
        *(OwnStep(definition.states[name], DONE) for name in before if name not in ahead),
        OwnStep(state, ended),
        *(OwnStep(definition.states[name], WAITING) for name in ahead),
    ]
