"""Processes that do background work: each says that it lives, and what a dead one left is taken over once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from approvals.models import Worker

from .counting import upserting

BEAT = timedelta(seconds=15)
DEAD_AFTER = timedelta(seconds=60)
"""Four beats missed: a slow disk or a busy machine is no death."""


def beat(session: Session, executor_id: str, now: datetime) -> None:
    """Say that a worker lives. One that was taken for dead and lives enters itself again."""
    entered = upserting(session)(Worker).values(executor_id=executor_id, started_at=now, seen_at=now)
    session.execute(entered.on_conflict_do_update(index_elements=["executor_id"], set_={"seen_at": now}))


def take_over(session: Session, now: datetime) -> str | None:
    """The identifier of a dead worker whose work nobody else is taking over; None when there is none.

    Its row is renewed, so that whoever dies while taking over leaves it to be found again; ``forget`` ends it.
    """
    dead = session.execute(
        select(Worker.executor_id, Worker.seen_at).where(Worker.seen_at < now - DEAD_AFTER).order_by(Worker.seen_at).limit(1)
    ).first()
    if dead is None:
        return None
    taken = session.execute(
        update(Worker).where(Worker.executor_id == dead.executor_id, Worker.seen_at == dead.seen_at).values(seen_at=now)
    )
    return dead.executor_id if int(taken.rowcount) == 1 else None  # type: ignore[attr-defined]


def forget(session: Session, executor_id: str) -> None:
    """Strike out a worker that has ended and left nothing."""
    session.execute(delete(Worker).where(Worker.executor_id == executor_id))
