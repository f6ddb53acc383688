"""When a case or its task is due, from the definition's times, the ledger of suspensions and the county's calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from approvals import calendar
from approvals.db import from_microseconds, to_microseconds
from workflows.clock import OFFICE_ZONE, Suspension
from workflows.county import county_catalogue
from workflows.engine.clock_states import before_acceptance
from workflows.engine.definition import Action, Definition

if TYPE_CHECKING:
    from .snapshot import CaseNow

moment = from_microseconds
Ledger = Sequence[Suspension]


def due(start: datetime, budget: Mapping[str, Any], more_working_days: int = 0, ledger: Ledger = ()) -> int:
    """When a budget that starts then runs out, in microseconds; ``more_working_days`` are a granted extension."""
    return calendar.due(to_microseconds(start), budget, more_working_days, ledger)


def in_words(due_at: datetime, pattern: str) -> dict[str, str]:
    """A deadline for a message, with a remark while the notice of holidays of its year is still to come."""
    at, marked = due_at.astimezone(OFFICE_ZONE).strftime(pattern), calendar.is_provisional(due_at)
    return {"zh": f"{at}（暂定）", "en": f"{at} (provisional)"} if marked else {"zh": at, "en": at}


def restart(case: CaseNow, now: datetime) -> None:
    """Begin the clocks of the case anew, as a returned registration does (市场主体登记管理条例实施细则 第十八条).

    A licence's clocks have not begun before its acceptance: then only the day of the filing is noted. What stood still before
    does not matter any more.
    """
    case.clock_started_at = to_microseconds(now)
    case.extension_days = 0
    derive(case)


def accept(case: CaseNow, start: datetime) -> None:
    """Begin the clocks of a licence with its acceptance, or with the receipt that counts as one (行政许可法 第三十二条)."""
    case.clock_started_at = to_microseconds(start)
    case.extension_days = 0
    _set(case, ())


def derive(case: CaseNow, ledger: Ledger = ()) -> None:
    """Work out the promised and statutory due times from the clock's start, the extension and the ledger.

    There are none while no time runs: before acceptance, and while the last suspension has no end, since nobody can say when.
    """
    if case.state in before_acceptance(case.definition) or any(each.end is None for each in ledger):
        case.promised_due_at = case.statutory_due_at = None
    else:
        _set(case, ledger)


def _set(case: CaseNow, ledger: Ledger) -> None:
    case.promised_due_at, case.statutory_due_at = limits(case.definition, case.clock_start(), case.extension_days, ledger)


def limits(definition: Definition, start: datetime, extension_days: int, ledger: Ledger = ()) -> tuple[int | None, int | None]:
    """The promised and the statutory due time of clocks that run, in microseconds; None where a version has no such limit."""
    promised, statutory = definition.promised, definition.statutory
    return (
        due(start, promised.budget, 0, ledger) if promised else None,
        due(start, statutory.budget, extension_days, ledger) if statutory else None,
    )


def timer(definition: Definition, state: str, now: datetime) -> int | None:
    """When the first timer of a state runs out, in microseconds; None without one."""
    return min((due(now, _after(action)) for action in _timed(definition.fingerprint, state)), default=None)


def timed_action(definition: Definition, state: str, now: datetime) -> Action | None:
    """What the first timer of a state does when it runs out; None without one."""
    return min(_timed(definition.fingerprint, state), key=lambda action: due(now, _after(action)), default=None)


@cache
def _timed(fingerprint: str, state: str) -> tuple[Action, ...]:
    actions = county_catalogue().by_fingerprint(fingerprint).actions.values()
    return tuple(action for action in actions if action.when is not None and action.when.name == "timer" and state in action.source)


def _after(action: Action) -> Mapping[str, Any]:
    after: Mapping[str, Any] = action.when.parameters["after"] if action.when is not None else {}
    return after
