"""The statistics of a log, counted event by event; nothing is estimated."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from .local_time import LocalTime
from .spread import Spread, spread_of

LogEvent = tuple[str, str, int, str | None, str | None]
"""Case, activity, microseconds since 1970, resource, group; a resource or group may be missing (None or empty)."""


@dataclass(frozen=True, slots=True)
class ActivityCount:
    """How often an activity was done, in how many cases, and how often again in a case that had it already."""

    events: int
    cases: int

    @property
    def repeats(self) -> int:
        return self.events - self.cases


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a log says.

    ``variants`` are the different sequences of activities that cases took. ``edges`` are the seconds between each event and
    the one that directly follows it in its case, by both activities; ``duration`` those from the first to the last event of
    each case. ``started`` counts cases by the month of their first event. Events without a resource or group are in none.
    What is counted most comes first, months in their order. ``first`` and ``last`` are the first and last moment of all, in
    microseconds since 1970; None in a log without events.
    """

    cases: int
    events: int
    variants: int
    activities: Mapping[str, ActivityCount]
    edges: Mapping[tuple[str, str], Spread]
    duration: Spread
    started: Mapping[str, int]
    resources: Mapping[str, int]
    groups: Mapping[str, int]
    first: int | None
    last: int | None


class _Tally:
    """Counts while events go by. Durations are kept as 8 bytes each, a variant once, as 4 bytes for each of its events."""

    def __init__(self, clock: LocalTime) -> None:
        self._clock = clock
        self.numbers: dict[str, int] = {}
        self.done: list[int] = []
        self.in_cases: list[int] = []
        self.variants: set[bytes] = set()
        self.edges: dict[tuple[int, int], array[int]] = {}
        self.durations = array("q")
        self.started: dict[str, int] = {}
        self.resources: dict[str | None, int] = {}
        self.groups: dict[str | None, int] = {}
        self.first: int | None = None
        self.last: int | None = None

    def add_case(self, case: str, events: Iterable[LogEvent]) -> None:
        numbers, resources, groups, position = self.numbers, self.resources, self.groups, self._clock.position
        path: list[int] = []
        positions: list[int] = []
        first = before = None
        for _, activity, moment, resource, group in events:
            if before is None:
                first = moment
            elif moment < before:
                raise ValueError(f"办件 {case} 的事件没有按时间排列。")
            before = moment
            number = numbers.get(activity)
            if number is None:
                number = self._new(activity)
            path.append(number)
            positions.append(position(moment))
            resources[resource] = resources.get(resource, 0) + 1
            groups[group] = groups.get(group, 0) + 1
        assert first is not None and before is not None  # a case comes with its first event
        self.first = first if self.first is None else min(self.first, first)
        self.last = before if self.last is None else max(self.last, before)
        self._close(path, positions, self._clock.month(first))

    def _new(self, activity: str) -> int:
        self.done.append(0)
        self.in_cases.append(0)
        return self.numbers.setdefault(activity, len(self.numbers))

    def _close(self, path: list[int], positions: list[int], month: str) -> None:
        for number in path:
            self.done[number] += 1
        for number in set(path):
            self.in_cases[number] += 1
        self.variants.add(array("I", path).tobytes())
        self.durations.append(_between(positions[0], positions[-1]))
        self.started[month] = self.started.get(month, 0) + 1
        edges = self.edges
        for edge, (start, end) in zip(pairwise(path), pairwise(positions), strict=True):
            durations = edges.get(edge)
            if durations is None:
                durations = edges[edge] = array("q")
            durations.append(_between(start, end))


def _between(start: int, end: int) -> int:
    # Where clocks are put back while an office is open, its own clock shows an earlier time at a later moment.
    return end - start if end > start else 0


def statistics_of(events: Iterable[LogEvent], clock: LocalTime) -> Statistics:
    """The statistics of events that come case by case and within a case by time, ties as they should be told.

    Durations are wall time, or working time where the clock has a calendar. Beside the log itself a million events take
    some tens of megabytes. Raises ValueError when a case's events are not in the order of time; a case whose events do
    not come together would be counted twice.
    """
    tally = _Tally(clock)
    for case, its_events in groupby(events, key=itemgetter(0)):
        tally.add_case(case, its_events)
    names = list(tally.numbers)
    activities = {
        name: ActivityCount(done, in_cases) for name, done, in_cases in zip(names, tally.done, tally.in_cases, strict=True)
    }
    edges: dict[tuple[str, str], Spread] = {}
    for first, second in sorted(tally.edges, key=lambda edge: (-len(tally.edges[edge]), names[edge[0]], names[edge[1]])):
        # Freed as soon as it is told: sorting makes a list of it, and only one such list stands at a time.
        edges[names[first], names[second]] = spread_of(tally.edges.pop((first, second)))
    return Statistics(
        cases=len(tally.durations),
        events=sum(tally.done),
        variants=len(tally.variants),
        activities=dict(sorted(activities.items(), key=lambda each: (-each[1].events, each[0]))),
        edges=edges,
        duration=spread_of(tally.durations),
        started=dict(sorted(tally.started.items())),
        resources=_most_first(tally.resources),
        groups=_most_first(tally.groups),
        first=tally.first,
        last=tally.last,
    )


def _most_first(counts: Mapping[str | None, int]) -> dict[str, int]:
    named = [(name, count) for name, count in counts.items() if name]
    return dict(sorted(named, key=lambda each: (-each[1], each[0])))
