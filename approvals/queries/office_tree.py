"""The network as a manager reads it: the tree of offices from the hall to its ends, and one office with all that it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import AdministrationChange, Competence, Office, OfficeClosure, OfficeDepartment, Position
from workflows.network import KINDS, Network
from workflows.network import Office as NetworkOffice

from .county_network import county_network
from .finding import Findable

RECENT = 10


@dataclass(frozen=True, slots=True)
class Node:
    """An office of the tree with the name of its place and what is below it; ``fits`` when it is what was looked for."""

    office: NetworkOffice
    place: str
    children: tuple[Node, ...]
    fits: bool

    def size(self) -> int:
        """How many offices are below it, at any depth."""
        return sum(1 + child.size() for child in self.children)


@dataclass(frozen=True, slots=True)
class Tree:
    """``roots`` is the hall with everything below it; ``loose`` are offices that no way leads to from there."""

    roots: tuple[Node, ...]
    loose: tuple[Node, ...]
    counts: dict[str, int]
    found: int
    closed: int


def tree(session: Session, today: date, typed: str = "", kind: str = "", with_closed: bool = False) -> Tree:
    """The offices that stand today or will, those that closed as well on demand, and of them those that fit.

    Costs no statement while this process has the network, five when it has none.
    """
    network = county_network(session.connection())
    ended = [each for each in network.offices.values() if each.valid_to is not None and each.valid_to < today]
    hidden = set() if with_closed else {each.id for each in ended}
    shown = {each.id: each for each in network.offices.values() if each.id not in hidden}
    looked_for = bool(typed.strip() or kind)
    fitting = {each.id for each in shown.values() if _fits(network, each, typed, kind)} if looked_for else set(shown)
    kept = fitting | {above for each in fitting for above in network.ancestors(each) if above in shown}
    built = _Builder(network, shown, kept, fitting if looked_for else frozenset())
    top = [each for each in shown.values() if each.id in kept and each.parent_id is None and each.kind == KINDS[0]]
    roots = tuple(built.node(each) for each in top)
    # First those without an office above them, then whatever else was not reached: a loop hangs on nothing.
    left = [each for each in shown.values() if each.id in kept and each.id not in built.seen]
    left.sort(key=lambda each: each.parent_id in shown)
    loose = tuple(built.node(each) for each in left if each.id not in built.seen)
    return Tree(roots, loose, network.counts(today), len(fitting), len(ended))


class _Builder:
    def __init__(self, network: Network, shown: dict[int, NetworkOffice], kept: set[int], fitting: Iterable[int]) -> None:
        self.network, self.kept, self.fitting = network, kept, frozenset(fitting)
        self.seen: set[int] = set()
        self.below: dict[int, list[NetworkOffice]] = {}
        for each in shown.values():
            if each.parent_id is not None:
                self.below.setdefault(each.parent_id, []).append(each)

    def node(self, office: NetworkOffice) -> Node:
        self.seen.add(office.id)
        lower = [each for each in self.below.get(office.id, ()) if each.id in self.kept]
        children = tuple(self.node(each) for each in lower if each.id not in self.seen)
        return Node(office, place_name(self.network, office.place), children, office.id in self.fitting)


def _fits(network: Network, office: NetworkOffice, typed: str, kind: str) -> bool:
    if kind and office.kind != kind:
        return False
    return not typed.strip() or bool(_findable(office.code, office.name, place_name(network, office.place)).fits(typed))


@lru_cache(maxsize=4096)
def _findable(*names: str) -> Findable:
    return Findable.of(names)


def place_name(network: Network, code: str) -> str:
    """The name of a unit; its code when the list has none of it."""
    found = network.places.get(code)
    return found.name if found is not None else code


@dataclass(frozen=True, slots=True)
class Detail:
    """One office with everything that is entered for it; ``parent``, ``successor`` and ``below`` are offices of the network."""

    office: Office
    place: str
    parent: NetworkOffice | None
    successor: NetworkOffice | None
    predecessors: tuple[NetworkOffice, ...]
    below: tuple[NetworkOffice, ...]
    departments: tuple[OfficeDepartment, ...]
    closures: tuple[OfficeClosure, ...]
    competences: tuple[Competence, ...]
    positions: int
    changes: tuple[AdministrationChange, ...]


def detail(session: Session, code: str, today: date) -> Detail | None:
    """The office of that code, closed or not; None for an unknown one. Six statements."""
    office = session.scalars(select(Office).where(Office.code == code)).one_or_none()
    if office is None:
        return None
    network = county_network(session.connection())
    departments = select(OfficeDepartment).where(OfficeDepartment.office_id == office.id)
    closures = select(OfficeClosure).where(OfficeClosure.office_id == office.id)
    competences = select(Competence).where(Competence.office_id == office.id)
    positions = session.execute(select(Position.valid_from, Position.valid_to).where(Position.office_id == office.id)).all()
    everything = network.offices
    rows: tuple[tuple[Any, ...], ...] = (
        tuple(session.scalars(departments.order_by(OfficeDepartment.valid_from, OfficeDepartment.department))),
        tuple(session.scalars(closures.order_by(OfficeClosure.closed_from.desc()))),
        tuple(session.scalars(competences.order_by(Competence.valid_from, Competence.matter))),
    )
    ids = [office.id, *(row.id for group in rows for row in group)]
    lines = select(AdministrationChange).where(AdministrationChange.subject_id.in_(ids))
    return Detail(
        office, place_name(network, office.place_code), everything.get(office.parent_id or 0), everything.get(office.successor_id or 0),
        tuple(each for each in everything.values() if each.successor_id == office.id),
        tuple(each for each in everything.values() if each.parent_id == office.id),
        *rows,
        sum(since <= today and (until is None or until >= today) for since, until in positions),
        tuple(session.scalars(lines.order_by(AdministrationChange.changed_at.desc(), AdministrationChange.id.desc()).limit(RECENT))),
    )  # fmt: skip
