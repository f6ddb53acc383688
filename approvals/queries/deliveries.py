"""What people were told and by which ways it went, for staff, administrators and the telephone of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Delivery, Notice, Person

PAGE = 20
ON_THE_PHONE = 50

# Written out as in the index, or a database would read the whole table.
_UNDELIVERED = text("deliveries.state IN ('failed', 'given-up')")
_receiver, _resender = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Sent:
    """One notice on one channel; ``resent_by`` is the name of who had it sent anew last."""

    delivery: Delivery
    resent_by: str | None


@dataclass(slots=True)
class Told:
    """One notice with its ways. ``receiver`` is the name of whom it is for; ``number`` and ``token`` those of its case."""

    notice: Notice
    receiver: str
    number: str | None
    token: str | None
    sent: list[Sent] = field(default_factory=list)


def _rows(*conditions: Any) -> Select[Any]:
    return (
        select(Notice, Delivery, _receiver.name, _resender.name, Case.number, Case.token)
        .outerjoin(Delivery, Delivery.notice_id == Notice.id)
        .outerjoin(_receiver, _receiver.id == Notice.person_id)
        .outerjoin(_resender, _resender.id == Delivery.resent_by_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(*conditions)
    )


def _gathered(rows: Iterable[Any]) -> list[Told]:
    found: dict[int, Told] = {}
    for notice, delivery, receiver, resent_by, number, token in rows:
        told = found.setdefault(notice.id, Told(notice, notice.to_name or receiver or "", number, token))
        if delivery is not None:
            told.sent.append(Sent(delivery, resent_by))
    return list(found.values())


def told_of_case(session: Session, root_id: int) -> list[Told]:
    """Everything that was told about a case and the cases linked below it, the newest first, in one statement."""
    order = (Notice.created_at.desc(), Notice.id.desc(), Delivery.channel)
    return _gathered(session.execute(_rows(Notice.root_id == root_id).order_by(*order)))


def undelivered(session: Session, page: int) -> tuple[list[Told], int]:
    """One page of what did not arrive, the newest first, and how many there are in all."""
    count = session.scalar(select(func.count()).select_from(Delivery).where(_UNDELIVERED)) or 0
    chosen = _rows(_UNDELIVERED).order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return _gathered(session.execute(chosen)), count


@dataclass(frozen=True, slots=True)
class OnThePhone:
    """A message as its receiver has it before them."""

    channel: str
    address: str
    name: str
    sent_at: datetime
    language: str
    text: Mapping[str, str]
    sms: Mapping[str, str] | None


def on_the_phone(session: Session) -> list[OnThePhone]:
    """The last messages that left, for whoever tries the demo."""
    statement = (
        select(
            Delivery.channel, Delivery.address, func.coalesce(Person.name, Notice.to_name), Delivery.sent_at,
            func.coalesce(Person.language, "zh"), Notice.text, Notice.sms,
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Person, Person.id == Notice.person_id)
        .where(Delivery.state.in_(("sent", "delivered")))
        .order_by(Delivery.sent_at.desc(), Delivery.id.desc())
        .limit(ON_THE_PHONE)
    )
    return [OnThePhone(*row) for row in session.execute(statement)]
