"""The law's rules as guards, so that a definition can ask for them by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows.engine.definition import Text
from workflows.engine.facts import Actor, Facts
from workflows.engine.registry import guard

from . import BLOCK, FOOD_PERMIT, RuleContext, findings, findings_for


@guard(
    "registration_rules_hold",
    parameters=("stage",),
    needs=("application", "registration"),
    values={"stage": ("submission", "approval")},
)
def registration_rules_hold(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Every blocking rule of company registration holds on the day of the action; at ``approval`` the day is that of
    establishment, so terms counted from the licence date are checked again (公司法 第四十七条)."""
    context: RuleContext = replace(facts.domain["registration"], stage=parameters["stage"])
    found = findings(facts.application, context, only=BLOCK)
    if not found:
        return None
    return {
        "zh": "还不能登记：" + "；".join(finding.message["zh"] for finding in found[:5]),
        "en": "Registration is not possible yet: " + "; ".join(finding.message["en"] for finding in found[:5]),
    }


@guard(
    "filing_rules_hold",
    parameters=("matter", "stage"),
    needs=("application", "registration"),
    values={"matter": (FOOD_PERMIT,), "stage": ("submission", "approval")},
)
def filing_rules_hold(facts: Facts, actor: Actor, parameters: Mapping[str, Any]) -> Text | None:
    """Every blocking rule of that matter holds on the day of the action."""
    context: RuleContext = replace(facts.domain["registration"], stage=parameters["stage"])
    found = findings_for(parameters["matter"], facts.application, context, only=BLOCK)
    if not found:
        return None
    return {
        "zh": "还有需要修改的内容：" + "；".join(finding.message["zh"] for finding in found[:5]),
        "en": "Something has to be changed first: " + "; ".join(finding.message["en"] for finding in found[:5]),
    }
