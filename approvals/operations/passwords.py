"""Passwords: hashed with argon2, always before a writing transaction begins, as one hash takes tens of milliseconds."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 128
# The second recommendation of RFC 9106 with half the memory: two workers of four threads stay below 300 MB.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash, with its salt and parameters."""
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def prepare() -> None:
    """Make the hash that stands in for unknown names, so that the first of them is not answered later than the rest."""
    _nobodys_hash()


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without a hash it takes as long and is wrong."""
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def faults(password: str, sign_in_name: str, phone: str) -> str:
    """What is wrong with a new password: ``short``, ``long``, ``digits``, ``guessable``, or empty when it will do."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    if password.isdigit():
        return "digits"
    lowered = password.casefold()
    guessable = any(known and known.casefold() in lowered for known in (sign_in_name, phone))
    return "guessable" if guessable or len(set(password)) < 4 else ""
