"""What the county has set itself for the cases of a workflow: set by whoever sets the warnings, with a line in the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import WorkflowTarget
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound
from approvals.operations.permissions import refuse_unless
from workflows.county import county_catalogue

from .faults import fault, refuse
from .log import record
from .reading import tidy

SUBJECT = "target"
MOST_DAYS = 999


def set_target(session: Session, acting: Acting, workflow: str, typed: Mapping[str, str], now: datetime) -> bool:
    """Set the targets of a workflow; an empty one is none, and without any there is no row. False when nothing changed.

    Raises NotFound for an unknown workflow, Faulty with a sentence at the field for what cannot be a target.
    """
    refuse_unless(acting, "manage_warnings")
    try:
        title = county_catalogue().latest(workflow).title["zh"]
    except KeyError:
        raise NotFound from None
    on_time, p90_days = _judged(typed)
    row = session.scalar(select(WorkflowTarget).where(WorkflowTarget.workflow == workflow).with_for_update())
    before = (row.on_time, row.p90_days) if row is not None else (None, None)
    if (on_time, p90_days) == before:
        return False
    if row is None:
        row = WorkflowTarget(id=new_id(), workflow=workflow)
        session.add(row)
    row.on_time, row.p90_days, row.set_by_id, row.set_at = on_time, p90_days, acting.person_id, now
    target_id = row.id
    if on_time is p90_days is None:
        session.delete(row)
    session.flush()
    return record(
        session, acting, now, subject=SUBJECT, subject_id=target_id, title=title, before=_columns(*before),
        after=_columns(on_time, p90_days), reason=typed.get("reason", ""),
    )  # fmt: skip


def _columns(on_time: int | None, p90_days: int | None) -> dict[str, str]:
    return {"target_on_time": "" if on_time is None else f"{on_time}%", "target_p90": "" if p90_days is None else str(p90_days)}


def _judged(typed: Mapping[str, str]) -> tuple[int | None, int | None]:
    texts = {name: tidy(typed.get(name, "")).removesuffix("%").strip() for name in ("on_time", "p90_days")}
    numbers = {name: int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None for name, text in texts.items()}
    on_time, p90_days = numbers["on_time"], numbers["p90_days"]
    faults = []
    if texts["on_time"] and (on_time is None or not 1 <= on_time <= 100):
        faults.append(fault(
            "on_time", "按时办结率的目标请填 1 到 100 的整数，不定就空着。",
            "A whole percentage from 1 to 100, or nothing for no target.",
        ))  # fmt: skip
    if texts["p90_days"] and (p90_days is None or not 1 <= p90_days <= MOST_DAYS):
        faults.append(fault(
            "p90_days", f"工作日请填 1 到 {MOST_DAYS} 的整数，不定就空着。",
            f"A whole number of working days from 1 to {MOST_DAYS}, or nothing for no target.",
        ))  # fmt: skip
    refuse(faults)
    return on_time, p90_days
