"""The record of administration (管理记录): who changed what, when and why. Written with the change, never altered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from approvals.models import AdministrationChange
from approvals.operations.acting import Acting

LONGEST_REASON = 300
COMMAND = "approvals"
"""The name in the record where nobody was signed in: that of the command."""


def record(
    session: Session,
    acting: Acting | None,
    now: datetime,
    *,
    subject: str,
    subject_id: int,
    title: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    reason: str = "",
) -> bool:
    """Write a line with the columns that differ; False, and no line, when none does.

    ``before`` None is a row that was added, ``after`` None one that was taken away. ``subject`` is the kind of row, ``title``
    what it is called to whoever reads the record. ``acting`` None is a command.
    """
    old, new = _storable(before or {}), _storable(after or {})
    columns = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if not columns:
        return False
    session.add(
        AdministrationChange(
            changed_at=now, person_id=acting.person_id if acting else None, person_name=acting.name if acting else COMMAND,
            subject=subject, subject_id=subject_id, title=title[:200],
            before={name: old[name] for name in columns if name in old},
            after={name: new[name] for name in columns if name in new}, reason=reason.strip()[:LONGEST_REASON],
        )
    )  # fmt: skip
    return True


def _storable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
