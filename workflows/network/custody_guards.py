"""Guards of delegated handling that ask for custody: what the network has of an applicant's papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine.definition import Text
from workflows.engine.facts import Actor, Facts
from workflows.engine.registry import guard

from .custody import MISSING, Custody


@guard("nothing_held", needs=("custody",))
def nothing_held(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Everything that the applicant gave was given back. What was lost is replaced outside the case, and does not hold it up."""
    custody: Custody = facts.domain["custody"]
    if not custody.held_by_network:
        return None
    return {
        "zh": f"还有{custody.held_by_network}份申请人的材料没有退还，全部退还以后才能结束。",
        "en": f"{custody.held_by_network} of the applicant's papers have not been given back; give all of them back first.",
    }


@guard("nothing_missing", needs=("custody",))
def nothing_missing(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """No item is missing from a bag, not even from the one that is being received with this very action."""
    custody: Custody = facts.domain["custody"]
    outcomes = facts.form.get("outcomes") or {}
    missing = custody.missing + sum(each.get("outcome") == MISSING for each in outcomes.values())
    if not missing:
        return None
    return {
        "zh": f"有{missing}份材料缺少，先找到，或者由送出方登记遗失。",
        "en": f"{missing} items are missing; find them first, or have the sender record them as lost.",
    }


@guard("everything_sent_along", needs=("custody",))
def everything_sent_along(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """On the way back nothing stays behind: no later bag would bring it to the applicant."""
    custody: Custody = facts.domain["custody"]
    left = custody.here - {int(each) for each in facts.form.get("items") or () if str(each).isdecimal()}
    if not left:
        return None
    return {
        "zh": f"这里还有{len(left)}份材料没有勾选。送回时要全部装袋，留下的以后就没有袋子再送了；遗失的请先登记。",
        "en": f"{len(left)} items here are not ticked. On the way back everything goes along; record what is lost first.",
    }
