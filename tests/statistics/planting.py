"""Differences that are planted into a county whose figures are true, and taken out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

Plant = Callable[[Session], Callable[[Session], Any]]
"""Makes a difference; returns what puts things right again."""


def first(session: Session, model: Any, *which: Any) -> Any:
    return session.scalars(select(model).where(*which).order_by(*model.__table__.primary_key)).first()


def changed(model: Any, column: str, change: Callable[[Any], Any], *which: Any) -> Plant:
    """One row with another value in one column."""

    def plant(session: Session) -> Callable[[Session], Any]:
        row = first(session, model, *which)
        key, value = key_of(row), getattr(row, column)
        session.execute(update(model).where(*key).values({column: change(value)}))
        return lambda later: later.execute(update(model).where(*key).values({column: value}))

    return plant


def gone(model: Any, *which: Any) -> Plant:
    """One row less."""

    def plant(session: Session) -> Callable[[Session], Any]:
        row = first(session, model, *which)
        values = values_of(row)
        session.execute(delete(model).where(*key_of(row)))
        return lambda later: later.execute(insert(model).values(values))

    return plant


def copied(model: Any, **values: Any) -> Plant:
    """A row twice, but for these values."""

    def plant(session: Session) -> Callable[[Session], Any]:
        row = values_of(first(session, model)) | values
        session.execute(insert(model).values(row))
        key = [getattr(model, column.name) == row[column.name] for column in model.__table__.primary_key]
        return lambda later: later.execute(delete(model).where(*key))

    return plant


def values_of(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.c}


def key_of(row: Any) -> list[Any]:
    return [column == getattr(row, column.name) for column in row.__table__.primary_key]
