"""What the forms of positions offer, and what was typed into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request as asked

from approvals.language import _, say
from approvals.operations.administration.kinds import KIND_TITLES
from approvals.operations.administration.reading import one_line, read_day
from approvals.operations.errors import NotFound
from approvals.operations.permissions import STAFF_ROLES
from approvals.operations.position_rules import Wanted, departments, role_title
from workflows.county import county_catalogue

from . import request


@dataclass(frozen=True, slots=True)
class Lists:
    """What is offered where a position is granted: roles, departments, and the offices that stand or will."""

    roles: Sequence[tuple[str, str]]
    departments: Sequence[tuple[str, str]]
    offices: Sequence[tuple[str, str]]


def lists() -> Lists:
    """What there is to choose from today; no statement."""
    today = request.today()
    standing = [each for each in request.network().offices.values() if each.valid_to is None or each.valid_to >= today]
    kinds = {kind: say(title) for kind, title in KIND_TITLES.items()}
    return Lists(
        [(role, say(role_title(role))) for role in STAFF_ROLES],
        [(name, say(county_catalogue().text("departments", name))) for name in departments()],
        [(each.code, _("%(office)s（%(kind)s）", office=each.name, kind=kinds.get(each.kind, each.kind))) for each in standing],
    )


def wanted(person_id: int = 0) -> Wanted:
    """The position that was asked for."""
    form = asked.form
    return Wanted(
        person_id, form.get("role", "")[:40], form.get("department", "")[:40], form.get("office", "")[:40], day("valid_from"),
        day("valid_to"), not form.get("valid_to", "").strip(),
    )  # fmt: skip


def day(name: str) -> date | None:
    """A day that was typed; None for what is none."""
    return read_day(asked.form.get(name, "")[:40])


def reason() -> str:
    """Why, on one line."""
    return one_line(asked.form.get("reason", ""))[:300]


def stored(number: int) -> int:
    """An identifier that can be stored; a larger one is nobody's."""
    if number >= 1 << 63:
        raise NotFound
    return number
