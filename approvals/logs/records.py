"""What a reader of log files gives: the texts of a record, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Options:
    """How a log is read. For CSV the names of columns, for XES the keys of attributes; ``lifecycle`` is for XES alone.

    ``format`` is csv or xes. ``zone`` is that of times that name none; ``time_format`` is as of strptime, empty to recognise
    it; ``encoding`` likewise.
    """

    format: str
    case_id: str
    activity: str
    time: str
    resource: str = ""
    group: str = ""
    start_time: str = ""
    zone: str = "Asia/Shanghai"
    time_format: str = ""
    lifecycle: str = ""
    encoding: str = ""


class Record(NamedTuple):
    """The texts of one event as the file has them, with the line it begins in.

    ``start`` is when the step began, and ``lifecycle`` what befell it (complete, start, …), where the file says so.
    """

    line: int
    case: str
    activity: str
    time: str
    resource: str
    group: str
    start: str
    lifecycle: str


class Fault(NamedTuple):
    """What is wrong with a record: in which column, what stands there, why it cannot be used, and how to mend it."""

    column: str
    value: str
    what: str
    mend: str


def shown(text: str) -> str:
    """The beginning of a text, as a report can have it."""
    return text[:LONGEST_SHOWN].replace("\0", "␀")


class Broken(NamedTuple):
    """A record whose texts cannot be told apart."""

    line: int
    fault: Fault


class PassedOver(NamedTuple):
    """A record that was not asked for."""

    line: int


class Unreadable(Exception):
    """A file from which, from here on, nothing can be read. ``what`` says why and what to do."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


AnyRecord = Record | Broken | PassedOver
