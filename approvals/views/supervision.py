"""The supervisor's overview."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from flask import Blueprint, render_template

from approvals.calendar import county_calendar
from approvals.language import language
from approvals.operations.ratings import REASONS, SCORES
from approvals.queries import custody, overview, ratings
from approvals.queries.statistics.filters import Filter, month_of
from approvals.queries.statistics.lines import StepLine
from approvals.queries.statistics.tables import WORKING, steps
from workflows.clock import format_length
from workflows.engine.definition import Definition, State
from workflows.statistics.attribution import DEPARTMENT

from . import request
from .access import requires

blueprint = Blueprint("supervision", __name__)

AT_ONCE = 5
"""How many lines of a long list stand open; the others are folded away beneath."""
MOST_OPEN = 8
"""Up to so many lines nothing is folded."""


def working_time(seconds: float) -> str:
    """Working seconds as a length: 1 天 2 小时, 35 分钟."""
    return format_length(max(0, round(seconds)), language(), county_calendar().hours.seconds_per_day)


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _by_workflow(lines: Iterable[overview.Open]) -> list[tuple[Definition, dict[str, int]]]:
    """Each workflow of these lines with its sums, in their order."""
    found: dict[str, list[overview.Open]] = {}
    for line in lines:
        found.setdefault(line.definition.key, []).append(line)
    return [(of_one[0].definition, _totals(of_one)) for of_one in found.values()]


def _totals(lines: Iterable[overview.Open]) -> dict[str, int]:
    counted = list(lines)
    return {name: sum(getattr(line, name) for line in counted) for name in ("every", "late", "near", "in_time")}


@blueprint.get("/supervision")
@requires("supervise")
def index() -> str:
    """Open cases with their colours, closed ones, the time each step takes, and what is overdue, as far as one's offices reach."""
    session, now, offices = request.session(), request.now(), request.jurisdiction("supervise")
    opened = overview.open_cases(session, now, offices)
    closed, recent = overview.closed_cases(session, now, offices)
    overdue = overview.overdue_tasks(session, now, offices)
    since = month_of(now - timedelta(days=overview.DAYS))
    return render_template(
        "supervision/index.html",
        opened=opened, opened_by=_by_workflow(opened), at_once=AT_ONCE, most_open=MOST_OPEN,
        closed=closed, recent={line.definition.key: line for line in recent}, durations=_durations(offices, since), since=since,
        overdue={is_opening: [line for line in overdue if line.is_opening is is_opening] for is_opening in (True, False)},
        most_overdue=overview.MOST_OVERDUE, days=overview.DAYS,
        satisfaction=ratings.satisfaction(session, now, offices), bad_ratings=ratings.bad_ratings(session, now, offices),
        scores=SCORES, reasons=REASONS,
        most_listed=ratings.MOST_LISTED, recent_days=overview.RECENT_DAYS, working_time=working_time, share=share,
        totals={
            True: _totals(line for line in opened if line.is_opening),
            False: _totals(line for line in opened if not line.is_opening and not line.is_follow_up),
        },
        transit=custody.counts_of(session, offices, now), supervised=_supervised(offices),
        follow_ups=_totals(line for line in opened if line.is_follow_up),
    )  # fmt: skip


def _durations(offices: frozenset[int] | None, since: date) -> list[tuple[Definition, State, StepLine]]:
    """The steps of departments that ended in a month or later, as the pages of the statistics count them."""
    now = request.now()
    chosen = Filter(first_month=since, last_month=month_of(now), whose=DEPARTMENT)
    lines = steps(request.session(), now, offices, chosen, ("workflow", "state"), times=WORKING)
    found = [(*overview.step_of(line.keys["workflow"], line.keys["state"]), line) for line in lines]
    return sorted(found, key=lambda each: overview.order_of(each[0], each[1]))


def _supervised(offices: frozenset[int] | None) -> list[str]:
    """The names of the offices that the page is about; none where it is about the whole county."""
    known = request.network().offices
    return [known[each].name for each in known if each in offices] if offices is not None else []
