"""The one place that commits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .current import working_on
from .engine import create_engine, writing_engine

P = ParamSpec("P")
R = TypeVar("R")

_ATTEMPTS = 3
# Serialization failure, deadlock, lock not available; and unique violation: two verbs made the same row at once, and the
# one that repeats sees what the other wrote, so that it refuses with a sentence of its own or finds its work already done.
_PASSING = frozenset({"40001", "40P01", "55P03", "23505"})
logger = logging.getLogger(__name__)


def _passes(error: Exception) -> bool:
    """Whether repeating the verb can help: a deadlock, a busy file, or a row that two made at once."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if getattr(cause, "sqlstate", None) in _PASSING:
        return True
    return getattr(cause, "sqlite_errorname", "").startswith(
        ("SQLITE_BUSY", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    )


class Database:
    """An engine with the two ways to use it: ``reading`` sessions, and ``write`` for one verb in one transaction.

    ``dispose`` closes what is idle; the object can be used again.
    """

    def __init__(self, url: str | None = None, *, engine: Engine | None = None) -> None:
        if engine is None:
            if url is None:
                raise ValueError("a database needs a URL or an engine")
            engine = create_engine(url)
        self.engine = engine
        self.writing = writing_engine(engine)

    def dispose(self) -> None:
        self.writing.dispose()
        self.engine.dispose()

    def session(self) -> Session:
        """A session for reading; the caller closes it, and nothing it holds is ever committed."""
        return Session(self.engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading that closes itself."""
        with working_on(self.engine), self.session() as session:
            yield session

    def write(self, verb: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run ``verb(session, …)`` as one durable transaction and return what it returned.

        A refusal raised by the verb leaves nothing behind. A deadlock, a busy file or a row that another verb made at the
        same moment repeats the whole verb, three times at most, unseen by the person.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._once(verb, *args, **kwargs)
            except Exception as error:
                if attempt == _ATTEMPTS or not _passes(error):
                    raise
                logger.warning("repeating %s after %s", getattr(verb, "__name__", verb), type(error).__name__)
                time.sleep(0.02 * attempt)
        raise AssertionError("unreachable")

    def _once(self, verb: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with working_on(self.engine), self.writing.connect() as connection, connection.begin():
            session = _VerbSession(connection, expire_on_commit=False, join_transaction_mode="rollback_only")
            try:
                result = verb(session, *args, **kwargs)
                session.flush()
            finally:
                if session.in_transaction() or session.identity_map:
                    session.close()  # one that only lent its connection holds nothing
            return result


class _VerbSession(Session):
    """The session of one verb, on the connection whose transaction is the verb's.

    The verbs that move a case ask it for nothing but that connection; the session's own way there costs a tenth of such an
    action.
    """

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        if args or kwargs or not isinstance(self.bind, Connection):
            return super().connection(*args, **kwargs)
        return self.bind
