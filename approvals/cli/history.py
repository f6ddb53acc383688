"""``approvals history``: event logs of the systems that the county had before, read in, listed and removed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from approvals.models import LogFile
from approvals.operations.logs.counting import AT_ONCE, count_logs
from approvals.operations.logs.importing import path_text, remove_files
from approvals.queries.logs import NoSuchLog, files_of, log_named, logs

from . import history_import
from .context import open_database
from .tables import table

_STATES = {"reading": "没有导完", "complete": "已导完", "removing": "没有删完"}


@click.group("history")
def group() -> None:
    """历史记录：导入以前系统的事件日志，列出，删除；导出本系统的办件。"""


group.add_command(history_import.command)


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def list_command(as_json: bool) -> None:
    """列出导入过的日志：每份有哪些文件，导入了多少事件，多少坏行，是否导完。"""
    database = open_database()
    try:
        with database.reading() as session:
            found = {log.name: files_of(session, log.id) for log in logs(session)}
    finally:
        database.dispose()
    if as_json:
        told = [{"name": name, "files": [_told(file) for file in files]} for name, files in found.items()]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if not found:
        click.echo("还没有导入过日志。")
        return
    rows = [(name, Path(file.path).name, _STATES[file.state], file.events, file.bad) for name, files in found.items() for file in files]
    for line in table(("日志", "文件", "状态", "事件", "坏行"), rows, texts=3):
        click.echo(line)


@group.command("remove")
@click.option("--name", required=True, metavar="NAME", help="哪一份日志。")
@click.option("--file", "file_name", metavar="FILE", help="只去掉其中一个文件；不写就是整份日志。")
@click.option("--yes", is_flag=True, help="不再询问，直接删除。")
def remove_command(name: str, file_name: str | None, yes: bool) -> None:
    """删除导入的一份日志，或其中一个文件。本系统自己的办件不受影响；文件还在的话可以再导入。"""
    database = open_database()
    try:
        with database.reading() as session:
            files = _files(session, name, file_name)
        events = sum(file.events for file in files)
        if not yes and not click.confirm(f"删除“{name.strip()}”的 {len(files)} 个文件、{events} 个事件？"):
            click.echo("没有删除。")
            return
        remove_files(database, [file.id for file in files])
        count_logs(database, datetime.now(UTC), most=AT_ONCE, name=name.strip())
    finally:
        database.dispose()
    click.echo(f"已删除 {len(files)} 个文件、{events} 个事件。")


def _files(session: Session, name: str, file_name: str | None) -> list[LogFile]:
    try:
        files = files_of(session, log_named(session, name).id)
    except NoSuchLog as missing:
        known = f"现有：{'、'.join(missing.names)}。" if missing.names else "还没有导入过日志。"
        raise click.ClickException(f"没有叫“{name}”的日志。{known}") from None
    if file_name is None:
        return files
    path = path_text(Path(file_name))
    chosen = [file for file in files if file.path == path] or [file for file in files if Path(file.path).name == file_name]
    if not chosen:
        raise click.ClickException(f"“{name}”里没有“{file_name}”这个文件。有：{'、'.join(file.path for file in files)}。")
    if len(chosen) > 1 and len({file.path for file in chosen}) > 1:
        raise click.ClickException(f"有几个文件都叫“{file_name}”，请写全路径：{'、'.join(file.path for file in chosen)}。")
    return chosen


def _told(file: LogFile) -> dict[str, Any]:
    return {
        "file": file.path, "state": file.state, "events": file.events, "bad": file.bad, "size": file.size, "sha256": file.digest,
        "began_at": file.began_at.isoformat(), "ended_at": file.ended_at.isoformat() if file.ended_at else None,
        "options": {key: value for key, value in file.options.items() if value}, "notes": file.tallies,
    }  # fmt: skip
