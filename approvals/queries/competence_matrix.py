"""Who may take in and decide what: the matrix of offices and matters on a day, and what a change of it would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Competence as CompetenceRow
from approvals.models import Office
from workflows.engine.definition import INTERNAL, Definition
from workflows.network import EVERY_MATTER, KINDS, POWERS, Competence, Network, NoCountyHall, route
from workflows.network import Office as NetworkOffice

from .county_network import county_network
from .matters import in_order


def matters() -> tuple[Definition, ...]:
    """The matters that a competence can name: every workflow that people apply for, in their usual order."""
    return tuple(each for each in in_order() if each.kind != INTERNAL)


@dataclass(frozen=True, slots=True)
class Row:
    """An office with what it may do on the day: matter → the powers, and for "*" those over every matter."""

    office: NetworkOffice
    powers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """The offices of one kind that have any competence on the day, now or later."""

    kind: str
    rows: tuple[Row, ...]


def matrix(session: Session, on: date) -> tuple[Group, ...]:
    """The offices standing on a day that have a competence by then, kind by kind. No statement while the network is known."""
    network = county_network(session.connection())
    grouped: dict[str, list[Row]] = {}
    for office in network.standing(on):
        held = [each for each in network.competences_of(office.id) if each.covers(each.matter, on)]
        if held:
            grouped.setdefault(office.kind, []).append(Row(office, _powers(held)))
    return tuple(Group(kind, tuple(grouped[kind])) for kind in (*KINDS, *sorted(grouped.keys() - set(KINDS))) if kind in grouped)


def _powers(held: Iterable[Competence]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for each in held:
        found.setdefault(each.matter, set()).add(each.power)
    return {matter: tuple(power for power in POWERS if power in powers) for matter, powers in found.items()}


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored competence with its office."""

    row: CompetenceRow
    office: Office


def competence(session: Session, competence_id: int) -> Stored | None:
    """One competence; None when there is none of that number. One statement."""
    found = session.execute(
        select(CompetenceRow, Office).join(Office, Office.id == CompetenceRow.office_id).where(CompetenceRow.id == competence_id)
    ).first()
    return Stored(*found) if found is not None else None


# ---- what a change would do -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effect:
    """Where a matter goes from an area: ``places`` are names of units; ``before`` and ``after`` names of offices."""

    matter: str
    places: tuple[str, ...]
    before: str
    after: str
    alarm: bool


def with_competence(network: Network, added: Competence) -> Network:
    """The network as it would be with one competence more."""
    return _with(network, [*_all(network), added])


def ending(network: Network, ended: Competence, last_day: date) -> Network:
    """The network as it would be if a competence ended after a day."""
    left = Competence(ended.office_id, ended.matter, ended.power, ended.basis, ended.valid_from, last_day)
    return _with(network, [left if each == ended else each for each in _all(network)])


def _all(network: Network) -> list[Competence]:
    return [each for office_id in network.offices for each in network.competences_of(office_id)]


def _with(network: Network, competences: Sequence[Competence]) -> Network:
    return Network(network.offices.values(), competences, network.places.values())


def effects(before: Network, after: Network, power: str, matter: str, on: date) -> tuple[tuple[Effect, ...], tuple[Effect, ...]]:
    """What changes in the routes of a matter ("*" for every one) on a day, and what stays in the area concerned.

    Units whose route is the same are told together under the smallest unit around them all that has no other route.
    """
    changed: list[Effect] = []
    staying: list[Effect] = []
    keys = [each.key for each in matters()] if matter == EVERY_MATTER else [matter]
    for key in keys:
        routes = {code: _routes(before, after, key, code, on, power) for code, unit in before.places.items() if unit.stands_on(on)}
        for (old, new, alarm), codes in _areas(before, routes).items():
            names = tuple(before.places[code].name for code in codes)
            (changed if old != new else staying).append(Effect(key, names, old, new, alarm))
    return tuple(changed), tuple(staying)


_Route = tuple[str, str, bool]


def _routes(before: Network, after: Network, matter: str, place: str, on: date, power: str) -> _Route:
    old, new = _route(before, matter, place, on, power), _route(after, matter, place, on, power)
    return old[0], new[0], new[1]


def _route(network: Network, matter: str, place: str, on: date, power: str) -> tuple[str, bool]:
    try:
        found = route(network, matter, place, on, power)
    except NoCountyHall:
        return "", True
    return found.office.name, found.alarm


def _areas(network: Network, routes: Mapping[str, _Route]) -> dict[_Route, list[str]]:
    """The units by their route, each left out when the one around it has the same."""
    grouped: dict[_Route, list[str]] = {}
    for code, found in routes.items():
        around = network.places[code].parent
        if around is None or routes.get(around) != found:
            grouped.setdefault(found, []).append(code)
    return grouped
