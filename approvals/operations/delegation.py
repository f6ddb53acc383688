"""Delegated handling: somebody asks a service point to act for them, an agent takes it in, prepares and has it filed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Draft, Office, Person
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, Definition, Text
from workflows.engine.facts import Actor, Refused
from workflows.engine.machine import advance
from workflows.network.network import Network
from workflows.network.routing import Route
from workflows.rules import normalise_number, normalise_phone

from . import statements
from .acting import Acting
from .administration.reading import one_line
from .effects import issue
from .errors import NotFound, Refusal
from .filing import Filed, new_number
from .mandates import acts_for, mandate_now
from .principal_phones import change_phone, refuse_phone
from .reference import network
from .routing import first_matter, route_on
from .rows import new_case
from .taking_in import refuse_taking_in
from .unit import Unit
from .walk_ins import number_fault

WORKFLOW = "delegated-handling"
POSITION_ENDED: Text = {
    "zh": "您今天不是这个服务点的代办员，不能再代申请人办理。手里的材料请交给服务点的同事；岗位有误的，请联系安全管理员。",
    "en": "You are no agent of this point today, so you act for nobody here. Hand what you hold to a colleague; if the position is "
    "wrong, ask the security administrator.",
}
OF_A_COLLEAGUE: Text = {
    "zh": "这份委托书签给了服务点的另一位代办员，您不能代申请人填写。他请假的，请安全管理员指定您替岗；"
    "换您来办的，续签委托书，由申请人再签一次。",
    "en": "The mandate was given to a colleague. Have yourself named their stand-in, or renew the mandate in your own name.",
}

IN_PERSON = frozenset({"self", "family"})
"""Relations in which somebody came to the point."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who entrusts: as their paper says. ``phone`` is their own; the link by which they sign goes there."""

    name: str
    identity_kind: str
    identity_number: str
    phone: str
    as_on_card: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: the matter, the village of the premises, the mandate's terms as typed, and the request's key."""

    matter: str
    place: str
    terms: Mapping[str, Any]
    key: str | None = None


def delegable() -> list[Definition]:
    """The matters that an agent can be entrusted with, as the workflow of the day says."""
    definition = county_catalogue().latest(WORKFLOW)
    return [county_catalogue().latest(each.workflow) for state in definition.states.values() for each in state.opens]


def take_in(session: Session, acting: Acting, office_id: int, principal: Principal, wish: Wish, now: datetime) -> Filed:
    """An agent takes in, at the counter or at somebody's home, what is entrusted to them; the mandate is drafted at once.

    Raises Refusal where the person is no agent there, the office may not take the matter in or is closed that day, or what was
    typed about the principal cannot stand. A second send of the same page returns the case of the first.
    """
    today, principal = now.astimezone(OFFICE_ZONE).date(), replace(principal, name=one_line(principal.name))
    refuse_other_than_agent(acting, office_id)
    refuse_faulty_principal(session, acting, principal, today)
    unit, repeated = _begin(session, acting, wish, now)
    if repeated is not None:
        return repeated
    point = network(unit.connection).offices.get(office_id)
    person = _person_of(session, principal, point.name if point is not None else "", now)
    case = _open(unit, acting, "agent", person, office_id, wish, today)
    actor = Actor(acting.person_id, acting.name, frozenset({"agent"}), person.id)
    form = {name: value for name, value in wish.terms.items() if value not in (None, "")}
    step = advance(case.definition, case.state, "accept", actor, unit.facts(case, form=form))
    if isinstance(step, Refused):
        raise Refusal(step.reason, step.message)
    unit.apply(case, step, actor, form)
    unit.settle()
    unit.write()
    return Filed(case.id, case.number, case.token)


def request_help(session: Session, acting: Acting, office_id: int, principal: Principal, wish: Wish, now: datetime) -> Filed:
    """Somebody with an account asks the agents of a point to act for them; one of them accepts and drafts the mandate."""
    today = now.astimezone(OFFICE_ZONE).date()
    person = session.get_one(Person, acting.person_id)
    refuse_faulty_principal(session, acting, principal, today)
    unit, repeated = _begin(session, acting, wish, now)
    if repeated is not None:
        return repeated
    if not person.identity_number:
        person.identity_kind, person.identity_number = principal.identity_kind, normalise_number(principal.identity_number)
    if not person.phone:
        person.phone = normalise_phone(principal.phone)
    session.flush()
    case = _open(unit, acting, "applicant", person, office_id, wish, today)
    unit.settle()
    unit.write()
    return Filed(case.id, case.number, case.token)


def refuse_other_than_agent(acting: Acting, office_id: int) -> None:
    """Raise Refusal unless the person is an agent at that office today: whoever has left takes in nothing there."""
    if not any(held.role == "agent" and held.office_id == office_id for held in acting.positions):
        raise Refusal(
            "not-permitted",
            {
                "zh": "您今天不是这个服务点的代办员，不能在这里接受委托。岗位到期了的，请联系安全管理员；"
                "在别的服务点任代办员的，请选那里。",
                "en": "You are no agent of this point today. If your position has ended, ask the security administrator.",
            },
        )


def refuse_faulty_principal(session: Session, acting: Acting, principal: Principal, today: date) -> None:
    """Raise Refusal unless the principal is somebody whose paper can stand, and whose telephone can be theirs.

    The link by which the principal signs goes to that telephone: with their own number there an agent could sign for them.
    """
    if not principal.name.strip() or not principal.identity_number.strip():
        raise Refusal("principal", {
            "zh": "请填写委托人的姓名和证件号码。",
            "en": "Enter the name and identity number of the principal.",
        })
    typed = {"id_kind": principal.identity_kind, "id_number": principal.identity_number, "id_as_on_card": principal.as_on_card}
    fault = number_fault(typed, today)
    if fault is not None:
        raise Refusal("principal", fault)
    refuse_phone(session, acting, principal.phone, principal.identity_number)


def _begin(session: Session, acting: Acting, wish: Wish, now: datetime) -> tuple[Unit, Filed | None]:
    unit = Unit(session, now, [])
    if wish.matter not in {definition.key for definition in delegable()}:
        raise Refusal("matter", {"zh": "这个事项不能代办，请重新选择。", "en": "This matter cannot be entrusted; choose another."})
    key = _key(acting, wish)
    rows = statements.event_of_request.rows(unit.connection, {"request_key": key}) if key else []
    if not rows:
        return unit, None
    case = session.get_one(Case, rows[0][0])
    return unit, Filed(case.id, case.number, case.token, repeated=True)


def _key(acting: Acting, wish: Wish) -> str | None:
    return hashlib.sha256(f"delegate/{acting.person_id}/{wish.key}".encode()).hexdigest()[:60] if wish.key else None


def _person_of(session: Session, principal: Principal, where: str, now: datetime) -> Person:
    """The person with that number and name, or a new one without an account.

    What an account says of itself nobody has looked at: anybody can sign up under a neighbour's name and number. So an account is
    taken for the principal's only where the principal names its telephone, and what is typed at a counter never redirects its
    links. Of somebody without one the old telephone is told that another was given.
    """
    number, phone = normalise_number(principal.identity_number), normalise_phone(principal.phone)
    wanted = select(Person).where(Person.identity_number == number, Person.name == principal.name).order_by(Person.id)
    known = list(session.scalars(wanted))
    accounts = [each for each in known if each.password_hash is not None]
    if phone and (own := next((each for each in accounts if normalise_phone(each.phone) == phone), None)) is not None:
        return own
    person = next((each for each in known if each.password_hash is None), None)
    if person is None and phone and accounts:
        raise _phone_of_account()
    if person is None:
        person = Person(
            name=principal.name, identity_kind=principal.identity_kind, identity_number=number, phone=phone, created_at=now
        )
        session.add(person)
    else:
        change_phone(session, person, principal.phone, where, now)
    session.flush()
    return person


def _phone_of_account() -> Refusal:
    return Refusal(
        "phone-of-account",
        {
            "zh": "用这个姓名和证件号码注册的账号，留的是另一个手机号。账号是委托人本人的，请填账号里的手机号；"
            "不是本人的，或者那个号码已经不用，手机号留空，请委托人签纸质委托书。",
            "en": "An account with this name and number has another telephone. If it is the principal's, enter that number; if it is "
            "not, or the number is no longer used, leave it empty: then they sign on paper.",
        },
    )


def way_of(known: Network, point: Office | Any, matter: str, place: str, today: date) -> tuple[dict[str, int], Route]:
    """The offices of a delegated case by their symbols, and why it is filed where it is.

    From a point the way leads to the town centre above it, if it has one, and on to the office that is competent; a symbol is
    left out where there is no such hop.
    """
    found = route_on(known, first_matter(county_catalogue().latest(matter)), place or point.place, today)
    hall = known.hall(today)
    centre = found.office
    deciding = hall.id if hall is not None else centre.id
    offices = {"deciding": deciding, "receiving": point.id, "delivery": centre.id, "point": point.id, f"deciding.{WORKFLOW}": centre.id}
    if centre.id != point.id:
        offices["centre"] = centre.id
        above = (known.office(each) for each in known.ancestors(point.id))
        town = next((each for each in above if each.kind == "town_centre" and each.stands_on(today) and each.id != centre.id), None)
        if town is not None and point.kind != "town_centre":
            offices["town"] = town.id
    return offices, found


def _open(unit: Unit, acting: Acting, role: str, person: Person, office_id: int, wish: Wish, today: date) -> Any:
    known = network(unit.connection)
    point = known.offices.get(office_id)
    if point is None:
        raise NotFound
    refuse_taking_in(known, office_id, wish.matter, today)
    offices, found = way_of(known, point, wish.matter, wish.place, today)
    definition = county_catalogue().latest(WORKFLOW)
    case = new_case(
        definition, number=new_number(unit), parent=None, root_id=None, now=unit.now, company="", applicant_id=person.id,
        filed_by_id=acting.person_id, channel="point", deciding_office_id=offices[f"deciding.{WORKFLOW}"],
        offices=offices, chosen=[wish.matter],
    )  # fmt: skip
    first = first_matter(county_catalogue().latest(wish.matter))
    payload: dict[str, Any] = {
        "channel": case.channel, "applicant": person.id, "company": "", "number": case.number, "offices": offices,
        "matter": wish.matter, "place": found.place,
        "routing": [
            {"office": found.office.id, "matters": [first], "reason": dict(found.reason), "alarm": found.alarm}
        ],
        "principal": {"name": person.name, "phone": person.phone},
    }  # fmt: skip
    if wish.terms.get("relation") in IN_PERSON:
        payload["contact"] = {"kind": "intake", "office": office_id, "person": person.name}
    unit.cases[case.id] = case
    issue(unit, case, "receipt", {}, payload)
    behalf = person.id if role == "agent" else None
    unit.open_case(case, Actor(acting.person_id, acting.name, frozenset({role}), behalf), payload, _key(acting, wish))
    return case


# ---- preparing the application -----------------------------------------------------------------------------------------


def prepare(session: Session, acting: Acting, root_token: str, now: datetime) -> str:
    """The token of the draft that an agent prepares for a delegated case, begun at its first use.

    Raises NotFound for whoever may not, Refusal while no mandate is in force or when the application was filed already.
    """
    root = session.scalar(select(Case).where(Case.token == root_token, Case.parent_id.is_(None)).with_for_update())
    if root is None or county_catalogue().version(root.workflow, root.version).kind != DELEGATED:
        raise NotFound
    refuse_preparing(session, acting, root.id, now)
    if root.submissions:
        raise Refusal("filed", {"zh": "申请已经提交，不能再改。需要改的，等部门退回补正。", "en": "The application was filed already."})
    draft = session.scalar(select(Draft).where(Draft.delegated_id == root.id, Draft.filed_case_id.is_(None)))
    if draft is None:
        matter = county_catalogue().latest(matter_of(root.chosen))
        draft = Draft(
            token=secrets.token_urlsafe(18), person_id=acting.person_id, workflow=matter.key, version=matter.version, content={},
            walk_in={}, delegated_id=root.id, created_at=now, changed_at=now,
        )  # fmt: skip
        session.add(draft)
        session.flush()
    return draft.token


def refuse_preparing(session: Session, acting: Acting, root_id: int, now: datetime) -> None:
    """Raise NotFound or Refusal unless the person may prepare an application for a delegated case today."""
    today = now.astimezone(OFFICE_ZONE).date()
    mandate = mandate_now(session.connection(), root_id, today)
    if acts_for(acting, mandate, today):
        return
    if mandate is None:
        raise NotFound
    if not any(held.role == "agent" and held.office_id == mandate.office for held in acting.positions):
        if mandate.agent != acting.person_id:
            raise NotFound
        raise Refusal("not-permitted", POSITION_ENDED)
    fault = mandate.fault(today)
    raise Refusal("mandate", fault if fault is not None else OF_A_COLLEAGUE)


def matter_of(chosen: list[str]) -> str:
    """The matter that a delegated case carries, out of everything that was chosen."""
    keys = {definition.key for definition in delegable()}
    return next(key for key in chosen if key in keys)

