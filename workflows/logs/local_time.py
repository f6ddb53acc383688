"""Moments of a log as the people lived them: the month they fell in, and the working time that lay before them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from workflows.clock import WorkingCalendar

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_VARIES = DAY
"""Stands for the offset of a day on which the clocks are changed; no offset reaches a whole day."""


class LocalTime:
    """Reads microseconds since 1970 in one zone and, with a calendar, on its opening hours.

    A million moments are read one by one, most of them on a few thousand days: the offset of a day and the working days
    before it are looked up once, the rest is integers. Agrees with ``WorkingCalendar.position`` on every instant.
    """

    __slots__ = ("_calendar", "_offsets", "_wholes", "_zone")

    def __init__(self, zone: tzinfo, calendar: WorkingCalendar | None = None) -> None:
        """`calendar` must tell its hours in the same zone. Raises ValueError when it does not."""
        if calendar is not None and calendar.hours.zone is not zone:
            raise ValueError("开放时间必须与日志用同一个时区。")
        self._zone = zone
        self._calendar = calendar
        self._offsets: dict[int, int] = {}
        self._wholes: dict[int, tuple[int, bool]] = {}

    def local(self, moment: int) -> int:
        """Microseconds from 1970-01-01 00:00 of the zone's own clock to what that clock shows at this moment."""
        day = moment // DAY
        offset = self._offsets.get(day)
        if offset is None:
            first, last = self._offset(day * DAY), self._offset(day * DAY + DAY - 1)
            offset = self._offsets[day] = first if first == last else _VARIES
        return moment + (self._offset(moment) if offset == _VARIES else offset)

    def month(self, moment: int) -> str:
        """The month of a moment, as in "2026-11"."""
        return date.fromordinal(self.local(moment) // DAY + _EPOCH_ORDINAL).isoformat()[:7]

    def position(self, moment: int) -> int:
        """What durations are measured on: microseconds since 1970, or the working microseconds before this moment."""
        calendar = self._calendar
        if calendar is None:
            return moment
        day, within = divmod(self.local(moment), DAY)
        known = self._wholes.get(day)
        if known is None:
            ordinal = day + _EPOCH_ORDINAL
            before = calendar.days_before(ordinal)
            known = before * calendar.hours.day_length, calendar.days_before(ordinal + 1) > before
            self._wholes[day] = known
        whole, is_working = known
        return whole + calendar.hours.elapsed(within) if is_working else whole

    def _offset(self, moment: int) -> int:
        offset = (_EPOCH + timedelta(microseconds=moment)).astimezone(self._zone).utcoffset()
        assert offset is not None  # an aware datetime has one
        return offset // timedelta(microseconds=1)
