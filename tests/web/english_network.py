"""Delegated cases at every point of their way, and the people who look at them, for the walk in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Notice, Office, Person, Position, Signature
from approvals.operations import disclosing, renewing
from approvals.operations.acting import Acting, Held
from tests.browser.network_world import LOOKED_AT, furnish
from tests.custody.carrying import CARD, PROOF, SEAL, Carried
from tests.support.delegating import PRINCIPAL, carriers
from tests.support.driving import REGISTRATION, content_with
from tests.support.seed import HALL, NOW, SINCE, Cast, Member, password_hash
from tests.support.web import Visitor

PARTS = {
    "unsigned": ("paper", "actions/redraft"),
    "collecting": ("custody", "actions/pass_up", "mandate/renewal", "mandate/revocation"),
    "moving": ("actions/receive_at_town",),
    "checking": ("custody", "actions/pass_on", "actions/ask_for_missing"),
    "correcting": ("mandate/revocation",),
    "confirming": ("paper", "mandate/revocation"),
    "completed": (),
    "revoked": ("custody", "mandate/renewal"),
    "renewing": ("mandate/renewal",),
}
"""What to open of each delegated case beside its own page; whoever may not see it is told so."""

FILE = "代码,名称,类型,地点代码,上级代码,地址,电话,启用日期\n"
ROWS = (
    "grid-71,新网格点,网格,371621001,town-sunwu,,,2026-12-01\n"
    "网格,,学校,1,nowhere,,电话,昨天\n"
    "grid-72,远处网格点,网格,371699001,hall,,,2026-12-01\n"
)


class Carriage:
    """Delegated cases by where they are: each is driven there by the verbs."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.database, self.cast = database, cast
        self.people = carriers(database, cast)
        self.guardian, self.auditor = (
            database.write(_manager, role, name) for role, name in (("security-administrator", "安全员"), ("auditor", "审计员"))
        )
        new = self._new
        self.unsigned, self.collecting = new(signed=False), new()
        self.collecting.take(CARD, SEAL, PROOF)
        self.moving = new()
        self.moving.send(*self.moving.take())
        self.checking = new()
        self.checking.send(*self.checking.take(CARD, SEAL, PROOF))
        odd = {CARD.name: ("damaged", "折了角"), SEAL.name: ("missing", "")}
        self.checking.sign_for("receive_at_town", self.people.town, **odd)
        self.correcting, self.confirming, self.completed = (self._filed(name) for name in ("青禾", "白露", "长风"))
        self.correcting.sign()
        self.correcting.act(REGISTRATION, "return_for_correction")
        for case in (self.confirming, self.completed):
            case.through()
            self._down(case)
        self.completed.answer()
        self.revoked = new()
        self.revoked.take(CARD)
        self._revoke(self.revoked)
        self.renewing = new(terms={"valid_to": (NOW.date() + timedelta(days=3)).isoformat()})
        self.now = max(each.now for each in self.cases()) + timedelta(minutes=1)
        furnish(database, cast, self.now)
        for member, case in ((self.people.agent, self.collecting), (self.people.town, self.checking)):
            database.write(disclosing.disclose, member.acting, case.root_id, self.now, "examine", "")

    def _new(self, *, signed: bool = True, **values: Any) -> Carried:
        case = Carried(self.database, self.cast, self.people, **values)
        if signed:
            case.answer()
            case.prepare()
        return case

    def _filed(self, trade_name: str) -> Carried:
        people, case = self.people, Carried(self.database, self.cast, self.people)
        case.answer()
        case.prepare(content_with(name={"trade_name": trade_name}))
        case.carry("pass_up", people.agent)
        case.carry("receive_at_town", people.town)
        case.carry("pass_on", people.town)
        case.carry("receive_at_centre", people.centre)
        case.carry("file", people.centre)
        return case

    def _down(self, case: Carried) -> None:
        people = self.people
        case.carry("send_down", people.centre)
        case.carry("receive_back_at_town", people.town)
        case.carry("relay", people.town)
        case.carry("receive_at_point", people.agent)
        case.carry("deliver", people.agent, {"way": "door", "receiver": PRINCIPAL.name})

    def _revoke(self, case: Carried) -> None:
        number = case.root_case().applicant_id
        assert number is not None
        case.now += timedelta(minutes=1)
        self.database.write(renewing.revoke, Acting(number, PRINCIPAL.name), case.filed.token, "自己去办", case.now)

    def cases(self) -> list[Carried]:
        return [each for each in vars(self).values() if isinstance(each, Carried)]

    def of_cases(self) -> Iterator[str]:
        """The pages of each case, which no link leads everybody to."""
        for name, parts in PARTS.items():
            token = getattr(self, name).filed.token
            yield from (f"/cases/{token}/{part}" for part in parts)
            yield f"/desk/delegation/{token}"
        with self.database.reading() as session:
            roots = [each.root_id for each in self.cases()]
            yield from (f"/cases/{token}" for token in session.scalars(select(Case.token).where(Case.root_id.in_(roots))))

    def of_managers(self) -> Iterator[str]:
        """The pages of people and of offices."""
        yield from LOOKED_AT
        with self.database.reading() as session:
            people = session.scalars(select(Person.id).order_by(Person.id)).all()
            yield from (f"/administration/people/{number}" for number in (people[0], people[2], people[-1]))
            yield from (f"/administration/people/offices/{number}" for number in session.scalars(select(Office.id).limit(2)))
            yield from (f"/administration/positions/{number}" for number in session.scalars(select(Position.id).limit(3)))

    def links(self) -> list[str]:
        """The links of principals: a mandate that is unsigned, one that is signed, and a delivery to confirm."""
        with self.database.reading() as session:
            signed = session.scalars(select(Signature).where(Signature.case_id == self.collecting.root_id)).one()
        return [f"/sign/{asked.token}" for asked in (self.unsigned.asked(), signed, self.confirming.asked())]


def _manager(session: Session, role: str, name: str) -> Member:
    office = session.scalars(select(Office).where(Office.code == HALL)).one()
    person = Person(sign_in_name=role, name=name, phone="13900000077", password_hash=password_hash(), created_at=NOW)
    session.add(person)
    session.flush()
    session.add(Position(person_id=person.id, role=role, department="approval-bureau", office_id=office.id, valid_from=SINCE))
    session.flush()
    return Member(person.id, role, name, Acting(person.id, name, (Held(role, "approval-bureau", office.id, office.kind),)))


def confirm(visitor: Visitor, database: Database, link: str) -> None:
    """Show behind a link who one is, by the code that was sent."""
    visitor.post(f"{link}/identity", {"name": PRINCIPAL.name, "id_number": PRINCIPAL.identity_number}, status=303)
    with database.reading() as session:
        sent = session.scalars(select(Notice).where(Notice.kind == "code").order_by(Notice.id.desc())).first()
    assert sent is not None
    code = re.search(r"\d{6}", sent.text["zh"])
    assert code is not None
    visitor.post(f"{link}/confirmation", {"code": code[0]}, status=303)
