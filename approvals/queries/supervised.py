"""Which cases and tasks belong to some offices: what a supervisor below the county hall is shown. None stands for all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, or_, true, type_coerce

from approvals.models import Case, Task

Offices = frozenset[int] | None


def cases_of(offices: Offices, cases: Any = Case) -> ColumnElement[bool]:
    """Whether a case is with one of the offices: decided there, taken in, handed out or carried there."""
    if offices is None:
        return true()
    decided = cases.deciding_office_id.in_(sorted(offices))
    # The offices of a case are a small JSON object of unique ids of equal length: {"deciding":1,…}.
    named = (type_coerce(cases.offices, Text).contains(f":{office_id}") for office_id in sorted(offices))
    return or_(decided, *named)


def tasks_of(offices: Offices) -> ColumnElement[bool]:
    """Whether a task is one of the offices: addressed to it, or to nobody's office in a case that is with it.

    What another office has to do on such a case is that office's, and its supervisor's. Needs the case beside the task.
    """
    if offices is None:
        return true()
    return or_(Task.office_id.in_(sorted(offices)), and_(Task.office_id.is_(None), cases_of(offices)))
