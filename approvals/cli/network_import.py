"""``approvals network import``: grid and co-operation points from a file, judged as on the page."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from approvals.operations.administration import office_file, office_import
from approvals.operations.administration.kinds import COLUMN_TITLES
from workflows.clock import OFFICE_ZONE

from .context import open_database


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不导入。")
def command(file: Path, dry_run: bool) -> None:
    """导入网格点和银行、邮政、商户合作网点（CSV：代码,名称,类型,地点代码,上级代码,地址,电话,启用日期，UTF-8 或 GB18030）。

    有问题的行不导入，逐条说明怎么改，并以 1 退出；改好后整个文件再导一次，已登记的不会重复。
    """
    with file.open("rb") as opened:
        sheet = office_file.read_file(opened.read(office_file.MOST_BYTES + 1))
    if sheet.fault is not None:
        raise click.ClickException(sheet.fault.message["zh"])
    now = datetime.now(UTC)
    database = open_database()
    try:
        if dry_run:
            with database.reading() as session:
                checked = office_import.check(session, sheet.lines, now.astimezone(OFFICE_ZONE).date())
        else:
            checked = database.write(office_import.import_offices, None, sheet.lines, now).checked
    finally:
        database.dispose()
    for line in checked.bad:
        for each in line.faults:
            column = COLUMN_TITLES[each.column]["zh"] if each.column in COLUMN_TITLES else "整行"
            click.echo(f"第{line.number}行，{column}：{each.message['zh']}", err=True)
    done = "可以导入" if dry_run else "已导入"
    click.echo(f"{done} {len(checked.good)} 个服务点，已登记过 {len(checked.known)} 个，有问题的 {len(checked.bad)} 行。")
    if checked.bad:
        sys.exit(1)
