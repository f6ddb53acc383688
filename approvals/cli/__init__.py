"""``approvals``: the commands. Each does what a page could not: start, load, check, publish."""

from __future__ import annotations

import click

from approvals.jobs.worker import migrate as migrate_jobs

from . import (
    accounts,
    calendar,
    cases,
    custody,
    demo,
    documents,
    history,
    history_export,
    names,
    network,
    network_import,
    rollups,
    serve,
    statistics,
    worker,
    workflows,
)
from .context import open_database


@click.group()
def main() -> None:
    """一链办理：一次申报，部门联办，全程可见。"""


@main.command("migrate")
def migrate_command() -> None:
    """把数据库升级到当前结构。"""
    database = open_database()
    migrate_jobs(database)
    database.dispose()
    click.echo("数据库已是当前结构。")


main.add_command(serve.command)
main.add_command(demo.group)
main.add_command(calendar.group)
main.add_command(cases.group)
main.add_command(custody.group)
main.add_command(documents.group)
main.add_command(worker.group)
main.add_command(accounts.group)
main.add_command(workflows.group)
main.add_command(names.group)
network.group.add_command(network_import.command)
main.add_command(network.group)
history.group.add_command(history_export.command)
main.add_command(history.group)
statistics.group.add_command(rollups.rollup_command)
statistics.group.add_command(rollups.reconcile_command)
main.add_command(statistics.group)
