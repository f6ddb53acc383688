"""Accounts of members of staff: they do not sign up, the county enters them with their first position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, Person, Position
from workflows.clock import OFFICE_ZONE

from .accounts import Account, change_password, comparable_sign_in_name, end_all_sessions, sign_up
from .acting import Acting
from .administration.faults import fault, refuse
from .administration.log import record
from .errors import NotFound, Refusal
from .permissions import refuse_unless
from .position_rules import Wanted, date_faults, placing_faults
from .positions import GUARDIAN, another_guardian, grant, reason_faults

ACCOUNT = "account"
comparable = comparable_sign_in_name


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to have an account; names as typed, already checked for their form."""

    name: str
    sign_in_name: str
    phone: str = ""


def add_staff(
    session: Session, sign_in_name: str, name: str, password_hash: str, role: str, department: str, office_code: str, now: datetime
) -> Account:
    """Make an account for a member of staff with a position from today on, by a command.

    Raises Refusal when the sign-in name is taken, no office has that code, or the position cannot stand.
    """
    if session.scalar(select(Office.id).where(Office.code == office_code)) is None:
        codes = "、".join(session.scalars(select(Office.code).order_by(Office.code)))
        raise Refusal(
            "unknown-office",
            {"zh": f"没有代码为“{office_code}”的服务点。现有：{codes}", "en": f"There is no office {office_code}. Known: {codes}"},
        )
    wanted = Wanted(0, role, department, office_code, now.astimezone(OFFICE_ZONE).date())
    return make_account(session, None, Newcomer(name, sign_in_name), wanted, password_hash, "", now)


def make_account(
    session: Session, acting: Acting | None, newcomer: Newcomer, wanted: Wanted, password_hash: str, reason: str, now: datetime
) -> Account:
    """Make an account with its first position. The password is changed at the first sign-in, unless a command made the account.

    Raises Refusal for who may not and for a sign-in name that is taken, Faulty for a position that cannot stand.
    """
    if acting is not None:
        refuse_unless(acting, "manage_accounts")
    office = session.scalar(select(Office).where(Office.code == wanted.office_code))
    today = now.astimezone(OFFICE_ZONE).date()
    refuse([*placing_faults(wanted, office), *date_faults(wanted, office, today), *reason_faults(acting, reason)])
    account = sign_up(session, newcomer.sign_in_name, newcomer.name, newcomer.phone, password_hash, now)
    person = session.get_one(Person, account.person_id)
    person.password_is_first = acting is not None
    made = {"name": person.name, "sign_in_name": person.sign_in_name, "phone": person.phone}
    _note(session, acting, now, person, None, made, reason)
    grant(session, acting, replace(wanted, person_id=person.id), reason, now)
    return account


def reset_password(session: Session, acting: Acting, person_id: int, password_hash: str, reason: str, now: datetime) -> None:
    """Give somebody who was identified in person a first password anew: other sessions end, a lock after failures is lifted."""
    person = _person(session, acting, person_id, reason)
    change_password(session, person_id, password_hash)
    person.password_is_first = True
    _note(session, acting, now, person, {"password": ""}, {"password": "reset"}, reason)


def lock(session: Session, acting: Acting, person_id: int, reason: str, now: datetime) -> None:
    """Lock an account: nobody signs in to it any more, and whoever is signed in to it is no longer. What it did stays.

    Somebody has to be left who can grant positions tomorrow: two security administrators do not lock each other.
    """
    is_guarded = another_guardian(session, Person.id != person_id, now.astimezone(OFFICE_ZONE).date() + timedelta(days=1))
    person = _person(session, acting, person_id, reason)
    if person.locked_at is None:
        refuse([] if is_guarded or not _is_guardian(session, person_id) else [fault(
            "person", "停用以后全县就没有安全管理员了，谁也设不了岗位。请先给接任的人设好岗位，再停用。",
            "No security administrator would be left to grant positions. Appoint a successor first.",
        )])  # fmt: skip
        person.locked_at = now
        end_all_sessions(session, person_id)
        _note(session, acting, now, person, {"locked": False}, {"locked": True}, reason)


def unlock(session: Session, acting: Acting, person_id: int, reason: str, now: datetime) -> None:
    """Open a locked account again."""
    person = _person(session, acting, person_id, reason)
    if person.locked_at is not None:
        person.locked_at = None
        _note(session, acting, now, person, {"locked": True}, {"locked": False}, reason)


def _person(session: Session, acting: Acting, person_id: int, reason: str) -> Person:
    refuse_unless(acting, "manage_accounts")
    person = session.scalar(select(Person).where(Person.id == person_id, Person.sign_in_name.is_not(None)).with_for_update())
    if person is None:
        raise NotFound
    faults = reason_faults(acting, reason)
    if person.id == acting.person_id:
        faults.append(
            fault("person", "自己的账号请在“我的账号”里改；停用请另一位安全管理员办理。", "Change your own account on its page.")
        )
    refuse(faults)
    return person


def _is_guardian(session: Session, person_id: int) -> bool:
    return session.scalar(select(Position.id).where(Position.person_id == person_id, Position.role == GUARDIAN).limit(1)) is not None


def _note(
    session: Session, acting: Acting | None, now: datetime, person: Person, before: dict[str, object] | None,
    after: dict[str, object], reason: str,
) -> None:  # fmt: skip
    title = f"{person.name}（{person.sign_in_name}）"
    record(session, acting, now, subject=ACCOUNT, subject_id=person.id, title=title, before=before, after=after, reason=reason)
