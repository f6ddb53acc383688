"""Guards of delegated handling that ask for the mandate and the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.clock import OFFICE_ZONE
from workflows.engine.definition import ON_THE_WAY, State, Text
from workflows.engine.facts import Actor, Facts
from workflows.engine.registry import guard, trigger

from .mandates import Mandate

NOT_A_SECOND_PERSON: Text = {
    "zh": "您就是受托的代办员，或者正替他办，不能由您来收下这份文书。请让服务点另一位工作人员，或者镇街帮办协调员登记。",
    "en": "You are the agent whom this paper concerns, or act for them. Let somebody else of the point or the town centre take it in.",
}


def _mandate(facts: Facts) -> Mandate | None:
    found = facts.domain.get("mandate")
    assert found is None or isinstance(found, Mandate)
    return found


@guard("mandate_in_force", needs=("mandate",))
def mandate_in_force(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Nothing is done on anybody's behalf without a signed, unexpired, unrevoked mandate."""
    mandate = _mandate(facts)
    if mandate is None:
        return {
            "zh": "没有委托书，不能代别人办理。请先起草委托书，让申请人签。",
            "en": "There is no mandate, so nothing is done in anybody's name. Draft one and let the applicant sign it.",
        }
    return mandate.fault(facts.now.astimezone(OFFICE_ZONE).date())


@guard("carried_by_agent", needs=("mandate",))
def carried_by_agent(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """The result goes back through the network: an agent carries the matter and was not stopped."""
    mandate = _mandate(facts)
    if mandate is not None and not mandate.is_revoked:
        return None
    return {
        "zh": "这个办件不是代办的，结果直接交给申请人。",
        "en": "No agent carries this case; the applicant gets the result directly.",
    }


@guard("second_person", needs=("mandate",))
def second_person(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Whoever takes in a paper of the applicant's is not the agent whom it concerns, nor who acts in that agent's place."""
    mandate = _mandate(facts)
    concerned = actor.on_behalf_of is not None or (
        mandate is not None and mandate.agent in {actor.person_id, *(whose for _role, whose in actor.stands_in)}
    )
    if not concerned:
        return None
    return NOT_A_SECOND_PERSON


@guard("office_on_the_way", parameters=("office",), values={"office": ON_THE_WAY})
def office_on_the_way(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """The way of this case has that office: points that report straight to the centre have no town centre on it."""
    if parameters["office"] in facts.offices:
        return None
    return {"zh": "这个办件的路线上没有这一站。", "en": "The way of this case does not pass there."}


@guard("something_to_carry", needs=("mandate", "custody"))
def something_to_carry(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """An agent still carries the case, or the network has things of the applicant's that must go back."""
    if facts.domain["custody"].held_by_network:
        return None
    return carried_by_agent(facts, actor, parameters)


@trigger("mandate_revoked", needs=("mandate",), from_outside=True)
def mandate_revoked(state: State, facts: Facts, parameters: Mapping[str, Any]) -> bool:
    """The applicant revoked the mandate (民法典 第九百三十三条)."""
    mandate = _mandate(facts)
    return mandate is not None and mandate.is_revoked
