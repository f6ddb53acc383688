"""Who is signed in, in one statement: a page asks it each time it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, literal, null, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from approvals.models import Notice, Office, Person, Position, StandIn

from .county_network import version_now

ENDED_IS_NEWS_FOR = 60
"""Days for which somebody is told that a position of theirs has ended."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with the positions that count on a day, and their unread notices.

    Each position is (role, department, office id, kind of the office, whose position it is where the person stands in).
    ``password_is_first``: somebody else chose the password, and it has to be changed before anything else.
    ``network_version`` is that of the network at this moment.
    """

    id: int
    name: str
    sign_in_name: str | None
    language: str
    large_type: bool
    session_version: int
    password_is_first: bool
    unread: int
    network_version: int
    positions: tuple[tuple[str, str, int, str, int | None], ...]


def signed_in(session: Session, person_id: int, today: date) -> SignedIn | None:
    """The person of a session; None when there is no such person any more, or the account is locked. One statement.

    A position counts between its dates, one stood in for between those of the stand-in as well, and neither at an office that
    has handed its work to another: there the positions of that other office count.
    """
    unread = select(func.count(Notice.id)).where(Notice.person_id == person_id, Notice.read_at.is_(None)).scalar_subquery()
    columns = (Position.id, Position.role, Position.department, Position.office_id, Office.kind)
    serves = (
        Office.valid_from <= today,
        or_(Office.valid_to.is_(None), Office.valid_to >= today, Office.successor_id.is_(None)),
        *_valid_on(Position, today),
    )
    own = (
        select(*columns, null().label("for_person_id"))
        .join(Office, Office.id == Position.office_id)
        .where(Position.person_id == person_id, *serves)
    )
    stood_in = (
        select(*columns, Position.person_id.label("for_person_id"))
        .join(StandIn, StandIn.position_id == Position.id)
        .join(Office, Office.id == Position.office_id)
        .where(StandIn.person_id == person_id, *_valid_on(StandIn, today), *serves)
    )
    held = union_all(own, stood_in).subquery()
    statement = (
        select(
            Person.id, Person.name, Person.sign_in_name, Person.language, Person.large_type, Person.session_version,
            Person.password_is_first, unread, func.coalesce(version_now, 0),
            held.c.role, held.c.department, held.c.office_id, held.c.kind, held.c.for_person_id,
        )
        .outerjoin(held, true())
        .where(Person.id == person_id, Person.locked_at.is_(None))
        .order_by(held.c.for_person_id.is_not(None), held.c.id)
    )  # fmt: skip
    rows = session.execute(statement).all()
    if not rows:
        return None
    positions = tuple(tuple(row[9:]) for row in rows if row[9] is not None)
    return SignedIn(*rows[0][:9], positions)


def _valid_on(table: type[Position] | type[StandIn], today: date) -> tuple[ColumnElement[bool], ...]:
    return table.valid_from <= today, or_(table.valid_to.is_(None), table.valid_to >= today)


def serving(connection: Connection, person_ids: Iterable[int], today: date) -> frozenset[tuple[int, str]]:
    """Of these people, each with every role that they hold or stand in for on a day; nobody whose account is locked. One statement."""
    asked = sorted(set(person_ids))
    own = (
        select(Position.person_id, Position.role)
        .join(Person, Person.id == Position.person_id)
        .where(Position.person_id.in_(asked), Person.locked_at.is_(None), *_valid_on(Position, today))
    )
    stood_in = (
        select(StandIn.person_id, Position.role)
        .join(Position, Position.id == StandIn.position_id)
        .join(Person, Person.id == StandIn.person_id)
        .where(StandIn.person_id.in_(asked), Person.locked_at.is_(None), *_valid_on(StandIn, today), *_valid_on(Position, today))
    )
    return frozenset((person_id, role) for person_id, role in connection.execute(union_all(own, stood_in)))


@dataclass(frozen=True, slots=True)
class PositionHeld:
    """A position as its holder reads it; ``stands_in_for`` is the name of whose it is, where the person stands in."""

    role: str
    department: str
    office: str
    valid_to: date | None
    stands_in_for: str = ""


def positions_held(session: Session, person_id: int, today: date) -> list[PositionHeld]:
    """The positions of a person that count on a day, their own first; two statements."""
    statement = (
        select(Position.role, Position.department, Office.name, Position.valid_to)
        .join(Office, Office.id == Position.office_id)
        .where(Position.person_id == person_id, *_valid_on(Position, today))
        .order_by(Position.id)
    )
    holder = aliased(Person)
    stood_in = (
        select(Position.role, Position.department, Office.name, StandIn.valid_to, holder.name)
        .join(StandIn, StandIn.position_id == Position.id)
        .join(Office, Office.id == Position.office_id)
        .join(holder, holder.id == Position.person_id)
        .where(StandIn.person_id == person_id, *_valid_on(StandIn, today), *_valid_on(Position, today))
        .order_by(StandIn.id)
    )
    return [PositionHeld(*row) for each in (statement, stood_in) for row in session.execute(each)]


@dataclass(frozen=True, slots=True)
class Ended:
    """A position that counts no more: since when, and why, as far as dates tell. ``successor`` took over a closed office."""

    role: str
    office: str
    last_day: date
    stood_in: bool
    office_closed: bool
    successor: str


def positions_ended(session: Session, person_id: int, today: date, days: int = ENDED_IS_NEWS_FOR) -> list[Ended]:
    """What a person held or stood in for until a few weeks ago and holds no longer, the last ended first; one statement."""
    successor = aliased(Office)
    closed = and_(Office.valid_to < today, Office.successor_id.is_not(None))
    columns = (Position.role, Office.name, Office.valid_to, successor.name.label("successor"), closed.label("closed"))
    own = (
        select(*columns, Position.valid_to.label("last_day"), literal(False).label("stood_in"))
        .join(Office, Office.id == Position.office_id)
        .outerjoin(successor, successor.id == Office.successor_id)
        .where(Position.person_id == person_id, or_(Position.valid_to < today, closed))
    )
    stood_in = (
        select(*columns, StandIn.valid_to.label("last_day"), literal(True).label("stood_in"))
        .join(StandIn, StandIn.position_id == Position.id)
        .join(Office, Office.id == Position.office_id)
        .outerjoin(successor, successor.id == Office.successor_id)
        .where(StandIn.person_id == person_id, or_(StandIn.valid_to < today, closed))
    )
    found = []
    for role, office, closed_on, follower, is_closed, last_day, stands_in in session.execute(union_all(own, stood_in)):
        days_ended = [day for day in (last_day, closed_on if is_closed else None) if day is not None and day < today]
        if days_ended:
            by_closing = bool(is_closed) and min(days_ended) == closed_on
            found.append(Ended(role, office, min(days_ended), bool(stands_in), by_closing, follower or ""))
    since = today - timedelta(days=days)
    return sorted((each for each in found if each.last_day >= since), key=lambda each: each.last_day, reverse=True)


def holders_of(session: Session, role: str, today: date) -> list[tuple[str, str]]:
    """Name and telephone of those who hold a role today, for who has to ask one of them; one statement."""
    held = (
        select(Person.id, Person.name, Person.phone)
        .join(Position, Position.person_id == Person.id)
        .where(Position.role == role, Person.locked_at.is_(None), *_valid_on(Position, today))
        .distinct()
        .order_by(Person.id)
    )
    return [(name, phone) for _, name, phone in session.execute(held.limit(MOST_NAMED))]


def contact(session: Session, person_id: int) -> tuple[str, str, list[str]]:
    """Telephone and e-mail of a person, as stored, and the channels by which they want to be told."""
    row = session.execute(select(Person.phone, Person.email, Person.channels).where(Person.id == person_id)).one()
    return row[0], row[1], row[2]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in compares."""

    person_id: int
    password_hash: str | None
    locked_at: datetime | None = None


def credentials(session: Session, sign_in_name: str) -> Credentials | None:
    """The account of that sign-in name, or None."""
    row = session.execute(select(Person.id, Person.password_hash, Person.locked_at).where(Person.sign_in_name == sign_in_name)).first()
    return Credentials(*row) if row is not None else None


def password_hash_of(session: Session, person_id: int) -> str | None:
    """The hash of a person's password, to check it again before it is changed."""
    return session.scalar(select(Person.password_hash).where(Person.id == person_id))
