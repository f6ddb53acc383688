"""Counting under concurrency: one statement, so that of many at once each gets a number of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from approvals.models import Counter

_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def upserting(session: Session) -> Any:
    """The ``insert`` of this database that knows ``ON CONFLICT``."""
    return _INSERTS[session.connection().dialect.name]


def count_one(session: Session, name: str, step: int = 1) -> int:
    """Count a counter up, made at its first use; returns how many that makes. Others who count it wait for the commit."""
    statement = upserting(session)(Counter).values(name=name, value=step)
    counted = statement.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + step}).returning(Counter.value)
    return int(session.execute(counted).scalar_one())


def uncount_one(session: Session, name: str) -> None:
    """Take one back of what was counted."""
    session.execute(update(Counter).where(Counter.name == name).values(value=Counter.value - 1))
