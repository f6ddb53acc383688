"""Rollups: what was counted of steps and cases that are over, by month, so that a page of statistics reads a few rows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import UtcDateTime

from .base import Base, Identified


class Counted:
    """Sums of durations in seconds: by whose they were, and the two histograms; ``queries.statistics.packing`` packs buckets."""

    department_seconds: Mapped[int] = mapped_column(BigInteger)
    special_seconds: Mapped[int] = mapped_column(BigInteger)
    applicant_seconds: Mapped[int] = mapped_column(BigInteger)
    waiting_seconds: Mapped[int] = mapped_column(BigInteger)
    working_total: Mapped[int] = mapped_column(BigInteger)
    working_minimum: Mapped[int | None] = mapped_column(BigInteger)
    working_maximum: Mapped[int | None] = mapped_column(BigInteger)
    working_buckets: Mapped[bytes] = mapped_column(LargeBinary)
    wall_total: Mapped[int] = mapped_column(BigInteger)
    wall_minimum: Mapped[int | None] = mapped_column(BigInteger)
    wall_maximum: Mapped[int | None] = mapped_column(BigInteger)
    wall_buckets: Mapped[bytes] = mapped_column(LargeBinary)


class StepRollup(Counted, Base):
    """Steps that ended in one month under one set of keys, as one filling of the rollups counted them (``generation``).

    ``grain`` says which keys are kept apart: ``full`` all but the person, ``office``, ``county`` (neither office nor channel) and
    ``person``. A key that is not kept is "" or 0. ``key`` is all of them in one text. Every step is in each grain.
    """

    __tablename__ = "step_rollups"
    __table_args__ = (
        Index("ix_step_rollups_grain_month", "generation", "grain", "month"),
        Index("ix_step_rollups_person_id", "person_id", "month"),
    )

    key: Mapped[str] = mapped_column(String(400), primary_key=True)
    generation: Mapped[int]
    grain: Mapped[str] = mapped_column(String(10))
    month: Mapped[date]
    workflow: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(60))
    to_state: Mapped[str] = mapped_column(String(60))
    whose: Mapped[str] = mapped_column(String(10))
    department: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(BigInteger)
    early: Mapped[int] = mapped_column(BigInteger)
    on_time: Mapped[int] = mapped_column(BigInteger)
    late: Mapped[int] = mapped_column(BigInteger)
    again: Mapped[int] = mapped_column(BigInteger)


class StepArrival(Base):
    """How many steps of departments came in on one day of the last weeks, of those that have ended since; ``key`` is all in one."""

    __tablename__ = "step_arrivals"
    __table_args__ = (Index("ix_step_arrivals_day", "generation", "day"),)

    key: Mapped[str] = mapped_column(String(400), primary_key=True)
    generation: Mapped[int]
    day: Mapped[date]
    workflow: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(60))
    department: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(20))
    count: Mapped[int] = mapped_column(BigInteger)


class CaseRollup(Counted, Base):
    """Cases received and closed in one month under one set of keys, of families that are settled. Grains: ``full``, ``county``."""

    __tablename__ = "case_rollups"
    __table_args__ = (Index("ix_case_rollups_grain_month", "generation", "grain", "month"),)

    key: Mapped[str] = mapped_column(String(400), primary_key=True)
    generation: Mapped[int]
    grain: Mapped[str] = mapped_column(String(10))
    month: Mapped[date]
    workflow: Mapped[str] = mapped_column(String(60))
    opened_by: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(20))
    received: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[int] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    withdrawn: Mapped[int] = mapped_column(BigInteger)
    not_opened: Mapped[int] = mapped_column(BigInteger)
    early: Mapped[int] = mapped_column(BigInteger)
    on_time: Mapped[int] = mapped_column(BigInteger)
    late: Mapped[int] = mapped_column(BigInteger)
    once_done: Mapped[int] = mapped_column(BigInteger)
    delegated: Mapped[int] = mapped_column(BigInteger)
    roots: Mapped[int] = mapped_column(BigInteger)
    visits: Mapped[int] = mapped_column(BigInteger)
    no_visit: Mapped[int] = mapped_column(BigInteger)
    online: Mapped[int] = mapped_column(BigInteger)
    with_statutory: Mapped[int] = mapped_column(BigInteger)
    statutory_seconds: Mapped[int] = mapped_column(BigInteger)
    counted_under_statutory: Mapped[int] = mapped_column(BigInteger)
    with_promised: Mapped[int] = mapped_column(BigInteger)
    promised_seconds: Mapped[int] = mapped_column(BigInteger)
    counted_under_promised: Mapped[int] = mapped_column(BigInteger)


class SettledCase(Base):
    """What was counted of a case in ``case_rollups``: when its family is worked on again, that is taken out by this."""

    __tablename__ = "settled_cases"
    __table_args__ = (
        Index("ix_settled_cases_root_id", "root_id"),
        Index("ix_settled_cases_closed", "workflow", "closed"),
        Index("ix_settled_cases_opened", "workflow", "opened"),
    )

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root_id: Mapped[int] = mapped_column(BigInteger)
    workflow: Mapped[str] = mapped_column(String(60))
    opened_by: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(20))
    opened: Mapped[date]
    closed: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(String(20))
    timing: Mapped[str] = mapped_column(String(10))
    once_done: Mapped[bool]
    delegated: Mapped[bool]
    whole: Mapped[bool]
    visits: Mapped[int]
    online: Mapped[bool]
    statutory: Mapped[int] = mapped_column(BigInteger)
    promised: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int] = mapped_column(BigInteger)
    working: Mapped[int] = mapped_column(BigInteger)
    wall: Mapped[int] = mapped_column(BigInteger)
    department_seconds: Mapped[int] = mapped_column(BigInteger)
    special_seconds: Mapped[int] = mapped_column(BigInteger)
    applicant_seconds: Mapped[int] = mapped_column(BigInteger)
    waiting_seconds: Mapped[int] = mapped_column(BigInteger)


class RollupState(Base):
    """How far the rollups reach: every step that ended before ``until`` is in them, and every family settled before it.

    Pages read the ``generation`` of the row ``statistics``. While all is counted anew, the row ``filling`` says how far that is, in
    a generation of its own, and pages go on with the one before.

    ``calendar`` is a digest of the rules of counting and the working days until then: when one changes, the rollups begin anew.
    ``newest_event`` was there when they were last filled: what is written of a settled family afterwards has a higher identifier.
    ``reconciled_at`` and ``differences`` are what the last reconciliation found.
    """

    __tablename__ = "rollup_state"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    generation: Mapped[int]
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    calendar: Mapped[str] = mapped_column(String(64))
    newest_event: Mapped[int] = mapped_column(BigInteger)
    reconciled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    differences: Mapped[int] = mapped_column(default=0)


class JudgedOpening(Base):
    """What the six claims of a closed company opening came to when its family was last settled.

    ``state`` is that of all six together; ``claims`` that of each, with how much speaks against it. Found by what is broken.
    """

    __tablename__ = "judged_openings"
    __table_args__ = (
        Index("ix_judged_openings_root_id", "root_id"),
        Index("ix_judged_openings_closed_at", "closed_at"),
        Index("ix_judged_openings_state", "state", "closed_at"),
    )

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root_id: Mapped[int] = mapped_column(BigInteger)
    workflow: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(20))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    month: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))
    claims: Mapped[str] = mapped_column(String(120))


class WorkflowTarget(Identified, Base):
    """目标: what the county has set itself for the cases of a workflow. ``on_time`` is per cent of those with a promise, ``p90_days``
    how many working days of net working time nine in ten stay within; None is no target."""

    __tablename__ = "workflow_targets"

    workflow: Mapped[str] = mapped_column(String(60), unique=True)
    on_time: Mapped[int | None]
    p90_days: Mapped[int | None]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
