"""``approvals statistics rollup`` and ``reconcile``: the figures of the county's own cases, filled and held against the events."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from approvals.jobs import rollups
from approvals.queries.statistics.reconciling import differences
from approvals.queries.statistics.rolled import rolled_until
from workflows.clock import OFFICE_ZONE

from .context import open_database

_MOST_SHOWN = 200
_WHAT = {"steps": "环节", "cases": "办件", "history": "办理记录", "settled": "已结清的办件"}


@click.command("rollup")
@click.option("--again", is_flag=True, help="先清空，再从头汇总；汇总完之前各页仍按逐条计数，数字不变。")
def rollup_command(again: bool) -> None:
    """把已经办完的环节和办件汇总到此刻（后台每五分钟自动做一次）；可以随时重复。"""
    database = open_database()
    now = datetime.now(UTC)
    try:
        entered = rollups.begin_again(database, now) if again else rollups.catch_up(database, now)
        with database.reading() as session:
            until = rolled_until(session)
    finally:
        database.dispose()
    assert until is not None
    click.echo(f"新汇总了 {entered} 个环节；{until.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M:%S} 以前办完的都在汇总里，其后的逐条计数。")


@click.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供程序读取。")
def reconcile_command(as_json: bool) -> None:
    """按办理记录把全部统计数字重算一遍，与页面用的汇总逐项核对；有一处不同就逐条列出，以 1 退出。"""
    database = open_database()
    now = datetime.now(UTC)
    try:
        with database.reading() as session:
            found = list(differences(session, now))
        rollups.note(database, now, len(found))
    finally:
        database.dispose()
    if as_json:
        told = [
            {"what": each.what, "where": dict(each.where), "figure": each.figure, "shown": each.shown, "told": each.told}
            for each in found
        ]
        click.echo(json.dumps({"at": now.isoformat(), "differences": told}, ensure_ascii=False))
    else:
        for each in found[:_MOST_SHOWN]:
            keys = " ".join(f"{name}={value}" for name, value in each.where.items() if value not in ("", 0))
            click.echo(f"{_WHAT[each.what]} {keys}：{each.figure} 汇总 {each.shown}，办理记录 {each.told}")
        if found:
            more = f"（只列出前 {_MOST_SHOWN} 处）" if len(found) > _MOST_SHOWN else ""
            click.echo(
                f"有 {len(found)} 处不同{more}。先用 approvals cases verify 看办理记录和办件是否一致，"
                "再用 approvals statistics rollup --again 从头汇总。"
            )
        else:
            click.echo("统计数字与办理记录完全一致。")
    if found:
        raise SystemExit(1)
