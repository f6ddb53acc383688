"""The ledger of suspensions and who urged, held against the history of the case, and the history against what the clocks allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from functools import partial
from typing import Any

from approvals.calendar import calendars_at, county_calendar, due, supposing
from approvals.db import from_microseconds, to_microseconds
from workflows.clock import OFFICE_ZONE, Budget, Suspension, counted_from
from workflows.engine.clock_states import earlier_stays

from .replay import Problem, Replayed, Suspended, problem
from .urging import URGED

_TOLD = ("kind", "ground", "paper", "expected_days", "starts_at", "ends_at", "entered_at", "entered_by_id", "ended_at", "ended_by_id")


def suspension_problems(case: Any, replayed: Replayed, rows: list[Any]) -> Iterator[Problem]:
    """One row for each suspension that the history tells, as it tells it, and no other."""
    found = {row.number: row for row in rows}
    for told in replayed.suspensions:
        row = found.pop(told.number, None)
        if row is None:
            yield problem(told.position, f"第{told.number}次中止计时缺失", f"suspension {told.number} is missing")
        elif any(getattr(row, name) != getattr(told, name) for name in _TOLD):
            yield problem(told.position, f"第{told.number}次中止计时被改动", f"suspension {told.number} was changed")
    for number in found:
        yield problem(case.position, f"第{number}次中止计时没有办理记录", f"no event tells suspension {number}")


def urging_problems(case: Any, events: Sequence[Any], rows: Iterable[Any]) -> Iterator[Problem]:
    """One row for each time that the history tells of somebody urging, by whom and of which step, and no other."""
    left = {(row.task_id, row.side, row.person_id, row.urged_at): row for row in rows}
    for event in (each for each in events if each.action == URGED):
        row = left.pop((event.task_id, event.role, event.actor_id, event.happened_at), None)
        if row is None or row.root_id != case.root_id or row.counted_on not in _counted_on(event.happened_at):
            yield problem(event.position, "催办记录缺失或者被改动", "the row of an urging is missing or was changed")
    for _ in left:
        yield problem(case.position, "有一次催办没有办理记录", "no event tells of an urging")


def _counted_on(at: int) -> set[str]:
    """The working day that a moment counts for, by the calendars of that time."""
    return {calendar.day_of_business(from_microseconds(at)).isoformat() for calendar in calendars_at(at)}


def clock_problems(replayed: Replayed) -> Iterator[Problem]:
    """Suspensions and extensions that came after the time was over, and suspensions noted for days long before their paper."""
    definition = replayed.definition
    yield from _moved_problems(replayed)
    yield from _returned_problems(replayed)
    limit, days = (definition.statutory, True) if definition.statutory else (definition.promised, False)
    if limit is None:
        return
    for index, told in enumerate(replayed.suspensions):
        ledger, more = _ledger(replayed.suspensions[:index]), told.extension_days if days else 0
        if not _in_time(told.entered_at, told.clock_started_at, limit.budget, more, ledger):
            yield problem(told.position, "期限届满以后才中止计时", "the clock was suspended after its time was over")
        if told.starts_at < min(_by_calendars(told.entered_at, partial(_earliest_beginning, told.entered_at))):
            yield problem(told.position, "中止计时补记得太早", "the suspension was noted for a day long before its paper")
    for extended in replayed.extensions:
        ledger = _ledger(replayed.suspensions[: extended.suspensions])
        if not _in_time(extended.at, extended.clock_started_at, limit.budget, 0, ledger):
            yield problem(extended.position, "期限届满以后才延长", "the time was extended after it was over")


def _moved_problems(replayed: Replayed) -> Iterator[Problem]:
    """Due times that a notice of holidays is said to have moved, from one and to one that no calendar of that time gives."""
    promised, statutory = replayed.definition.promised, replayed.definition.statutory
    for moved in replayed.moved:
        ledger = tuple(_ledger(replayed.suspensions[: moved.suspensions]))
        step = replayed.definition.states[moved.state].time
        told = {
            "promised": promised and partial(due, moved.clock_started_at, promised.budget, 0, ledger),
            "statutory": statutory and partial(due, moved.clock_started_at, statutory.budget, moved.extension_days, ledger),
            "task": step and moved.task_since is not None and partial(due, moved.task_since, step),
        }
        for clock, times in moved.told.items():
            if clock == "timer":
                continue
            due_time = told[clock]
            if not due_time or not set(times) <= set(_by_calendars(moved.at, due_time)):
                yield problem(moved.position, "期限调整与当时的日历不符", "no calendar of that time moves the deadline like this")
                break


def _returned_problems(replayed: Replayed) -> Iterator[Problem]:
    """Steps that a case came back to, whose time is said to count since another moment than their earlier stays give.

    Where an event says nothing, an earlier version gave the step its full time anew: that is no fault of it.
    """
    definition = replayed.definition
    for index, stay in enumerate(replayed.stays):
        if stay.counted_from is None:
            continue
        time = definition.states[stay.state].time
        before = ((each.state, each.opened_at, each.closed_at or stay.opened_at) for each in replayed.stays[:index])
        earlier = earlier_stays(definition, stay.state, stay.clock_started_at, before)
        told = partial(_counted_from, time or {}, stay.opened_at, earlier)
        if time is None or stay.counted_from not in _by_calendars(stay.opened_at, told):
            yield problem(
                stay.position, "退回后时限的起算时间不对", "the time of a step that it came back to counts since another moment"
            )


def _counted_from(time: Mapping[str, Any], opened: int, earlier: Iterable[tuple[int, int]]) -> int:
    moments = [(from_microseconds(begun), from_microseconds(ended)) for begun, ended in earlier]
    return to_microseconds(counted_from(county_calendar(), Budget.parse(time), from_microseconds(opened), moments))


def _in_time(at: int, start: int, budget: Mapping[str, Any], more: int, ledger: list[Suspension]) -> bool:
    return at <= max(_by_calendars(at, partial(due, start, budget, more, ledger)))


def _by_calendars(at: int, told: Callable[[], int]) -> Iterator[int]:
    """What is told by each calendar that may have been in force then."""
    for calendar in calendars_at(at):
        with supposing(calendar):
            yield told()


def _earliest_beginning(at: int) -> int:
    """Midnight of the working day before, in microseconds."""
    calendar = county_calendar()
    today = calendar.local(from_microseconds(at)).toordinal()
    return to_microseconds(datetime.combine(calendar.day_at(calendar.days_before(today) - 1), time.min, OFFICE_ZONE))


def _ledger(told: list[Suspended]) -> list[Suspension]:
    return [
        Suspension(from_microseconds(each.starts_at), from_microseconds(each.ends_at), each.kind, each.ground)
        for each in told
        if each.ends_at is not None
    ]
