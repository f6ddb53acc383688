"""``approvals documents``: whether a PDF is genuine, and the PDF of a document."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import settings
from approvals.models import Document
from approvals.operations.document_files import made_file
from approvals.queries import issued
from approvals.queries.authenticity import ALTERED, GENUINE, REPLACED, REVOKED, UNKNOWN, Verdict, examine_file
from workflows.clock import OFFICE_ZONE

from .context import demo_mode, open_database

LARGEST_FILE = 64 * 1024 * 1024
EXIT_CODES = {GENUINE: 0, ALTERED: 1, REPLACED: 3, REVOKED: 4, UNKNOWN: 5}
_WORDS = {GENUINE: "真实有效", ALTERED: "被改动", REPLACED: "已换发", REVOKED: "已撤销", UNKNOWN: "查无此件"}


@click.group("documents")
def group() -> None:
    """证照文书：核验、导出。"""


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def verify_command(file: Path, as_json: bool) -> None:
    """核验一份 PDF：真实有效退出码为 0，被改动 1，已换发 3，已撤销 4，查无此件 5。

    把文件本身、文件自带的登记内容、系统里的记录和办理记录的哈希链逐项对照，不一致的逐条列出。
    """
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE)  # nothing that was issued is a hundredth of it
    with open_database().reading() as session:
        verdict = examine_file(session, data)
        document = session.get(Document, verdict.document_id) if verdict.status in (REPLACED, REVOKED) else None
        successor = issued.number_of(session, document.replaced_by_id) if document is not None else ""
    if as_json:
        click.echo(json.dumps(_as_data(verdict, document, successor), ensure_ascii=False, indent=2))
    else:
        _say(verdict, document, successor)
    raise SystemExit(EXIT_CODES[verdict.status])


def _as_data(verdict: Verdict, document: Document | None, successor: str) -> dict[str, object]:
    data: dict[str, object] = {**asdict(verdict), "replaced_by": successor}
    if document is not None and document.status_at is not None:
        data |= {"status_at": document.status_at.isoformat(), "status_reason": document.status_reason}
    return data


def _say(verdict: Verdict, document: Document | None, successor: str) -> None:
    click.echo(f"{_WORDS[verdict.status]}（{verdict.status}）{verdict.number}")
    if verdict.status == UNKNOWN:
        click.echo("没有发出过这样的文书；也可能不是本系统的文件，或者损坏得读不出文书编号。")
    if document is not None:
        click.echo(f"时间：{document.status_at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}；原因：{document.status_reason or '未写明'}")
    if successor:
        click.echo(f"换发后的文书：{successor}")
    for fault in verdict.faults:
        click.echo(f"- {fault['zh']}")
    for each in verdict.differences:
        click.echo(f"- {each.label['zh']}不一致：")
        for place, value in (("文件上", each.in_file), ("记录里", each.in_record), ("办理记录", each.in_history)):
            if value is not None:
                click.echo(f"    {place}：{value}")


@group.command("render")
@click.argument("document")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), help="写到哪个文件。")
def render_command(document: str, output: Path) -> None:
    """导出一份文书的 PDF（文书编号或者标识号）；还没有生成过的，现在生成并保存。"""
    database = open_database()
    with database.reading() as session:
        document_id = _id_of(session, document)
    configuration = settings.read({"DEMO": demo_mode()})
    content = made_file(
        database, document_id, public_url=configuration["PUBLIC_URL"], demo=configuration["DEMO"], now=datetime.now(UTC)
    )
    output.write_bytes(content)
    click.echo(f"已写入 {output}（{len(content)} 字节）。")


def _id_of(session: Session, document: str) -> int:
    found = issued.id_of_number(session, document)
    if found is None and document.isascii() and document.isdecimal() and int(document) < 2**63:
        found = session.scalar(select(Document.id).where(Document.id == int(document)))
    if found is None:
        raise click.ClickException(f"没有编号为 {document} 的文书，请核对编号。")
    return found
