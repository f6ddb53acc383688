"""Where the time of a case went, as staff are shown it: a bar, and the table that says the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from approvals.language import say
from approvals.queries.statistics.family_attribution import WhoseTime, whose_time
from workflows.statistics.attribution import CLASSES, TITLES, Attribution

from . import request
from .case_access import Seen
from .supervision import share, working_time

BAR = 1000
"""The width of the bar in its own units."""


@dataclass(frozen=True, slots=True)
class Part:
    """One class of a bar: where it begins, and how long it is."""

    whose: str
    begin: int
    length: int


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the table. ``cells`` are the time and its share for each class; ``link`` leads to a linked case."""

    title: str
    link: str
    total: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WhoseTable:
    """What the panel shows; ``titles`` are the classes with their names, in the order of the cells."""

    titles: tuple[tuple[str, str], ...]
    bar: tuple[Part, ...]
    lines: tuple[Line, ...]


def whose_table(view: Seen) -> WhoseTable | None:
    """The time of the case that is looked at and of what it opened; None for whoever does not work on it."""
    if not view.works_on(view.subject):
        return None
    found = whose_time(request.session(), view.family, view.subject, request.now())
    titles = tuple((whose, say(TITLES[whose])) for whose in CLASSES)
    return WhoseTable(titles, tuple(_bar(found[0].seconds)), tuple(_line(view, each) for each in found))


def _bar(seconds: Attribution) -> Iterator[Part]:
    passed, whole = 0, seconds.total
    for whose, length in zip(CLASSES, seconds.seconds(), strict=True):
        if length:
            begin, end = round(BAR * passed / whole), round(BAR * (passed + length) / whole)
            yield Part(whose, begin, end - begin)
        passed += length


def _line(view: Seen, found: WhoseTime) -> Line:
    seconds, member = found.seconds, found.member
    link = "" if member is view.subject or not view.may_read(member) else url_for("cases.case_page", token=member.case.token)
    cells = tuple((working_time(each), share(each, seconds.total)) if each else ("—", "") for each in seconds.seconds())
    return Line(say(member.definition.title), link, working_time(seconds.total), cells)
