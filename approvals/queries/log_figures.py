"""What imported logs came to when they were last counted, and our own closed cases by the same code. Reading only.

Exact figures of a log cost a pass over its events. That is made once for each content of a log, and pages read what was kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import EventLog, LogFigures, LogFile
from workflows.clock import OFFICE_ZONE
from workflows.logs import LocalTime, Spread, statistics_of

from .logs import sorted_events
from .own_log import lives

RULES = 1
"""Another number makes every log be counted anew."""

KEPT_ACTIVITIES, KEPT_EDGES = 100, 100
"""The most frequent ones are kept; ``approvals statistics --log NAME --json`` prints all."""

MOST_OWN = 20_000
"""So many of our own cases are counted for a page, those that closed last: it costs the same however many there are."""

WALL, WORKING = "wall", "working"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Edge:
    """What directly followed what, and the seconds between, in wall time and in the county's working time."""

    start: str
    end: str
    seconds: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a log came to. ``activities`` are (name, events, cases), ``started`` (month, cases); days are the county's.

    ``all_activities`` and ``all_edges`` say how many different ones there are, of which the most frequent are here.
    """

    cases: int
    events: int
    variants: int
    first: date | None
    last: date | None
    started: Sequence[tuple[str, int]]
    activities: Sequence[tuple[str, int, int]]
    all_activities: int
    edges: Sequence[Edge]
    all_edges: int
    duration: Mapping[str, Spread]

    def provisional_years(self) -> list[int]:
        """The years of the log whose working days no notice has fixed."""
        calendar = county_calendar()
        return [year for year in _years(self.first, self.last) if not calendar.is_official(date(year, 1, 1))]


@dataclass(frozen=True, slots=True)
class KeptLog:
    """A log with its files, without those being removed, and what it came to; ``is_current`` unless something has changed since."""

    log: EventLog
    files: Sequence[LogFile]
    figures: Figures | None
    counted_at: datetime | None
    is_current: bool

    @property
    def events(self) -> int:
        return sum(file.events for file in self.files)

    @property
    def bad(self) -> int:
        return sum(file.bad for file in self.files)

    @property
    def unfinished(self) -> int:
        return sum(file.state != "complete" for file in self.files)


@dataclass(frozen=True, slots=True)
class Own:
    """How long our own closed cases took, by the same code; ``is_cut`` when only those that closed last were counted."""

    duration: Mapping[str, Spread]
    is_cut: bool


def kept_logs(session: Session) -> list[KeptLog]:
    """All logs by name with what they came to; two statements, and no event is read."""
    files: dict[int, list[LogFile]] = {}
    for file in session.scalars(select(LogFile).where(LogFile.state != "removing").order_by(LogFile.id)):
        files.setdefault(file.log_id, []).append(file)
    query = select(EventLog, LogFigures).outerjoin(LogFigures, LogFigures.log_id == EventLog.id).order_by(EventLog.name)
    return [_kept(log, files[log.id], stored) for log, stored in session.execute(query) if log.id in files]


def content_of(files: Sequence[LogFile]) -> str:
    """A digest of what files hold as far as they have been read."""
    digest = hashlib.sha256(b"%d." % RULES)
    for file in sorted(files, key=lambda file: file.id):
        digest.update(f"{file.id}:{file.digest}:{file.records}.".encode())
    return digest.hexdigest()


def calendar_of(first: date | None, last: date | None) -> str:
    """A digest of the working days of the years from one day to the other."""
    digest, known = hashlib.sha256(), county_calendar().years
    for number in _years(first, last):
        if number in known:
            digest.update(b"%d" % number + known[number].working)
    return digest.hexdigest()


def count(session: Session, name: str) -> dict[str, Any]:
    """Count the events of a log, as it is kept; as many passes over them as there are kinds of time."""
    wall, working = (statistics_of(sorted_events(session, name), clock) for clock in _clocks().values())
    return {
        "cases": wall.cases, "events": wall.events, "variants": wall.variants,
        "first": _day(wall.first), "last": _day(wall.last), "started": list(wall.started.items()),
        "activities": [[key, each.events, each.cases] for key, each in islice(wall.activities.items(), KEPT_ACTIVITIES)],
        "all_activities": len(wall.activities),
        "edges": [
            [*edge, astuple(spread), astuple(working.edges[edge])] for edge, spread in islice(wall.edges.items(), KEPT_EDGES)
        ],
        "all_edges": len(wall.edges), "duration": [astuple(wall.duration), astuple(working.duration)],
    }  # fmt: skip


def figures_from(stored: Mapping[str, Any]) -> Figures:
    """What ``count`` returned, read back from the database."""
    first, last = (date.fromisoformat(stored[end]) if stored[end] else None for end in ("first", "last"))
    return Figures(
        stored["cases"], stored["events"], stored["variants"], first, last, [(month, cases) for month, cases in stored["started"]],
        [(name, events, cases) for name, events, cases in stored["activities"]], stored["all_activities"],
        [Edge(start, end, _seconds(spreads)) for start, end, *spreads in stored["edges"]], stored["all_edges"],
        _seconds(stored["duration"]),
    )  # fmt: skip


def own_duration(session: Session, workflow: str, begin: date, end: date) -> Own:
    """How long the cases of a workflow took that closed from the one day until before the other; one statement."""
    events = list(lives(session, workflow, (begin, end), MOST_OWN + 1))
    is_cut = len(events) > 2 * MOST_OWN
    counted = events[: 2 * MOST_OWN]
    return Own({kind: statistics_of(counted, clock).duration for kind, clock in _clocks().items()}, is_cut)


def _clocks() -> dict[str, LocalTime]:
    return {WALL: LocalTime(OFFICE_ZONE), WORKING: LocalTime(OFFICE_ZONE, county_calendar())}


def _kept(log: EventLog, files: Sequence[LogFile], stored: LogFigures | None) -> KeptLog:
    if stored is None:
        return KeptLog(log, files, None, None, False)
    figures = figures_from(stored.figures)
    is_current = stored.content == content_of(files) and stored.calendar == calendar_of(figures.first, figures.last)
    return KeptLog(log, files, figures, stored.counted_at, is_current)


def _seconds(spreads: Sequence[Sequence[Any]]) -> dict[str, Spread]:
    return {kind: Spread(*spread) for kind, spread in zip((WALL, WORKING), spreads, strict=True)}


def _years(first: date | None, last: date | None) -> range:
    return range(first.year, last.year + 1) if first and last else range(0)


def _day(moment: int | None) -> str | None:
    return None if moment is None else (_EPOCH + timedelta(microseconds=moment)).astimezone(OFFICE_ZONE).date().isoformat()
