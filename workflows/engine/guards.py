"""Guards that any workflow can use. Guards of a special law register themselves beside its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .definition import Text
from .facts import Actor, Facts
from .registry import guard


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@guard("linked_case_ended", parameters=("workflow", "outcome"))
def linked_case_ended(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """A linked case of that workflow ended with one of these outcomes."""
    outcomes = _names(parameters["outcome"])
    if any(case.workflow == parameters["workflow"] and case.outcome in outcomes for case in facts.linked):
        return None
    return {"zh": "相关的联办件还没有办到这一步。", "en": "The linked case has not come to this point yet."}


@guard("linked_cases_settled_now")
def linked_cases_settled_now(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """No linked case is open at this moment: none that was settled before has been started again and not ended since."""
    waiting = [case.number for case in facts.linked if not case.settled]
    if not waiting:
        return None
    return {
        "zh": f"{'、'.join(waiting)}还在办理，等它办完后再一并发放结果。",
        "en": f"{', '.join(waiting)} is still under way; hand everything out together when it has ended.",
    }


@guard("linked_cases_settled_again")
def linked_cases_settled_again(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """A linked case that was started again has ended since this case was closed, and none is open at this moment."""
    message = linked_cases_settled_now(facts, actor, parameters)
    if message is not None or any(case.ended_later for case in facts.linked):
        return message
    return {
        "zh": "办结以后没有重新办理过的事项，没有新的结果可以发放。",
        "en": "No matter was started again after the case was closed, so there is nothing new to hand out.",
    }


@guard("predecessors_done")
def predecessors_done(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Every case that this one waits for ended well."""
    if all(case.outcome == "done" for case in facts.predecessors):
        return None
    return {
        "zh": "前面的事项还没有办成，本事项暂不能办理。",
        "en": "A matter before this one has not been completed, so this one cannot start.",
    }


@guard("predecessor_not_done")
def predecessor_not_done(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """At least one case that this one waits for ended otherwise than well."""
    if any(case.settled and case.outcome != "done" for case in facts.predecessors):
        return None
    return {"zh": "前面的事项没有失败。", "en": "No matter before this one has failed."}


@guard("application_says", parameters=("page", "field", "is"), needs=("application",))
def application_says(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """A field of what was filed has that value (or one of those values)."""
    value = facts.application.get(parameters["page"], {}).get(parameters["field"])
    if value in _names(parameters["is"]):
        return None
    return {"zh": "申报内容不符合这一操作的条件。", "en": "What was filed does not fit this action."}


@guard("not_chosen", parameters=("workflow",))
def not_chosen(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """The applicant did not choose that matter."""
    if parameters["workflow"] not in facts.chosen:
        return None
    return {"zh": "申请人选择了该事项。", "en": "The applicant chose that matter."}


@guard("not_one_of_the_rated", needs=("rating",))
def not_one_of_the_rated(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Nobody follows up a rating of their own work (好差评: a bad rating is not closed by the one who was rated)."""
    if actor.person_id not in facts.domain["rated"]:
        return None
    return {
        "zh": "这次评价针对的是您办理的事项，不能由您回访或办结，请交给其他评价回访员。",
        "en": "This rating is about your own work, so somebody else has to follow it up.",
    }


@guard("tried_on_three_days", needs=("rating", "attempts"))
def tried_on_three_days(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Somebody who was not rated closes it, after calls in vain were noted on three different days."""
    tried = len(facts.domain["attempts"])
    rated = not_one_of_the_rated(facts, actor, parameters)
    if rated is not None or tried >= 3:
        return rated
    return {
        "zh": f"还不能办结：要在三个不同的日子各记一次未联系上，现在记了{tried}天。请先点“记一次未联系上”。",
        "en": f"Not yet: calls in vain have to be noted on three different days, so far on {tried}. Note them first.",
    }
