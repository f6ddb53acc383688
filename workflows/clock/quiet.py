"""Quiet hours: when nobody is disturbed by what can wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from .hours import OFFICE_ZONE


class NoQuietHours(ValueError):
    """What was written is no span of hours such as ``21:00-08:00``."""


QuietHours = tuple[time, time]
"""Beginning (included) and end (not included), in the county's time; the end may lie on the next day."""


def read_quiet_hours(written: str) -> QuietHours | None:
    """``21:00-08:00`` as a span; an empty text or ``off`` is none. Raises NoQuietHours for anything else."""
    if written.strip().casefold() in ("", "off"):
        return None
    try:
        begin, end = (time.fromisoformat(part.strip()) for part in written.split("-"))
    except ValueError as error:
        raise NoQuietHours(written) from error
    if begin == end or begin.tzinfo or end.tzinfo:
        raise NoQuietHours(written)
    return begin, end


def after_quiet_hours(moment: datetime, quiet: QuietHours | None) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    if quiet is None:
        return moment
    begin, end = quiet
    local = moment.astimezone(OFFICE_ZONE)
    clock = local.time()
    is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=1) if clock >= begin and begin > end else local.date()
    return datetime.combine(day, end, OFFICE_ZONE).astimezone(moment.tzinfo)
