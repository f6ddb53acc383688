"""What is known of imported event logs, and their events in the order in which statistics read them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, case, collate, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import BigInteger

from approvals.models import EventLog, LogEvent, LogFault, LogFile

SortedEvent = tuple[str, str, int, str, str]
"""Case, activity, microseconds since 1970 in UTC, resource and group; the last two are empty where the log does not say."""

_AT_ONCE = 10_000
_LATE = 1_000


class NoSuchLog(LookupError):
    """There is no log of that name; ``names`` are those that there are."""

    def __init__(self, name: str, names: list[str]) -> None:
        super().__init__(name)
        self.name = name
        self.names = names


def log_named(session: Session, name: str) -> EventLog:
    """The log of that name. Raises NoSuchLog, which knows the others."""
    log = session.scalar(select(EventLog).where(EventLog.name == name.strip()))
    if log is None:
        raise NoSuchLog(name, list(session.scalars(select(EventLog.name).order_by(EventLog.name))))
    return log


def logs(session: Session) -> list[EventLog]:
    """All logs by name."""
    return list(session.scalars(select(EventLog).order_by(EventLog.name)))


def files_of(session: Session, log_id: int) -> list[LogFile]:
    """The files of a log in the order in which their import began; those being removed too."""
    return list(session.scalars(select(LogFile).where(LogFile.log_id == log_id).order_by(LogFile.id)))


def files_named(session: Session, name: str, path: str, digest: str) -> list[LogFile]:
    """The files of a log that lay at a path or had a content, in the order in which their import began."""
    return list(
        session.scalars(
            select(LogFile)
            .join(EventLog, EventLog.id == LogFile.log_id)
            .where(EventLog.name == name, or_(LogFile.path == path, LogFile.digest == digest))
            .order_by(LogFile.id)
        )
    )


def has_late_fault(session: Session, file: LogFile) -> bool:
    """Whether one of the last records of a file, as many as one broken record may have swallowed, was bad."""
    late = LogFault.record >= file.records - _LATE
    return session.scalar(select(LogFault.record).where(LogFault.file_id == file.id, late).limit(1)) is not None


def count_backwards(session: Session, file_id: int) -> int:
    """How many events of a file are earlier than the event of the same case that stands before them in it."""
    before = func.lag(LogEvent.happened_at).over(partition_by=LogEvent.case_key, order_by=LogEvent.record)
    events = select((LogEvent.happened_at < before).label("backwards")).where(LogEvent.file_id == file_id).subquery()
    return session.scalar(select(func.count()).select_from(events).where(events.c.backwards)) or 0


def count_overlap(session: Session, file_id: int) -> int:
    """How many events of a file another file of its log has too: of the same case and activity at the same time."""
    log_id = select(LogFile.log_id).where(LogFile.id == file_id).scalar_subquery()
    others = select(LogFile.id).where(LogFile.log_id == log_id, LogFile.id != file_id, LogFile.state != "removing")
    there = list(session.scalars(others))
    if not there:
        return 0
    first, last = session.execute(
        select(func.min(LogEvent.happened_at), func.max(LogEvent.happened_at)).where(LogEvent.file_id == file_id)
    ).one()
    own = func.sum(case((LogEvent.file_id == file_id, 1), else_=0))
    # Only the time that the file spans is sorted: years of monthly files cost a month each.
    groups = (
        select(own.label("own"))
        .where(LogEvent.file_id.in_([file_id, *there]), LogEvent.happened_at.between(first, last))
        .group_by(LogEvent.case_key, LogEvent.happened_at, LogEvent.activity)
        .having(own > 0, func.count() > own)
        .subquery()
    )
    return int(session.scalar(select(func.sum(groups.c.own))) or 0)


def faults_of(session: Session, file_id: int) -> Iterator[LogFault]:
    """What was wrong with a file's bad records, by line; read as it is asked for."""
    query = select(LogFault).where(LogFault.file_id == file_id).order_by(LogFault.record, LogFault.number)
    yield from session.scalars(query, execution_options={"yield_per": _AT_ONCE})


def sorted_events(session: Session, name: str) -> Iterator[SortedEvent]:
    """All events of a log, sorted by case, then time, then the order of the files and of the lines in them.

    Read as they are asked for, so that a log of any length needs no memory here. Files that are still being read count with
    what has been read; ``files_of`` tells which are. Raises NoSuchLog when the first event is asked for.
    """
    log = log_named(session, name)
    files = [file.id for file in files_of(session, log.id) if file.state != "removing"]
    happened = type_coerce(LogEvent.happened_at, BigInteger)
    query = (
        select(LogEvent.case_key, LogEvent.activity, happened, LogEvent.resource, LogEvent.resource_group)
        .where(LogEvent.file_id.in_(files))
        .order_by(_bytewise(session, LogEvent.case_key), LogEvent.happened_at, LogEvent.file_id, LogEvent.record)
    )
    for rows in session.connection().execute(query, execution_options={"yield_per": _AT_ONCE}).partitions():
        yield from map(tuple, rows)


def _bytewise(session: Session, column: InstrumentedAttribute[str]) -> ColumnElement[str] | InstrumentedAttribute[str]:
    """By code point, as SQLite does: the order of a locale would be slower, and another one on every server."""
    return collate(column, "C") if session.connection().dialect.name == "postgresql" else column
