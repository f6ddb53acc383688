"""The verbs of event logs: begin a file, enter a batch of it, end it, remove it.

How far a file has been read moves in the transaction that enters the events, and only from where the importing process
believes it to stand: a killed import goes on without a gap or a repetition, and of two at once one is turned away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from approvals.db.bulk import insert_rows
from approvals.logs.judging import Tallies
from approvals.models import EventLog, LogEvent, LogFault, LogFigures, LogFile
from approvals.operations.errors import Refusal

READING, COMPLETE, REMOVING = "reading", "complete", "removing"
_EVENT_COLUMNS = ("file_id", "record", "case_key", "activity", "happened_at", "resource", "resource_group")
_FAULT_COLUMNS = ("file_id", "record", "number", "line", "column", "value", "what", "mend")
_REMOVED_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Begun:
    """A file as it stands in its log: how far it was read before, and whether it has grown since it was complete."""

    file_id: int
    state: str
    records: int
    events: int
    bad: int
    tallies: Tallies
    options: dict[str, Any]
    has_grown: bool = False


@dataclass(slots=True)
class Batch:
    """What was made of the records from ``begins_at`` on, ``ends_at`` excluded."""

    begins_at: int
    ends_at: int
    events: list[tuple[Any, ...]] = field(default_factory=list)
    faults: list[tuple[Any, ...]] = field(default_factory=list)
    bad: int = 0
    tallies: Tallies = field(default_factory=dict)


def begin_file(
    session: Session, name: str, path: str, digest: str, size: int, options: dict[str, Any], grown_from: int | None, now: datetime
) -> Begun:
    """Enter a file in the log of that name, or find it there: begun before, or complete.

    ``grown_from`` is the file of the log that this one continues, line by line. Raises Refusal when the file is being removed,
    was begun with other options, or has changed since it was read.
    """
    log = session.scalar(select(EventLog).where(EventLog.name == name))
    if log is None:
        log = EventLog(name=name, created_at=now)
        session.add(log)
        session.flush()
    files = list(session.scalars(select(LogFile).where(LogFile.log_id == log.id).order_by(LogFile.id)))
    same = next((file for file in files if file.digest == digest), None)
    grown = same is None and grown_from is not None
    if grown:
        same = next((file for file in files if file.id == grown_from), None)
    if same is None:
        if any(file.path == path and file.state != REMOVING for file in files):
            raise _changed(path)
        same = LogFile(
            log_id=log.id, path=path, digest=digest, size=size, options=options, state=READING, records=0, events=0, bad=0,
            tallies={}, began_at=now, ended_at=None,
        )  # fmt: skip
        session.add(same)
        session.flush()
        return _begun(same)
    if same.state == REMOVING:
        raise Refusal("removing", {
            "zh": f"“{path}”正在从“{name}”里删除，还没有删完。请先运行 approvals history remove 删完它。",
            "en": f"“{path}” is being removed from “{name}”. Finish with approvals history remove first.",
        })  # fmt: skip
    if not same.records:
        same.options = options  # nothing has been read with the former ones
    if same.options != options:
        raise _other_options(path, same)
    if grown:
        same.digest, same.size, same.state, same.ended_at = digest, size, READING, None
        session.flush()
    return _begun(same, grown)


def enter_batch(session: Session, file_id: int, batch: Batch) -> None:
    """Enter the events and faults of a batch. Raises Refusal when the file does not stand where the batch begins."""
    _move(
        session, file_id, batch.begins_at, records=batch.ends_at, events=LogFile.events + len(batch.events),
        bad=LogFile.bad + batch.bad, tallies=batch.tallies,
    )  # fmt: skip
    connection = session.connection()
    insert_rows(connection, LogEvent.__table__, _EVENT_COLUMNS, batch.events)  # type: ignore[arg-type]
    insert_rows(connection, LogFault.__table__, _FAULT_COLUMNS, batch.faults)  # type: ignore[arg-type]


def end_file(session: Session, file_id: int, records: int, tallies: Tallies, now: datetime) -> None:
    """Note that a file has been read to its end. Raises Refusal when somebody else has read on."""
    _move(session, file_id, records, state=COMPLETE, tallies=tallies, ended_at=now)


def _move(session: Session, file_id: int, expected: int, **values: Any) -> None:
    moved = session.execute(
        update(LogFile).where(LogFile.id == file_id, LogFile.records == expected, LogFile.state == READING).values(**values)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal("elsewhere", {
            "zh": "这个文件同时还在别处导入（或刚被删除），这里已停下；那边会导入完，没有重复也没有遗漏。",
            "en": "This file is being imported elsewhere at the same time (or was just removed); this import has stopped.",
        })  # fmt: skip


def mark_removed(session: Session, file_ids: Sequence[int]) -> None:
    """Take files out of the statistics at once, before their events are removed piece by piece."""
    session.execute(update(LogFile).where(LogFile.id.in_(file_ids)).values(state=REMOVING))


def remove_some(session: Session, file_id: int) -> bool:
    """Remove a part of what a marked file has left; True when nothing is left, the file and an empty log included."""
    for table in (LogEvent, LogFault):
        first = session.scalar(select(table.record).where(table.file_id == file_id).order_by(table.record).limit(1))
        if first is not None:
            session.execute(delete(table).where(table.file_id == file_id, table.record < first + _REMOVED_AT_ONCE))
            return False
    log_id = session.scalar(select(LogFile.log_id).where(LogFile.id == file_id))
    session.execute(delete(LogFile).where(LogFile.id == file_id))
    if session.scalar(select(LogFile.id).where(LogFile.log_id == log_id).limit(1)) is None:
        session.execute(delete(LogFigures).where(LogFigures.log_id == log_id))
        session.execute(delete(EventLog).where(EventLog.id == log_id))
    return True


def _begun(file: LogFile, has_grown: bool = False) -> Begun:
    return Begun(file.id, file.state, file.records, file.events, file.bad, file.tallies, file.options, has_grown)


def _changed(path: str) -> Refusal:
    return Refusal("changed", {
        "zh": f"“{path}”以前导入过，现在内容变了（不只是在末尾添了行）。加 --replace 会先去掉以前导入的，再重新导入；"
        "如果是另一批记录，请换一个文件名。",
        "en": f"“{path}” was imported before and has changed since. --replace takes out what was imported and reads it anew; "
        "give the file another name if it holds other records.",
    })  # fmt: skip


def _other_options(path: str, file: LogFile) -> Refusal:
    used = " ".join(f"--{key.replace('_', '-')} {value}" for key, value in file.options.items() if value)
    return Refusal("other-options", {
        "zh": f"“{path}”以前是用别的选项导入的（{used}）。请用同样的选项，或加 --replace 去掉以前导入的再重新导入。",
        "en": f"“{path}” was imported with other options ({used}). Use the same, or --replace to read it anew.",
    })  # fmt: skip
