"""A delegated case through the public verbs: a point in a village, its town centre, the hall, and the people who carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Competence, CustodyItem, Draft, HandOver, Office, Person, Position, Signature, Task
from approvals.operations import confirming, delegation, moving, signing
from approvals.operations.acting import Acting, Held
from approvals.operations.reference import network_changed
from approvals.queries.custody import read_ledger
from approvals.queries.verification import Fault, verify_all
from tests.rules.applications import PLACE
from tests.support.driving import Chain
from tests.support.seed import HALL, NOW, SINCE, TOWN, Cast, Member, application, password_hash
from workflows.network.custody import IN_TRANSIT

ROOT, MATTER = "delegated-handling", "company-opening"
POINT = "point-gucheng"
PRINCIPAL = delegation.Principal("钱委托", "identity-card", "37162119850612033X", "13900001234")
_keys = count(1)


@dataclass(frozen=True, slots=True)
class Carriers:
    """The people of the network: two agents of the village point, coordinators of the town centre and of the hall."""

    agent: Member
    second_agent: Member
    town: Member
    centre: Member
    point_id: int


def carriers(database: Database, cast: Cast) -> Carriers:
    """Add a village point with its people below the town centre of the small county."""
    return database.write(_add, cast)


def _add(session: Session, cast: Cast) -> Carriers:
    town, hall = cast.offices[TOWN], cast.offices[HALL]
    session.get_one(Office, town).parent_id = hall
    point = Office(code=POINT, name="古城社区便民服务点", kind="village_point", place_code=PLACE, parent_id=town, valid_from=SINCE)
    session.add(point)
    session.flush()
    session.add(Competence(office_id=point.id, matter=MATTER, power="take-in", basis="样例依据", valid_from=SINCE))

    def member(key: str, name: str, role: str, office_id: int, kind: str) -> Member:
        number = f"1370000{next(_keys):04d}"
        person = Person(sign_in_name=key, name=name, phone=number, password_hash=password_hash(), created_at=NOW)
        session.add(person)
        session.flush()
        session.add(Position(person_id=person.id, role=role, department="approval-bureau", office_id=office_id, valid_from=SINCE))
        session.flush()
        return Member(person.id, key, name, Acting(person.id, name, (Held(role, "approval-bureau", office_id, kind),)))

    found = Carriers(
        member("agent", "马代办", "agent", point.id, "village_point"),
        member("second-agent", "牛代办", "agent", point.id, "village_point"),
        member("town-coordinator", "朱协调", "coordinator", town, "town_centre"),
        member("centre-coordinator", "侯协调", "coordinator", hall, "county_hall"),
        point.id,
    )
    network_changed(session)
    return found


class Delegated(Chain):
    """One delegated company opening. ``now`` moves on by a minute with each verb."""

    def __init__(self, database: Database, cast: Cast, people: Carriers | None = None, **values: Any) -> None:
        self.database, self.cast = database, cast
        self.people = people or carriers(database, cast)
        self.now = values.pop("now", NOW)
        terms = {"relation": "self", **values.pop("terms", {})}
        wish = delegation.Wish(MATTER, values.pop("place", PLACE), terms, f"take-in-{next(_keys)}")
        who = values.pop("principal", PRINCIPAL)
        agent = values.pop("agent", self.people.agent)
        office_id = values.pop("office_id", self.people.point_id)
        self.filed = database.write(delegation.take_in, agent.acting, office_id, who, wish, self.now)
        self.root_id = self.filed.case_id

    @property
    def state(self) -> str:
        return self.case(ROOT).state

    def root_task(self) -> Task | None:
        return self.task(ROOT)

    def carry(self, action: str, member: Member, form: Mapping[str, Any] | None = None) -> moving.Moved:
        """One action on the delegated case itself."""
        return self.act(ROOT, action, member, form=form or {})

    def asked(self) -> Signature:
        """The one signature that is open now, of whoever entrusted the agent."""
        with self.database.reading() as session:
            wanted = select(Signature).where(Signature.case_id == self.root_id, Signature.superseded_at.is_(None), Signature.vote == "")
            return session.scalars(wanted).one()

    def answer(self, action: str = signing.SIGN, reason: str = "") -> str:
        """The principal answers on their own telephone."""
        self.now += timedelta(minutes=1)
        asked = self.asked()
        self.database.write(confirming.mark_confirmed, asked.id, self.now)
        return self.database.write(signing.answer, asked.id, action, asked.digest, self.now, reason)

    def prepare(self, content: Mapping[str, Any] | None = None, member: Member | None = None) -> None:
        """The agent fills in the application."""
        acting = (member or self.people.agent).acting
        token = self.database.write(delegation.prepare, acting, self.filed.token, self.now)

        def fill(session: Session) -> None:
            draft = session.scalars(select(Draft).where(Draft.token == token)).one()
            draft.content, draft.revision = dict(content or application(self.now.date())), draft.revision + 1

        self.database.write(fill)

    def items(self) -> list[int]:
        """Everything that was given into the network's hands, by identifier."""
        with self.database.reading() as session:
            return list(session.scalars(select(CustodyItem.id).where(CustodyItem.root_id == self.root_id).order_by(CustodyItem.id)))

    def hand_overs(self) -> list[HandOver]:
        with self.database.reading() as session:
            return list(session.scalars(select(HandOver).where(HandOver.root_id == self.root_id).order_by(HandOver.number)))

    def receive(self, action: str, member: Member, **outcomes: str) -> moving.Moved:
        """Sign for a bag: every item in it is in order but those named by ``outcomes``."""
        with self.database.reading() as session:
            inside = read_ledger(session.connection(), self.root_id).with_status(IN_TRANSIT)
        form = {"outcomes": {str(item.id): {"outcome": outcomes.get(str(item.id), "confirmed"), "remark": ""} for item in inside}}
        return self.carry(action, member, form)

    def up(self) -> None:
        """From the signed mandate to the matter: filled in, sent up, checked, sent on, filed."""
        self.answer()
        self.prepare()
        self.carry("pass_up", self.people.agent)
        self.carry("receive_at_town", self.people.town)
        self.carry("pass_on", self.people.town)
        self.carry("receive_at_centre", self.people.centre)
        self.carry("file", self.people.centre)

    def through(self) -> None:
        """The matter itself, done by the departments."""
        self.sign()
        self.act("company-registration", "approve")
        self.settle_matters()

    def down(self) -> None:
        """Back to the door, confirmed."""
        self.carry("send_down", self.people.centre)
        self.carry("receive_back_at_town", self.people.town)
        self.carry("relay", self.people.town)
        self.carry("receive_at_point", self.people.agent)
        self.carry("deliver", self.people.agent, {"way": "door", "receiver": "钱委托"})
        self.answer()

    def root_case(self) -> Case:
        return self.case(ROOT)

    def sign(self, *, leave: int = 0) -> None:
        """Everybody named in the application signs."""
        with self.database.reading() as session:
            wanted = select(Signature).where(Signature.root_id == self.root_id, Signature.superseded_at.is_(None), Signature.vote == "")
            open_ones = list(session.scalars(wanted.order_by(Signature.ordinal)))
        for each in open_ones[: len(open_ones) - leave]:
            self.database.write(confirming.mark_confirmed, each.id, self.now)
            self.database.write(signing.answer, each.id, signing.SIGN, each.digest, self.now)

    def faults(self) -> list[Fault]:
        with self.database.session() as session:
            return list(verify_all(session))
