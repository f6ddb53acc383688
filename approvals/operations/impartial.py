"""Who takes no part in following up a rating, those whom it rates; and on which days the person was tried to be reached."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from approvals.models import Event, Rating
from workflows.clock import OFFICE_ZONE
from workflows.engine.facts import Actor, Facts
from workflows.engine.machine import possible_actions
from workflows.engine.registry import GUARDS

from .errors import Refusal

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

GUARD = "not_one_of_the_rated"
TRIED = "tried_on_three_days"
"""Asks the same of who closes a follow-up without contact, and for the days."""

NOTE_ATTEMPT = "note_attempt"


def rated_persons(connection: Connection, follow_up_id: int) -> frozenset[int]:
    """Everybody whom the ratings behind a follow-up rate; one statement."""
    rows = connection.execute(select(Rating.rated).where(Rating.follow_up_id == follow_up_id))
    return frozenset(person_id for (rated,) in rows for person_id in rated)


def days_of_attempts(connection: Connection, follow_up_id: int) -> frozenset[date]:
    """The days on which a call in vain was noted for a follow-up, by the county's clock; one statement."""
    noted = select(Event.happened_at).where(Event.case_id == follow_up_id, Event.action == NOTE_ATTEMPT)
    return frozenset(at.astimezone(OFFICE_ZONE).date() for at in connection.scalars(noted))


def follow_up_facts(connection: Connection, follow_up_id: int, needs: frozenset[str]) -> dict[str, Any]:
    """What the guards of a follow-up ask for, one statement for each of ``rating`` and ``attempts``."""
    facts: dict[str, Any] = {"rated": rated_persons(connection, follow_up_id)} if "rating" in needs else {}
    return facts | ({"attempts": days_of_attempts(connection, follow_up_id)} if "attempts" in needs else {})


def refuse_rated(unit: Unit, case: CaseNow, actor: Actor) -> None:
    """Raise Refusal when somebody would take up a task whose every action is kept from them as one of the rated."""
    actions = possible_actions(case.definition, case.state, actor.roles)
    if not actions or not all(any(named.name in (GUARD, TRIED) for named in action.guards) for action in actions):
        return
    facts = Facts(now=unit.now, domain={"rated": rated_persons(unit.connection, case.id)})
    message = GUARDS[GUARD].check(facts, actor, {})
    if message is not None:
        raise Refusal(GUARD, message)
