"""What the form of an action that lets the clock stand still begins with: today, and the grounds that were used lately.

Which fields these are is what the effect of the action says, so it holds for every workflow and version. The day on which a
special procedure ended is left to be typed: each day too many would be time that does not count.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from approvals.forms import DefinitionForm
from approvals.queries.cases import Member
from approvals.queries.grounds import lately_used
from workflows.engine.clock_states import SUSPEND
from workflows.engine.definition import Action, Named

from . import request


def _suspension(action: Action) -> Named | None:
    return next((effect for effect in action.effects if effect.name in SUSPEND), None)


def first_values(action: Action) -> dict[str, Any]:
    """The day from which the clock stands still is today, as a rule; nothing for an action that suspends nothing."""
    effect = _suspension(action)
    return {} if effect is None else {effect.parameters["from"]: request.today().isoformat()}


def suggest(session: Session, form: DefinitionForm, member: Member, action: Action) -> None:
    """Offer the grounds that the department used lately; one statement, and none for an action that suspends nothing."""
    effect = _suspension(action)
    field = form.at(effect.parameters["ground"]) if effect is not None else None
    if effect is not None and field is not None:
        field.suggestions = tuple(lately_used(session, effect.parameters["kind"], member.definition.department, request.now()))
