"""Warn people of a deadline: who has it in hand when it is near, then the head, then the supervisors, each of them once.

Whatever came due while no worker ran is told as it stands now: one message for each person, of the highest level that concerns
them, however many clocks and cases that is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import Case, DeadlineWarning, Notice, Task
from approvals.queries.deadlines import PROMISED, STATUTORY, STEP, Passed, in_parts, passed_clocks
from workflows.clock import LEVELS
from workflows.clock.warnings import DUE, ESCALATED, NEAR

from . import warning_texts
from .recipients import HEAD, SUPERVISOR, Staff
from .rows import DEADLINE


@dataclass(frozen=True, slots=True)
class DueWarning:
    """One clock that one person is to be told of; ``level`` is the highest that concerns them, ``relation`` says why them."""

    passed: Passed
    level: str
    relation: str

    @property
    def key(self) -> tuple[int, str, datetime]:
        return self.passed.case_id, self.passed.clock, self.passed.due_at


def due_warnings(session: Session, now: datetime) -> dict[int, list[DueWarning]]:
    """What each person has not been told yet, the first due first."""
    passed = passed_clocks(session, now)
    if not passed:
        return {}
    staff, told = Staff(session.connection(), now), _told(session, {each.case_id for each in passed})
    found: dict[int, list[DueWarning]] = {}
    for each in passed:
        for person_id, warning in _people_of(each, staff).items():
            if not _knows(told, person_id, warning):
                found.setdefault(person_id, []).append(warning)
    return found


def _people_of(passed: Passed, staff: Staff) -> dict[int, DueWarning]:
    """Who is concerned by a clock, each by the highest level that is theirs.

    Where nobody leads those who have it in hand, supervisors are told in the head's place, and then not once more.
    """
    found: dict[int, DueWarning] = {}

    def add(people: Iterable[int], level: str, relation: str) -> None:
        for person_id in people:
            known = found.get(person_id)
            if known is None or LEVELS.index(level) > LEVELS.index(known.level):
                found[person_id] = DueWarning(passed, level, relation)

    for hand in passed.hands:
        for person_id, relation in staff.having(hand).items():
            add([person_id], NEAR if passed.level == NEAR else DUE, relation)
    if passed.level == NEAR:
        return found
    heads = [staff.heads(hand) for hand in passed.hands]
    add(chain.from_iterable(heads), DUE, HEAD)
    last = ESCALATED if all(heads) else DUE
    if LEVELS.index(passed.level) >= LEVELS.index(last):
        add(chain.from_iterable(staff.supervisors(hand) for hand in passed.hands), last, SUPERVISOR)
    return found


Told = Mapping[tuple[int, str, int], list[tuple[datetime, datetime, int]]]
"""For a clock of a case and a person what they were told: of which deadline, when, and the level as its place in ``LEVELS``."""


def _told(session: Session, case_ids: set[int], person_id: int | None = None) -> Told:
    found: dict[tuple[int, str, int], list[tuple[datetime, datetime, int]]] = defaultdict(list)
    sent = DeadlineWarning
    for part in in_parts(sorted(case_ids)):
        rows = select(sent.case_id, sent.clock, sent.person_id, sent.due_at, sent.sent_at, sent.level).where(sent.case_id.in_(part))
        if person_id is not None:
            rows = rows.where(sent.person_id == person_id)
        for case_id, clock, of_person, due_at, sent_at, level in session.execute(rows):
            found[case_id, clock, of_person].append((due_at, sent_at, LEVELS.index(level)))
    return found


def _knows(told: Told, person_id: int, warning: DueWarning) -> bool:
    passed, level = warning.passed, LEVELS.index(warning.level)
    known = told.get((passed.case_id, passed.clock, person_id), ())
    return any(reached >= level and passed.includes(due_at, sent_at) for due_at, sent_at, reached in known)


def warn(session: Session, person_id: int, warnings: Sequence[DueWarning], now: datetime) -> bool:
    """Tell a person in one message of everything that still stands; False when there is nothing left to tell.

    Two workers at once write the same rows: the second one is refused by the database, looks again and finds them written.
    """
    told, standing = _told(session, {each.passed.case_id for each in warnings}, person_id), _standing(session, warnings)
    left = [each for each in warnings if each.key in standing and not _knows(told, person_id, each)]
    if not left:
        return False
    cases = {each.passed.case_id for each in left}
    notice = Notice(
        id=new_id(), person_id=person_id, case_id=min(cases) if len(cases) == 1 else None, text=_text(left), created_at=now,
        kind=DEADLINE,
    )  # fmt: skip
    session.add(notice)
    session.add_all(
        DeadlineWarning(
            case_id=each.passed.case_id, root_id=each.passed.root_id, clock=each.passed.clock, due_at=each.passed.due_at,
            level=each.level, percent=each.passed.percent, person_id=person_id, relation=each.relation, notice_id=notice.id,
            sent_at=now,
        )
        for each in left
    )  # fmt: skip
    session.flush()
    return True


def _standing(session: Session, warnings: Sequence[DueWarning]) -> set[tuple[int, str, datetime]]:
    """The clocks that run still and are due when they were: of tasks that nobody has closed, of cases that are open."""
    found: set[tuple[int, str, datetime]] = set()
    tasks = {each.passed.hands[0].task_id for each in warnings if each.passed.state}
    for part in in_parts(sorted(tasks)):
        rows = select(Task.case_id, Task.state, Task.due_at).where(Task.id.in_(part), Task.closed_at.is_(None))
        found |= {(case_id, STEP + state, due_at) for case_id, state, due_at in session.execute(rows)}
    cases = {each.passed.case_id for each in warnings if not each.passed.state}
    for part in in_parts(sorted(cases)):
        open_ones = select(Case.id, Case.promised_due_at, Case.statutory_due_at).where(Case.id.in_(part), Case.closed_at.is_(None))
        for case_id, promised, statutory in session.execute(open_ones):
            found |= {(case_id, PROMISED, promised), (case_id, STATUTORY, statutory)}
    return found


def _text(warnings: Sequence[DueWarning]) -> dict[str, str]:
    numbers = list(dict.fromkeys(each.passed.number for each in warnings))
    if len(numbers) > 1:
        over = list(dict.fromkeys(each.passed.number for each in warnings if each.level != NEAR))
        at_desk = any(each.relation != SUPERVISOR for each in warnings)
        return warning_texts.of_many(over, [each for each in numbers if each not in over], at_desk=at_desk)
    # Of several clocks of one case the one that has gone furthest says it for all.
    last = max(warnings, key=lambda each: (LEVELS.index(each.level), each.passed.percent))
    return warning_texts.of_one(last.passed, last.level, last.relation)
