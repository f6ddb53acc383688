"""The receipts whose telephone a visitor has given: what stands for who applied where nobody is signed in."""

from __future__ import annotations

from flask import session as cookie

CHECKED = "phone_checked"
"""In the session: the newest receipts whose telephone this visitor has given, so that they can rate the case and urge it."""

MOST_CHECKED = 5


def remember(token: str) -> None:
    """Note in the session that this visitor knows the telephone behind a receipt."""
    cookie[CHECKED] = [token, *(each for each in cookie.get(CHECKED, []) if each != token)][:MOST_CHECKED]


def is_checked(token: str) -> bool:
    """Whether this visitor has given the telephone behind a receipt."""
    return token in cookie.get(CHECKED, [])
