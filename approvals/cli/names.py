"""``approvals names``: take over the county's existing names, and check one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from approvals.operations import name_import, names
from approvals.queries.names import similar_names
from workflows.clock import OFFICE_ZONE
from workflows.rules.name import LIMITED, REGIONS

from . import name_file
from .context import open_database

_AT_ONCE = 1_000
_AGAINST = {
    name_import.OTHER_NAME: "代码{line.credit_code}已经登记为别的名称，没有改动。",
    name_import.OTHER_CODE: "名称“{line.name}”已经登记在另一个代码下。",
}


@click.group("names")
def group() -> None:
    """名称：导入已有名称，检查一个名称，补记读音。"""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_command(file: Path) -> None:
    """导入本县已登记的名称（CSV：name,trade_name,industry,credit_code,since，UTF-8 或 GB18030）。重复导入不会重复登记。"""
    database = open_database()
    new = known = bad = 0
    try:
        with file.open(encoding=name_file.encoding_of(file), errors="replace", newline="") as opened:
            lines = name_file.read_lines(opened)
            while chunk := list(islice(lines, _AT_ONCE)):
                usable = [line for line in chunk if isinstance(line, name_import.Line)]
                for line in usable:
                    if name_file.has_faulty_check_digit(line):
                        click.echo(f"第{line.number}行：代码{line.credit_code}校验不符，已导入，请核对。", err=True)
                done = database.write(name_import.import_names, usable)
                refused = [(line.number, line.why) for line in chunk if isinstance(line, name_file.BadLine)]
                refused += [(line.number, _AGAINST[reason].format(line=line)) for line, reason in done.against]
                for number, why in sorted(refused):
                    click.echo(f"第{number}行：{why}", err=True)
                new, known, bad = new + done.new, known + done.known, bad + len(refused)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    finally:
        database.dispose()
    click.echo(f"新登记 {new} 个名称，已有 {known} 个，有问题的 {bad} 行。")
    if bad:
        sys.exit(1)


@group.command("check")
@click.argument("name")
@click.option("--industry", default="", help="行业；只给字号时用。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def check_command(name: str, industry: str, as_json: bool) -> None:
    """检查一个名称（全称或字号）：组成、禁用、相同、近似。不能使用的以 1 退出。"""
    page, now = page_of(name, industry), datetime.now(UTC)
    database = open_database()
    try:
        with database.reading() as session:
            checked = names.check(session, page, now)
            alike = similar_names(session, page, now.astimezone(OFFICE_ZONE).date())
    finally:
        database.dispose()
    if as_json:
        answer = {"name": checked.full_name, **_found(checked), "similar": [_similar(each) for each in alike]}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for line in _lines(checked, alike):
            click.echo(line)
    if checked.blocked:
        sys.exit(1)


def page_of(name: str, industry: str) -> dict[str, Any]:
    """The page ``name`` of a full name, as far as its parts can be told apart; of a trade name alone, with the usual rest."""
    name = name.strip()
    region = next((each for each in sorted(REGIONS, key=len, reverse=True) if name.startswith(each) and len(name) > len(each) + 1), "")
    organisation = next((each for each in ("股份有限公司", *sorted(LIMITED, key=len, reverse=True)) if name.endswith(each)), "")
    middle = name[len(region) : len(name) - len(organisation)] if organisation else name[len(region) :]
    if industry and middle.endswith(industry):
        middle = middle[: -len(industry)]
    return {
        "region": region or "惠民县", "trade_name": middle, "industry": industry, "organisation": organisation or "有限公司",
    }  # fmt: skip


def _found(checked: Any) -> dict[str, Any]:
    found = [
        {"rule": each.finding.rule, "blocks": each.blocks, "message": dict(each.finding.message), "articles": dict(each.articles)}
        for each in checked.found
    ]
    return {"usable": not checked.blocked, "found": found}


def _similar(each: Any) -> dict[str, Any]:
    return {"name": each.full_name, "status": each.status, "score": each.score, "why": list(each.why)}


def _lines(checked: Any, alike: list[Any]) -> Iterator[str]:
    yield f"{checked.full_name}：{'不能使用' if checked.blocked else '没有发现不能使用的情形'}"
    for each in checked.found:
        yield f"  {'不可' if each.blocks else '注意'}：{each.finding.message['zh']}（{each.finding.source}）"
    for each in alike:
        yield f"  近似 {each.score}：{each.full_name}"


@group.command("complete")
def complete_command() -> None:
    """补记以前登记的名称的读音和比对形式。"""
    database = open_database()
    done = 0
    while batch := database.write(names.complete_sounds):
        done += batch
    database.dispose()
    click.echo(f"已补记 {done} 个名称。")
