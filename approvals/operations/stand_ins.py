"""替岗: somebody serves in another's position while its holder is away."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, Person, Position, StandIn
from workflows.clock import OFFICE_ZONE

from .acting import Acting
from .administration.faults import Fault, fault, refuse
from .administration.log import record
from .errors import NotFound
from .permissions import refuse_unless
from .position_rules import lasts_into, manager_faults, role_title
from .positions import own_position_faults, reason_faults

STAND_IN = "stand-in"
LONGEST = timedelta(days=366)


def name_stand_in(
    session: Session, acting: Acting, position_id: int, person_id: int, first: date | None, last: date | None, reason: str,
    now: datetime,
) -> int:  # fmt: skip
    """Let a person serve in a position between two days; returns the id of the row. The same asked for once more is that row.

    Raises NotFound for an unknown position or person, Faulty with a sentence for what cannot stand: the holder themselves, days
    in the past or outside of the position, two stand-ins for one position at a time, two of the three managers.
    """
    refuse_unless(acting, "manage_positions")
    position, holder, office = _position(session, position_id)
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound
    same = select(StandIn.id).where(
        StandIn.position_id == position_id, StandIn.person_id == person_id, StandIn.valid_from == first, StandIn.valid_to == last
    )
    if first is not None and last is not None and (found := session.scalar(same)) is not None:
        return found
    today = now.astimezone(OFFICE_ZONE).date()
    refuse([
        *_person_faults(position, person),
        *own_position_faults(acting, person_id),
        *_day_faults(position, first, last, today),
        *reason_faults(acting, reason),
    ])  # fmt: skip
    assert first is not None and last is not None
    refuse([
        *_taken_faults(session, position_id, first, last),
        *manager_faults(session, person_id, position.role, first, last, "person"),
    ])  # fmt: skip
    row = StandIn(position_id=position_id, person_id=person_id, valid_from=first, valid_to=last, reason=reason.strip()[:200])
    session.add(row)
    session.flush()
    _note(session, acting, now, row, position, holder, office, person, None, reason)
    return row.id


def end_stand_in(session: Session, acting: Acting, stand_in_id: int, last_day: date | None, reason: str, now: datetime) -> None:
    """Let standing in end earlier, with a day; yesterday ends it at once. Raises NotFound and Faulty."""
    refuse_unless(acting, "manage_positions")
    row = session.scalar(select(StandIn).where(StandIn.id == stand_in_id).with_for_update())
    if row is None:
        raise NotFound
    position, holder, office = _position(session, row.position_id)
    person = session.get_one(Person, row.person_id)
    yesterday = now.astimezone(OFFICE_ZONE).date() - timedelta(days=1)
    earliest = max(yesterday, row.valid_from - timedelta(days=1))
    faults = reason_faults(acting, reason)
    if last_day is None:
        faults.append(fault("last_day", "请填最后一天，例如 2026-12-31。", "Give the last day, such as 2026-12-31."))
    elif row.valid_to < yesterday:
        faults.append(fault("last_day", f"这次替岗已于 {row.valid_to} 结束，不用再结束。", f"This ended on {row.valid_to} already."))
    elif not earliest <= last_day <= row.valid_to:
        faults.append(fault(
            "last_day", f"最后一天请填 {earliest} 到 {row.valid_to} 之间的一天；要延长请另设一次替岗。",
            f"Give a day from {earliest} to {row.valid_to}; to prolong it name a stand-in anew.",
        ))  # fmt: skip
    refuse(faults)
    assert last_day is not None
    before = _columns(row, position, holder, office, person)
    row.valid_to = last_day
    _note(session, acting, now, row, position, holder, office, person, before, reason)


def _person_faults(position: Position, person: Person) -> list[Fault]:
    if person.id == position.person_id:
        return [fault("person", "替岗的不能是岗位本人，请另选一人。", "The holder of a position cannot stand in for themselves.")]
    if person.password_hash is None or person.locked_at is not None:
        return [fault(
            "person", f"{person.name}没有可用的账号，登录不了，请先开通账号或另选一人。", f"{person.name} has no account that works."
        )]  # fmt: skip
    return []


def _day_faults(position: Position, first: date | None, last: date | None, today: date) -> list[Fault]:
    if first is None:
        return [fault("valid_from", "请填从哪天起，例如 2026-12-01。", "Give the first day, such as 2026-12-01.")]
    if last is None:
        return [fault("valid_to", "替岗要有最后一天，例如 2026-12-31。", "Standing in needs a last day, such as 2026-12-31.")]
    if first < today:
        return [fault("valid_from", f"替岗最早从今天（{today}）起。", f"Standing in begins today ({today}) at the earliest.")]
    if last < first:
        return [fault("valid_to", f"最后一天 {last} 在第一天 {first} 之前，两个日期反了。", f"The last day {last} is before {first}.")]
    if last - first > LONGEST:
        return [fault("valid_to", "替岗一次最长一年，更久请给替岗的人设正式岗位。", "A year at most; for longer grant a position.")]
    if first < position.valid_from or (position.valid_to is not None and last > position.valid_to):
        until = {"zh": f"到 {position.valid_to}", "en": f"to {position.valid_to}"} if position.valid_to else {"zh": "起", "en": "on"}
        return [fault(
            "valid_to", f"替岗要在岗位的日期之内：{position.valid_from} {until['zh']}。",
            f"It has to lie within the position: from {position.valid_from} {until['en']}.",
        )]  # fmt: skip
    return []


def _taken_faults(session: Session, position_id: int, first: date, last: date) -> list[Fault]:
    other = session.execute(
        select(Person.name, StandIn.valid_from, StandIn.valid_to)
        .join(StandIn, StandIn.person_id == Person.id)
        .where(StandIn.position_id == position_id, lasts_into(StandIn, first, last))
    ).first()
    if other is None:
        return []
    return [fault(
        "valid_from", f"{other.name}已在 {other.valid_from} 到 {other.valid_to} 替这个岗位，请错开日期，或先结束那一次。",
        f"{other.name} stands in from {other.valid_from} to {other.valid_to}; choose other days, or end that first.",
    )]  # fmt: skip


def _position(session: Session, position_id: int) -> tuple[Position, Person, Office]:
    found = session.execute(
        select(Position, Person, Office)
        .join(Person, Person.id == Position.person_id)
        .join(Office, Office.id == Position.office_id)
        .where(Position.id == position_id)
        .with_for_update(of=Position)
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]


def _columns(row: StandIn, position: Position, holder: Person, office: Office, person: Person) -> dict[str, object]:
    return {
        "person": person.name, "stands_in_for": holder.name, "role": position.role, "office": office.code,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip


def _note(
    session: Session, acting: Acting, now: datetime, row: StandIn, position: Position, holder: Person, office: Office, person: Person,
    before: dict[str, object] | None, reason: str,
) -> None:  # fmt: skip
    title = f"{person.name} ← {holder.name} · {role_title(position.role)['zh']} · {office.name}"
    record(
        session, acting, now, subject=STAND_IN, subject_id=row.id, title=title, before=before,
        after=_columns(row, position, holder, office, person), reason=reason,
    )  # fmt: skip
