"""Names of offices, kept per process for a few minutes: every page with a case shows some."""

from __future__ import annotations

import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office

_KEPT_SECONDS = 300.0
_kept: dict[str, tuple[float, dict[int, str]]] = {}


def office_names(session: Session) -> dict[int, str]:
    """The name of every office by its id."""
    url = str(session.get_bind().engine.url)
    found = _kept.get(url)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        names = {number: name for number, name in session.execute(select(Office.id, Office.name))}
        found = _kept[url] = (time.monotonic(), names)
    return found[1]


def office_name(session: Session, office_id: int) -> str:
    """The name of an office, read anew when it is not yet known; empty when there is none."""
    names = office_names(session)
    if office_id not in names:
        forget()
        names = office_names(session)
    return names.get(office_id, "")


def forget() -> None:
    """Read the names anew at the next use."""
    _kept.clear()
