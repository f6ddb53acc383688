"""Working days and working time of one office."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from .hours import MICROSECONDS, OfficeHours, microsecond_of_day

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Year:
    """Working days of one calendar year.

    `working` holds one byte per day from 1 January, 1 for a working day, 0 for a rest day. `official` says that the
    State Council's notice for the year is known; `notice` names it, or the rule that a provisional year follows.
    """

    working: bytes
    official: bool
    notice: str

    def __post_init__(self) -> None:
        if len(self.working) not in (365, 366):
            raise ValueError(f"一年应有 365 或 366 天，这里给出了 {len(self.working)} 天。")
        if not set(self.working) <= {0, 1}:
            raise ValueError("每一天只能标为 1（工作日）或 0（休息日）。")


def weekend_year(number: int) -> Year:
    """A provisional year that knows weekends only: the last resort where nothing else is known."""
    first = date(number, 1, 1)
    length = (date(number, 12, 31) - first).days + 1
    working = bytes((first.weekday() + offset) % 7 < SATURDAY for offset in range(length))
    return Year(working, official=False, notice="仅按周末推定")


class WorkingCalendar:
    """Which days an office works, and the working time between instants. Immutable and safe to share.

    A day outside the given years is never an error: it is a working day unless it falls on a weekend, and the year is
    provisional. Instants go in aware of their zone and come out in the office's zone. Working time is read off the
    wall clock of that zone: a running total over all days gives any difference in constant time.
    """

    __slots__ = ("_before_end", "_before_first", "_closures", "_end", "_first", "_hours", "_official", "_running",
                 "_years", "_zone")

    def __init__(
        self,
        years: Mapping[int, Year],
        hours: OfficeHours | None = None,
        closures: frozenset[date] = frozenset(),
    ) -> None:
        """`closures` are days on which this office is shut although the country works.

        Raises ValueError for a year whose number of days is wrong."""
        self._hours = hours or OfficeHours()
        self._zone = self._hours.zone
        self._closures = frozenset(closures)
        self._years = MappingProxyType(dict(years))
        self._official = frozenset(number for number, year in years.items() if year.official)
        mentioned = set(years) | {day.year for day in closures} or {2000}
        working = bytearray()
        for number in range(min(mentioned), max(mentioned) + 1):
            plain = weekend_year(number)
            year = years.get(number, plain)
            if len(year.working) != len(plain.working):
                raise ValueError(f"{number} 年有 {len(plain.working)} 天，这里给出了 {len(year.working)} 天。")
            working += year.working
        self._first = date(min(mentioned), 1, 1).toordinal()
        self._end = self._first + len(working)
        for day in closures:
            working[day.toordinal() - self._first] = 0
        running = [0]
        for flag in working:
            running.append(running[-1] + flag)
        self._running = running
        self._before_first = _weekdays_before(self._first)
        self._before_end = self._before_first + running[-1]

    @property
    def hours(self) -> OfficeHours:
        """The opening hours of every working day."""
        return self._hours

    @property
    def closures(self) -> frozenset[date]:
        """Days on which this office is shut although the country works."""
        return self._closures

    @property
    def years(self) -> Mapping[int, Year]:
        """The years this calendar was built from."""
        return self._years

    def for_office(self, hours: OfficeHours | None = None, closures: frozenset[date] = frozenset()) -> WorkingCalendar:
        """The same years with an office's own hours, and its closures added to those known here."""
        return WorkingCalendar(self._years, hours or self._hours, self._closures | closures)

    def is_working(self, day: date) -> bool:
        """Whether the office works on this day."""
        ordinal = day.toordinal()
        return self.days_before(ordinal + 1) > self.days_before(ordinal)

    def is_official(self, day: date) -> bool:
        """Whether the State Council's notice for the year of this day is known."""
        return day.year in self._official

    def is_provisional_between(self, start: datetime, end: datetime) -> bool:
        """Whether any year between two instants (in either order) is not official."""
        first, last = sorted((self.local(start).year, self.local(end).year))
        return any(number not in self._official for number in range(first, last + 1))

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Whole working seconds from start to end, negative when end comes first; additive over any split."""
        return self.position(end) // MICROSECONDS - self.position(start) // MICROSECONDS

    def add_working_seconds(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant at which `seconds` (0 or more) of working time have gone by since start.

        A start outside office hours counts as the next opening. Raises ValueError for negative seconds."""
        if seconds < 0:
            raise ValueError("工作时间不能为负数。")
        if seconds == 0:
            return self.next_opening(start)
        return self.instant(self.position(start) + seconds * MICROSECONDS)

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Close of business of the n-th working day after the start day, which is not counted (民法典 201, 203 条).

        From a rest day the next working day is day 1. After close of business the start counts as made the next day.
        0 days end at the close of the start day, or of the next working day. Raises ValueError for negative days."""
        if days < 0:
            raise ValueError("工作日数不能为负数。")
        origin = self.first_counted_rank(start)
        return self.close_of(self.day_at(origin + days - 1) if days else self.day_of_business(start))

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself when the office is open (close of business included), else when it opens next."""
        local = self.local(moment)
        if self.is_working(local.date()):
            at = microsecond_of_day(local)
            for (opens, closes), (opening, _) in zip(self._hours.spans, self._hours.intervals, strict=True):
                if at < opens:
                    return datetime.combine(local.date(), opening, self._zone)
                if at <= closes:
                    return local
        ordinal = local.toordinal() + 1
        return datetime.combine(self.day_at(self.days_before(ordinal)), self._hours.opens, self._zone)

    # The scales beneath: a working day has a rank (how many working days lie before it since the year 1), an instant
    # a position (working microseconds before it on the same scale). Deadlines are sums on these two scales.

    def local(self, moment: datetime) -> datetime:
        """The moment in the office's zone. Raises ValueError for a datetime without a zone."""
        zone = moment.tzinfo
        if zone is self._zone:
            return moment
        if zone is None:
            raise ValueError("时间必须带时区。")
        return moment.astimezone(self._zone)

    def days_before(self, ordinal: int) -> int:
        """Working days before the day with this proleptic ordinal."""
        if ordinal < self._first:
            return _weekdays_before(ordinal)
        if ordinal < self._end:
            return self._before_first + self._running[ordinal - self._first]
        return self._before_end + _weekdays_before(ordinal) - _weekdays_before(self._end)

    def day_at(self, rank: int) -> date:
        """The working day that has exactly `rank` working days before it."""
        if rank < self._before_first:
            return date.fromordinal(_weekday_at(rank))
        if rank < self._before_end:
            return date.fromordinal(self._first + bisect_right(self._running, rank - self._before_first) - 1)
        return date.fromordinal(_weekday_at(rank - self._before_end + _weekdays_before(self._end)))

    def position(self, moment: datetime) -> int:
        """Working microseconds before this instant."""
        local = self.local(moment)
        ordinal = local.toordinal()
        before = self.days_before(ordinal)
        whole = before * self._hours.day_length
        if self.days_before(ordinal + 1) == before:
            return whole
        return whole + self._hours.elapsed(microsecond_of_day(local))

    def instant(self, position: int) -> datetime:
        """The earliest instant with this position: a day's end rather than the next morning."""
        rank, worked = divmod(position - 1, self._hours.day_length)
        return datetime.combine(self.day_at(rank), self._hours.moment_after(worked + 1), self._zone)

    def close_of(self, day: date) -> datetime:
        """Close of business on this day."""
        return datetime.combine(day, self._hours.closes, self._zone)

    def start_day(self, start: datetime) -> date:
        """The day that a start belongs to for limits in working days, working or not; it is not counted."""
        local = self.local(start)
        if local.time() > self._hours.closes and self.is_working(local.date()):
            return local.date() + timedelta(days=1)
        return local.date()

    def day_of_business(self, start: datetime) -> date:
        """The start day, or the first working day after it."""
        return self.day_at(self.days_before(self.start_day(start).toordinal()))

    def first_counted_rank(self, start: datetime) -> int:
        """The rank of day 1 of a limit in working days."""
        return self.days_before(self.start_day(start).toordinal() + 1)


def _weekdays_before(ordinal: int) -> int:
    weeks, rest = divmod(ordinal - 1, 7)
    return weeks * 5 + (rest if rest < SATURDAY else SATURDAY)


def _weekday_at(rank: int) -> int:
    weeks, rest = divmod(rank, 5)
    return weeks * 7 + rest + 1
