"""What is done in the background, and when. Another schedule is another line of ``SCHEDULES``.

Each is done by one worker at a time of its rule, whatever the number of workers; all of them can be repeated without harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.gateway import Gateways
from approvals.operations import messages, names, uploads
from approvals.operations.logs.counting import count_logs

from . import calendar, hand_overs, reminders, rollups, timers, warnings
from .delivering import deliver


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """What a schedule works with; ``worker`` names the process that does it."""

    database: Database
    gateways: Gateways
    worker: str
    clock: Callable[[], datetime] = _now


@dataclass(frozen=True, slots=True)
class Schedule:
    """``cron`` is in the county's time. ``run`` returns how many things it did. ``due`` is asked every second: what it finds
    is done at once, and the rule of ``cron`` is what remains when that fails."""

    name: str
    cron: str
    run: Callable[[Work], int]
    due: Callable[[Session, datetime], bool] | None = None


def verb(function: Callable[[Session, datetime], int]) -> Callable[[Work], int]:
    """A schedule that is one verb in one transaction."""
    return lambda work: work.database.write(function, work.clock())


def _deliver(work: Work, *, urgent: bool) -> int:
    return deliver(work.database, work.gateways, work.worker, work.clock, urgent=urgent)


def until_none(function: Callable[[Session], int]) -> Callable[[Work], int]:
    """A schedule that is one verb in as many transactions as it takes until nothing is left."""

    def run(work: Work) -> int:
        done = 0
        while count := work.database.write(function):
            done += count
        return done

    return run


SCHEDULES = (
    Schedule("urgent-messages", "*/5 * * * *", partial(_deliver, urgent=True), partial(messages.is_due, urgent=True)),
    Schedule("messages", "*/5 * * * *", partial(_deliver, urgent=False), partial(messages.is_due, urgent=False)),
    Schedule("timers", "*/5 * * * *", lambda work: timers.fire_due(work.database, work.clock()), timers.is_due),
    Schedule("unsigned", "*/30 * * * *", lambda work: reminders.remind_unsigned(work.database, work.clock())),
    Schedule("deadline-warnings", "*/5 * * * *", lambda work: warnings.warn_due(work.database, work.clock())),
    Schedule("moved-deadlines", "* * * * *", lambda work: calendar.move_deadlines(work.database, work.clock())),
    Schedule("late-hand-overs", "*/5 * * * *", lambda work: hand_overs.alarm_late(work.database, work.clock())),
    Schedule("rollups", "*/5 * * * *", lambda work: rollups.catch_up(work.database, work.clock())),
    Schedule("event-logs", "*/5 * * * *", lambda work: count_logs(work.database, work.clock())),
    Schedule("reconciliation", "30 2 * * *", lambda work: rollups.reconcile(work.database, work.clock())),
    Schedule("expired-codes", "*/5 * * * *", verb(messages.forget_codes)),
    Schedule("released-names", "20 0 * * *", verb(names.release_expired)),
    Schedule("name-reminders", "0 9 * * *", verb(names.remind)),
    Schedule("removed-files", "10 * * * *", verb(uploads.purge)),
    Schedule("name-sounds", "40 0 * * *", until_none(names.complete_sounds)),
)


def schedule_named(name: str) -> Schedule | None:
    """The schedule of that name; None for one that an older release had."""
    return next((schedule for schedule in SCHEDULES if schedule.name == name), None)
