"""Event logs of the systems that the county had before: an area of their own, which no case refers to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class EventLog(Identified, Base):
    """事件日志: what was read under one name, from one file or from many."""

    __tablename__ = "event_logs"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LogFile(Identified, Base):
    """日志文件: one file of a log and how far it has been read.

    ``state`` is reading, complete or removing. ``records`` counts what was read, usable or not, and moves in the transaction
    that enters the events, so that a killed import goes on where it stopped. ``digest`` is the SHA-256 of the first ``size``
    bytes of the file as it lies on the disk. ``options`` is how the file was read (columns, zone, encoding); ``tallies`` maps
    what was mended or is worth a look to how many records it concerns and the line of the first.
    """

    __tablename__ = "log_files"
    __table_args__ = (UniqueConstraint("log_id", "digest"),)

    log_id: Mapped[int] = mapped_column(ForeignKey("event_logs.id"))
    path: Mapped[str] = mapped_column(String(4096))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[Any] = mapped_column(CanonicalJson)
    state: Mapped[str] = mapped_column(String(10))
    records: Mapped[int] = mapped_column(BigInteger, default=0)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    bad: Mapped[int] = mapped_column(BigInteger, default=0)
    tallies: Mapped[Any] = mapped_column(CanonicalJson)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LogEvent(Base):
    """日志事件: something that happened to a case of another system. ``record`` is its place in the file, which decides ties.

    What the file does not say (``resource``, ``resource_group``) is empty text.
    """

    __tablename__ = "log_events"
    # Rows arrive in the order of their key: SQLite then appends to one tree instead of filling two.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    file_id: Mapped[int] = mapped_column(ForeignKey("log_files.id"), primary_key=True, autoincrement=False)
    record: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_key: Mapped[str] = mapped_column(String(500))
    activity: Mapped[str] = mapped_column(String(500))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resource: Mapped[str] = mapped_column(String(500))
    resource_group: Mapped[str] = mapped_column(String(500))


class LogFault(Base):
    """日志坏行: why a record was left out; ``number`` counts within the record. ``line`` is the line of the file it begins in."""

    __tablename__ = "log_faults"

    file_id: Mapped[int] = mapped_column(ForeignKey("log_files.id"), primary_key=True, autoincrement=False)
    record: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(BigInteger)
    column: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(300))
    mend: Mapped[str] = mapped_column(String(300))


class LogFigures(Base):
    """日志统计: what the events of a log came to when they were last counted, so that a page costs no pass over them.

    ``content`` is a digest of the files that were counted and how far they had been read, ``calendar`` one of the working days of
    the years from the first to the last event: where either is another one now, the figures are of before. ``figures`` are read by
    ``queries.log_figures``.
    """

    __tablename__ = "log_figures"

    log_id: Mapped[int] = mapped_column(ForeignKey("event_logs.id"), primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(String(64))
    calendar: Mapped[str] = mapped_column(String(64))
    figures: Mapped[Any] = mapped_column(CanonicalJson)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
