"""``approvals cases``: recompute histories and compare the cases with them."""

from __future__ import annotations

from collections.abc import Iterable

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.models import Case
from approvals.queries.verification import Fault, verify_all, verify_case

from .context import open_database


@click.group("cases")
def group() -> None:
    """办件：核验。"""


@group.command("verify")
@click.argument("number", required=False)
@click.option("--all", "everything", is_flag=True, help="核验全部办件。")
def verify_command(number: str | None, everything: bool) -> None:
    """重算办理记录的哈希链，重演流程定义，并与办件状态、待办比对；不符的逐条列出，以 1 退出。"""
    if everything == (number is not None):
        raise click.UsageError("请给出一个办件号，或者加 --all 核验全部。")
    with open_database().reading() as session:
        faults: Iterable[Fault] = verify_all(session) if number is None else verify_case(session, _root_of(session, number))
        found = 0
        for fault in faults:
            found += 1
            position = "-" if fault.position is None else fault.position
            click.echo(f"{fault.number}:{position}: {fault.message['zh']}")
        checked = 1 if number is not None else _roots(session)
    if found:
        raise SystemExit(1)
    click.echo(f"已核验 {checked} 个主办件及其联办件，全部相符。")


def _root_of(session: Session, number: str) -> int:
    """The root case that a number, of a root or of a linked case, belongs to."""
    root_id = session.scalar(select(Case.root_id).where(Case.number == number.strip()))
    if root_id is None:
        raise click.ClickException(f"没有办件号为 {number} 的办件，请核对号码。")
    return root_id


def _roots(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(Case.id == Case.root_id)) or 0
