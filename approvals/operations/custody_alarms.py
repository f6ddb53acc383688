"""Telling both ends and their supervisors that a bag has been on its way for longer than a working day, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.orm import Session

from approvals.db import new_id
from approvals.models import Case, HandOver, Notice, Position
from workflows.clock import OFFICE_ZONE

from .custody_effects import CUSTODY, carriers_at
from .custody_ledger import day_of, here
from .permissions import COUNTY, SUBTREE, reach, roles_with
from .reference import network

SUPERVISES = "supervise"
MOST_AT_ONCE = 200


def late_hand_overs(session: Session, now: datetime) -> list[int]:
    """Hand-overs that nobody confirmed in time and nobody was told of yet, the longest due first."""
    unconfirmed = select(HandOver.id).where(HandOver.received_at.is_(None), HandOver.alarmed_at.is_(None), HandOver.due_at <= now)
    return list(session.scalars(unconfirmed.order_by(HandOver.due_at).limit(MOST_AT_ONCE)))


def alarm(session: Session, hand_over_id: int, now: datetime) -> bool:
    """Tell everybody concerned of one late hand-over. False when another worker has done so, or it was confirmed meanwhile.

    It is claimed by the update itself, so that of many workers one tells, and everybody is told once.
    """
    claimed = session.execute(
        update(HandOver)
        .where(HandOver.id == hand_over_id, HandOver.received_at.is_(None), HandOver.alarmed_at.is_(None), HandOver.due_at <= now)
        .values(alarmed_at=now)
        .returning(HandOver.root_id, HandOver.number, HandOver.from_office_id, HandOver.to_office_id, HandOver.sent_at, HandOver.bag)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if claimed is None:
        return False
    case = session.get_one(Case, claimed.root_id)
    connection, today = session.connection(), day_of(now)
    ends = (claimed.from_office_id, claimed.to_office_id)
    offices = network(connection).offices
    sender, receiver = (offices[each].name for each in ends)
    sent = f"{claimed.sent_at.astimezone(OFFICE_ZONE):%m-%d %H:%M}"
    text = {
        "zh": f"{case.number}：{sender}{sent}交给{receiver}的第{claimed.number}次交接（封袋{claimed.bag or '无'}）"
        "超过一个工作日没有签收，请双方马上核对材料在哪里。",
        "en": f"{case.number}: hand-over {claimed.number} (bag {claimed.bag or 'none'}), sent {sent} from {sender} to {receiver}, "
        "was not confirmed within a working day. Both ends, please find out where the papers are.",
    }
    people = dict.fromkeys([*carriers_at(connection, ends, today), *_supervisors(connection, ends, now)])
    session.add_all(
        Notice(id=new_id(), case_id=case.id, root_id=case.id, person_id=person_id, text=text, created_at=now, kind=CUSTODY)
        for person_id in people
    )
    return True


def _supervisors(connection: Connection, ends: Iterable[int], now: datetime) -> list[int]:
    """Who supervises one of the ends: by the table of permissions, at the office, above it, or for the whole county."""
    county, today = network(connection), day_of(now)
    places = frozenset().union(*(here(connection, each, today) for each in ends))
    above = places.union(*(county.ancestors(each) for each in places))
    held = connection.execute(
        select(Position.person_id, Position.role, Position.office_id).where(
            Position.role.in_(sorted(roles_with(SUPERVISES))), Position.valid_from <= today,
            or_(Position.valid_to.is_(None), Position.valid_to >= today),
        )
    )  # fmt: skip
    found = set()
    for person_id, role, office_id in held:
        office = county.offices.get(office_id)
        reaches = reach(role, office.kind, SUPERVISES) if office is not None else None
        if reaches is COUNTY or (reaches is SUBTREE and office_id in above) or (reaches is not None and office_id in places):
            found.add(person_id)
    return sorted(found)
