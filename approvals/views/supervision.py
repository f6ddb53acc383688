"""The supervisor's overview."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template

from approvals.calendar import county_calendar
from approvals.language import language
from approvals.operations.ratings import REASONS, SCORES
from approvals.queries import custody, overview, ratings
from workflows.clock import format_length

from . import request
from .access import requires

blueprint = Blueprint("supervision", __name__)


def working_time(seconds: float) -> str:
    """Working seconds as a length: 1 天 2 小时, 35 分钟."""
    return format_length(max(0, round(seconds)), language(), county_calendar().hours.seconds_per_day)


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _totals(lines: Iterable[overview.Open]) -> dict[str, int]:
    counted = list(lines)
    return {name: sum(getattr(line, name) for line in counted) for name in ("every", "late", "near", "in_time")}


@blueprint.get("/supervision")
@requires("supervise")
def index() -> str:
    """Open cases with their colours, closed ones, the time each step takes, and what is overdue, as far as one's offices reach."""
    session, now, offices = request.session(), request.now(), request.jurisdiction("supervise")
    opened = overview.open_cases(session, now, offices)
    recent = {line.definition.key: line for line in overview.closed_cases(session, now, overview.RECENT_DAYS, offices)}
    closed = overview.closed_cases(session, now, overview.DAYS, offices)
    overdue = overview.overdue_tasks(session, now, offices)
    return render_template(
        "supervision/index.html",
        opened=opened, closed=closed, recent=recent, durations=overview.durations(session, now, offices),
        overdue={is_whole: [line for line in overdue if line.is_whole is is_whole] for is_whole in (True, False)},
        most_overdue=overview.MOST_OVERDUE, days=overview.DAYS,
        satisfaction=ratings.satisfaction(session, now, offices), bad_ratings=ratings.bad_ratings(session, now, offices),
        scores=SCORES, reasons=REASONS,
        most_listed=ratings.MOST_LISTED, recent_days=overview.RECENT_DAYS, working_time=working_time, share=share,
        totals={
            True: _totals(line for line in opened if line.is_whole),
            False: _totals(line for line in opened if not line.is_whole and not line.is_follow_up),
        },
        transit=custody.counts_of(session, offices, now), supervised=_supervised(offices),
        follow_ups=_totals(line for line in opened if line.is_follow_up),
    )  # fmt: skip


def _supervised(offices: frozenset[int] | None) -> list[str]:
    """The names of the offices that the page is about; none where it is about the whole county."""
    known = request.network().offices
    return [known[each].name for each in known if each in offices] if offices is not None else []
