"""Whose every working second of a case was: a department's, a special procedure's, the applicant's, or nobody's.

The four add up to the whole working time of the case, open or closed. A case that opened others is a department's while a
department holds any of them; else a special procedure's, else the applicant's, else it waits. A correction is no suspension:
its time is the applicant's (行政许可法 第三十二条); what 行政许可法 第四十五条 leaves out of the limit is the special procedure's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from workflows.clock import WorkingCalendar
from workflows.engine.definition import OUTSIDE_ROLES

DEPARTMENT, SPECIAL, APPLICANT, WAITING = "department", "special", "applicant", "waiting"
CLASSES = (DEPARTMENT, SPECIAL, APPLICANT, WAITING)
"""In the order in which they decide for a case that opened others."""

TITLES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    DEPARTMENT: {"zh": "部门", "en": "Departments"},
    SPECIAL: {"zh": "特别程序", "en": "Special procedures"},
    APPLICANT: {"zh": "申请人", "en": "The applicant"},
    WAITING: {"zh": "等待和交接", "en": "Waiting and hand-over"},
})  # fmt: skip

_CARRIED = "carried"
# Within one case a suspension stops the clock whoever is addressed, and what is on the way between offices nobody can work on.
_WITHIN = (SPECIAL, _CARRIED, DEPARTMENT, APPLICANT, WAITING)


@dataclass(frozen=True, slots=True)
class Interval:
    """From an instant until another, or still running. It ends no earlier than it starts; a shorter one counts as empty."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a case in one state: from when until when, and which role held it ("" nobody).

    ``ready`` says that the results only waited to be fetched: closed is not delivered.
    """

    start: datetime
    end: datetime | None
    role: str
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """A case as far as its time goes; ``linked`` are the cases that it opened.

    ``suspensions`` are when a special procedure stopped its clock, ``carried`` when its papers were on the way between two
    offices. Its time ends with ``closed_at``, so that a late collector makes nobody slow.
    """

    opened_at: datetime
    closed_at: datetime | None
    stays: Sequence[Stay]
    suspensions: Sequence[Interval] = ()
    carried: Sequence[Interval] = ()
    linked: Sequence[Life] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that was one class's throughout."""

    start: datetime
    end: datetime
    whose: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """Working seconds of each class; ``total`` is the whole working time."""

    department: int = 0
    special: int = 0
    applicant: int = 0
    waiting: int = 0

    def __add__(self, other: Attribution) -> Attribution:
        return Attribution(*(mine + theirs for mine, theirs in zip(self.seconds(), other.seconds(), strict=True)))

    def __sub__(self, other: Attribution) -> Attribution:
        return Attribution(*(mine - theirs for mine, theirs in zip(self.seconds(), other.seconds(), strict=True)))

    @property
    def total(self) -> int:
        """Every working second."""
        return sum(self.seconds())

    @property
    def counted(self) -> int:
        """The seconds that the authorities answer for: all but the applicant's and those of special procedures."""
        return self.department + self.waiting

    def seconds(self) -> tuple[int, int, int, int]:
        """The seconds in the order of ``CLASSES``."""
        return self.department, self.special, self.applicant, self.waiting


def class_of(role: str, ready: bool = False) -> str:
    """Whose the time of a stay is that is addressed to this role; with ``ready`` the applicant's, who has yet to fetch the results."""
    if not role:
        return WAITING
    return APPLICANT if ready or role in OUTSIDE_ROLES else DEPARTMENT


def spans(life: Life, now: datetime) -> list[Span]:
    """The life of a case cut where it passes from one class to another, without gaps, until it closed or until now."""
    marks = [mark for each in _every(life) for mark in _own(each, now)]
    return list(_cut(life.opened_at, _end(life.closed_at, now), marks, CLASSES))


def attributed(calendar: WorkingCalendar, life: Life, now: datetime) -> Attribution:
    """The working seconds of each class until the case closed, or until now; they add up to its whole working time."""
    seconds = dict.fromkeys(CLASSES, 0)
    for span in spans(life, now):
        seconds[span.whose] += calendar.working_seconds(span.start, span.end)
    return Attribution(**seconds)


def of_stay(
    calendar: WorkingCalendar, stay: Stay, now: datetime, suspensions: Sequence[Interval] = (), carried: Sequence[Interval] = ()
) -> Attribution:
    """The working seconds of each class within one stay, by the same rules as those of its case."""
    return attributed(calendar, Life(stay.start, stay.end, (stay,), suspensions, carried), now)


def _every(life: Life) -> Iterator[Life]:
    """A case and everything below it: what decides is the same however deep it lies."""
    yield life
    for each in life.linked:
        yield from _every(each)


def _own(life: Life, now: datetime) -> Iterator[Span]:
    marks = [
        *(Span(stay.start, _end(stay.end, now), class_of(stay.role, stay.ready)) for stay in life.stays),
        *(Span(each.start, _end(each.end, now), SPECIAL) for each in life.suspensions),
        *(Span(each.start, _end(each.end, now), _CARRIED) for each in life.carried),
    ]
    for span in _cut(life.opened_at, _end(life.closed_at, now), marks, _WITHIN):
        yield Span(span.start, span.end, WAITING) if span.whose == _CARRIED else span


def _end(end: datetime | None, now: datetime) -> datetime:
    return now if end is None else end


def _cut(start: datetime, end: datetime, marks: Iterable[Span], order: Sequence[str]) -> Iterator[Span]:
    """The time from start to end cut at every change of what is first in ``order`` among the marks; nothing marked is waiting."""
    changes: dict[datetime, list[tuple[str, int]]] = {}
    for mark in marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first < last:
            changes.setdefault(first, []).append((mark.whose, 1))
            changes.setdefault(last, []).append((mark.whose, -1))
    running = dict.fromkeys(order, 0)
    since, whose = start, WAITING
    for at in sorted(changes):
        for changed, by in changes[at]:
            running[changed] += by
        following = next((each for each in order if running[each]), WAITING)
        if following != whose:
            if since < at:
                yield Span(since, at, whose)
            since, whose = at, following
    if since < end:
        yield Span(since, end, whose)
