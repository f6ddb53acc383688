"""The lines of the statistics: what was counted under one set of keys. Lines of any months or offices can be added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workflows.statistics.attribution import Attribution
from workflows.statistics.histograms import Histogram

from .facts import CaseFact, StepFact

STEP_COUNTS = ("count", "early", "on_time", "late", "again")
"""What is counted of steps, as columns of a rollup and fields of a line."""


@dataclass(slots=True)
class StepLine:
    """Steps that ended, under one set of keys. ``seconds`` are working seconds by whose they were.

    ``early`` ended on a day before the one they were due, ``on_time`` on that day and in time; a step without a due time is none
    of the three. ``again`` were not the first of their case in that state. ``working`` is the net working time of whoever's
    the step was; ``wall`` is time on the wall clock.
    """

    keys: dict[str, Any]
    count: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    again: int = 0
    working: Histogram = field(default_factory=Histogram)
    wall: Histogram = field(default_factory=Histogram)
    seconds: Attribution = field(default_factory=Attribution)

    def add(self, fact: StepFact) -> None:
        self.count += 1
        self.early += fact.timing == "early"
        self.on_time += fact.timing == "on_time"
        self.late += fact.timing == "late"
        self.again += fact.again
        self.working.add(fact.working)
        self.wall.add(fact.wall)
        self.seconds += fact.seconds

    def merge(self, other: StepLine) -> None:
        """Add what another line counts."""
        for name in STEP_COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.working.merge(other.working)
        self.wall.merge(other.wall)
        self.seconds += other.seconds


CASE_COUNTS = (
    "received", "closed", "done", "refused", "failed", "withdrawn", "not_opened", "early", "on_time", "late", "once_done",
    "delegated", "roots", "visits", "no_visit", "online", "with_statutory", "statutory_seconds", "counted_under_statutory",
    "with_promised", "promised_seconds", "counted_under_promised",
)  # fmt: skip
"""What is counted of cases, as columns of a rollup and fields of a line."""


@dataclass(slots=True)
class CaseLine:
    """Cases under one set of keys. A case is received in the month of its opening; all else belongs to that of its closing.

    ``carried_over`` were open when the first month began, ``open`` when the last one ended, or now; ``paused`` of those open now
    are with the applicant or suspended. ``early``, ``on_time`` and ``late`` are by the promise, of those that were answered.
    ``once_done`` closed without a correction, ``delegated`` by a mandate. ``visits`` to a hall or centre are those of ``roots``,
    the closed cases that somebody applied for, by themselves or through an agent; ``no_visit`` of them had none, and ``online``
    neither visit nor paper. ``with_statutory`` and ``with_promised`` were answered and had such a limit: the sum of their limits,
    and the working seconds that the authorities took of them. ``seconds`` are those of closed cases.
    """

    keys: dict[str, Any]
    received: int = 0
    carried_over: int = 0
    closed: int = 0
    open: int = 0
    paused: int = 0
    done: int = 0
    refused: int = 0
    failed: int = 0
    withdrawn: int = 0
    not_opened: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    once_done: int = 0
    delegated: int = 0
    roots: int = 0
    visits: int = 0
    no_visit: int = 0
    online: int = 0
    with_statutory: int = 0
    statutory_seconds: int = 0
    counted_under_statutory: int = 0
    with_promised: int = 0
    promised_seconds: int = 0
    counted_under_promised: int = 0
    working: Histogram = field(default_factory=Histogram)
    wall: Histogram = field(default_factory=Histogram)
    seconds: Attribution = field(default_factory=Attribution)

    def add_closed(self, fact: CaseFact) -> None:
        """Count a case that closed."""
        self.closed += 1
        outcome = fact.outcome or "done"
        setattr(self, outcome, getattr(self, outcome) + 1)
        if fact.timing:
            setattr(self, fact.timing, getattr(self, fact.timing) + 1)
        self.once_done += fact.once_done
        self.delegated += fact.delegated
        if fact.whole:
            self.roots += 1
            self.visits += fact.visits
            self.no_visit += not fact.visits
            self.online += fact.online
        if fact.statutory:
            self.with_statutory += 1
            self.statutory_seconds += fact.statutory
            self.counted_under_statutory += fact.counted
        if fact.promised:
            self.with_promised += 1
            self.promised_seconds += fact.promised
            self.counted_under_promised += fact.counted
        self.working.add(fact.working)
        self.wall.add(fact.wall)
        self.seconds += fact.seconds

    def take_away(self, other: CaseLine) -> None:
        """Take away what another line counts of this one; the shortest and longest stay, as ``Histogram.take_away`` says."""
        for name in CASE_COUNTS:
            setattr(self, name, getattr(self, name) - getattr(other, name))
        self.working.take_away(other.working)
        self.wall.take_away(other.wall)
        self.seconds -= other.seconds

    def merge(self, other: CaseLine) -> None:
        """Add what another line counts; what was carried over and is open is a state, and stays."""
        for name in (*CASE_COUNTS, "paused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.working.merge(other.working)
        self.wall.merge(other.wall)
        self.seconds += other.seconds


@dataclass(slots=True)
class EdgeLine:
    """How often one state of a workflow led to another, and how long the stays before it were.

    With ``linked`` ``to_state`` is the workflow of the cases that the state opens, and the times are those of these cases.
    ``seconds`` are working seconds by whose they were.
    """

    workflow: str
    from_state: str
    to_state: str
    linked: bool = False
    count: int = 0
    working: Histogram = field(default_factory=Histogram)
    seconds: Attribution = field(default_factory=Attribution)
