"""``approvals history import``: event logs from files, with a progress bar and a report of every bad line."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from approvals.db import Database
from approvals.logs import opening
from approvals.logs.csv_records import columns_of
from approvals.logs.judging import DAY, ENCODING, MINUTE, NOTES, ZONE
from approvals.logs.records import Options, Unreadable
from approvals.operations.errors import Refusal
from approvals.operations.logs.counting import AT_ONCE, count_logs
from approvals.operations.logs.importing import Imported, Importer
from approvals.queries.logs import faults_of
from workflows.formulas import harmless

from .context import open_database
from .zones import zone_named

LONGEST_NAME = 100
_HEADING = ("文件", "行号", "列", "内容", "问题", "怎么改")
_XES_KEYS = {
    "case_id": "concept:name", "activity": "concept:name", "time": "time:timestamp",
    "resource": "org:resource", "group": "org:group",
}  # fmt: skip
_ASKED = ("case_id", "activity", "time", "resource", "start_time", "zone", "time_format", "encoding")


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, metavar="NAME", help="导入到哪一份日志；还没有就新建，已有就把文件加进去。")
@click.option("--case-id", metavar="C", help="办件编号是哪一列（XES：trace 的属性，默认 concept:name）。")
@click.option("--activity", metavar="A", help="环节名称是哪一列（XES 默认 concept:name）。")
@click.option("--time", metavar="T", help="时间是哪一列（XES 默认 time:timestamp）。")
@click.option("--resource", metavar="R", help="经办人是哪一列，可不写（XES 默认 org:resource）。")
@click.option("--group", "group_", metavar="G", help="部门或小组是哪一列，可不写（XES 默认 org:group）。")
@click.option("--start-time", metavar="S", help="环节的开始时间是哪一列，可不写；结束早于开始的行不导入（仅 CSV）。")
@click.option("--zone", default="Asia/Shanghai", show_default=True, metavar="ZONE", help="没写时区的时间按哪个时区计。")
@click.option("--time-format", default="", metavar="FORMAT", help="时间的写法，例如 \"%d/%m/%Y %H:%M\"；不写就自动认。")
@click.option("--lifecycle", default="", metavar="VALUE", help="只要 lifecycle:transition 是这个值的事件，例如 complete（仅 XES）。")
@click.option("--format", "format_", type=click.Choice([opening.CSV, opening.XES]), help="文件格式；不写就看内容。")
@click.option("--encoding", default="", metavar="NAME", help="文件编码，例如 gb18030；不写就自动认。")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), metavar="CSV",
    help="坏行的报告写到哪里；不写就是每个文件旁边的 FILE.bad.csv。",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="以前导入过的同一文件先去掉，再重新导入。")
def command(files: tuple[Path, ...], name: str, format_: str | None, report: Path | None, replace: bool, **asked: str | None) -> None:
    """导入以前系统的事件日志：CSV（第一行是列名；逗号、分号、制表符或竖线分隔；UTF-8 或 GB18030）和 XES，可以是 gzip 压缩的。

    边读边导，多大的文件都行。中断了再运行同一条命令，从停下的地方继续；导入过的文件再导一次不会重复，末尾添了行的只导添的。
    不能用的行写进报告（行号、列、问题、怎么改），其余照常导入，并以 1 退出；改好以后加 --replace 重新导入。
    导入以后，督查员在网页“以前的系统”里看它的统计；十万个事件以上的由后台在几分钟内算好。
    """
    named = _name(name)
    zone_named(asked["zone"] or "")
    _refuse_overwriting(files, report)
    database = open_database()
    went_well, reported = True, list[tuple[Path, int]]()
    try:
        for file in files:
            try:
                options = _options(file, format_, asked)
                imported = _import(Importer(database, named, options, lambda: datetime.now(UTC), replaces=replace), file)
            except (Unreadable, Refusal) as refusal:
                why = refusal.what if isinstance(refusal, Unreadable) else refusal.message["zh"]
                click.echo(_printable(f"{file.name}：{why}"), err=True)
                went_well = False
                continue
            if imported.bad:
                reported.append((file, imported.file_id))
            went_well = went_well and not imported.stopped and (not imported.bad or imported.found == "complete")
            _tell(file, imported, options, report or _report_beside(file))
        went_well = _report(database, reported, report) and went_well
        count_logs(database, datetime.now(UTC), most=AT_ONCE, name=named)
    except KeyboardInterrupt:
        click.echo("\n已停下。导入了的都留着；再运行同一条命令，从停下的地方继续。", err=True)
        sys.exit(130)
    finally:
        database.dispose()
    if not went_well:
        sys.exit(1)


def _import(importer: Importer, file: Path) -> Imported:
    """Read one file with a bar that shows how much of it has been read; none where nobody watches."""
    size = file.stat().st_size
    with click.progressbar(length=size, label=_printable(file.name), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        return importer.read(file, lambda position: bar.update(position - bar.pos))


def _name(typed: str) -> str:
    name = typed.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise click.ClickException(f"日志名称（--name）要有 1 到 {LONGEST_NAME} 个可以显示的字。")
    return name


def _options(file: Path, format_: str | None, asked: dict[str, str | None]) -> Options:
    """How a file is to be read. Raises Unreadable when a CSV file's columns are not named."""
    kind = format_ or opening.kind_of(file)
    given = {field: asked[field] or "" for field in _ASKED}
    given |= {"group": asked["group_"] or "", "lifecycle": (asked["lifecycle"] or "").lower()}
    if kind == opening.XES:
        if given["start_time"]:
            raise Unreadable("--start-time 只用于 CSV。XES 里开始和完成各是一个事件。")
        return Options(kind, **{**given, **{field: given[field] or key for field, key in _XES_KEYS.items()}})
    if given["lifecycle"]:
        raise Unreadable("--lifecycle 只用于 XES。")
    missing = [f"--{field.replace('_', '-')}" for field in ("case_id", "activity", "time") if not given[field]]
    if missing:
        with opening.open_text(file, file.stat().st_size, given["encoding"] or opening.encoding_of(file)).text as text:
            raise Unreadable(f"请用 {'、'.join(missing)} 说明是哪一列。文件里的列有：{'、'.join(columns_of(text))}。")
    return Options(kind, **given)


# ---- saying it ------------------------------------------------------------------------------------------------------


def _tell(file: Path, imported: Imported, options: Options, report: Path) -> None:
    sentence = {
        "new": f"导入 {imported.new} 个事件",
        "begun": f"从上次停下的地方继续，又导入 {imported.new} 个事件，共 {imported.events} 个",
        "grown": f"文件末尾添了内容，又导入 {imported.new} 个事件，共 {imported.events} 个",
        "complete": f"以前已经全部导入（{imported.events} 个事件），没有再导入",
    }[imported.found]
    bad = f"；坏行 {imported.bad} 行，见 {report}" if imported.bad else ""
    click.echo(_printable(f"{file.name}：{sentence}{bad}。"))
    if imported.found != "complete":
        for kind, (count, line) in imported.tallies.items():
            if kind != MINUTE or count < imported.events:
                said = NOTES[kind].format(zone=options.zone, encoding=imported.encoding)
                click.echo(f"  {said}{_how_many(kind, count, line, imported.events)}。")
    if imported.stopped:
        advice = "在此之前的事件已导入；换成完整的文件后加 --replace 重新导入。"
        click.echo(_printable(f"{file.name}：没有读完。{imported.stopped}{advice}"), err=True)


def _how_many(kind: str, count: int, line: int, events: int) -> str:
    if kind == ENCODING:
        return ""
    if kind in (DAY, ZONE) and count == events:
        return "（全部）"
    return f"（{count} 个" + (f"，第一个在第 {line} 行）" if line else "）")


def _printable(text: str) -> str:
    """What a file brought must not steer the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


# ---- the report -----------------------------------------------------------------------------------------------------


def _report_beside(file: Path) -> Path:
    return file.with_name(file.name + ".bad.csv")


def _refuse_overwriting(files: Iterable[Path], report: Path | None) -> None:
    given = {file.resolve() for file in files}
    for target in [report] if report else map(_report_beside, files):
        if target.resolve() in given:
            raise click.ClickException(f"报告会盖掉要导入的文件 {target.name}。请用 --report 写到别处。")


def _report(database: Database, reported: list[tuple[Path, int]], report: Path | None) -> bool:
    """Write what is wrong with the bad lines; False when it could not be written."""
    targets = {report: reported} if report else {_report_beside(file): [(file, file_id)] for file, file_id in reported}
    for target, those in targets.items():
        if not those:
            continue
        try:
            _write(database, target, those)
        except OSError as error:
            click.echo(f"报告写不到 {target}（{error.strerror}）。请用 --report 写到别处，再运行一次；不会重复导入。", err=True)
            return False
    return True


def _write(database: Database, target: Path, reported: list[tuple[Path, int]]) -> None:
    """The report as CSV that a spreadsheet opens rightly; whole or not at all."""
    unfinished = target.with_name(target.name + ".part")
    # With a byte-order mark: without one a spreadsheet takes Chinese for another encoding.
    with unfinished.open("w", encoding="utf-8-sig", newline="") as opened, database.reading() as session:
        writer = csv.writer(opened)
        writer.writerow(_HEADING)
        for file, file_id in reported:
            for fault in faults_of(session, file_id):
                cells = (file.name, fault.line, fault.column, fault.value, fault.what, fault.mend)
                writer.writerow([_harmless(str(cell)) for cell in cells])
    os.replace(unfinished, target)


def _harmless(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return harmless(text.replace("\0", "␀"))
