"""Positions: granting, changing and ending them. Each change writes a line into the record of administration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from approvals.models import Office, Person, Position
from workflows.clock import OFFICE_ZONE

from .acting import Acting
from .administration.faults import Fault, fault, refuse
from .administration.log import record
from .errors import NotFound, Outdated
from .permissions import refuse_unless
from .position_rules import Wanted, date_faults, manager_faults, overlap_faults, placing_faults, role_title

POSITION = "position"
GUARDIAN = "security-administrator"
"""The manager who grants positions: without one nobody could grant any."""


def grant(session: Session, acting: Acting | None, wanted: Wanted, reason: str, now: datetime) -> int:
    """Give a person a position; returns its id. ``acting`` None is a command.

    The same position asked for once more is that position. Raises Refusal for who may not, NotFound for an unknown person and for
    one without an account, and Faulty with a sentence for each field that cannot stand.
    """
    _refuse_others(acting)
    person = _locked_person(session, wanted.person_id)
    if acting is not None and person.sign_in_name is None:
        raise NotFound
    office = session.scalar(select(Office).where(Office.code == wanted.office_code))
    today = now.astimezone(OFFICE_ZONE).date()
    if same := _same(session, wanted, office):
        return same
    refuse([*own_position_faults(acting, person.id), *reason_faults(acting, reason)])
    refuse([*placing_faults(wanted, office), *date_faults(wanted, office, today)])
    assert office is not None and wanted.valid_from is not None
    span = wanted.valid_from, wanted.valid_to
    refuse([*overlap_faults(session, wanted, office), *manager_faults(session, person.id, wanted.role, *span)])
    position = Position(
        person_id=person.id, role=wanted.role, department=wanted.department, office_id=office.id, valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
    )  # fmt: skip
    session.add(position)
    session.flush()
    _note(session, acting, now, position, person, office, None, reason)
    return position.id


def change_dates(session: Session, acting: Acting, position_id: int, wanted: Wanted, reason: str, now: datetime) -> None:
    """Give a position other days: ``valid_from``, ``valid_to`` and ``is_endless`` of ``wanted``; the rest of it is not looked at.

    The first day of what has begun stays as it is: who held what on a past day is history.
    """
    position, person, office = _position(session, acting, position_id)
    today = now.astimezone(OFFICE_ZONE).date()
    began, before = position.valid_from <= today, _columns(position, person, office)
    asked = replace(
        wanted, person_id=person.id, role=position.role, department=position.department, office_code=office.code,
        valid_from=position.valid_from if began else wanted.valid_from,
    )  # fmt: skip
    refuse([*own_position_faults(acting, person.id), *reason_faults(acting, reason)])
    refuse([*placing_faults(asked, office), *date_faults(asked, office, today, began)])
    assert asked.valid_from is not None
    span = asked.valid_from, asked.valid_to
    refuse([
        *overlap_faults(session, asked, office, position.id),
        *manager_faults(session, person.id, position.role, *span, "valid_to"),
        *_last_guardian_faults(session, position, asked.valid_to, today),
    ])  # fmt: skip
    position.valid_from, position.valid_to = span
    _note(session, acting, now, position, person, office, before, reason)


def end(session: Session, acting: Acting, position_id: int, last_day: date | None, reason: str, now: datetime) -> None:
    """Let a position end with a day; yesterday ends it at once. Raises Faulty for a day that cannot be, and where it is the last."""
    position, person, office = _position(session, acting, position_id)
    today, before = now.astimezone(OFFICE_ZONE).date(), _columns(position, person, office)
    refuse([
        *_end_faults(position.valid_from, position.valid_to, last_day, today),
        *reason_faults(acting, reason),
        *_last_guardian_faults(session, position, last_day, today),
    ])  # fmt: skip
    position.valid_to = last_day
    _note(session, acting, now, position, person, office, before, reason)


def _end_faults(first: date, until: date | None, last_day: date | None, today: date) -> list[Fault]:
    yesterday = today - timedelta(days=1)
    if last_day is None:
        return [fault("last_day", "请填最后一天，例如 2026-12-31。", "Give the last day, such as 2026-12-31.")]
    if until is not None and until < today:
        return [fault("last_day", f"这个岗位已于 {until} 结束，不用再结束。", f"This position ended on {until} already.")]
    if last_day < yesterday:
        return [fault(
            "last_day", f"最早填昨天（{yesterday}），即刻失效；过去的日子改不了。", f"Yesterday ({yesterday}) at the earliest."
        )]  # fmt: skip
    if until is not None and last_day > until:
        return [fault(
            "last_day", f"这个岗位到 {until} 就结束了，要延长请用“改日期”。", f"It ends on {until}; to prolong it change its dates."
        )]  # fmt: skip
    if last_day < first - timedelta(days=1):
        return [fault(
            "last_day", f"这个岗位从 {first} 才开始。要取消它，填 {first - timedelta(days=1)}。",
            f"It begins on {first}. To cancel it, give {first - timedelta(days=1)}.",
        )]  # fmt: skip
    return []


def reason_faults(acting: Acting | None, reason: str) -> list[Fault]:
    """Every change says why; a command is its own reason."""
    if acting is None or reason.strip():
        return []
    return [fault("reason", "请写明原因或依据，例如任命文件、请假单。", "Say why, such as the paper of the appointment or the leave.")]


def own_position_faults(acting: Acting | None, person_id: int) -> list[Fault]:
    """Nobody gives themselves a position, nor prolongs it, nor stands in by their own word."""
    if acting is None or acting.person_id != person_id:
        return []
    return [fault(
        "person", "自己的岗位不能自己设、自己改，请另一位安全管理员办理。", "Another security administrator does this for you."
    )]  # fmt: skip


def _last_guardian_faults(session: Session, position: Position, last_day: date | None, today: date) -> list[Fault]:
    """The last security administrator cannot go before there is another: nobody could grant a position then."""
    if position.role != GUARDIAN or last_day is None:
        return []
    if another_guardian(session, Position.id != position.id, max(last_day + timedelta(days=1), today)):
        return []
    return [fault(
        "last_day",
        "这是全县最后一个安全管理员岗位，结束以后谁也设不了岗位。请先给接任的人设好，再结束这一个。",
        "This is the last security administrator's: nobody could grant positions. Appoint a successor first.",
    )]  # fmt: skip


def another_guardian(session: Session, others: ColumnElement[bool], on: date) -> bool:
    """Whether somebody of these can grant positions on a day: with a position as security administrator, and an account to use it.

    All who hold such a position are locked first, one after the other: of two who remove each other at the same moment the
    second sees what the first has done.
    """
    guardians = select(Position.person_id).where(Position.role == GUARDIAN)
    session.scalars(select(Person.id).where(Person.id.in_(guardians)).order_by(Person.id).with_for_update()).all()
    found = select(Position.id).join(Person, Person.id == Position.person_id).where(
        Position.role == GUARDIAN, others, Person.password_hash.is_not(None), Person.locked_at.is_(None),
        Position.valid_from <= on, or_(Position.valid_to.is_(None), Position.valid_to >= on),
    )  # fmt: skip
    return session.scalar(found.limit(1)) is not None


def _refuse_others(acting: Acting | None) -> None:
    if acting is not None:
        refuse_unless(acting, "manage_positions")


def _locked_person(session: Session, person_id: int) -> Person:
    """The person, so that two managers do not give them two positions that exclude each other at the same moment."""
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound
    return person


def _same(session: Session, wanted: Wanted, office: Office | None) -> int | None:
    """The position that is just the one asked for: a repeated send of the same page."""
    if office is None or wanted.valid_from is None:
        return None
    return session.scalar(
        select(Position.id).where(
            Position.person_id == wanted.person_id, Position.role == wanted.role, Position.department == wanted.department,
            Position.office_id == office.id, Position.valid_from == wanted.valid_from,
            Position.valid_to.is_(None) if wanted.valid_to is None else Position.valid_to == wanted.valid_to,
        )
    )  # fmt: skip


def _position(session: Session, acting: Acting, position_id: int) -> tuple[Position, Person, Office]:
    _refuse_others(acting)
    found = session.execute(
        select(Position, Person, Office)
        .join(Person, Person.id == Position.person_id)
        .join(Office, Office.id == Position.office_id)
        .where(Position.id == position_id)
        .with_for_update(of=(Position, Person))
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]


def refuse_outdated(shown: str, stored: str) -> None:
    """Raise Outdated when a page showed other days than there are now: somebody else has changed them."""
    if shown != stored:
        raise Outdated(
            "changed-meanwhile",
            {"zh": "别的管理员刚刚改过它。您填的还在下面，请核对现在的日期再保存。",
             "en": "Somebody else has just changed it. What you typed is below; check the dates and save again."},
        )  # fmt: skip


def _columns(position: Position, person: Person, office: Office) -> dict[str, object]:
    return {
        "person": person.name, "role": position.role, "department": position.department, "office": office.code,
        "valid_from": position.valid_from, "valid_to": position.valid_to,
    }  # fmt: skip


def _note(
    session: Session, acting: Acting | None, now: datetime, position: Position, person: Person, office: Office,
    before: dict[str, object] | None, reason: str,
) -> None:  # fmt: skip
    title = f"{person.name} · {role_title(position.role)['zh']} · {office.name}"
    record(
        session, acting, now, subject=POSITION, subject_id=position.id, title=title, before=before,
        after=_columns(position, person, office), reason=reason,
    )  # fmt: skip
