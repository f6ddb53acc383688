"""The facts that the registration law asks for: who holds which name, what a clerk has confirmed, what the lists say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from workflows.clock import OFFICE_ZONE
from workflows.rules import RegisteredName, RuleContext, comparable, compose_name, normalise_number

from . import statements
from .reference import business_items, merged_places, place_codes

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit



def registration_context(unit: Unit, case: CaseNow, application: Mapping[str, Any]) -> RuleContext:
    """The context of the rules for an application on the day of this action. Similar names are left out: none forbids it."""
    overrides = unit.root_of(case).identity_overrides
    return context_for(unit.connection, application, unit.now.astimezone(OFFICE_ZONE).date(), overrides, similar=False)


def context_for(
    connection: Any, application: Mapping[str, Any], today: date, overrides: Any = (), *, similar: bool = True
) -> RuleContext:
    """The context of the rules on a day; costs one statement for the names and, once per process, two for the lists.

    ``similar`` asks in the same statement for names that may be similar, which only matters to whoever reads the findings.
    """
    page = application.get("name")
    page = page if isinstance(page, Mapping) else {}
    wanted = {**comparable_names(page), "reservation": reservation_of(page)}
    if similar:
        trade = wanted["comparable_trade"]
        wanted |= {"first": trade[:1], "last": trade[-1:], "industry": _text(page, "industry")}
        rows = statements.taken_or_similar_names.rows(connection, wanted)
    else:
        rows = statements.taken_names.rows(connection, wanted)
    names = tuple(
        RegisteredName(full, trade, industry, status, date.fromisoformat(since), date.fromisoformat(until) if until else None, holder)
        for full, trade, industry, status, since, until, holder in rows
    )
    return RuleContext(
        today=today,
        stage="submission",
        names=names,
        places=place_codes(connection, today),
        merged=merged_places(connection, today),
        business_items=business_items(connection),
        identity_overrides=frozenset(overrides),
    )


def comparable_names(page: Mapping[str, Any]) -> dict[str, str]:
    """The full name and the trade name of the page ``name`` as they are compared, by column of the names register."""
    return {"comparable_full": comparable(compose_name(page)), "comparable_trade": comparable(_text(page, "trade_name"))}


def reservation_of(page: Mapping[str, Any]) -> str:
    """The number of the reservation that the applicant claims, as it is compared; "" for none."""
    return normalise_number(_text(page, "reservation_number"))


def _text(page: Mapping[str, Any], name: str) -> str:
    value = page.get(name)
    return value.strip() if isinstance(value, str) else ""
