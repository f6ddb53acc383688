"""What the county has set itself for the cases of its workflows. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Person, WorkflowTarget


@dataclass(frozen=True, slots=True)
class Target:
    """``on_time`` in per cent, ``p90_days`` in working days, None where there is no target; who set them last, and when."""

    on_time: int | None
    p90_days: int | None
    set_by: str
    set_at: datetime


def targets(session: Session) -> dict[str, Target]:
    """The targets by workflow; one statement."""
    query = select(WorkflowTarget.workflow, WorkflowTarget.on_time, WorkflowTarget.p90_days, Person.name, WorkflowTarget.set_at).join(
        Person, Person.id == WorkflowTarget.set_by_id
    )
    return {workflow: Target(*row) for workflow, *row in session.execute(query)}
