"""When a case or its task is due, from the definition's times and the county's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from approvals.calendar import county_calendar
from approvals.db import from_microseconds, to_microseconds
from workflows.clock import Budget, due_at
from workflows.engine.definition import Definition
from workflows.engine.machine import needs_of

if TYPE_CHECKING:
    from .snapshot import CaseNow

moment = from_microseconds

__all__ = ["due", "moment", "needs_of", "restart", "timer"]


def due(start: datetime, budget: Mapping[str, Any], more_working_days: int = 0) -> int:
    """When a budget that starts now runs out, in microseconds; ``more_working_days`` are a granted extension."""
    calendar = county_calendar()
    end = due_at(calendar, start, Budget.parse(budget))
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
    case.is_changed = True


def timer(definition: Definition, state: str, now: datetime) -> int | None:
    """When the first timer of a state runs out, in microseconds; None without one."""
    ends = [
        due(now, action.when.parameters["after"])
        for action in definition.actions.values()
        if action.when is not None and action.when.name == "timer" and state in action.source
    ]
    return min(ends, default=None)
