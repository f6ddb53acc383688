"""The facts that the registration law asks for: who holds which name, what a clerk has confirmed, what the lists say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workflows.rules import RegisteredName, RuleContext, compose_name

from . import statements
from .reference import business_items, place_codes

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

ZONE = ZoneInfo("Asia/Shanghai")


def registration_context(unit: Unit, case: CaseNow, application: Mapping[str, Any]) -> RuleContext:
    """The context of the rules for an application on the day of this action."""
    return context_for(unit.connection, application, unit.now.astimezone(ZONE).date(), unit.root_of(case).identity_overrides)


def context_for(connection: Any, application: Mapping[str, Any], today: date, overrides: Any = ()) -> RuleContext:
    """The context of the rules on a day; costs one statement for the names and, once per process, two for the lists."""
    page = application.get("name")
    page = page if isinstance(page, Mapping) else {}
    rows = statements.taken_names.rows(
        connection, {"trade_name": str(page.get("trade_name", "")), "full_name": compose_name(page)}
    )
    names = tuple(
        RegisteredName(full, trade, industry, status, date.fromisoformat(since), date.fromisoformat(until) if until else None, holder)
        for full, trade, industry, status, since, until, holder in rows
    )
    return RuleContext(
        today=today,
        stage="submission",
        names=names,
        places=place_codes(connection, today),
        business_items=business_items(connection),
        identity_overrides=frozenset(overrides),
    )
