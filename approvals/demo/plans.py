"""What will become of each application of the demo: when it is filed, how it goes, and where it stands still."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workflows.clock import WorkingCalendar
from workflows.rules.chain import MATTERS

HOUR = 3600
DAYS_BACK = 124
"""About four months: long enough for a correction that nobody answers to lapse after sixty working days."""

SIGNING = "company-registration.signing"
REVIEWING = "company-registration.reviewing"
EXTENDED = "company-registration.reviewing_extended"
ASKED = "company-registration.extension_requested"
CORRECTING = "company-registration.correcting"
DELIVERING = "company-opening.delivering"

# How the registrar decides, step after step: "answer" and "silent" are the applicant's, "grant" and "decline" the head's.
ROUTES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("approve",), 68),
    (("return", "answer", "approve"), 13),
    (("return", "answer", "return", "answer", "approve"), 3),
    (("return", "silent"), 2),
    (("return", "withdraw"), 2),
    (("withdraw",), 3),
    (("refuse",), 3),
    (("return", "answer", "refuse"), 1),
    (("extend", "grant", "approve"), 3),
    (("extend", "decline", "approve"), 2),
)
FAILING = 0.035
"""The share of linked matters that fail at the first attempt."""

RESTARTED = 0.8
"""The share of failed matters that are started again."""


@dataclass(slots=True)
class Plan:
    """The fate of one application.

    ``stalls`` are the places (workflow and state) where nobody goes on; the value says whether somebody has claimed the
    task. ``hitch`` is what happens while people sign: decline, change or nothing. ``pace`` stretches every reaction and
    handling time. ``fails`` are the matters that fail once; ``restarts``
    those of them that are started again, ``restarts_late`` those that are only after everything was handed out.
    """

    filed_at: datetime
    route: tuple[str, ...] = ("approve",)
    stalls: Mapping[str, bool] = field(default_factory=dict)
    fails: frozenset[str] = frozenset()
    restarts: frozenset[str] = frozenset()
    restarts_late: frozenset[str] = frozenset()
    pace: float = 1.0
    window: bool = False
    odd_card: bool = False
    hitch: str = ""
    chosen: Sequence[str] | None = None
    way: str | None = None
    own: bool = False
    """Whether the applicant with a demo sign-in files it."""

    point: str = ""
    """The code of the office whose agent carries it; empty where nobody is entrusted. ``papers`` says how many are taken in."""

    papers: int = 0
    hitches: frozenset[Any] = frozenset()


def plans(source: random.Random, calendar: WorkingCalendar, end: datetime, count: int) -> list[Plan]:
    """All applications of the demo, in no order: the recent ones that show each state, and ``count`` ordinary ones."""
    shown = [*_standing(calendar, end), *_own(calendar, end)]
    return [*shown, *(_ordinary(source, calendar, end) for _ in range(count))]


def _ordinary(source: random.Random, calendar: WorkingCalendar, end: datetime) -> Plan:
    window = source.random() < 0.2
    day = end - timedelta(days=DAYS_BACK * source.random() ** 1.2)
    fails = frozenset(each for each in MATTERS if source.random() < FAILING)
    return Plan(
        filed_at=_filing_time(source, calendar, day, end, window),
        route=source.choices([route for route, _ in ROUTES], [weight for _, weight in ROUTES])[0],
        fails=fails,
        restarts=frozenset(each for each in fails if source.random() < RESTARTED),
        pace=source.choices((0.5, 1.0, 2.0, 6.0), (42, 40, 15, 3))[0],
        window=window,
        odd_card=source.random() < 0.02,
    )


def _filing_time(source: random.Random, calendar: WorkingCalendar, day: datetime, end: datetime, window: bool) -> datetime:
    """Windows take in while they are open; online people file when they have time, mostly in the day."""
    local = calendar.local(day)
    if window or source.random() < 0.65:
        opening = calendar.next_opening(local.replace(hour=0, minute=0, second=0, microsecond=0))
        at = calendar.add_working_seconds(opening, source.randrange(60, calendar.hours.seconds_per_day - 60))
    else:
        at = local.replace(hour=source.randrange(7, 23), minute=source.randrange(60), second=source.randrange(60))
    return at if at < end else before(calendar, end, source.uniform(0.01, 3))


def before(calendar: WorkingCalendar, end: datetime, hours: float) -> datetime:
    """So many working hours before the end, at an odd second."""
    seconds = int(hours * HOUR) + int(hours * 100) % 37
    return calendar.instant(calendar.position(end) - seconds * 1_000_000)


def _standing(calendar: WorkingCalendar, end: datetime) -> list[Plan]:
    """Cases that stand in every state now: fresh ones, some that are nearly due, some that are late."""

    def at(hours: float, *route: str, **values: object) -> Plan:
        return Plan(before(calendar, end, hours), route or ("approve",), pace=0.25, **values)  # type: ignore[arg-type]

    plans = [
        at(0.4, stalls={SIGNING: False}),
        at(300, stalls={SIGNING: False}),
        at(90, "answer", hitch="decline"),
        at(30, "answer", hitch="change"),
        at(20, stalls={SIGNING: False}),
        at(5, stalls={SIGNING: False}, window=True),
        at(0.2, stalls={REVIEWING: False}),
        at(0.5, stalls={REVIEWING: True}),
        at(1.3, stalls={REVIEWING: False}),
        at(1.4, stalls={REVIEWING: True}),
        at(3.5, stalls={REVIEWING: False}, window=True),
        at(9, stalls={REVIEWING: True}),
        at(30, stalls={REVIEWING: True}),
        at(3, "extend", stalls={ASKED: False}),
        at(12, "extend", stalls={ASKED: False}),
        at(16, "extend", "grant", stalls={EXTENDED: True}),
        at(40, "extend", "grant", stalls={EXTENDED: True}),
        at(4, "return", stalls={CORRECTING: False}),
        at(20, "return", stalls={CORRECTING: False}),
        at(75, "return", stalls={CORRECTING: False}, window=True),
        at(26, "return", "answer", stalls={REVIEWING: False}),
        at(0.3, stalls={REVIEWING: True}, odd_card=True),
    ]
    for matter in MATTERS:
        plans += [
            at(0.9, chosen=(*MATTERS,), stalls={f"{matter}.handling": False}),
            at(1.5, chosen=(*MATTERS,), stalls={f"{matter}.handling": True}),
            at(6, chosen=(*MATTERS,), stalls={f"{matter}.handling": True}),
        ]
    failed, late = frozenset({"company-seal"}), frozenset({"social-insurance"})
    plans += [
        at(560, "return", "silent"),
        at(110, chosen=(*MATTERS,), fails=failed, restarts=failed),
        *(at(hours, chosen=(*MATTERS,), way="window", fails=late, restarts_late=late) for hours in (140, 200)),
        at(5, chosen=(*MATTERS,), fails=failed, stalls={"tax-registration.handling": True}),
        at(8, chosen=(*MATTERS,), fails=frozenset({"social-insurance"}), stalls={"housing-fund.handling": False}),
    ]
    for way, waiting in (("window", (3, 60, 64, 90)), ("point", (10, 80)), ("post", (5, 72))):
        plans += [at(hours, way=way, stalls={DELIVERING: False}) for hours in waiting]
    return plans


def _own(calendar: WorkingCalendar, end: datetime) -> list[Plan]:
    """The cases of the applicant who signs in: one that is being signed, one to correct, one under way, one to collect, one done."""

    def at(hours: float, *route: str, **values: object) -> Plan:
        return Plan(before(calendar, end, hours), route or ("approve",), pace=0.25, own=True, **values)  # type: ignore[arg-type]

    return [
        at(1.2, stalls={SIGNING: False}),
        at(10, "return", stalls={CORRECTING: False}),
        at(2, chosen=(*MATTERS,), stalls={"company-seal.handling": True, "housing-fund.handling": False}),
        at(25, chosen=(*MATTERS,), way="window", stalls={DELIVERING: False}),
        at(160, chosen=(*MATTERS,), way="electronic"),
    ]
