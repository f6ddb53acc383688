"""``approvals custody``: whether the papers in the network's hands balance."""

from __future__ import annotations

import json

import click

from approvals.queries.custody import balance_of_county
from approvals.queries.offices import office_name
from workflows.network.custody import GIVEN, GONE, HELD, IN_TRANSIT

from .context import open_database

_STATES = {HELD: "在册", IN_TRANSIT: "在途", "missing": "缺少", GONE: "遗失", GIVEN: "已交给申请人"}


@click.group("custody")
def group() -> None:
    """经手材料：盘点。"""


@group.command("balance")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供程序读取。")
def balance_command(as_json: bool) -> None:
    """盘点全县经手的材料：每个服务点有几份、在途几份、遗失几份；有一份不是恰好一个保管人的，逐条列出，以 1 退出。"""
    database = open_database()
    try:
        with database.reading() as session:
            counted, found = balance_of_county(session)
            held = {office_name(session, office_id): count for office_id, count in counted.held.items()}
    finally:
        database.dispose()
    statuses = {state: counted.statuses.get(state, 0) for state in _STATES}
    if as_json:
        told = {
            "items": counted.items, "originals": sum(counted.originals.values()), "states": statuses, "held": held,
            "open_hand_overs": counted.open_hand_overs,
            "imbalances": [{"case": number, "message": message["zh"]} for number, message in found],
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        originals = sum(counted.originals.values())
        click.echo(f"经手材料 {counted.items} 份，其中原件 {originals} 份，在途交接 {counted.open_hand_overs} 次。")
        click.echo("，".join(f"{title} {statuses[state]}" for state, title in _STATES.items()))
        for office, count in sorted(held.items(), key=lambda line: -line[1]):
            click.echo(f"  {office}  {count}")
        for number, message in found:
            click.echo(f"{number}: {message['zh']}")
        click.echo("有不平的，见上。" if found else "每份材料在每一刻都恰好有一个保管人。")
    if found:
        raise SystemExit(1)
