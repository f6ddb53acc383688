"""How much will fall due on the coming working days: what is open already, and what usually comes in on such a day."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean

from workflows.clock import Budget, WorkingCalendar, due_at

from .intervals import Z

DAYS = 10
WEEKS = 8
"""How far back arrivals are looked at: long enough for a mean of each weekday, short enough to follow the season."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What came in of one kind, by day, and how much time each has. A day without an entry had none."""

    budget: Budget
    arrivals: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class DueDay:
    """How much falls due on one working day: ``known`` is open now, ``expected`` is what may still come in and be due by then.

    Of a hundred such days the whole number lies 95 times between ``low`` and ``high``."""

    day: date
    known: int
    expected: float
    low: int
    high: int

    @property
    def total(self) -> float:
        return self.known + self.expected


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is late already, and the coming working days."""

    overdue: int
    days: tuple[DueDay, ...]


def due_load(
    calendar: WorkingCalendar, now: datetime, open_due: Iterable[datetime], streams: Iterable[Stream] = (), days: int = DAYS
) -> Forecast:
    """The due load of the next working days, today among them while it is one, from the due times of all that is open.

    Arrivals count over the ``WEEKS`` before today; each is taken to come in the middle of its working day.
    """
    dues = list(open_due)
    local = calendar.local(now)
    first = calendar.days_before(local.toordinal())
    coming = [calendar.day_at(first + each) for each in range(days)]
    known = Counter(_working_day(calendar, due) for due in dues if due >= now)
    expected: defaultdict[date, float] = defaultdict(float)
    # Of what comes in today a part has come in already.
    passed = calendar.working_seconds(datetime.combine(local.date(), time(), calendar.hours.zone), now)
    left = {local.date(): 1 - passed / calendar.hours.seconds_per_day}
    for stream in streams:
        means = weekday_means(calendar, stream.arrivals, local.date())
        for day in coming:
            expected[_due_day(calendar, day, stream.budget)] += means[day.weekday()] * left.get(day, 1)
    return Forecast(
        sum(due < now for due in dues),
        tuple(DueDay(day, known[day], expected[day], *_range(known[day], expected[day])) for day in coming),
    )


def weekday_means(calendar: WorkingCalendar, arrivals: Mapping[date, int], today: date) -> list[float]:
    """Mean arrivals per working day from Monday to Sunday in the ``WEEKS`` before today.

    What comes in on a rest day counts with the working day after it, on which it is taken up. A weekday that was never worked,
    as most Sundays are not, has the mean of all days."""
    taken_up: Counter[date] = Counter()
    for day, count in arrivals.items():
        taken_up[calendar.day_at(calendar.days_before(day.toordinal()))] += count
    past = list(_working_days(calendar, today - timedelta(weeks=WEEKS), today))
    every = fmean(taken_up[day] for day in past) if past else 0.0
    by_weekday = [[taken_up[day] for day in past if day.weekday() == weekday] for weekday in range(7)]
    return [fmean(counts) if counts else every for counts in by_weekday]


def _working_days(calendar: WorkingCalendar, first: date, end: date) -> Iterator[date]:
    for rank in range(calendar.days_before(first.toordinal()), calendar.days_before(end.toordinal())):
        yield calendar.day_at(rank)


def _working_day(calendar: WorkingCalendar, due: datetime) -> date:
    """The working day on which something due has to be done: a limit in calendar days may end on a rest day by its hour."""
    return calendar.day_at(calendar.days_before(calendar.local(due).toordinal()))


def _due_day(calendar: WorkingCalendar, day: date, budget: Budget) -> date:
    opening = calendar.next_opening(datetime.combine(day, time(), calendar.hours.zone))
    middle = calendar.add_working_seconds(opening, calendar.hours.seconds_per_day // 2)
    return calendar.local(due_at(calendar, middle, budget)).date()


def _range(known: int, expected: float) -> tuple[int, int]:
    """Arrivals scatter about their mean by its square root; what is open already is certain."""
    spread = Z * math.sqrt(expected)
    return known + max(0, math.floor(expected - spread)), known + math.ceil(expected + spread)
