"""Who holds which position where: for the security manager's pages. A page costs a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Office, Person, Position, StandIn

PAGE = 30
MOST_SUGGESTED = 60
COMING, COUNTING, ENDED = "coming", "counting", "ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody standing in, on one position."""

    row: StandIn
    person: Person

    def status(self, today: date) -> str:
        return status_on(self.row.valid_from, self.row.valid_to, today)


@dataclass(frozen=True, slots=True)
class HeldThere:
    """A position with its holder, its office and whoever stands in; ``office_ended`` when the office has closed since."""

    position: Position
    person: Person
    office: Office
    stand_ins: tuple[Standing, ...] = ()

    def status(self, today: date) -> str:
        """Coming, counting or ended: by its own days, and by those of the office."""
        last = min((day for day in (self.position.valid_to, self.office.valid_to) if day is not None), default=None)
        return status_on(self.position.valid_from, last, today)


def status_on(first: date, last: date | None, today: date) -> str:
    """What a span of days is on a day."""
    if last is not None and (last < today or last < first):
        return ENDED
    return COMING if first > today else COUNTING


@dataclass(frozen=True, slots=True)
class Listed:
    """A member of staff in the list, with the positions that count today or will."""

    person: Person
    positions: tuple[tuple[str, str], ...]
    """Role and name of the office."""


def staff(session: Session, words: str, role: str, today: date, page: int) -> tuple[list[Listed], int]:
    """One page of those who hold, held or stand in for a position, by sign-in name, and how many there are; three statements.

    Whoever has none is found by the whole sign-in name or telephone alone: applicants are no list to leaf through.
    """
    is_staff = or_(
        select(Position.id).where(Position.person_id == Person.id).exists(),
        select(StandIn.id).where(StandIn.person_id == Person.id).exists(),
    )
    chosen: list[ColumnElement[bool]] = [Person.sign_in_name.is_not(None)]
    if words:
        exactly = or_(Person.sign_in_name == words.casefold(), Person.phone == words)
        parts = or_(Person.name.contains(words, autoescape=True), Person.sign_in_name.contains(words.casefold(), autoescape=True))
        chosen.append(or_(exactly, is_staff & parts))
    else:
        chosen.append(is_staff)
    if role:
        holds = (Position.person_id == Person.id, Position.role == role, _not_ended(Position, today))
        chosen.append(select(Position.id).where(*holds).exists())
    count = session.scalar(select(func.count()).select_from(Person).where(*chosen)) or 0
    order = select(Person).where(*chosen).order_by(Person.sign_in_name)
    persons = list(session.scalars(order.limit(PAGE).offset((max(page, 1) - 1) * PAGE)))
    held: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = (
        select(Position.person_id, Position.role, Office.name)
        .join(Office, Office.id == Position.office_id)
        .where(Position.person_id.in_([person.id for person in persons]), _not_ended(Position, today))
        .order_by(Position.id)
    )
    for person_id, held_role, office in session.execute(rows):
        held[person_id].append((held_role, office))
    return [Listed(person, tuple(held[person.id])) for person in persons], count


def _not_ended(table: type[Position] | type[StandIn], today: date) -> ColumnElement[bool]:
    return or_(table.valid_to.is_(None), table.valid_to >= today)


def account(session: Session, person_id: int) -> Person | None:
    """The person of an account."""
    return session.scalar(select(Person).where(Person.id == person_id, Person.sign_in_name.is_not(None)))


def positions_of(session: Session, person_id: int) -> list[HeldThere]:
    """Every position of a person, the newest first, with those who stand in; two statements."""
    return _with_stand_ins(session, Position.person_id == person_id)


def positions_at(session: Session, office_id: int) -> list[HeldThere]:
    """Every position at an office, the newest first, with those who stand in; two statements."""
    return _with_stand_ins(session, Position.office_id == office_id)


def _with_stand_ins(session: Session, chosen: ColumnElement[bool]) -> list[HeldThere]:
    rows = session.execute(
        select(Position, Person, Office)
        .join(Person, Person.id == Position.person_id)
        .join(Office, Office.id == Position.office_id)
        .where(chosen)
        .order_by(Position.valid_from.desc(), Position.id.desc())
    ).all()
    standing: dict[int, list[Standing]] = defaultdict(list)
    found = (
        select(StandIn, Person)
        .join(Person, Person.id == StandIn.person_id)
        .where(StandIn.position_id.in_(select(Position.id).where(chosen)))
        .order_by(StandIn.valid_from.desc())
    )
    for row, person in session.execute(found):
        standing[row.position_id].append(Standing(row, person))
    return [HeldThere(position, person, office, tuple(standing[position.id])) for position, person, office in rows]


@dataclass(frozen=True, slots=True)
class StandsIn:
    """What somebody does for others: the row, the position and whose it is."""

    row: StandIn
    position: Position
    holder: Person
    office: Office


def stands_in_for(session: Session, person_id: int) -> list[StandsIn]:
    """The positions that a person stands in for, stood in for or will, the newest first; one statement."""
    holder = aliased(Person)
    rows = session.execute(
        select(StandIn, Position, holder, Office)
        .join(Position, Position.id == StandIn.position_id)
        .join(holder, holder.id == Position.person_id)
        .join(Office, Office.id == Position.office_id)
        .where(StandIn.person_id == person_id)
        .order_by(StandIn.valid_from.desc(), StandIn.id.desc())
    )
    return [StandsIn(*row) for row in rows]


def position(session: Session, position_id: int) -> HeldThere | None:
    """One position with its holder and office."""
    found = _with_stand_ins(session, Position.id == position_id)
    return found[0] if found else None


def stand_in(session: Session, stand_in_id: int) -> tuple[StandIn, Person, HeldThere] | None:
    """One standing in, with who does it and the position; two statements."""
    row = session.execute(
        select(StandIn, Person).join(Person, Person.id == StandIn.person_id).where(StandIn.id == stand_in_id)
    ).first()
    held = position(session, row[0].position_id) if row is not None else None
    return (row[0], row[1], held) if row is not None and held is not None else None


def office(session: Session, office_id: int) -> Office | None:
    """The office of that id."""
    return session.get(Office, office_id)


def named(session: Session, typed: str) -> list[Person]:
    """Those whose sign-in name, or whose whole name among staff, is what was typed; at most three."""
    is_staff = select(Position.id).where(Position.person_id == Person.id).exists()
    by_name = or_(Person.sign_in_name == typed.casefold(), (Person.name == typed) & is_staff)
    found = list(session.scalars(select(Person).where(Person.sign_in_name.is_not(None), by_name).order_by(Person.id).limit(3)))
    exactly = [person for person in found if person.sign_in_name == typed.casefold()]
    return exactly or found


def colleagues(session: Session, office_ids: Iterable[int], today: date) -> Sequence[tuple[str, str]]:
    """Sign-in name and name of those who serve at some offices today, to be suggested as stand-ins."""
    rows = session.execute(
        select(Person.sign_in_name, Person.name)
        .join(Position, Position.person_id == Person.id)
        .where(Position.office_id.in_(sorted(office_ids)), Position.valid_from <= today, _not_ended(Position, today))
        .where(Person.sign_in_name.is_not(None), Person.locked_at.is_(None))
        .distinct()
        .order_by(Person.sign_in_name)
        .limit(MOST_SUGGESTED)
    )
    return [(sign_in_name or "", name) for sign_in_name, name in rows]
