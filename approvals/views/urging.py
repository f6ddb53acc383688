"""催办: its button on the page of a case and on that of a receipt, and what those who have the case in hand see of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations import urging as verbs
from approvals.operations.errors import Refusal
from approvals.operations.permissions import COUNTY, holds, jurisdiction
from approvals.queries import progress, urging
from approvals.queries.cases import Family, Member
from approvals.queries.deadlines import in_hand
from approvals.queries.history import Line
from approvals.queries.urging import APPLICANT, MOST_A_STEP, SUPERVISOR, URGED, Asked, counted_day, urged_of_this_step
from approvals.queries.warnings import warnings_of

from . import request
from .access import public, requires
from .case_access import Seen
from .checked_receipts import is_checked
from .warnings import Words

blueprint = Blueprint("urging", __name__)


@dataclass(frozen=True, slots=True)
class Panel:
    """What a page says of urging. ``address``: where the button sends, "" without one; ``note`` is why not, or what it does.

    ``times`` is how often the steps that are open now were urged, and ``last`` when, for whoever has them in hand.
    ``way`` is where the telephone is given that comes before it; ``offices`` is where to find the numbers once there is no more urging.
    """

    address: str
    note: str
    times: int
    last: datetime | None
    way: str = ""
    offices: str = ""


def of_case(view: Seen, lines: Sequence[Line]) -> dict[str, Any]:
    """What the page of a case says of urging, and to staff and supervisors of the warnings that were sent."""
    warned = warnings_of(request.session(), view.family.root.case.id) if view.works_on(view.subject) else []
    shown = [each for each in warned if view.subject.is_root or each.number == view.subject.case.number]
    return {"urging": panel(view, lines), "warned": shown, "warning_words": Words()}


def panel(view: Seen, lines: Sequence[Line]) -> Panel | None:
    """Urging on the page of a case, from its history; None where nobody has it in hand, or nothing is to be said."""
    with_staff = list(in_hand(view.subject, view.family.linked_of, request.now()))
    told = [event for each in with_staff for event in urged_of_this_step(lines, each)]
    side = _side(view, with_staff)
    if not with_staff or not (side or told):
        return None
    last = max((event.happened_at for event in told), default=None)
    if not side:
        return Panel("", "", len(told), last) if view.works_on(view.subject) else None
    every = [line.event for line in lines if line.event.action == URGED and line.event.role == side]
    asked = Asked.of((each.case_id, counted_day(each.happened_at), each in told) for each in every)
    address = url_for("urging.urge", token=view.subject.case.token)
    return _panel(asked, with_staff, address, len(told) if side == SUPERVISOR else 0, last)


def panel_of_receipt(family: Family, token: str) -> Panel | None:
    """The same on the page of a receipt: the button for whoever has given the telephone behind it, the way there for others."""
    with_staff = list(in_hand(family.root, family.linked_of, request.now()))
    if not with_staff:
        return None
    if not is_checked(token):
        return Panel("", "", 0, None, url_for("progress.index", number=family.root.case.number))
    asked = urging.asked_of(request.session(), [each.case.id for each in with_staff], APPLICANT)
    return _panel(asked, with_staff, url_for("urging.urge_by_receipt", token=token), 0, None)


def _panel(asked: Asked, with_staff: Sequence[Member], address: str, times: int, last: datetime | None) -> Panel:
    now = request.now()
    if any(asked.may_again(each.case.id, now) for each in with_staff):
        note = _("催办后，经办人和负责人马上收到通知。每个工作日可以催一次，每一步最多%(most)s次。", most=MOST_A_STEP)
        return Panel(address, note, times, last)
    if any(asked.today(each.case.id, now) for each in with_staff):
        return Panel("", _("今天催办过了，经办人和负责人都收到了通知；下一个工作日还没有办的，可以再催。"), times, last)
    note = _("这一步已经催办过%(most)s次，不能再催。着急的请拨打服务点电话。", most=MOST_A_STEP)
    return Panel("", note, times, last, offices=url_for("public.offices"))


def _side(view: Seen, with_staff: Sequence[Member]) -> str:
    """As whom somebody can urge: the applicant or who acts for them, a supervisor of one of the offices; "" for all others."""
    if view.is_applicant or any(APPLICANT in view.roles(each) for each in with_staff):
        return APPLICANT
    if not holds(view.acting, "urge"):
        return ""
    found = jurisdiction(view.acting, "urge", request.network(), request.today())
    reaches = found is COUNTY or any(not found.isdisjoint(each.every_office_id()) for each in view.family.members)
    return SUPERVISOR if reaches else ""


@blueprint.post("/cases/<string:token>/urging")
@requires("applicant")
def urge(token: str) -> Response:
    """Urge a case, for its applicant or a supervisor."""
    _do(lambda: request.write(verbs.urge, request.acting(), token, request.now()))
    return redirect(url_for("cases.case_page", token=token, _anchor="urging"), code=303)


@blueprint.post("/progress/<string:token>/urging")
@public
def urge_by_receipt(token: str) -> Response:
    """Urge the case of a receipt, for whoever has given the telephone behind it."""
    family = progress.family_of_receipt(request.session(), token)
    if family is None:
        abort(404)
    if not is_checked(token):
        return redirect(url_for("progress.index", number=family.root.case.number), code=303)
    _do(lambda: request.write(verbs.urge_by_receipt, request.maybe_acting(), token, request.now()))
    return redirect(url_for("progress.show", token=token, _anchor="urging"), code=303)


def _do(verb: Callable[[], int]) -> None:
    try:
        verb()
    except Refusal as refusal:
        flash(say(refusal.message), "warning")
    else:
        flash(_("已催办，经办人和负责人收到了通知。"), "success")
