"""What the last walk-in at a window chose and the next one is likely to choose again: kept in the session of its clerk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import session as cookie

_KEPT = "window"
_FIELDS: Mapping[str, tuple[str, ...]] = {"matters": ("bank",), "delivery": ("way", "office")}
"""Nothing here tells of a person: the bank, the way in which results are handed out, and where."""


def remembered(page: str, office_id: int) -> dict[str, Any]:
    """What a page of a new walk-in at a window begins with."""
    kept: Mapping[str, str] = cookie.get(_KEPT, {}).get(str(office_id), {})
    return {name: kept[name] for name in _FIELDS.get(page, ()) if name in kept}


def remember(page: str, office_id: int, values: Mapping[str, Any]) -> None:
    """Keep what was chosen on a page for the next walk-in at the window."""
    chosen = {name: values[name][:40] for name in _FIELDS.get(page, ()) if isinstance(values.get(name), str) and values[name]}
    if chosen:
        kept = cookie.get(_KEPT, {})
        cookie[_KEPT] = {**kept, str(office_id): {**kept.get(str(office_id), {}), **chosen}}
