"""Offices as a tree, the places that they serve and what they are competent for, each with the days on which it holds.

Every value is dated, the last day included, so one network answers for any day. What the data get wrong (a loop among the
parents, a successor that leads back) never hangs and never fails here: a walk ends where it comes round.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

Key = TypeVar("Key", int, str)

KINDS = ("county_hall", "sub_centre", "town_centre", "village_point", "grid_point", "bank", "post", "merchant_point")
"""Kinds of offices from the top of the network to its ends; offices of one place are asked in this order."""

TAKE_IN, DECIDE = "take-in", "decide"
POWERS = (TAKE_IN, DECIDE)
EVERY_MATTER = "*"
"""As the matter of a competence: all of them."""

PREFIXES = (9, 6)
"""Digits of a code of the national list that name the town and the county around a unit."""


def within(day: date, valid_from: date, valid_to: date | None) -> bool:
    """Whether a day lies in a span whose last day is included and which may have no end."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


@dataclass(frozen=True, slots=True)
class Office:
    """服务点. ``place`` is the code of the unit that it serves; ``closures`` are (first day, last day, reason)."""

    id: int
    code: str
    name: str
    kind: str
    place: str
    parent_id: int | None
    valid_from: date
    valid_to: date | None = None
    successor_id: int | None = None
    closures: tuple[tuple[date, date, str], ...] = ()

    def stands_on(self, day: date) -> bool:
        return within(day, self.valid_from, self.valid_to)

    def closure_on(self, day: date) -> tuple[date, date, str] | None:
        """Why it serves nobody on a day on which it stands, or None."""
        return next((closure for closure in self.closures if closure[0] <= day <= closure[1]), None)


@dataclass(frozen=True, slots=True)
class Competence:
    """权限: an office may take in, or decide, a matter (the key of a workflow, or every one); ``basis`` is the paper."""

    office_id: int
    matter: str
    power: str
    basis: str
    valid_from: date
    valid_to: date | None = None

    def covers(self, matter: str, day: date) -> bool:
        return self.matter in (matter, EVERY_MATTER) and within(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Place:
    """地点: a unit of the national list; ``parent`` and ``successor`` are codes."""

    code: str
    name: str
    level: str
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    successor: str | None = None

    def stands_on(self, day: date) -> bool:
        return within(day, self.valid_from, self.valid_to)


class Network:
    """All offices, competences and places of a county, those that ended included. Build it once: it keeps its indexes."""

    def __init__(self, offices: Iterable[Office], competences: Iterable[Competence] = (), places: Iterable[Place] = ()) -> None:
        self.offices: Mapping[int, Office] = {office.id: office for office in sorted(offices, key=_in_order)}
        self.places: Mapping[str, Place] = {place.code: place for place in places}
        self._codes = {office.code: office for office in self.offices.values()}
        self._competences: dict[int, list[Competence]] = defaultdict(list)
        for competence in competences:
            self._competences[competence.office_id].append(competence)
        self._children: dict[int, list[int]] = defaultdict(list)
        self._succeeded: dict[int, list[int]] = defaultdict(list)
        self._at: dict[str, list[Office]] = defaultdict(list)
        for office in self.offices.values():
            self._at[office.place].append(office)
            if office.parent_id is not None:
                self._children[office.parent_id].append(office.id)
            if office.successor_id is not None:
                self._succeeded[office.successor_id].append(office.id)

    # ---- offices ----------------------------------------------------------------------------------------------------

    def office(self, office_id: int) -> Office:
        """Raises KeyError for an unknown one."""
        return self.offices[office_id]

    def by_code(self, code: str) -> Office | None:
        """The office of that code; None for an unknown one."""
        return self._codes.get(code)

    def standing(self, on: date) -> list[Office]:
        """The offices that stand on a day, by kind and code."""
        return [office for office in self.offices.values() if office.stands_on(on)]

    def at_place(self, code: str) -> list[Office]:
        """The offices that serve a unit itself, by kind and code, standing or not."""
        return list(self._at.get(code, ()))

    def hall(self, on: date) -> Office | None:
        """The county hall on a day."""
        return next((office for office in self.standing(on) if office.kind == KINDS[0]), None)

    def counts(self, on: date) -> dict[str, int]:
        """How many offices of each kind stand on a day, kinds without any included."""
        counted = Counter(office.kind for office in self.standing(on))
        return {kind: counted[kind] for kind in (*KINDS, *sorted(counted.keys() - set(KINDS)))}

    def is_open_on(self, office: Office, day: date) -> bool:
        """Whether an office stands on a day and is not closed for a while. What day of the week it is does not matter here."""
        return office.stands_on(day) and office.closure_on(day) is None

    def first_day(self) -> date | None:
        """The day on which the records of the network begin."""
        return min((office.valid_from for office in self.offices.values()), default=None)

    # ---- the tree ---------------------------------------------------------------------------------------------------

    def subtree(self, office_id: int) -> frozenset[int]:
        """An office with everything below it, standing or not; a loop is gone through once."""
        return _reached(office_id, lambda each: self._children.get(each, ()))

    def ancestors(self, office_id: int) -> tuple[int, ...]:
        """The offices above one, the nearest first; ends where the tree comes round."""
        return tuple(each for each in _chain(office_id, self._parent) if each in self.offices)

    def loops(self) -> list[tuple[int, ...]]:
        """Loops among the parents, each told once from its smallest id: such data are wrong and are to be mended."""
        found = {_loop_of(office_id, self._parent) for office_id in self.offices}
        return sorted(loop for loop in found if loop)

    def _parent(self, office_id: int) -> int | None:
        office = self.offices.get(office_id)
        return office.parent_id if office is not None else None

    # ---- successors -------------------------------------------------------------------------------------------------

    def successor(self, office_id: int, on: date) -> Office | None:
        """The office that does the work of this one on a day: itself while it stands, else the first of its chain that does.

        None when nobody took over by then, or when the chain comes round.
        """
        for each in (office_id, *_chain(office_id, self._next)):
            office = self.offices.get(each)
            if office is not None and office.stands_on(on):
                return office
        return None

    def predecessors(self, office_id: int, on: date | None = None) -> frozenset[int]:
        """Closed offices whose chain of successors ends at this one: those that had closed before a day and whose work it does
        then; without a day, all that ever close."""
        before = _reached(office_id, lambda each: self._succeeded.get(each, ())) - {office_id}
        if on is None:
            ends_here = self._next(office_id) is None
            return frozenset(each for each in before if ends_here and self.offices[each].valid_to is not None)
        return frozenset(each for each in before if (found := self.successor(each, on)) is not None and found.id == office_id)

    def _next(self, office_id: int) -> int | None:
        office = self.offices.get(office_id)
        return office.successor_id if office is not None else None

    # ---- competence -------------------------------------------------------------------------------------------------

    def competences_of(self, office_id: int) -> list[Competence]:
        """What an office may, or might, take in and decide, whatever the day."""
        return list(self._competences.get(office_id, ()))

    def competence(self, office: Office, power: str, matter: str, on: date) -> Competence | None:
        """What an office standing on that day rests on when it takes in or decides a matter, or None; a paper on the matter
        itself goes before one on every matter."""
        if not office.stands_on(on):
            return None
        held = [each for each in self._competences.get(office.id, ()) if each.power == power and each.covers(matter, on)]
        return min(held, key=lambda each: each.matter == EVERY_MATTER, default=None)

    def may(self, office: Office | int, power: str, matter: str, on: date) -> bool:
        """Whether an office may take in or decide a matter on a day. A competence left out means no."""
        found = office if isinstance(office, Office) else self.offices.get(office)
        return found is not None and self.competence(found, power, matter, on) is not None

    # ---- places -----------------------------------------------------------------------------------------------------

    def place_on(self, code: str, on: date) -> str:
        """The code that stands for a unit on a day: its own, or that of its successor when it ended before.

        Ends where the chain of successors does, or comes round; an unknown code stands for itself.
        """
        current = code
        for each in (code, *_chain(code, self._next_place)):
            current = each
            place = self.places.get(each)
            if place is None or place.valid_to is None or on <= place.valid_to:
                break
        return current

    def merged_into(self, code: str) -> list[Place]:
        """The units whose place this one took."""
        return [place for place in self.places.values() if place.successor == code]

    def ladder(self, code: str) -> tuple[str, ...]:
        """A unit and the ones around it, the smallest first. Where the list breaks off, the digits of the code go on."""
        rungs = [code, *(each for each in _chain(code, self._parent_place) if each in self.places)]
        last = rungs[-1]
        around = (last[:length] for length in PREFIXES if length < len(last))
        return (*rungs, *(each for each in around if each not in rungs and (each in self.places or each in self._at)))

    def _next_place(self, code: str) -> str | None:
        place = self.places.get(code)
        return place.successor if place is not None else None

    def _parent_place(self, code: str) -> str | None:
        place = self.places.get(code)
        return place.parent if place is not None else None


def day_before(day: date) -> date:
    """The last day of what ends when something else begins."""
    return day - timedelta(days=1)


def _in_order(office: Office) -> tuple[int, str, str]:
    return (KINDS.index(office.kind) if office.kind in KINDS else len(KINDS), office.kind, office.code)


def _chain(start: Key, following: Callable[[Key], Key | None]) -> Iterator[Key]:
    """What follows a start, one after the other, until nothing does or the chain comes round."""
    seen, current = {start}, following(start)
    while current is not None and current not in seen:
        yield current
        seen.add(current)
        current = following(current)


def _loop_of(start: int, following: Callable[[int], int | None]) -> tuple[int, ...]:
    """The loop that a start lies on itself, beginning with its smallest member; empty when it lies on none."""
    walked = (start, *_chain(start, following))
    if following(walked[-1]) != start:
        return ()
    at = walked.index(min(walked))
    return walked[at:] + walked[:at]


def _reached(start: int, following: Callable[[int], Iterable[int]]) -> frozenset[int]:
    seen, waiting = {start}, [start]
    while waiting:
        for each in following(waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return frozenset(seen)
