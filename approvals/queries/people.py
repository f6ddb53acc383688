"""Who is signed in, in one statement: a page asks it each time it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from approvals.models import Notice, Office, Person, Position


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with the positions that count on a day, as (role, department, office id), and their unread notices."""

    id: int
    name: str
    sign_in_name: str | None
    language: str
    large_type: bool
    session_version: int
    unread: int
    positions: tuple[tuple[str, str, int], ...]


def signed_in(session: Session, person_id: int, today: date) -> SignedIn | None:
    """The person of a session; None when there is no such person any more."""
    unread = select(func.count(Notice.id)).where(Notice.person_id == person_id, Notice.read_at.is_(None)).scalar_subquery()
    counts = and_(
        Position.person_id == Person.id, Position.valid_from <= today, or_(Position.valid_to.is_(None), Position.valid_to >= today)
    )
    statement = (
        select(
            Person.id, Person.name, Person.sign_in_name, Person.language, Person.large_type, Person.session_version, unread,
            Position.role, Position.department, Position.office_id,
        )
        .outerjoin(Position, counts)
        .where(Person.id == person_id)
        .order_by(Position.id)
    )  # fmt: skip
    rows = session.execute(statement).all()
    if not rows:
        return None
    positions = tuple((row[7], row[8], row[9]) for row in rows if row[7] is not None)
    return SignedIn(*rows[0][:7], positions)


@dataclass(frozen=True, slots=True)
class PositionHeld:
    """A position as its holder reads it."""

    role: str
    department: str
    office: str
    valid_to: date | None


def positions_held(session: Session, person_id: int, today: date) -> list[PositionHeld]:
    """The positions of a person that count on a day."""
    statement = (
        select(Position.role, Position.department, Office.name, Position.valid_to)
        .join(Office, Office.id == Position.office_id)
        .where(Position.person_id == person_id, Position.valid_from <= today)
        .where(or_(Position.valid_to.is_(None), Position.valid_to >= today))
        .order_by(Position.id)
    )
    return [PositionHeld(*row) for row in session.execute(statement)]


def contact(session: Session, person_id: int) -> tuple[str, str, list[str]]:
    """Telephone and e-mail of a person, as stored, and the channels by which they want to be told."""
    row = session.execute(select(Person.phone, Person.email, Person.channels).where(Person.id == person_id)).one()
    return row[0], row[1], row[2]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in compares."""

    person_id: int
    password_hash: str | None


def credentials(session: Session, sign_in_name: str) -> Credentials | None:
    """The account of that sign-in name, or None."""
    row = session.execute(select(Person.id, Person.password_hash).where(Person.sign_in_name == sign_in_name)).first()
    return Credentials(*row) if row is not None else None


def password_hash_of(session: Session, person_id: int) -> str | None:
    """The hash of a person's password, to check it again before it is changed."""
    return session.scalar(select(Person.password_hash).where(Person.id == person_id))
