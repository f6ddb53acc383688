"""When a case or its task is due, from the definition's times and the county's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from approvals.calendar import county_calendar
from approvals.db import from_microseconds, to_microseconds
from workflows.clock import Budget, due_at
from workflows.county import county_catalogue
from workflows.engine.definition import Definition

if TYPE_CHECKING:
    from .snapshot import CaseNow

moment = from_microseconds


def due(start: datetime, budget: Mapping[str, Any], more_working_days: int = 0) -> int:
    """When a budget that starts now runs out, in microseconds; ``more_working_days`` are a granted extension."""
    return _due(start, tuple(budget.items()), more_working_days)


@lru_cache(maxsize=1024)  # the linked cases that an action opens share most of their due times
def _due(start: datetime, budget: tuple[tuple[str, Any], ...], more_working_days: int) -> int:
    calendar = county_calendar()
    end = due_at(calendar, start, Budget.parse(dict(budget)))
    if more_working_days:
        end = calendar.add_working_days(end, more_working_days)
    return to_microseconds(end)


def restart(case: CaseNow, now: datetime) -> None:
    """Begin the clocks of the case anew, as a returned registration does (市场主体登记管理条例实施细则 第十八条)."""
    case.clock_started_at = to_microseconds(now)
    case.extension_days = 0
    derive(case)


def derive(case: CaseNow) -> None:
    """Work out the promised and statutory due times from the clock's start and the extension."""
    start, definition = case.clock_start(), case.definition
    case.promised_due_at = due(start, definition.promised.budget) if definition.promised else None
    case.statutory_due_at = due(start, definition.statutory.budget, case.extension_days) if definition.statutory else None


def timer(definition: Definition, state: str, now: datetime) -> int | None:
    """When the first timer of a state runs out, in microseconds; None without one."""
    return min((due(now, budget) for budget in _timers(definition.fingerprint, state)), default=None)


@cache
def _timers(fingerprint: str, state: str) -> tuple[Mapping[str, Any], ...]:
    actions = county_catalogue().by_fingerprint(fingerprint).actions.values()
    return tuple(
        action.when.parameters["after"]
        for action in actions
        if action.when is not None and action.when.name == "timer" and state in action.source
    )
