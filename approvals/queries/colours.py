"""Colours of the clock: how near a task or a case is to its due time, read with the county's calendar.

A list of tasks is filtered by the database and coloured here; both use ``near_until``, so that a row never shows another
colour than the filter it was found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from approvals.calendar import county_calendar
from approvals.models import Task
from workflows.clock import (
    DEFAULT_AMBER_SHARE,
    Budget,
    Reading,
    Suspension,
    extended,
    format_length,
    format_remaining,
    read,
    used_before,
)

COLOURS = ("red", "amber", "green", "grey")
"""Late, near due, in time, and not counting."""


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due, its colour, and the working seconds left (negative when late). ``used_seconds`` are those that earlier
    stays in the step used of its time, where a case came back to it."""

    at: datetime
    colour: str
    remaining_seconds: int
    used_seconds: int = 0

    @property
    def late(self) -> bool:
        return self.colour == "red"

    def remaining(self, language: str) -> str:
        """The working time left or over, in words."""
        return format_remaining(self.remaining_seconds, language, county_calendar().hours.seconds_per_day)

    def used(self, language: str) -> str:
        """The working time that earlier stays used, in words."""
        return format_length(self.used_seconds, language, county_calendar().hours.seconds_per_day)


def near_until(budget: Mapping[str, Any], now: datetime) -> datetime:
    """Tasks with this budget that are due no later than this are near due: a quarter of the budget or less is left."""
    calendar = county_calendar()
    return calendar.add_working_seconds(now, int(DEFAULT_AMBER_SHARE * rough_working_seconds(budget)))


def rough_working_seconds(budget: Mapping[str, Any]) -> int:
    """The working time of a budget; for calendar days and months a rough one, for the colour and for what may be near due."""
    allowed, day = Budget.parse(budget), county_calendar().hours.seconds_per_day
    seconds = {"working_hours": 3600, "half_days": day // 2, "working_days": day, "days": day * 5 // 7, "months": day * 21}
    return int(allowed.amount * seconds[allowed.unit])


def due_of(due_at: datetime | None, budget: Mapping[str, Any] | None, now: datetime) -> Due | None:
    """The due time of an open task read now; None where no time runs."""
    if due_at is None:
        return None
    calendar = county_calendar()
    if now > due_at:
        return Due(due_at, "red", -max(1, calendar.working_seconds(due_at, now)))
    near = budget is not None and due_at <= near_until(budget, now)
    return Due(due_at, "amber" if near else "green", calendar.working_seconds(now, due_at))


def due_of_step(task: Task, budget: Mapping[str, Any] | None, now: datetime) -> Due | None:
    """The due time of an open task with what earlier stays in its step used."""
    due = due_of(task.due_at, budget, now)
    if due is None or budget is None or task.counted_from is None:
        return due
    return replace(due, used_seconds=used_before(county_calendar(), Budget.parse(budget), task.counted_from, task.opened_at))


def clock(
    start: datetime, budget: Mapping[str, Any], now: datetime, *, stopped: datetime | None = None, more_working_days: int = 0,
    suspensions: Iterable[Suspension] = (),
) -> Reading:  # fmt: skip
    """A promised or statutory clock with its working line by line; ``more_working_days`` are a granted extension."""
    allowed = extended(budget, more_working_days)
    return read(county_calendar(), start, allowed, now, stopped=stopped, suspensions=suspensions, explain=True)
