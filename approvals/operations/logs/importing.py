"""Reading a file into a log from where it stopped: batch by batch, each in a transaction of its own, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from approvals.db import Database, to_microseconds
from approvals.logs import opening
from approvals.logs.csv_records import CsvLog
from approvals.logs.judging import BACKWARDS, ENCODING, OVERLAP, PASSED_OVER, Entry, Judge, Tallies, all_bad, usable_zone
from approvals.logs.moments import Moments
from approvals.logs.records import AnyRecord, Broken, Fault, Options, Record, Unreadable
from approvals.logs.xes_records import XesLog
from approvals.models import LogFile
from approvals.operations.errors import Refusal
from approvals.queries.logs import count_backwards, count_overlap, files_named, has_late_fault

from .entering import COMPLETE, REMOVING, Batch, Begun, begin_file, end_file, enter_batch, mark_removed, remove_some

AT_ONCE = 10_000
"""Records of one transaction."""
TRIED, ALL_BAD = 1_000, 100
"""Records looked at before anything is entered; when so many are bad and none is good, the columns are the wrong ones."""

Progress = Callable[[int], None]
"""Told how many bytes of the file have been read."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. ``events`` and ``bad`` count all of it, ``new`` the events of this run.

    ``found`` is how the file stood at the beginning: new, begun (and interrupted), grown, or complete: then nothing was done.
    ``stopped`` says why the rest could not be read; empty when all was.
    """

    file_id: int
    found: str
    events: int
    new: int
    bad: int
    tallies: Tallies
    encoding: str
    stopped: str = ""


class Importer:
    """Reads files into one log. Raises Unreadable when the zone, the format of times or the encoding is none."""

    def __init__(self, database: Database, name: str, options: Options, now: Callable[[], datetime], *, replaces: bool = False) -> None:
        """With ``replaces``, what the log has of the same path or content is taken out first."""
        self._database = database
        self._name = name
        self._options = options
        self._now = now
        self._replaces = replaces
        self._zone = usable_zone(options)

    def read(self, path: Path, progress: Progress = lambda position: None) -> Imported:
        """Read one file, or the rest of it.

        Raises Unreadable, before anything is entered, when it is no event log, and Refusal as the verbs do.
        """
        path = path.resolve()
        digest, size, _ = opening.fingerprint(path)
        encoding = self._options.encoding or opening.encoding_of(path)
        self._refuse_nonsense(path, size, encoding)
        begun = self._begin(path, digest, size)
        found = "grown" if begun.has_grown else "begun" if begun.records else "new"
        if begun.state == COMPLETE:
            return Imported(begun.file_id, "complete", begun.events, 0, begun.bad, begun.tallies, encoding)
        with self._records(path, size, encoding) as (records, judge, position):
            judge.tallies.update(begun.tallies)
            if not encoding.startswith("utf-8"):
                judge.tallies[ENCODING] = [1, 1]
            at, events, bad, stopped = begun.records, begun.events, begun.bad, ""
            for passed, _ in enumerate(islice(records, at)):
                if passed % AT_ONCE == 0:
                    progress(position())
            while not stopped:
                batch, stopped = _batch(begun.file_id, at, records, judge)
                if batch.ends_at == at:
                    break
                self._database.write(enter_batch, begun.file_id, batch)
                at, events, bad = batch.ends_at, events + len(batch.events), bad + batch.bad
                progress(position())
        if not stopped:
            self._end(path, size, digest, begun.file_id, at, judge.tallies)
        return Imported(begun.file_id, found, events, events - begun.events, bad, judge.tallies, encoding, stopped)

    @contextmanager
    def _records(self, path: Path, size: int, encoding: str) -> Iterator[tuple[Iterator[AnyRecord], Judge, Callable[[], int]]]:
        """The records of a file, who judges them, and how many bytes have been read."""
        opened = opening.open_text(path, size, encoding)
        options = self._options
        columns = {key: value for key, value in asdict(options).items() if value}
        moments = Moments(self._zone, options.time_format or None)
        with opened.text as text:
            is_csv = options.format == opening.CSV
            judge = Judge(options, moments, to_microseconds(self._now()), columns, refuses_early_end=is_csv)
            yield iter(CsvLog(text, options) if is_csv else XesLog(text, options)), judge, opened.position

    def _refuse_nonsense(self, path: Path, size: int, encoding: str) -> None:
        """Turn a file away in which nothing is usable, before anything of it is entered or an earlier content is taken out."""
        with self._records(path, size, encoding) as (records, judge, _):
            batch, stopped = _batch(0, 0, islice(records, TRIED), judge)
        if batch.events:
            return
        if stopped:
            raise Unreadable(stopped)
        if batch.bad >= ALL_BAD:
            _, _, _, line, *fault = batch.faults[0]
            raise all_bad(batch.ends_at, line, Fault(*fault))

    def _begin(self, path: Path, digest: str, size: int) -> Begun:
        with self._database.reading() as session:
            files = files_named(session, self._name, path_text(path), digest)
        # A file of which nothing could be used is no reason to refuse its mended edition.
        useless = [file for file in files if file.state == REMOVING or (file.digest != digest and not file.events)]
        outdated = files if self._replaces else useless
        remove_files(self._database, [file.id for file in outdated])
        grown_from = next((file.id for file in files if file not in outdated and self._has_grown(path, file, size)), None)
        options = asdict(self._options)
        return self._database.write(begin_file, self._name, path_text(path), digest, size, options, grown_from, self._now())

    def _has_grown(self, path: Path, file: LogFile, size: int) -> bool:
        """Whether a file is the beginning of what now lies there, up to the end of a line and of a record."""
        if file.size >= size:
            return False
        digest, _, is_whole = opening.fingerprint(path, file.size)
        if digest != file.digest or not is_whole:
            return False
        with self._database.reading() as session:
            # A record broken by the old end of the file may be read otherwise now.
            return not has_late_fault(session, file)

    def _end(self, path: Path, size: int, digest: str, file_id: int, records: int, tallies: Tallies) -> None:
        if opening.fingerprint(path, size)[0] != digest:
            raise Refusal("changed-meanwhile", {
                "zh": f"“{path}”在导入时被改动了。等它不再变动以后，加 --replace 重新导入。",
                "en": f"“{path}” was changed while it was read. Import it anew with --replace once it is at rest.",
            })  # fmt: skip
        with self._database.reading() as session:
            counts = {BACKWARDS: count_backwards(session, file_id), OVERLAP: count_overlap(session, file_id)}
        tallies.update({kind: [count, 0] for kind, count in counts.items() if count})
        self._database.write(end_file, file_id, records, tallies, self._now())


def path_text(path: Path) -> str:
    """Where a file lies, as a database can keep it: a name may hold bytes that are no text."""
    return str(path.resolve()).encode("utf-8", "backslashreplace").decode()


def remove_files(database: Database, file_ids: list[int]) -> None:
    """Take files out of their log: out of the statistics at once, their events piece by piece so that nobody waits long.

    Interrupted, it is finished by the next removal or import of the file.
    """
    if file_ids:
        database.write(mark_removed, file_ids)
    for file_id in file_ids:
        while not database.write(remove_some, file_id):
            pass


def _batch(file_id: int, at: int, records: Iterator[AnyRecord], judge: Judge) -> tuple[Batch, str]:
    """The next records, judged; and why the file cannot be read further, if it cannot."""
    batch, stopped = Batch(at, at), ""
    events, faults = batch.events, batch.faults
    try:
        for number, record in enumerate(islice(records, AT_ONCE), at):
            batch.ends_at = number + 1
            judged = _judged(record, judge)
            if isinstance(judged, tuple):
                events.append((file_id, number, *judged))
            elif judged:
                batch.bad += 1
                faults += [(file_id, number, place, record.line, *fault) for place, fault in enumerate(judged, 1)]
    except Unreadable as error:
        stopped = error.what
    except opening.UNPACKING as error:
        stopped = opening.unpacking_failed(error).what
    batch.tallies = judge.tallies
    return batch, stopped


def _judged(record: AnyRecord, judge: Judge) -> Entry | list[Fault]:
    if isinstance(record, Record):
        return judge(record)
    if isinstance(record, Broken):
        return [record.fault]
    judge.note(PASSED_OVER, record.line)
    return []
