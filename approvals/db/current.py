"""Which database this thread works on: what is kept per process and database is found by it, without being handed around."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Engine

_current: ContextVar[Engine | None] = ContextVar("current_engine", default=None)


def current_engine() -> Engine | None:
    """The engine for reading of the database in use; None outside of every transaction and request."""
    return _current.get()


def work_on(engine: Engine | None) -> None:
    """Work on a database from now on; None ends that. A request does so for as long as it reads."""
    _current.set(engine)


@contextmanager
def working_on(engine: Engine) -> Iterator[None]:
    """Work on a database for the length of a transaction, and then on the one before."""
    before = _current.get()
    _current.set(engine)
    try:
        yield
    finally:
        _current.set(before)
