"""``approvals timers``: let the timers of cases act when they have run out."""

from __future__ import annotations

import logging
import select
import time
from datetime import UTC, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from approvals.db import Database
from approvals.operations.moving import due_timers, fire_timer
from approvals.queries.timers import next_timer

from .context import open_database

LONGEST_SLEEP_SECONDS = 30.0
"""A timer that begins while this process sleeps is found this late at most."""

logger = logging.getLogger(__name__)


@click.group("timers")
def group() -> None:
    """到期事项：自动推动。"""


@group.command("run")
@click.option("--once", is_flag=True, help="只处理一遍已到期的事项，然后退出。")
@click.option("--lifeline", type=int, hidden=True, help="这个管道关闭时退出。")
def run_command(once: bool, lifeline: int | None) -> None:
    """持续处理到期事项；网站由 serve 启动时，它随网站一起启动和结束。"""
    database = open_database()
    try:
        if once:
            click.echo(f"已处理 {fire_due(database, datetime.now(UTC))} 件到期事项。")
        else:
            _run(database, lifeline)
    except KeyboardInterrupt:
        pass
    finally:
        database.engine.dispose()


def fire_due(database: Database, now: datetime) -> int:
    """Fire every timer that has run out; one that fails is logged and does not hold up the others. Returns how many moved."""
    moved = 0
    while True:
        with database.reading() as session:
            case_ids = due_timers(session, now)
        fired = sum(_fire(database, case_id, now) for case_id in case_ids)
        moved += fired
        if not fired:
            return moved


def _fire(database: Database, case_id: int, now: datetime) -> bool:
    try:
        return database.write(fire_timer, case_id, now)
    except Exception:
        logger.exception("the timer of case %s failed", case_id)
        return False


def _run(database: Database, lifeline: int | None) -> None:
    while True:
        pause = LONGEST_SLEEP_SECONDS
        try:
            fire_due(database, datetime.now(UTC))
            pause = _pause(database)
        except SQLAlchemyError:
            logger.exception("the timers could not be read; trying again")
        if _released(lifeline, pause):
            return


def _pause(database: Database) -> float:
    """Seconds until the next timer, thirty at most. A timer that has run out and did not move waits the whole time."""
    with database.reading() as session:
        due = next_timer(session)
    seconds = LONGEST_SLEEP_SECONDS if due is None else (due - datetime.now(UTC)).total_seconds()
    return min(seconds, LONGEST_SLEEP_SECONDS) if seconds > 0 else LONGEST_SLEEP_SECONDS


def _released(lifeline: int | None, seconds: float) -> bool:
    """Wait; True as soon as the other end of the lifeline is gone, which a killed process cannot fail to bring about."""
    if lifeline is None:
        time.sleep(seconds)
        return False
    readable, _, _ = select.select([lifeline], [], [], seconds)
    return bool(readable)
