"""Since when the time of a step counts that a case comes back to. Asked only where a case can come back at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from approvals.calendar import county_calendar
from approvals.db import Prepared, from_microseconds, to_microseconds
from approvals.models import Task
from workflows.clock import Budget, counted_from
from workflows.engine.clock_states import earlier_stays, may_return

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

table = Task.__table__.c
stays_of_case = Prepared(
    lambda dialect: (
        select(table.id, table.state, table.opened_at, table.closed_at)
        .where(table.case_id == bindparam("case_id"), table.opened_at >= bindparam("since"))
        .order_by(table.opened_at, table.id)
    )
)


def returned(unit: Unit, case: CaseNow, state: str) -> int | None:
    """Since when the time of a state counts that a case is about to come back to, in microseconds; None where that is now.

    Costs one statement, and none where the case cannot have been there before, or its clocks begin anew at this moment.
    """
    time = case.definition.states[state].time
    if time is None or case.clock_started_at >= unit.at or not may_return(case.definition, case.state, state):
        return None
    earlier = earlier_stays(case.definition, state, case.clock_started_at, _stays(unit, case))
    moments = [(from_microseconds(opened), from_microseconds(closed)) for opened, closed in earlier]
    since = to_microseconds(counted_from(county_calendar(), Budget.parse(time), unit.now, moments))
    return since if since != unit.at else None


def _stays(unit: Unit, case: CaseNow) -> list[tuple[str, int, int]]:
    """The stays of a case since its clocks began, with those of this action; what is still open ends with it now."""
    stored = stays_of_case.rows(unit.connection, {"case_id": case.id, "since": case.clock_started_at}) if case.stored else []
    ended = {each["task_id"]: each["closed_at"] for each in unit.closed_tasks}
    new = [
        (row["id"], row["state"], row["opened_at"], row["closed_at"]) for row in unit.new_tasks.values() if row["case_id"] == case.id
    ]
    return [(name, opened, closed or ended.get(task_id, unit.at)) for task_id, name, opened, closed in (*stored, *new)]
