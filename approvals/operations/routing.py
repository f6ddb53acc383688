"""Where the matters of an application go: the office behind each symbol of its definitions, and why each matter went there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from approvals.models import Office, Position
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import Definition
from workflows.network import DECIDE, KINDS, Network, NoCountyHall, Route, route

from .errors import Refusal
from .permissions import COUNTY, reach
from .reference import network
from .rows import notice_row

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

DECIDING = "deciding"
"""The symbol of the office that decides. ``deciding.WORKFLOW`` stands beside it for a matter that is decided elsewhere."""


@dataclass(frozen=True, slots=True)
class Routed:
    """The offices of a family of cases by symbol, and why: one entry for all matters that went to one office for one reason."""

    offices: dict[str, int]
    why: list[dict[str, Any]]

    @property
    def alarm(self) -> bool:
        """Whether a matter waits at the county hall because nobody is competent for it."""
        return any(each["alarm"] for each in self.why)


def route_matter(connection: Connection, matter: str, place: str, today: date, power: str = DECIDE) -> Route:
    """The office that decides, or takes in, a matter from a place today; costs no statement.

    Raises Refusal while the county has no hall.
    """
    return route_on(network(connection), matter, place, today, power)


def route_on(known: Network, matter: str, place: str, today: date, power: str = DECIDE) -> Route:
    """The same on a network that is at hand."""
    try:
        return route(known, matter, place, today, power)
    except NoCountyHall:
        raise Refusal(
            "no-hall", {"zh": "系统里还没有县政务服务大厅，请联系管理员。", "en": "The county hall has not been set up yet."}
        ) from None


def offices_of(
    connection: Connection, definition: Definition, application: Mapping[str, Any], receiving_id: int | None, today: date
) -> Routed:
    """Route every matter that an application may open, whether it was chosen or not: a correction can still choose it.

    Matters are decided where their place's network says, results go where the applicant wants them. Costs no statement.
    """
    known = network(connection)
    place = _place_of(known, application, receiving_id, today)
    routes = {matter: route_on(known, matter, place, today) for matter in matters_of(definition)}
    deciding = routes[definition.key].office.id
    hall = known.hall(today)
    # What comes by wire is received by whoever has the first matter of the chain.
    offices = {DECIDING: deciding, "receiving": receiving_id or routes.get(first_matter(definition), routes[definition.key]).office.id}
    offices |= {f"{DECIDING}.{matter}": found.office.id for matter, found in routes.items() if found.office.id != deciding}
    offices["delivery"] = hall.id if hall is not None else deciding
    return Routed({**offices, **asked_for(connection, application)}, _why(routes))


def first_matter(definition: Definition) -> str:
    """The matter that a workflow begins with: that of the linked case which it opens at once, else its own."""
    opened = definition.states[definition.initial].opens
    return next((opening.workflow for opening in opened if opening.when == "always"), definition.key)


def asked_for(connection: Connection, application: Mapping[str, Any]) -> dict[str, int]:
    """The offices that the applicant chose themselves: where the results are handed out, and the bank."""
    known = network(connection)
    chosen = {
        "delivery": str(application.get("delivery", {}).get("office") or ""),
        "matters.bank": str(application.get("matters", {}).get("bank") or ""),
    }
    return {symbol: office.id for symbol, code in chosen.items() if (office := known.by_code(code)) is not None}


def matters_of(definition: Definition) -> tuple[str, ...]:
    """A workflow and those that its cases may open, at any depth, as far as an office of the network decides them."""
    catalogue, found, waiting = county_catalogue(), [definition.key], [definition]
    while waiting:
        for state in waiting.pop().states.values():
            for opening in state.opens:
                if opening.workflow not in found:
                    linked = catalogue.latest(opening.workflow)
                    waiting.append(linked)
                    if any(each.task is not None and each.task.office == DECIDING for each in linked.states.values()):
                        found.append(opening.workflow)
    return tuple(found)


def _place_of(known: Network, application: Mapping[str, Any], receiving_id: int | None, today: date) -> str:
    """The unit that is started from: that of the enterprise, else that of the office where it was taken in, else the county."""
    place = str(application.get("premises", {}).get("place") or "")
    if place:
        return place
    office = known.offices.get(receiving_id or 0) or known.hall(today)
    return office.place if office is not None else ""


def _why(routes: Mapping[str, Route]) -> list[dict[str, Any]]:
    """What the event says of the routes. It is hashed with it, so it holds plain values alone."""
    entries: dict[tuple[int, str], dict[str, Any]] = {}
    for matter, found in routes.items():
        entry = entries.setdefault(
            (found.office.id, found.reason["zh"]),
            {"office": found.office.id, "matters": [], "reason": dict(found.reason), "alarm": found.alarm},
        )
        entry["matters"].append(matter)
    return list(entries.values())


COUNTY_SUPERVISORS = tuple(kind for kind in KINDS if reach("supervisor", kind, "supervise") is COUNTY)
"""Kinds of offices from which a supervisor sees the whole county."""


def tell_supervisors(unit: Unit, case: CaseNow, routed: Routed) -> None:
    """Tell every supervisor of the county of matters that nobody is competent for; costs a statement, and only then."""
    stranded = [matter for each in routed.why if each["alarm"] for matter in each["matters"]]
    titles = [county_catalogue().latest(matter).title for matter in stranded]
    text = {
        "zh": f"办件{case.number}（{case.company}）里有事项没有服务点有权决定，先放在县政务服务大厅："
        f"{'、'.join(title['zh'] for title in titles)}。请在“权限”里指定由哪个服务点决定。",
        "en": f"Case {case.number} ({case.company}) has matters that no office is competent to decide; they wait at the county hall: "
        f"{', '.join(title['en'] for title in titles)}. Please have the competence settled.",
    }
    for person_id in _supervisors(unit.connection, unit.now.astimezone(OFFICE_ZONE).date()):
        unit.notices.append(notice_row(case, text, unit.at, kind="alarm", person_id=person_id))


def _supervisors(connection: Connection, today: date) -> list[int]:
    held = (
        select(Position.person_id)
        .join(Office, Office.id == Position.office_id)
        .where(Position.role == "supervisor", Office.kind.in_(COUNTY_SUPERVISORS), Position.valid_from <= today)
        .where(or_(Position.valid_to.is_(None), Position.valid_to >= today))
        .order_by(Position.person_id)
        .distinct()
    )
    return list(connection.scalars(held))
