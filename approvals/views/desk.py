"""The inbox of department staff, window clerks, and those who carry cases for others."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template
from flask import request as asked

from approvals.operations.acting import counting_on, roles_on_case
from approvals.operations.permissions import DESK_ROLES, working_positions
from approvals.queries import inbox
from approvals.queries.carried import carried_by
from approvals.queries.cases import Member

from . import counter, request
from .access import may, requires
from .custody import transit_counts

blueprint = Blueprint("desk", __name__)


def _filters() -> inbox.Filters:
    page = asked.args.get("page", 1, type=int)
    due, holder = asked.args.get("due", ""), asked.args.get("holder", "")
    return inbox.Filters(
        workflow=asked.args.get("matter", ""),
        due=due if due in inbox.DUE_FILTERS else "",
        holder=holder if holder in inbox.HOLDER_FILTERS else "",
        page=page if page > 0 else 1,
    )


@blueprint.get("/desk")
@requires("desk")
@counter.lists_people
def index() -> str:
    """Open tasks of the person's positions, oldest due first."""
    acting, now, filters = request.acting(), request.now(), _filters()
    positions = working_positions(acting)
    page = inbox.page_of(request.session(), acting.person_id, positions, filters, now)
    counts = inbox.counts_of(request.session(), acting.person_id, positions, now)

    points, centres = ({held.office_id for held in positions if held.role == role} for role in ("agent", "coordinator"))
    carried = carried_by(request.session(), points, centres, request.today())

    def address(**changes: str | int) -> str:
        asked_for = {"matter": filters.workflow, "due": filters.due, "holder": filters.holder, **changes}
        kept = {name: value for name, value in asked_for.items() if value}
        return "/desk" + (f"?{urlencode(kept)}" if kept else "")

    return render_template(
        "desk/index.html",
        page=page, counts=counts, filters=filters, matters=inbox.matters_of(positions), address=address, positions=positions,
        most=inbox.MOST_COUNTED, transit=transit_counts(), carried=carried, takes_in=may(acting, "delegate"),
        person_id=acting.person_id, here=address(page=page.number),
    )  # fmt: skip


@blueprint.get("/desk/search")
@requires("applicant")
@counter.lists_people
def search() -> str:
    """Cases by number or company: those a position of the person has to do with; those of their offices for supervisors."""
    acting, words = request.acting(), asked.args.get("q", "").strip()[:100]
    supervised = request.jurisdiction("supervise")
    positions = working_positions(acting)
    found = inbox.search(request.session(), positions, words, request.now(), supervised=supervised)
    rows = [row for row in found if _is_supervised(row, supervised) or _is_theirs(row)]
    return render_template(
        "desk/search.html", rows=rows[: inbox.MOST_FOUND], words=words, more=len(found) > inbox.MOST_FOUND, most=inbox.MOST_FOUND
    )


def _is_supervised(row: inbox.Row, supervised: frozenset[int] | None) -> bool:
    return supervised is None or not supervised.isdisjoint(_member(row).every_office_id())


def _is_theirs(row: inbox.Row) -> bool:
    roles = roles_on_case(
        request.acting(), applicant_id=None, department=row.definition.department, offices=_member(row).office_ids()
    )
    return bool(counting_on(row.definition, roles) & DESK_ROLES)


def _member(row: inbox.Row) -> Member:
    assert row.case is not None
    return Member(row.case, row.definition, row.task, row.holder, None)
