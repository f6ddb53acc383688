"""What a new edition of the national list changes in a county, worked out before anything is written.

A unit of the list appears, is renamed, or ends with another in its place; offices follow. The same plan is shown to whoever
decides on it, applied to a network in memory to answer for a day after it, and written to the database. What is already as
the list says is left alone, so a plan made a second time is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .network import Competence, Network, Office, Place, day_before

COMMITTEES = ("居民委员会", "村民委员会")
"""How the national list ends the name of a unit; the name of its service point goes without."""


def name_stem(name: str) -> str:
    """A unit as its service point is named after it: 古城社区居民委员会 gives 古城社区."""
    for ending in COMMITTEES:
        name = name.removesuffix(ending)
    return name


@dataclass(frozen=True, slots=True)
class NewOffice:
    """An office that an edition brings; ``parent`` is a code."""

    code: str
    name: str
    kind: str
    place: str
    parent: str


@dataclass(frozen=True, slots=True)
class Renaming:
    """A unit with its name in the edition before and in this one."""

    code: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Update:
    """An edition of the list against the one before. ``day`` is the day up to which it was taken; ``ended`` maps to successors."""

    key: str
    source: str
    day: date
    added: tuple[Place, ...]
    ended: Mapping[str, str]
    renamed: tuple[Renaming, ...]
    offices: tuple[NewOffice, ...]

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Update:
        """An update from its file."""
        day = date.fromisoformat(content["date"])
        return cls(
            content["list"],
            content["source"],
            day,
            tuple(Place(row["code"], row["name"], row["level"], row["parent"], day) for row in content["added"]),
            {row["code"]: row["successor"] for row in content["ended"]},
            tuple(Renaming(row["code"], row["old"], row["new"]) for row in content["renamed"]),
            tuple(NewOffice(row["code"], row["name"], row["kind"], row["place"], row["parent"]) for row in content["offices"]),
        )


Usual = Mapping[str, Sequence[tuple[str, str, str]]]
"""For each kind of office the (matter, power, basis) that every office of that kind is given."""


@dataclass(frozen=True, slots=True)
class EndedOffice:
    """An office that closes because its unit ended, and the code of the one that takes over."""

    office: Office
    successor: str


@dataclass(frozen=True, slots=True)
class MovedOffice:
    """An office that stays, with the place and the parent (both as codes) that it has from then on."""

    office: Office
    place: str
    parent: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update changes from a day on; empty when the network is already as it says."""

    update: Update
    since: date
    places_added: tuple[Place, ...]
    places_ended: tuple[tuple[Place, str], ...]
    places_renamed: tuple[Renaming, ...]
    offices_added: tuple[NewOffice, ...]
    offices_ended: tuple[EndedOffice, ...]
    offices_renamed: tuple[tuple[Office, str], ...]
    offices_moved: tuple[MovedOffice, ...]
    competences: tuple[tuple[str, str, str, str], ...]
    kept: tuple[Renaming, ...]
    """Units that the county has named otherwise itself: their names stay."""

    def __bool__(self) -> bool:
        return any(
            (self.places_added, self.places_ended, self.places_renamed, self.offices_added, self.offices_ended, self.offices_renamed)
        )


def plan(network: Network, update: Update, since: date, usual: Usual) -> Plan:
    """What the update changes in this network from a day on."""
    ended = tuple(
        (place, successor)
        for code, successor in update.ended.items()
        if (place := network.places.get(code)) is not None and place.valid_to is None
    )
    renamed = tuple(each for each in update.renamed if _name(network, each.code) == each.old)
    kept = tuple(each for each in update.renamed if _name(network, each.code) not in (None, each.old, each.new))
    new = tuple(office for office in update.offices if network.by_code(office.code) is None)
    closing = tuple(_closing(network, update, dict((place.code, successor) for place, successor in ended), since))
    return Plan(
        update,
        since,
        tuple(replace(place, valid_from=since) for place in update.added if place.code not in network.places),
        ended,
        renamed,
        new,
        closing,
        tuple(_renamed(network, renamed, since)),
        tuple(_moved(network, dict((place.code, successor) for place, successor in ended), closing, since)),
        tuple(_competences(network, new, closing, since, usual)),
        kept,
    )


def _name(network: Network, code: str) -> str | None:
    place = network.places.get(code)
    return place.name if place is not None else None


def _standing_at(network: Network, code: str, since: date) -> list[Office]:
    return [office for office in network.at_place(code) if office.valid_to is None or office.valid_to >= since]


def _closing(network: Network, update: Update, ended: Mapping[str, str], since: date) -> Iterator[EndedOffice]:
    """An office at a unit that ends closes where the successor gets, or has, one of its kind."""
    for code, successor in ended.items():
        for office in _standing_at(network, code, since):
            brought = (each.code for each in update.offices if (each.place, each.kind) == (successor, office.kind))
            standing = (each.code for each in _standing_at(network, successor, since) if each.kind == office.kind)
            follower = next(brought, None) or next(standing, None)
            if follower is not None and office.valid_to is None:
                yield EndedOffice(office, follower)


def _renamed(network: Network, renamed: tuple[Renaming, ...], since: date) -> Iterator[tuple[Office, str]]:
    """Offices called after a unit are called after its new name; a name that the county chose itself stays."""
    for each in renamed:
        for office in _standing_at(network, each.code, since):
            old, new = name_stem(each.old), name_stem(each.new)
            if office.name.startswith(old) and not office.name.startswith(new):
                yield office, new + office.name.removeprefix(old)


def _moved(network: Network, ended: Mapping[str, str], closing: tuple[EndedOffice, ...], since: date) -> Iterator[MovedOffice]:
    """What stays open at a unit that ended, or below an office that closed, serves the successor from then on."""
    closed = {each.office.id: each.successor for each in closing}
    for office in network.offices.values():
        if office.id in closed or (office.valid_to is not None and office.valid_to < since):
            continue
        parent = network.offices.get(office.parent_id) if office.parent_id is not None else None
        if office.place in ended or (parent is not None and parent.id in closed):
            above = closed.get(parent.id, parent.code) if parent is not None else ""
            yield MovedOffice(office, ended.get(office.place, office.place), above)


def _competences(
    network: Network, new: tuple[NewOffice, ...], closing: tuple[EndedOffice, ...], since: date, usual: Usual
) -> Iterator[tuple[str, str, str, str]]:
    """A new office is given what its kind has, and what the county gave to the one that it follows."""
    for office in new:
        given = {(matter, power): basis for matter, power, basis in usual.get(office.kind, ())}
        for before in (each.office for each in closing if each.successor == office.code):
            for held in network.competences_of(before.id):
                if held.valid_to is None or held.valid_to >= since:
                    given.setdefault((held.matter, held.power), held.basis)
        for (matter, power), basis in given.items():
            yield office.code, matter, power, basis


def applied(network: Network, change: Plan) -> Network:
    """The network as it will be once the plan was carried out. New offices have identifiers below zero."""
    last = day_before(change.since)
    ids = {office.code: -number for number, office in enumerate(change.offices_added, 1)}
    ids |= {office.code: office.id for office in network.offices.values()}
    ended = {each.office.id: ids[each.successor] for each in change.offices_ended}
    names = {office.id: name for office, name in change.offices_renamed}
    moved = {each.office.id: each for each in change.offices_moved}
    offices = []
    for office in network.offices.values():
        if office.id in ended:
            office = replace(office, valid_to=last, successor_id=ended[office.id])
        if office.id in moved:
            to = moved[office.id]
            office = replace(office, place=to.place, parent_id=ids.get(to.parent))
        offices.append(replace(office, name=names.get(office.id, office.name)))
    offices += [
        Office(ids[new.code], new.code, new.name, new.kind, new.place, ids.get(new.parent), change.since)
        for new in change.offices_added
    ]
    called = {each.code: each.new for each in change.places_renamed}
    followed = {place.code: successor for place, successor in change.places_ended}
    places = [
        replace(
            place,
            name=called.get(place.code, place.name),
            valid_to=last if place.code in followed else place.valid_to,
            successor=followed.get(place.code, place.successor),
        )
        for place in network.places.values()
    ]
    held = [each for office in network.offices for each in network.competences_of(office)]
    held += [Competence(ids[code], matter, power, basis, change.since) for code, matter, power, basis in change.competences]
    return Network(offices, held, [*places, *change.places_added])


def usual_of(rows: Sequence[Mapping[str, str]]) -> Usual:
    """What the file of competences gives to every office of a kind."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        if "kind" in row:
            found.setdefault(row["kind"], []).append((row["matter"], row["power"], row["basis"]))
    return found
