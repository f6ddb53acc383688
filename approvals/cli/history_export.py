"""``approvals history export``: our own cases as an event log that process-mining tools read."""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, TextIO

import click

from approvals.queries.own_log import CASE_FACTS, EVENT_FACTS, Chosen, traces
from workflows.county import county_catalogue
from workflows.logs import Event, Trace, csv_lines, xes_lines

from .context import open_database

_DAY = click.DateTime(["%Y-%m-%d"])


class _Counted:
    """Traces on their way to a file, and how many cases and events went by."""

    def __init__(self, passing: Iterator[Trace]) -> None:
        self._passing = passing
        self.cases = self.events = 0

    def __iter__(self) -> Iterator[Trace]:
        for trace in self._passing:
            self.cases += 1
            yield Trace(trace.case, trace.attributes, self._events(trace))

    def _events(self, trace: Trace) -> Iterator[Event]:
        for event in trace.events:
            self.events += 1
            yield event


@click.command("export")
@click.option("--format", "kind", type=click.Choice(["csv", "xes"]), help="不写就看 --out 的结尾，没有 --out 就是 csv。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件；以 .gz 结尾就压缩；不写就输出到屏幕。")
@click.option("--from", "begin", type=_DAY, metavar="DATE", help="从哪一天起开的办件，例如 2026-01-01。")
@click.option("--to", "end", type=_DAY, metavar="DATE", help="到哪一天为止开的办件，含当天。")
@click.option("--workflow", metavar="KEY", help="只要一个流程的办件，例如 company-registration。")
@click.option("--names", is_flag=True, help="写出经办人姓名。属于个人信息，只在确有需要时用。")
def command(
    kind: str | None, out: Path | None, begin: datetime | None, end: datetime | None, workflow: str | None, names: bool
) -> None:
    """把本县的办件写成事件日志，供流程挖掘工具读取：CSV，或者 XES（IEEE 1849）。

    每个办件（联办件各算一件）一条轨迹，每条办理记录一个事件，带时区。经办人只写岗位和部门，不写姓名，除非加 --names。
    """
    if begin is not None and end is not None and end < begin:
        raise click.ClickException(f"最后一天 {end:%Y-%m-%d} 早于第一天 {begin:%Y-%m-%d}，请对调。")
    known = sorted(county_catalogue().keys())
    if workflow is not None and workflow not in known:
        raise click.ClickException(f"没有流程 {workflow}。现有：{'、'.join(known)}。")
    chosen = Chosen(begin.date() if begin else None, end.date() if end else None, workflow, names)
    kind = kind or _kind_of(out)
    database = open_database()
    try:
        with database.reading() as session, _opened(out) as file:
            counted = _Counted(traces(session, chosen))
            lines = csv_lines(counted, CASE_FACTS, EVENT_FACTS) if kind == "csv" else xes_lines(counted, "approvals")
            file.writelines(lines)
    except OSError as fault:
        if out is None:
            raise  # whoever reads the other end of a pipe has enough
        raise click.ClickException(f"写不进 {out}：{fault.strerror}。没有留下写了一半的文件。") from None
    finally:
        database.dispose()
    click.echo(f"已导出 {counted.cases} 个办件、{counted.events} 个事件{f'，在 {out}' if out else ''}。", err=True)


def _kind_of(out: Path | None) -> str:
    if out is None:
        return "csv"
    endings = [ending.lower().removeprefix(".") for ending in out.suffixes if ending.lower() != ".gz"]
    if endings and endings[-1] in ("csv", "xes"):
        return endings[-1]
    raise click.ClickException(f"看不出 {out.name} 该写成什么，请加 --format csv 或 --format xes。")


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    """Where to write: the screen, or a file that takes its place only when it is whole."""
    if out is None:
        with _text(sys.stdout.buffer) as text:
            yield text
        return
    if out.exists() and not out.is_file():
        raise click.ClickException(f"{out} 不是普通文件，请换一个名字。")
    unfinished = out.with_name(f"{out.name}.part")
    try:
        with unfinished.open("wb") as raw:
            # Without a name and a time inside, the same cases give the same bytes.
            is_packed = out.suffix.lower() == ".gz"
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if is_packed else nullcontext(raw) as binary:
                with _text(binary) as text:
                    yield text
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _text(binary: IO[bytes]) -> Iterator[TextIO]:
    """A file of bytes to write text to as UTF-8, line ends as they are; left open."""
    text = io.TextIOWrapper(binary, encoding="utf-8", errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()
