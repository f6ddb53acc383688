"""台账: the ledger of delegated handling, one entry for each case, for the points somebody may read it of. Reading only.

A page costs the same number of statements, however many entries stand on it or in the county.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.models import Case, CustodyItem, CustodyMove, Event, EventPayload, HandOver, Mandate, Person, Rating
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.definition import ON_THE_WAY, Definition, State, Text

PAGE_SIZE = 30
MOST_FOUND = 20_000
"""So many cases of a period are looked through at most; a longer list is asked for in parts."""

WORKFLOW = "delegated-handling"
FOLLOW_UP = "rating-follow-up"
_TOLD = ("deliver", "stop", "resume", "given_back", "mandate:revoked", "decline_request")
"""Events whose payload an entry repeats: the delivery, and how the handling paused or ended."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries: received from the one day to the other (both included), at which point, by which agent."""

    begin: date
    end: date
    point_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A paper: original, copy or result, and the last move of its own ledger."""

    name: str
    kind: str
    quantity: int
    move: str
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How the handling paused or ended before its time: the state's or event's action, when, and the reason given."""

    action: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One delegated case. ``route`` are the offices of its way by symbol; ``fees`` are (yuan, for what) the applicant paid."""

    number: int
    case: Case
    state: State
    definition: Definition
    matter: Text
    matter_case: Case | None
    principal: Person | None
    agent: str
    mandate: Mandate | None
    items: tuple[Item, ...]
    hand_overs: tuple[HandOver, ...]
    route: tuple[tuple[str, int], ...]
    delivery: Mapping[str, Any]
    delivered_at: datetime | None
    endings: tuple[Ending, ...]
    fees: tuple[tuple[str, str], ...]
    rating: Rating | None
    follow_up: Case | None

    @property
    def archive_number(self) -> str:
        """The number under which an ended case is kept; empty before."""
        return f"DB{self.case.number.removeprefix('HM')}" if self.state.final else ""


@dataclass(frozen=True, slots=True)
class Found:
    """The cases of a period in the order of their entries, the first received first, and the agents named in them."""

    ids: tuple[int, ...]
    agents: Mapping[int, str] = field(default_factory=dict)
    is_cut: bool = False

    def __len__(self) -> int:
        return len(self.ids)


def found(session: Session, offices: Collection[int] | None, filters: Filters) -> Found:
    """The delegated cases received in a period at the points of somebody's jurisdiction (None: the county); two statements."""
    begin, end = _moment(filters.begin), _moment(filters.end + timedelta(days=1))
    wanted = (
        select(Case.id, Case.offices)
        .where(Case.workflow == WORKFLOW, Case.opened_at >= begin, Case.opened_at < end)
        .order_by(Case.opened_at, Case.id)
        .limit(MOST_FOUND + 1)
    )
    rows = session.execute(wanted).all()
    here = [
        case_id
        for case_id, symbols in rows[:MOST_FOUND]
        if (offices is None or symbols["point"] in offices) and filters.point_id in (None, symbols["point"])
    ]
    signed = (
        select(Mandate.case_id, Mandate.agent_id, Mandate.agent_name)
        .join(Case, Case.id == Mandate.case_id)
        .where(Case.workflow == WORKFLOW, Case.opened_at >= begin, Case.opened_at < end)
        .order_by(Mandate.number)
    )
    last = {case_id: (agent_id, name) for case_id, agent_id, name in session.execute(signed)}
    agents = {last[case_id][0]: last[case_id][1] for case_id in here if case_id in last}
    if filters.agent_id is not None:
        here = [case_id for case_id in here if last.get(case_id, (None,))[0] == filters.agent_id]
    return Found(tuple(here), agents, len(rows) > MOST_FOUND)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE_ZONE)


def entries(session: Session, among: Found, first: int, most: int) -> list[Entry]:
    """The entries from place ``first`` (0 is the first) on; eight statements, whatever they are."""
    ids = among.ids[first : first + most]
    if not ids:
        return []
    roots = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(ids)))}
    linked = _by("parent_id", session.scalars(select(Case).where(Case.parent_id.in_(ids)).order_by(Case.id)))
    mandates = _by("case_id", session.scalars(select(Mandate).where(Mandate.case_id.in_(ids)).order_by(Mandate.number)))
    applicants = {case.applicant_id for case in roots.values()}
    persons = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(applicants)))}
    items = _items(session, ids)
    hand_overs = _by("root_id", session.scalars(select(HandOver).where(HandOver.root_id.in_(ids)).order_by(HandOver.number)))
    told, fees = _told(session, ids)
    ratings = {row.root_id: row for row in session.scalars(_ratings(ids))}
    follow_ups = _follow_ups(session, ratings.values())
    made = []
    for place, case_id in enumerate(ids, first + 1):
        case, own = roots[case_id], mandates.get(case_id, [])
        definition = county_catalogue().version(case.workflow, case.version)
        matter = next(iter(linked.get(case_id, [])), None)
        rating = ratings.get(case_id)
        delivered = next((line for line in reversed(told.get(case_id, [])) if line[0] == "deliver"), None)
        made.append(
            Entry(
                number=place, case=case, state=definition.states[case.state], definition=definition,
                matter=_matter_title(case.chosen), matter_case=matter, principal=persons.get(case.applicant_id or 0),
                agent=own[-1].agent_name if own else "", mandate=own[-1] if own else None, items=tuple(items.get(case_id, ())),
                hand_overs=tuple(hand_overs.get(case_id, ())),
                route=tuple((symbol, case.offices[symbol]) for symbol in ON_THE_WAY if symbol in case.offices),
                delivery=delivered[2].get("form", {}) if delivered is not None else {},
                delivered_at=delivered[1] if delivered is not None else None, endings=tuple(_endings(told.get(case_id, []))),
                fees=tuple(fees.get(case_id, ())), rating=rating,
                follow_up=follow_ups.get(rating.follow_up_id) if rating is not None and rating.follow_up_id is not None else None,
            )
        )  # fmt: skip
    return made


def _by(column: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _matter_title(chosen: Sequence[str]) -> Text:
    opened = [opening.workflow for state in county_catalogue().latest(WORKFLOW).states.values() for opening in state.opens]
    key = next((key for key in chosen if key in opened), "")
    return county_catalogue().latest(key).title if key else {"zh": "", "en": ""}


def _items(session: Session, ids: Sequence[int]) -> dict[int, list[Item]]:
    """Every item with its last move; one statement."""
    rows = session.execute(
        select(CustodyItem, CustodyMove.kind, CustodyMove.moved_at)
        .join(CustodyMove, CustodyMove.item_id == CustodyItem.id)
        .where(CustodyItem.root_id.in_(ids))
        .order_by(CustodyItem.id, CustodyMove.number)
    )
    last = {item.id: (item, kind, at) for item, kind, at in rows}
    found: dict[int, list[Item]] = defaultdict(list)
    for item, kind, at in last.values():
        found[item.root_id].append(Item(item.name, item.kind, item.quantity, kind, at))
    return found


_Line = tuple[str, datetime, Mapping[str, Any]]


def _told(session: Session, ids: Sequence[int]) -> tuple[dict[int, list[_Line]], dict[int, list[tuple[str, str]]]]:
    """What the histories say of deliveries and endings, and every fee that an applicant paid in a family; one statement."""
    rows = session.execute(
        select(Case.root_id, Event.action, Event.happened_at, EventPayload.body)
        .join(Event, Event.case_id == Case.id)
        .join(EventPayload, EventPayload.event_id == Event.id)
        .where(Case.root_id.in_(ids))
        .where(or_(Event.action.in_(_TOLD), EventPayload.body.contains('"fee":')))
        .order_by(Event.happened_at, Event.id)
    )
    told: dict[int, list[_Line]] = defaultdict(list)
    fees: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for root_id, action, at, body in rows:
        payload = json.loads(body or "{}")
        if action in _TOLD:
            told[root_id].append((action, at, payload))
        if fee := payload.get("fee"):
            fees[root_id].append((str(fee.get("amount", "")), str(fee.get("purpose", ""))))
    return told, fees


def _endings(told: Sequence[_Line]) -> Iterable[Ending]:
    for action, at, payload in told:
        if action != "deliver":
            yield Ending(action, at, str(payload.get("reason") or payload.get("form", {}).get("reason") or ""))


def _ratings(ids: Sequence[int]) -> Any:
    return select(Rating).where(Rating.root_id.in_(ids), Rating.channel != "default").order_by(Rating.number)


def _follow_ups(session: Session, ratings: Iterable[Rating]) -> dict[int, Case]:
    wanted = {row.follow_up_id for row in ratings if row.follow_up_id is not None}
    return {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(wanted), Case.workflow == FOLLOW_UP))}
