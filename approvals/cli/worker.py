"""``approvals worker``: what is done in the background."""

from __future__ import annotations

import logging
import signal
from types import FrameType

import click

from approvals import settings
from approvals.gateway import Gateways
from approvals.jobs import worker
from approvals.jobs.schedules import SCHEDULES, Work

from .context import demo_mode, open_database


@click.group("worker")
def group() -> None:
    """后台工作：到期事项、通知的发送、每夜的整理。"""


@group.command("run")
@click.option("--lifeline", type=int, hidden=True, help="这个管道关闭时退出。")
def run_command(lifeline: int | None) -> None:
    """持续做后台工作；可以同时运行任意多个。网站由 serve 启动时，它随网站一起启动和结束。"""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, _end)
    work = _work()
    try:
        worker.run(work, lifeline)
    except KeyboardInterrupt:
        pass
    finally:
        work.database.dispose()


@group.command("once")
def once_command() -> None:
    """把现在到期的事都做一遍，然后退出。"""
    work = _work()
    try:
        for schedule in SCHEDULES:
            click.echo(f"{schedule.name}: {schedule.run(work)}")
    finally:
        work.database.dispose()


def _work() -> Work:
    try:
        gateways = Gateways.of(settings.read({"DEMO": demo_mode()}))
    except settings.Unsafe as refusal:
        raise click.ClickException(str(refusal)) from None
    return Work(open_database(), gateways, worker.new_worker_name())


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
