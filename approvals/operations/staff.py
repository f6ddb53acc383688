"""Entering members of staff: they do not sign up, the county names them and their positions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, Position
from workflows.clock import OFFICE_ZONE

from .accounts import Account, sign_up
from .errors import Refusal


def add_staff(
    session: Session, sign_in_name: str, name: str, password_hash: str, role: str, department: str, office_code: str, now: datetime
) -> Account:
    """Make an account for a member of staff with a position from today on.

    Raises Refusal when the sign-in name is taken or no office has that code.
    """
    office_id = session.scalar(select(Office.id).where(Office.code == office_code))
    if office_id is None:
        codes = "、".join(session.scalars(select(Office.code).order_by(Office.code)))
        raise Refusal(
            "unknown-office",
            {"zh": f"没有代码为“{office_code}”的服务点。现有：{codes}", "en": f"There is no office {office_code}. Known: {codes}"},
        )
    account = sign_up(session, sign_in_name, name, "", password_hash, now)
    today = now.astimezone(OFFICE_ZONE).date()
    session.add(Position(person_id=account.person_id, role=role, department=department, office_id=office_id, valid_from=today))
    session.flush()
    return account
