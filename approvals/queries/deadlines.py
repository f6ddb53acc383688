"""Which clocks of open cases have passed a share of their time that people are warned at, read with the county's calendar.

A step has a clock of its own, a case its promised and its statutory one. None of them counts while the people who apply have to
do something, and before it has begun. While the clocks of a case stand still for a special procedure, that of the step runs: the
procedure has to end some time, and nobody else asks for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from approvals.calendar import county_calendar
from approvals.models import Case, ClockSuspension, Person, Task, WarningRule
from workflows.clock import DEFAULT_PERCENTAGES, Budget, Percentages, Suspension, extended, read
from workflows.county import county_catalogue
from workflows.engine.clock_states import suspended_states
from workflows.engine.definition import OUTSIDE_ROLES, OUTSIDE_STAGES, Definition

from .colours import rough_working_seconds

PROMISED, STATUTORY, STEP = "promised", "statutory", "step:"
"""The names of the clocks; that of a step ends with its state."""

AT_ONCE = 500
"""Rows asked for by their identifiers in one statement."""

_NOBODY = ("", *OUTSIDE_ROLES)
Rules = Mapping[str, Percentages]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InHand:
    """An open task that is addressed to staff, as far as it says whom to tell. ``holder`` is the name of who holds it."""

    task_id: int
    role: str
    department: str
    office_id: int
    holder_id: int | None
    holder: str
    workflow: str
    version: int
    applicant_id: int | None


@dataclass(frozen=True, slots=True)
class Passed:
    """A clock that has passed a share of its time. ``hands`` are the tasks that it waits for: its own, or those linked below.

    ``state`` is the step that a clock of a step belongs to; "" for a clock of a case. Where the case came back to it, ``began``
    is when no stay that its time counts had begun yet, ``opened_at`` when the last one began.
    """

    case_id: int
    root_id: int
    number: str
    definition: Definition
    state: str
    clock: str
    due_at: datetime
    percent: int
    level: str
    hands: tuple[InHand, ...]
    began: datetime | None = None
    opened_at: datetime | None = None

    def includes(self, due_at: datetime, sent_at: datetime) -> bool:
        """Whether a warning was of this clock: of this deadline, or in an earlier stay of the same step before it came back.

        A deadline that moves while the step lasts is another one, of which people are warned anew.
        """
        if self.began is not None and self.opened_at is not None and self.began <= sent_at <= self.opened_at:
            return True
        return due_at == self.due_at


def rules_of(session: Session) -> dict[str, Percentages]:
    """The percentages that are set, by workflow; the default counts for all others. One statement."""
    found = session.execute(select(WarningRule.workflow, WarningRule.near, WarningRule.due, WarningRule.escalated))
    return {workflow: Percentages(*shares) for workflow, *shares in found}


def rule_for(rules: Rules, workflow: str) -> Percentages:
    """The percentages of a workflow."""
    return rules.get(workflow, DEFAULT_PERCENTAGES)


def is_with_staff(role: str) -> bool:
    """Whether a task of that role lies with staff: not with the applicant or those who sign, and no mere waiting."""
    return role not in _NOBODY


def in_hand(member: T, linked_of: Callable[[T], Iterable[T]], now: Any) -> Iterator[T]:
    """Of a case and those linked below it, the ones whose step may be urged: it lies with staff, and the case runs or stands still
    for a procedure that takes longer than its own time. ``now`` is a time of the kind that its tasks hold."""
    # Families as verbs hold them and as pages read them have the same names for what is looked at here.
    subject: Any = member
    task = subject.task
    if task is not None and is_with_staff(task.role) and task.office_id is not None:
        is_late = task.due_at is not None and now > task.due_at
        if is_late or task.state not in suspended_states(subject.definition):
            yield member
    for other in linked_of(member):
        yield from in_hand(other, linked_of, now)


def in_parts(ids: Iterable[T]) -> Iterator[list[T]]:
    """Identifiers in as many parts as statements are needed for them."""
    every = list(ids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


def passed_clocks(session: Session, now: datetime) -> list[Passed]:
    """Every clock that has passed a level, the first due first. Costs three statements and two for each ``AT_ONCE`` cases."""
    rules = rules_of(session)
    limits = {key: _latest_due(definitions, rule_for(rules, key), now) for key, definitions in _by_workflow().items()}
    found = [*_steps(session, rules, limits, now), *_cases(session, rules, limits, now)]
    return sorted(found, key=lambda each: (each.due_at, each.case_id, each.clock))


def _by_workflow() -> dict[str, list[Definition]]:
    grouped: dict[str, list[Definition]] = defaultdict(list)
    for definition in county_catalogue():
        grouped[definition.key].append(definition)
    return grouped


def _latest_due(definitions: Iterable[Definition], rule: Percentages, now: datetime) -> datetime:
    """What is due later than this is not near due. Twice the longest time, since an extension may have lengthened it."""
    calendar = county_calendar()
    budgets = [
        budget
        for definition in definitions
        for budget in (
            *(state.time for state in definition.states.values()),
            *(limit.budget for limit in (definition.promised, definition.statutory) if limit is not None),
        )
        if budget is not None
    ]
    longest = max((rough_working_seconds(budget) for budget in budgets), default=0)
    return calendar.add_working_seconds(now, 2 * (longest + calendar.hours.seconds_per_day) * (100 - rule.near) // 100)


# ---- steps ----------------------------------------------------------------------------------------------------------


def _steps(session: Session, rules: Rules, limits: Mapping[str, datetime], now: datetime) -> Iterator[Passed]:
    calendar = county_calendar()
    near = or_(*(and_(Task.workflow == key, Task.due_at <= until) for key, until in limits.items()))
    outside = aliased(Task)
    last_outside = select(func.max(outside.closed_at)).where(outside.case_id == Case.id, outside.role.in_(sorted(OUTSIDE_ROLES)))
    found = session.execute(
        select(
            Task.id, Task.state, Task.role, Task.department, Task.office_id, Task.holder_id, Person.name, Task.opened_at, Task.due_at,
            Case.id, Case.root_id, Case.number, Case.workflow, Case.version, Case.applicant_id, Task.counted_from,
            Case.clock_started_at,
            # Only where a case came back to its step, and what it used before counts.
            case((Task.counted_from.is_not(None), last_outside.correlate(Case).scalar_subquery())),
        )
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Person, Person.id == Task.holder_id)
        .where(Task.closed_at.is_(None), Task.role.not_in(_NOBODY), Task.office_id.is_not(None), near)
    )  # fmt: skip
    for (
        task_id, state, role, department, office_id, holder_id, holder, opened_at, due_at, case_id, root_id, number, workflow, version,
        applicant_id, counted_from, *begun,
    ) in found:  # fmt: skip
        definition = county_catalogue().version(workflow, version)
        budget = definition.states[state].time
        percent = read(calendar, counted_from or opened_at, Budget.parse(budget), now).used_percent if budget else 0
        level = rule_for(rules, workflow).level(percent)
        if level:
            hand = InHand(task_id, role, department, office_id, holder_id, holder or "", workflow, version, applicant_id)
            began = max(each for each in begun if each is not None) if counted_from is not None else None
            yield Passed(
                case_id, root_id, number, definition, state, STEP + state, due_at, percent, level, (hand,), began, opened_at
            )  # fmt: skip


# ---- cases ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Member:
    """A case of a family with what it has in hand."""

    case_id: int
    parent_id: int | None
    is_outside: bool
    hand: InHand | None


def _cases(session: Session, rules: Rules, limits: Mapping[str, datetime], now: datetime) -> Iterator[Passed]:
    calendar = county_calendar()
    due: Sequence[Any] = session.execute(
        select(
            Case.id, Case.root_id, Case.number, Case.workflow, Case.version, Case.clock_started_at, Case.extension_days,
            Case.promised_due_at, Case.statutory_due_at,
        ).where(Case.closed_at.is_(None), or_(*(_is_near(key, until) for key, until in limits.items())))
    ).all()  # fmt: skip
    families = dict(_families(session, {line.root_id for line in due}))
    ledgers = _ledgers(session, {line.id for line in due})
    for line in due:
        family = families.get(line.root_id, ())
        hands = tuple(_hands(family, line.id))
        if not hands or any(member.is_outside for member in family):
            continue
        definition = county_catalogue().version(line.workflow, line.version)
        for clock, limit, due_at, more in (
            (PROMISED, definition.promised, line.promised_due_at, 0),
            (STATUTORY, definition.statutory, line.statutory_due_at, line.extension_days),
        ):
            if limit is None or due_at is None:
                continue
            budget = extended(limit.budget, more)
            percent = read(calendar, line.clock_started_at, budget, now, suspensions=ledgers.get(line.id, ())).used_percent
            if level := rule_for(rules, line.workflow).level(percent):
                yield Passed(line.id, line.root_id, line.number, definition, "", clock, due_at, percent, level, hands)


def _is_near(workflow: str, until: datetime) -> ColumnElement[bool]:
    return and_(Case.workflow == workflow, or_(Case.promised_due_at <= until, Case.statutory_due_at <= until))


def _families(session: Session, roots: Iterable[int]) -> Iterator[tuple[int, list[_Member]]]:
    for part in in_parts(sorted(roots)):
        found: dict[int, list[_Member]] = defaultdict(list)
        rows = session.execute(
            select(
                Case.root_id, Case.id, Case.parent_id, Case.workflow, Case.version, Case.state, Case.applicant_id, Task.id, Task.role,
                Task.department, Task.office_id, Task.holder_id, Person.name,
            )
            .outerjoin(Task, and_(Task.case_id == Case.id, Task.closed_at.is_(None)))
            .outerjoin(Person, Person.id == Task.holder_id)
            .where(Case.root_id.in_(part))
        )  # fmt: skip
        for root_id, case_id, parent_id, workflow, version, state, applicant_id, task_id, role, department, office_id, *held in rows:
            definition, hand = county_catalogue().version(workflow, version), None
            is_held = task_id is not None and is_with_staff(role) and office_id is not None
            if is_held and state not in suspended_states(definition):
                hand = InHand(task_id, role, department, office_id, held[0], held[1] or "", workflow, version, applicant_id)
            found[root_id].append(_Member(case_id, parent_id, definition.states[state].stage in OUTSIDE_STAGES, hand))
        yield from found.items()


def _hands(family: Sequence[_Member], case_id: int) -> Iterator[InHand]:
    """What a case waits for: its own task, or those of the cases linked below it."""
    for member in family:
        if member.case_id == case_id and member.hand is not None:
            yield member.hand
        if member.parent_id == case_id:
            yield from _hands(family, member.case_id)


def _ledgers(session: Session, case_ids: Iterable[int]) -> dict[int, list[Suspension]]:
    """The suspensions of these cases."""
    found: dict[int, list[Suspension]] = defaultdict(list)
    for part in in_parts(sorted(case_ids)):
        for row in session.scalars(select(ClockSuspension).where(ClockSuspension.case_id.in_(part))):
            found[row.case_id].append(Suspension(row.starts_at, row.ends_at, row.kind, row.ground))
    return found
