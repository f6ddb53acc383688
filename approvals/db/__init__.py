"""Storage beneath the models: engines, types, identifiers, prebuilt statements, and the one place that commits."""

from .current import current_engine, work_on
from .engine import create_engine
from .ids import new_id
from .listing import listed
from .statements import Prepared
from .transaction import Database
from .types import CanonicalJson, UtcDateTime, canonical_json, from_microseconds, to_microseconds

__all__ = [
    "CanonicalJson",
    "Database",
    "Prepared",
    "UtcDateTime",
    "canonical_json",
    "create_engine",
    "current_engine",
    "from_microseconds",
    "listed",
    "new_id",
    "to_microseconds",
    "work_on",
]
