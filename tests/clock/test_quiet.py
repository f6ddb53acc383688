"""Quiet hours: what they are written as, and when they end."""

from datetime import datetime

import pytest

from workflows.clock import OFFICE_ZONE
from workflows.clock.quiet import NoQuietHours, after_quiet_hours, read_quiet_hours


def local(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}:00").replace(tzinfo=OFFICE_ZONE)


@pytest.mark.parametrize(
    ("written", "asked", "expected"),
    [
        ("21:00-08:00", (23, "20:59"), (23, "20:59")),
        ("21:00-08:00", (23, "21:00"), (24, "08:00")),
        ("21:00-08:00", (23, "23:59"), (24, "08:00")),
        ("21:00-08:00", (24, "00:00"), (24, "08:00")),
        ("21:00-08:00", (24, "07:59"), (24, "08:00")),
        ("21:00-08:00", (24, "08:00"), (24, "08:00")),
        ("12:00-14:00", (24, "12:30"), (24, "14:00")),
        ("12:00-14:00", (24, "14:00"), (24, "14:00")),
        ("off", (24, "03:00"), (24, "03:00")),
        ("", (24, "03:00"), (24, "03:00")),
        ("21:00-08:00", (30, "22:00"), None),
    ],
)
def test_what_can_wait_waits_for_the_end(written: str, asked: tuple[int, str], expected: tuple[int, str] | None) -> None:
    found = after_quiet_hours(local(*asked), read_quiet_hours(written))
    assert found == (local(*expected) if expected else datetime(2026, 12, 1, 8, 0, tzinfo=OFFICE_ZONE))


@pytest.mark.parametrize("written", ["21-8-9", "late", "21:00", "25:00-08:00", "08:00-08:00", "21:00-"])
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(NoQuietHours):
        read_quiet_hours(written)
