"""The way of a delegated case, station by station: from the point to the departments and back to the door. Reading only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from workflows.engine.definition import DELEGATED, ON_THE_WAY, Definition, State

from .cases import Family
from .offices import office_name

DEPARTMENTS, DOOR = "departments", "door"
UP, DOWN = "up", "down"
_WAY = (
    *((symbol, UP) for symbol in ON_THE_WAY), (DEPARTMENTS, UP), *((symbol, DOWN) for symbol in reversed(ON_THE_WAY)), (DOOR, DOWN),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Station:
    """One stop: the symbol of its office (or departments, door), its name there, when the case came, and how it stands.

    ``status`` is passed, here, coming (on its way there) or ahead; ``at`` is when it arrived the last time.
    """

    symbol: str
    direction: str
    office: str
    status: str
    at: datetime | None


def is_transit(definition: Definition, state: State) -> bool:
    """Whether a state is one in which papers are on their way: somebody has to sign for them."""
    return any(
        state.name in action.source and any(effect.name == "receive_hand_over" for effect in action.effects)
        for action in definition.actions.values()
    )


def station_of(state: State) -> tuple[str, str]:
    """The stop at which a case is in a state, or to which it is on its way, and whether going up or coming back."""
    direction = DOWN if state.stage == "delivery" else UP
    if state.opens:
        return DEPARTMENTS, UP
    if state.task is not None and state.task.office in ON_THE_WAY:
        return state.task.office, direction
    return (DOOR, DOWN) if direction == DOWN else ("point", UP)


def journey_of(session: Session, family: Family, entered: Iterable[tuple[State, datetime]]) -> tuple[Station, ...]:
    """The stops of a delegated case; ``entered`` are the states that its root came into, the first one first. Empty for others."""
    root = family.root
    if root.definition.kind != DELEGATED:
        return ()
    arrived: dict[tuple[str, str], datetime] = {}
    for state, at in entered:
        if not is_transit(root.definition, state) and not (state.final and state.outcome != "done"):
            arrived[station_of(state)] = at
    offices = root.case.offices
    way = [stop for stop in _WAY if stop[0] in offices or stop[0] in (DEPARTMENTS, DOOR)]
    # The centre is passed twice, but a result that is packed there has not left it: it is one stop, the departments' own.
    way = [stop for stop in way if stop != ("centre", DOWN) and not (stop == ("point", DOWN) and "centre" not in offices)]
    here = station_of(root.state)
    if here not in way:
        here = (DEPARTMENTS, UP)
    place = way.index(here)
    moving = is_transit(root.definition, root.state)
    names = {symbol: office_name(session, offices[symbol]) for symbol in ON_THE_WAY if symbol in offices}
    return tuple(
        Station(*stop, names.get(stop[0], ""), _status(index, place, moving, root.state.final), arrived.get(stop))
        for index, stop in enumerate(way)
    )


def _status(index: int, place: int, moving: bool, is_over: bool) -> str:
    if index < place or (index == place and is_over):
        return "passed"
    if index == place:
        return "coming" if moving else "here"
    return "ahead"
