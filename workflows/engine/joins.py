"""When several run side by side: joins over linked cases and sign-offs over people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .definition import SignOffRule, State
from .facts import Facts, LinkedCase, Voter
from .registry import trigger


def join_holds(linked: Iterable[LinkedCase], rule: str | int) -> bool:
    """Whether enough linked cases are settled. ``rule`` is ``all``, ``any`` or a number k; failures count as settled.

    With no linked case at all, ``all`` holds at once: nothing was chosen, so nothing is left to wait for.
    """
    cases = tuple(linked)
    settled = sum(1 for case in cases if case.settled)
    if rule == "all":
        return settled == len(cases)
    return settled >= (1 if rule == "any" else int(rule))


def sign_off_result(voters: tuple[Voter, ...], rule: SignOffRule) -> str:
    """``yes`` once enough agree, ``no`` once agreement can no longer be reached, else empty.

    ``all``: every voter; ``any``: one; ``count``: k of them; ``share``: more than that percent of the whole weight.
    """
    total = sum(voter.weight for voter in voters)
    agreed = sum(voter.weight for voter in voters if voter.vote == "yes")
    refused = sum(voter.weight for voter in voters if voter.vote == "no")
    if rule.rule == "share":
        reached = agreed * 100 > total * rule.share
        possible = (total - refused) * 100 > total * rule.share
    else:
        heads_agreed = sum(1 for voter in voters if voter.vote == "yes")
        heads_left = sum(1 for voter in voters if voter.vote != "no")
        needed = {"all": len(voters), "any": 1, "count": rule.count}[rule.rule]
        reached, possible = heads_agreed >= needed, heads_left >= needed
    if reached and voters:
        return "yes"
    return "" if possible and voters else "no"


@trigger("linked_cases_settled", parameters=("join", "of"))
def linked_cases_settled(state: State, facts: Facts, parameters: Mapping[str, Any]) -> bool:
    """The linked cases that were opened are settled: ``join`` all, any or k, ``of`` the named workflows or all."""
    of = parameters.get("of")
    return join_holds((case for case in facts.linked if of is None or case.workflow in of), parameters.get("join", "all"))


@trigger("predecessors_settled")
def predecessors_settled(state: State, facts: Facts, parameters: Mapping[str, Any]) -> bool:
    """Every case that this one was told to wait for is settled."""
    return join_holds(facts.predecessors, "all")


@trigger("timer", parameters=("after",), from_outside=True)
def timer(state: State, facts: Facts, parameters: Mapping[str, Any]) -> bool:
    """The case has been in its state for as long as ``after`` says; the clock works out when that is."""
    return facts.timer_due is not None and facts.now >= facts.timer_due


@trigger("sign_offs_decided", parameters=("result",), needs=("voters",), from_outside=True)
def sign_offs_decided(state: State, facts: Facts, parameters: Mapping[str, Any]) -> bool:
    """The people asked have decided by the sign-off rule of the state, with that ``result``: yes or no."""
    return state.sign_off is not None and sign_off_result(facts.voters, state.sign_off) == parameters["result"]


@trigger("at_once")
def at_once(state: State, facts: Facts, parameters: Mapping[str, Any]) -> bool:
    """As soon as the guards hold: for a state that only chooses a way on."""
    return True
