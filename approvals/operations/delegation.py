"""Delegated handling: somebody asks a service point to act for them, an agent takes it in, prepares and has it filed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Draft, Office, Person, Position
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, Definition
from workflows.engine.facts import Actor, Refused
from workflows.engine.machine import advance
from workflows.network.network import TAKE_IN, Network
from workflows.network.routing import NoCountyHall, Route, route
from workflows.rules import is_phone, normalise_number, normalise_phone

from . import statements
from .acting import Acting
from .effects import issue
from .errors import NotFound, Refusal
from .filing import Filed, new_number
from .mandates import acts_for, mandate_now
from .reference import network
from .rows import new_case
from .unit import Unit
from .walk_ins import number_fault

WORKFLOW = "delegated-handling"
CARRIERS = frozenset({"agent", "coordinator"})
"""Roles that take in what others entrust: an agent at a point, or a coordinator of a centre who does it themselves."""

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
    today = now.astimezone(OFFICE_ZONE).date()
    refuse_other_than_agent(acting, office_id)
    refuse_faulty_principal(session, acting, principal, today)
    unit, repeated = _begin(session, acting, wish, now)
    if repeated is not None:
        return repeated
    person = _person_of(session, principal, now)
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
                "zh": "您今天不是这个服务点的代办员，不能在这里接受委托。岗位到期了的，请联系安全管理员；在别的服务点任代办员的，请选那里。",
                "en": "You are no agent of this point today. If your position has ended, ask the security administrator.",
            },
        )


def refuse_faulty_principal(session: Session, acting: Acting, principal: Principal, today: date) -> None:
    """Raise Refusal unless the principal is somebody whose paper can stand, and whose telephone is no member of staff's.

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
    if not is_phone(principal.phone):
        raise Refusal("principal", {
            "zh": "请填写委托人本人的手机号，签委托书的链接发到那里。",
            "en": "Enter the principal's own mobile number.",
        })
    phone = normalise_phone(principal.phone)
    staff = select(Person.id).join(Position, Position.person_id == Person.id).where(Person.phone == phone)
    number = normalise_number(principal.identity_number)
    if session.scalar(staff.where(Person.identity_number != number, Person.id != _own_id(acting)).limit(1)) is not None or (
        phone == session.scalar(select(Person.phone).where(Person.id == acting.person_id)) and acting.is_staff
    ):
        raise Refusal(
            "phone-of-staff",
            {
                "zh": "这是工作人员的手机号，不能用来请委托人签委托书。委托人没有手机的，改用纸质委托书，由另一位工作人员收下。",
                "en": "This number belongs to a member of staff. Without a telephone of their own the principal signs on paper.",
            },
        )


def _own_id(acting: Acting) -> int:
    return -1 if acting.is_staff else acting.person_id


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


def _person_of(session: Session, principal: Principal, now: datetime) -> Person:
    """The person with that number and name, or a new one without an account.

    Somebody already known keeps their own telephone: what is typed at a counter never redirects their links.
    """
    number = normalise_number(principal.identity_number)
    known = select(Person).where(Person.identity_number == number, Person.name == principal.name.strip()).order_by(Person.id)
    person = session.scalars(known).first()
    if person is None:
        person = Person(
            name=principal.name.strip(), identity_kind=principal.identity_kind, identity_number=number,
            phone=normalise_phone(principal.phone), created_at=now,
        )  # fmt: skip
        session.add(person)
    elif person.password_hash is None or not person.phone:
        person.phone = normalise_phone(principal.phone)
    session.flush()
    return person


def first_matter(matter: str) -> str:
    """The workflow by whose competence a matter is routed: for a chain the one that it begins with."""
    definition = county_catalogue().latest(matter)
    first = definition.states[definition.initial]
    return next((opening.workflow for opening in first.opens if opening.when == "always"), matter)


def way_of(known: Network, point: Office | Any, matter: str, place: str, today: date) -> tuple[dict[str, int], Route]:
    """The offices of a delegated case by their symbols, and why it is filed where it is.

    From a point the way leads to the town centre above it, if it has one, and on to the office that is competent; a symbol is
    left out where there is no such hop.
    """
    try:
        found = route(known, first_matter(matter), place or point.place, today)
    except NoCountyHall:
        raise Refusal("no-hall", {
            "zh": "系统里还没有县政务服务大厅，请联系管理员。",
            "en": "The county hall has not been set up yet.",
        }) from None
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
    refuse_taking_in(known, point, wish.matter, today)
    offices, found = way_of(known, point, wish.matter, wish.place, today)
    definition = county_catalogue().latest(WORKFLOW)
    case = new_case(
        definition, number=new_number(unit), parent=None, root_id=None, now=unit.now, company="", applicant_id=person.id,
        filed_by_id=acting.person_id, channel="point", deciding_office_id=offices[f"deciding.{WORKFLOW}"],
        offices=offices, chosen=[wish.matter],
    )  # fmt: skip
    payload: dict[str, Any] = {
        "channel": case.channel, "applicant": person.id, "company": "", "number": case.number, "offices": offices,
        "matter": wish.matter, "place": found.place,
        "routing": [
            {"office": found.office.id, "matters": [first_matter(wish.matter)], "reason": dict(found.reason), "alarm": found.alarm}
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


def refuse_taking_in(known: Network, office: Any, matter: str, today: date) -> None:
    """Raise Refusal unless an office stands, is open that day and may take the matter in; says who can."""
    after = known.successor(office.id, today)
    if not office.stands_on(today):
        other = {"zh": f"，请到{after.name}办理", "en": f"; go to {after.name}"} if after is not None else {"zh": "", "en": ""}
        raise Refusal(
            "office-closed", {"zh": f"{office.name}已经撤销{other['zh']}。", "en": f"{office.name} no longer exists{other['en']}."}
        )
    closure = office.closure_on(today)
    if closure is not None:
        raise Refusal(
            "office-closed",
            {
                "zh": f"{office.name}今天闭门（{closure[2]}），{closure[1].isoformat()}以后再来，或者到上一级服务点办理。",
                "en": f"{office.name} is closed today ({closure[2]}) until {closure[1]}; come later or go one level up.",
            },
        )
    if not known.may(office, TAKE_IN, matter, today):
        able = next((known.office(each) for each in known.ancestors(office.id) if known.may(each, TAKE_IN, matter, today)), None)
        where = {"zh": f"，请到{able.name}", "en": f"; {able.name} may"} if able is not None else {"zh": "", "en": ""}
        raise Refusal(
            "not-competent",
            {"zh": f"{office.name}不能受理这个事项{where['zh']}。", "en": f"{office.name} may not take in this matter{where['en']}."},
        )


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
    if mandate is not None and (fault := mandate.fault(today)) is not None and any(held.role in CARRIERS for held in acting.positions):
        raise Refusal("mandate", fault)
    raise NotFound


def matter_of(chosen: list[str]) -> str:
    """The matter that a delegated case carries, out of everything that was chosen."""
    keys = {definition.key for definition in delegable()}
    return next(key for key in chosen if key in keys)

