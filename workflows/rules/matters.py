"""Which rules hold for which matter, and what an application calls whom it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.rules.food import FOOD_PERMIT, food_findings
from workflows.rules.name import compose_name
from workflows.rules.reading import Row
from workflows.rules.registry import Finding, RuleContext, findings


def findings_for(workflow: str, application: Mapping[str, Any], context: RuleContext, only: str | None = None) -> tuple[Finding, ...]:
    """Everything that the rules of a matter find in an application; those of company registration where it has none of its own."""
    look = food_findings if workflow == FOOD_PERMIT else findings
    return look(application, context, only)


def subject_name(application: Mapping[str, Any]) -> str:
    """Whom an application is for: the name of the company that is founded, else that of the operator who applies."""
    name, business = application.get("name", {}), application.get("business")
    composed = compose_name(name if isinstance(name, Mapping) else {})
    return composed or Row("business", business if isinstance(business, Mapping) else {}).text("name")
