"""``approvals demo``: the demo county."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from approvals.demo import NotADemo, clear_demo, load_demo
from approvals.jobs.rollups import catch_up
from approvals.operations.reference_data import load_reference_data

from .context import demo_mode, open_database


@click.group("demo")
def group() -> None:
    """演示数据：载入、重置。"""


@group.command("load")
def load_command() -> None:
    """向空数据库载入演示县：人员和近四个月的办件。已有演示数据时什么也不做。"""
    _load()


@group.command("reset")
def reset_command() -> None:
    """清空演示数据库，按今天的日期重新载入。"""
    _refuse_production()
    database = open_database()
    try:
        clear_demo(database)
    except NotADemo as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        database.engine.dispose()
    _load()


def _load() -> None:
    _refuse_production()
    database = open_database()
    try:
        database.write(load_reference_data, example_banks=True)
        loaded = load_demo(database, say=click.echo)
        catch_up(database, datetime.now(UTC))
    except NotADemo as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        database.engine.dispose()
    click.echo("演示数据已载入。" if loaded else "已有演示数据，未作改动；要重新载入，请用 approvals demo reset。")


def _refuse_production() -> None:
    if not demo_mode():
        raise click.ClickException("APPROVALS_DEMO=0 表示正式运行，不能载入演示数据。")
