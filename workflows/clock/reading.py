"""What a clock shows at a moment: due, remaining, colour, and how it was reckoned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .budget import Budget, Suspension
from .calendar import WorkingCalendar
from .deadline import deadline, until
from .hours import MICROSECONDS
from .working import Line, explained, possible_range

DEFAULT_AMBER_SHARE = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock read at one moment.

    `remaining_seconds` is working time, negative when late, `allowed_seconds` what there was of it from start to due. `colour`
    is green, amber, red (late) or grey (suspended or stopped). `provisional` says that a year between start and due awaits the
    State Council's notice. `working` is empty unless asked for, and then `possible` holds the earliest and latest due instant of
    a provisional deadline."""

    due: datetime
    remaining_seconds: int
    colour: str
    provisional: bool
    late: bool
    allowed_seconds: int
    working: tuple[Line, ...] = ()
    possible: tuple[datetime, datetime] | None = None

    @property
    def used_percent(self) -> int:
        """How much of the working time that is allowed has gone by, in whole percent, rounded down.

        At most 99 up to the due instant, which is in time, and at least 100 after it: 75 or more is just what is not green."""
        if not self.allowed_seconds:
            return 100 if self.late else 99
        used = 100 * (self.allowed_seconds - self.remaining_seconds) // self.allowed_seconds
        return max(100, used) if self.late else min(99, used)


def read(
    calendar: WorkingCalendar,
    start: datetime,
    budget: Budget,
    now: datetime,
    *,
    stopped: datetime | None = None,
    suspensions: Iterable[Suspension] = (),
    amber_share: Decimal = DEFAULT_AMBER_SHARE,
    explain: bool = False,
) -> Reading:
    """The clock of a budget begun at start, read now, or at the instant it was stopped for good.

    In time means no later than the due instant. Amber when no more than `amber_share` of the counted working time is
    left. A suspension still running lasts until now, so that `due` moves on with it and the remaining time stands."""
    moment = now if stopped is None else stopped
    ledger = list(suspensions)
    closed = until(ledger, moment)
    plan = deadline(calendar, start, budget, closed)
    late = moment > plan.due
    if late:
        # Late by wall clock with no working time gone by since: still shown as late.
        remaining = -max(1, plan.counted(calendar, plan.due, moment) // MICROSECONDS)
    else:
        remaining = plan.counted(calendar, max(moment, start), plan.due) // MICROSECONDS
    allowed = plan.counted(calendar, start, plan.due) // MICROSECONDS
    if stopped is not None or any(suspension.covers(moment) for suspension in ledger):
        colour = "grey"
    elif late:
        colour = "red"
    else:
        colour = "green" if remaining > amber_share * allowed else "amber"
    provisional = calendar.is_provisional_between(start, plan.due)
    return Reading(
        due=plan.due,
        remaining_seconds=remaining,
        colour=colour,
        provisional=provisional,
        late=late,
        allowed_seconds=allowed,
        working=explained(calendar, start, budget, plan, closed) if explain else (),
        possible=possible_range(calendar, start, budget, closed) if explain and provisional else None,
    )
