"""What will become of each delegated case of the demo: where it begins, what goes wrong, and where it stands still."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum

from workflows.clock import WorkingCalendar

from .plans import DAYS_BACK, Plan

DELEGATED = "delegated-handling"
PAPERS = ("身份证原件", "房产证明原件")
RESULTS = ("营业执照正本", "印章")


class Hitch(Enum):
    """What does not go smoothly."""

    REQUESTED = "requested"
    DECLINED = "declined"
    SILENT = "silent"
    NOT_SIGNED = "not-signed"
    PAPER = "paper"
    PAPER_RECEIPT = "paper-receipt"
    REDRAFT = "redraft"
    MISSING = "missing"
    DAMAGED = "damaged"
    REVOKED = "revoked"
    REVOKED_LATE = "revoked-late"
    RESUMED = "resumed"
    DISPUTED = "disputed"


def carried_plans(
    source: random.Random,
    end: datetime,
    points: Sequence[str],
    before: Callable[[float], datetime],
    calendar: WorkingCalendar,
    count: int,
) -> list[Plan]:
    """The delegated cases of the demo: one at every stop, in transit, late, and each hitch; and ``count`` ordinary ones.

    ``points`` are codes of offices where cases begin, the one with a demo sign-in first.
    """

    def at(hours: float, point: int = 0, stop: str = "", *hitches: Hitch, **values: object) -> Plan:
        place = stop if "." in stop else f"{DELEGATED}.{stop}"
        stalls = {place: bool(values.pop("held", False))} if stop else {}
        return Plan(
            before(hours), pace=float(values.pop("pace", 0.25)), stalls=stalls, point=points[point % len(points)],  # type: ignore[arg-type]
            papers=int(values.pop("papers", 2)), hitches=frozenset(hitches), way=str(values.pop("way", "point")), **values,  # type: ignore[arg-type, call-overload]
        )  # fmt: skip

    own = [
        at(0.3, 0, "requested", Hitch.REQUESTED),
        at(2, 0, "mandating"),
        at(3, 0, "collecting", held=True),
        at(5, 0, "moving_to_town"),
        at(20, 0, "moving_to_town"),
        at(9, 0, "checking"),
        at(14, 0, "moving_to_centre"),
        at(26, 0, "returning_to_point"),
        at(30, 0, "delivering", held=True),
        at(34, 0, "confirming"),
        at(60, 0),
    ]
    stops = (
        "requested", "mandating", "collecting", "moving_to_town", "checking", "moving_to_centre", "filing", "packing",
        "returning_to_town", "relaying", "returning_to_point", "delivering", "confirming",
    )  # fmt: skip
    shown = [at(6 + place, place + 1, stop, *((Hitch.REQUESTED,) if stop == "requested" else ())) for place, stop in enumerate(stops)]
    late = [
        at(64 + place, place + 20, stop)
        for place, stop in enumerate(("collecting", "moving_to_town", "checking", "relaying", "delivering"))
    ]
    hitches = [
        at(40, 3, "", Hitch.DECLINED),
        at(120, 4, "", Hitch.SILENT),
        at(45, 5, "", Hitch.NOT_SIGNED),
        at(70, 6, "", Hitch.PAPER),
        at(75, 7, "", Hitch.PAPER_RECEIPT),
        at(50, 8, "", Hitch.REDRAFT),
        at(80, 9, "", Hitch.MISSING),
        at(20, 10, "supplementing", Hitch.MISSING),
        at(55, 11, "", Hitch.DAMAGED),
        at(60, 12, "", Hitch.REVOKED),
        at(18, 13, "giving_back", Hitch.REVOKED),
        at(90, 14, "", Hitch.REVOKED_LATE, papers=0, way="window"),
        at(12, 19, "company-registration.reviewing", held=True),
        at(3, 21, "company-registration.reviewing"),
        at(85, 15, "", Hitch.RESUMED),
        at(95, 16, "", Hitch.DISPUTED),
        at(220, 17, "confirming"),
        at(25, 18, "", way="electronic", papers=0),
    ]
    ordinary = [_ordinary(source, calendar, end, source.choice(points)) for _ in range(count)]
    return [*own, *shown, *late, *hitches, *ordinary]


def _ordinary(source: random.Random, calendar: WorkingCalendar, end: datetime, point: str) -> Plan:
    day = calendar.local(end - timedelta(days=8 + (DAYS_BACK - 8) * source.random()))
    opening = calendar.next_opening(day.replace(hour=0, minute=0, second=0, microsecond=0))
    filed_at = calendar.add_working_seconds(opening, source.randrange(600, calendar.hours.seconds_per_day - 600))
    hitches = frozenset({source.choice((Hitch.PAPER, Hitch.REQUESTED, Hitch.DAMAGED))}) if source.random() < 0.25 else frozenset()
    return Plan(
        filed_at, pace=source.choice((0.5, 1.0, 1.0, 2.0)), point=point, papers=source.choice((0, 1, 2)), hitches=hitches, way="point"
    )
