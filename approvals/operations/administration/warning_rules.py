"""At which percent of their time the cases of a workflow are warned of: set by the system manager, with a line in the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import WarningRule
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound
from approvals.operations.permissions import refuse_unless
from workflows.clock import DEFAULT_PERCENTAGES, LEVELS, Percentages
from workflows.clock.warnings import MOST_PERCENT
from workflows.county import county_catalogue

from .faults import Fault, fault, refuse
from .log import record
from .reading import tidy

SUBJECT = "warning-rule"


def set_rule(session: Session, acting: Acting, workflow: str, typed: Mapping[str, str], now: datetime) -> bool:
    """Set the percentages of a workflow; those of the default are kept as no row. False when nothing changed.

    Warnings that were sent stay sent: what is set counts from the next look on. Raises NotFound for an unknown workflow, Faulty
    with a sentence at the field for what cannot be a percentage.
    """
    refuse_unless(acting, "manage_warnings")
    try:
        title = county_catalogue().latest(workflow).title["zh"]
    except KeyError:
        raise NotFound from None
    wanted = _judged(typed)
    row = session.scalar(select(WarningRule).where(WarningRule.workflow == workflow).with_for_update())
    before = Percentages(row.near, row.due, row.escalated) if row is not None else DEFAULT_PERCENTAGES
    if wanted == before:
        return False
    if row is None:
        row = WarningRule(id=new_id(), workflow=workflow)
        session.add(row)
    row.near, row.due, row.escalated = wanted.near, wanted.due, wanted.escalated
    if wanted == DEFAULT_PERCENTAGES:
        session.delete(row)
    session.flush()
    return record(
        session, acting, now, subject=SUBJECT, subject_id=row.id, title=title, before=_columns(before), after=_columns(wanted),
        reason=typed.get("reason", ""),
    )  # fmt: skip


def _columns(percentages: Percentages) -> dict[str, str]:
    return {level: f"{getattr(percentages, level)}%" for level in LEVELS}


def _judged(typed: Mapping[str, str]) -> Percentages:
    read = {level: _read(typed.get(level, "")) for level in LEVELS}
    refuse([
        fault(level, "请填一个整数的百分比，例如 75。", "Enter a whole percentage, such as 75.")
        for level, number in read.items()
        if number is None
    ])  # fmt: skip
    near, due, escalated = (number or 0 for number in read.values())
    faults: list[Fault] = []
    if not 1 <= near <= 99:
        faults.append(fault("near", "“将到期”应在 1 到 99 之间，时间用完以前提醒。", "Between 1 and 99: before the time is over."))
    if not 100 <= due <= MOST_PERCENT:
        faults.append(
            fault(
                "due",
                f"“已超期”应在 100 到 {MOST_PERCENT} 之间：时间没有用完，就没有超期。",
                f"Between 100 and {MOST_PERCENT}: nothing is overdue before its time is over.",
            )
        )
    elif not due <= escalated <= MOST_PERCENT:
        faults.append(
            fault(
                "escalated",
                f"“报督查”不能小于“已超期”的 {due}，最大 {MOST_PERCENT}。",
                f"Not less than {due}, at which the head is told, and at most {MOST_PERCENT}.",
            )
        )
    refuse(faults)
    return Percentages(near, due, escalated)


def _read(text: str) -> int | None:
    digits = tidy(text).removesuffix("%").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else None
