"""Column types that mean the same on SQLite and PostgreSQL, and their plain values for prebuilt statements."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC. Raises ValueError for a datetime without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The moment, in UTC, of so many microseconds since 1970."""
    return _EPOCH + value * _MICROSECOND


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored as whole microseconds in UTC: SQLite drops zones, and an integer sorts, compares and hashes alike on both."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, the form that is hashed.

    Raises TypeError for what JSON cannot hold and ValueError for NaN.
    """
    return _encode(value)


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value kept as canonical text: JSONB would reorder keys and change what was hashed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
