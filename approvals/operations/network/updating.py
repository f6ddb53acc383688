"""Dated updates of the national list: shown as a plan, applied once, and assumed for days after them while they are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from approvals.models import Competence, Office, Place, PlaceChange, Position, StandIn
from approvals.operations import reference
from approvals.operations.acting import Acting
from approvals.operations.administration.log import record
from approvals.operations.errors import Refusal
from approvals.operations.positions import POSITION
from approvals.operations.stand_ins import STAND_IN
from workflows.network import Network
from workflows.network.network import day_before
from workflows.network.updating import Plan, Update, applied, plan

from .loading import DATA, read_data, usual_competences

FOLDER = "updates"


@dataclass(frozen=True, slots=True)
class Applied:
    """What an update did: the plan that was carried out (empty when there was nothing left to do) and the positions carried."""

    change: Plan
    positions: int


def shipped_updates() -> tuple[Update, ...]:
    """The editions of the list that come with the product, the oldest first."""
    names = sorted(path.stem for path in (DATA / FOLDER).glob("*.json"))
    return tuple(sorted((Update.parse(read_data(f"{FOLDER}/{name}")) for name in names), key=lambda update: update.day))


def shipped_update(key: str) -> Update:
    """The edition of that name. Raises Refusal that names those there are."""
    found = {update.key: update for update in shipped_updates()}
    if key not in found:
        known = "、".join(found)
        raise Refusal(
            "unknown-list",
            {"zh": f"没有“{key}”这一版名录，可用的有：{known}。", "en": f"There is no list {key}; there are: {', '.join(found)}."},
        )
    return found[key]


def applied_on(connection: Connection, update: Update) -> date | None:
    """The day from which an update was applied in this county; None while it was not."""
    return connection.scalar(select(PlaceChange.changed_on).where(PlaceChange.source == update.source).limit(1))


def pending_updates(connection: Connection) -> tuple[Update, ...]:
    """The shipped updates that were not applied yet, the oldest first."""
    return tuple(update for update in shipped_updates() if applied_on(connection, update) is None)


def network_of(connection: Connection) -> Network:
    """The network as it stands in the database."""
    return reference.network(connection)


def network_on(connection: Connection, day: date) -> tuple[Network, tuple[Update, ...]]:
    """The network for questions about a day, with the updates that it assumes: shipped ones of up to that day which the county
    has not applied yet. Where one was applied the dates in the database decide."""
    known = reference.network(connection)
    assumed = tuple(update for update in pending_updates(connection) if update.day <= day)
    for update in assumed:
        known = applied(known, plan(known, update, update.day, usual_competences()))
    return known, assumed


def plan_update(connection: Connection, update: Update, since: date | None = None) -> Plan:
    """What an update would change from a day on (the day of the list, unless told otherwise); empty once it was applied.

    Raises Refusal for a day before the list was taken.
    """
    since = since or update.day
    if since < update.day:
        raise Refusal(
            "before-the-list",
            {
                "zh": f"{update.key}年版名录截止{update.day}，不能从更早的{since}起执行；请给{update.day}或之后的日期。",
                "en": f"The {update.key} list was taken on {update.day}; it cannot apply from {since}. Give that day or a later one.",
            },
        )
    made = plan(reference.network(connection), update, since, usual_competences())
    return made if applied_on(connection, update) is None else _nothing(made)


def _nothing(made: Plan) -> Plan:
    return Plan(made.update, made.since, (), (), (), (), (), (), (), (), ())


def apply_update(session: Session, acting: Acting | None, key: str, since: date | None, now: datetime) -> Applied:
    """Carry an update out: units and offices begin, end with successors and are renamed from a day on, with a line for each in
    the record of administration. The positions of offices that end are carried to their successors.

    A second time it changes nothing. ``acting`` None is a command. Raises Refusal for an unknown list or a day before it.
    """
    update = shipped_update(key)
    if not plan_update(session.connection(), update, since):
        return Applied(_nothing(plan_update(session.connection(), update, since)), 0)
    reference.network_changed(session)  # others who change the network wait from here on, so the plan is made anew
    change = plan_update(session.connection(), update, since)
    work = _Work(session, acting, now, change)
    work.places()
    work.offices()
    work.competences()
    return Applied(change, work.positions())


class _Work:
    """One update being written."""

    def __init__(self, session: Session, acting: Acting | None, now: datetime, change: Plan) -> None:
        self.session, self.acting, self.now, self.change = session, acting, now, change
        self.last = day_before(change.since)
        self.by_code = {office.code: office for office in session.scalars(select(Office))}
        self.by_id = {office.id: office for office in self.by_code.values()}

    def _record(self, subject: str, subject_id: int, title: str, before: dict[str, object] | None, after: dict[str, object]) -> None:
        record(
            self.session, self.acting, self.now, subject=subject, subject_id=subject_id, title=title, before=before, after=after,
            reason=self.change.update.source,
        )  # fmt: skip

    def _changed(self, code: str, kind: str, *, old: str = "", new: str = "", successor: str | None = None) -> None:
        self.session.add(
            PlaceChange(
                code=code, changed_on=self.change.since, kind=kind, old_name=old, new_name=new, successor_code=successor,
                source=self.change.update.source,
            )
        )  # fmt: skip

    def places(self) -> None:
        for place in self.change.places_added:
            row = Place(code=place.code, name=place.name, level=place.level, parent_code=place.parent, valid_from=self.change.since)
            self.session.add(row)
            self._changed(place.code, "added", new=place.name)
            added = {"name": place.name, "level": place.level, "parent": place.parent, "valid_from": self.change.since}
            self._record("place", int(place.code), place.name, None, added)
        for place, successor in self.change.places_ended:
            row = self.session.get_one(Place, place.code)
            row.valid_to, row.successor_code = self.last, successor
            self._changed(place.code, "moved", old=place.name, successor=successor)
            before = {"valid_to": None, "successor": None}
            self._record("place", int(place.code), place.name, before, {"valid_to": self.last, "successor": successor})
        for each in self.change.places_renamed:
            self.session.get_one(Place, each.code).name = each.new
            self._changed(each.code, "renamed", old=each.old, new=each.new)
            self._record("place", int(each.code), each.new, {"name": each.old}, {"name": each.new})
        self.session.flush()

    def offices(self) -> None:
        for new in self.change.offices_added:
            parent = self.by_code.get(new.parent)
            office = Office(
                code=new.code, name=new.name, kind=new.kind, place_code=new.place, valid_from=self.change.since,
                parent_id=parent.id if parent is not None else None,
            )  # fmt: skip
            self.session.add(office)
            self.session.flush()
            self.by_code[new.code] = self.by_id[office.id] = office
            added = {"name": new.name, "kind": new.kind, "place": new.place, "parent": new.parent, "valid_from": self.change.since}
            self._record("office", office.id, new.name, None, added)
        for ended in self.change.offices_ended:
            office = self.by_id[ended.office.id]
            office.valid_to, office.successor_id = self.last, self.by_code[ended.successor].id
            after = {"valid_to": self.last, "successor": ended.successor}
            self._record("office", office.id, office.name, {"valid_to": "", "successor": ""}, after)
        for moved in self.change.offices_moved:
            office = self.by_id[moved.office.id]
            above = self.by_id.get(office.parent_id or 0)
            before = {"place": office.place_code, "parent": above.code if above is not None else ""}
            office.place_code = moved.place
            office.parent_id = self.by_code[moved.parent].id if moved.parent else None
            self._record("office", office.id, office.name, before, {"place": moved.place, "parent": moved.parent})
        for renamed, name in self.change.offices_renamed:
            office = self.by_id[renamed.id]
            self._record("office", office.id, name, {"name": office.name}, {"name": name})
            office.name = name

    def competences(self) -> None:
        for code, matter, power, basis in self.change.competences:
            office = self.by_code[code]
            row = Competence(office_id=office.id, matter=matter, power=power, basis=basis, valid_from=self.change.since)
            self.session.add(row)
            self.session.flush()
            added = {"office": code, "matter": matter, "power": power, "basis": basis, "valid_from": self.change.since}
            self._record("competence", row.id, f"{office.name} {matter}", None, added)

    def positions(self) -> int:
        """End the positions at offices that ended and begin them anew at their successors; returns how many."""
        followers = {each.office.id: self.by_code[each.successor] for each in self.change.offices_ended}
        counting = or_(Position.valid_to.is_(None), Position.valid_to >= self.change.since)
        held = self.session.scalars(select(Position).where(Position.office_id.in_(followers), counting).order_by(Position.id))
        carried = [self._carry(position, followers[position.office_id]) for position in list(held)]
        self.session.flush()
        return len(carried)

    def _carry(self, position: Position, follower: Office) -> None:
        title = f"{follower.name} {position.role}"
        if position.valid_from >= self.change.since:  # it never counted at the office that ended: it is simply there now
            before = {"office": self.by_id[position.office_id].code}
            position.office_id = follower.id
            self._record(POSITION, position.id, title, before, {"office": follower.code})
            return
        new = Position(
            person_id=position.person_id, role=position.role, department=position.department, office_id=follower.id,
            valid_from=self.change.since, valid_to=position.valid_to,
        )  # fmt: skip
        self._record(POSITION, position.id, title, {"valid_to": position.valid_to}, {"valid_to": self.last})
        position.valid_to = self.last
        self.session.add(new)
        self.session.flush()
        begun = {"role": new.role, "department": new.department, "office": follower.code, "valid_from": new.valid_from}
        self._record(POSITION, new.id, title, None, {**begun, "valid_to": new.valid_to})
        self._carry_stand_ins(position, new, title)

    def _carry_stand_ins(self, position: Position, new: Position, title: str) -> None:
        """Whoever stands in goes with the position; a time that runs over the day is divided there."""
        running = select(StandIn).where(StandIn.position_id == position.id, StandIn.valid_to >= self.change.since)
        for stand_in in list(self.session.scalars(running)):
            before = {"position": position.id, "valid_to": stand_in.valid_to}
            if stand_in.valid_from >= self.change.since:
                stand_in.position_id = new.id
                self._record(STAND_IN, stand_in.id, title, before, {"position": new.id, "valid_to": stand_in.valid_to})
                continue
            self.session.add(
                StandIn(
                    position_id=new.id, person_id=stand_in.person_id, valid_from=self.change.since, valid_to=stand_in.valid_to,
                    reason=stand_in.reason,
                )
            )  # fmt: skip
            stand_in.valid_to = self.last
            self._record(STAND_IN, stand_in.id, title, before, {"position": new.id, "valid_to": self.last})
