"""Opening hours of an office: which part of a working day counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

MICROSECONDS = 1_000_000
OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
DEFAULT_INTERVALS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Opening intervals of every working day, as local times, first to last.

    Both ends of an interval are open for business: somebody at the counter at 17:30:00 is in time.
    Raises ValueError when the intervals are empty, reversed or overlapping.
    """

    intervals: tuple[tuple[time, time], ...] = DEFAULT_INTERVALS
    zone: tzinfo = OFFICE_ZONE
    spans: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)
    day_length: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spans = tuple((microsecond_of_day(opens), microsecond_of_day(closes)) for opens, closes in self.intervals)
        if not spans:
            raise ValueError("办公时间至少要有一段。")
        if any(opens >= closes for opens, closes in spans):
            raise ValueError("办公时间每一段的开始必须早于结束。")
        if any(following[0] < earlier[1] for earlier, following in pairwise(spans)):
            raise ValueError("办公时间各段必须由早到晚排列，不能重叠。")
        object.__setattr__(self, "spans", spans)
        object.__setattr__(self, "day_length", sum(closes - opens for opens, closes in spans))

    @classmethod
    def parse(cls, texts: Sequence[tuple[str, str]], zone: tzinfo = OFFICE_ZONE) -> OfficeHours:
        """Hours from pairs such as ("08:30", "12:00")."""
        return cls(tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in texts), zone)

    @property
    def opens(self) -> time:
        """The first opening of a working day, local."""
        return self.intervals[0][0]

    @property
    def closes(self) -> time:
        """Close of business of a working day, local."""
        return self.intervals[-1][1]

    @property
    def seconds_per_day(self) -> int:
        """Working seconds in one working day."""
        return self.day_length // MICROSECONDS

    def elapsed(self, microsecond: int) -> int:
        """Working microseconds of a working day gone by at this microsecond of the local day."""
        worked = 0
        for opens, closes in self.spans:
            if microsecond <= opens:
                break
            worked += (microsecond if microsecond < closes else closes) - opens
        return worked

    def moment_after(self, worked: int) -> time:
        """The earliest local time at which `worked` (above 0, at most a day) working microseconds are gone by."""
        for opens, closes in self.spans:
            if worked <= closes - opens:
                return time_of(opens + worked)
            worked -= closes - opens
        raise ValueError("一天之内没有这么长的办公时间。")


def microsecond_of_day(moment: time | datetime) -> int:
    """Microseconds since local midnight."""
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * MICROSECONDS + moment.microsecond


def time_of(microsecond: int) -> time:
    """The local time at this many microseconds after midnight."""
    seconds, fraction = divmod(microsecond, MICROSECONDS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return time(hour, minute, second, fraction)
