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
