"""Taking a mandate back, at any time: by the applicant's account, by the link on which it was signed, or recorded at a counter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.models import Case
from approvals.operations import renewing
from approvals.operations.errors import NotFound, Refusal
from approvals.queries import signatures
from approvals.queries.mandates import mandates_of
from approvals.queries.signatures import Asked
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED

from . import request, signing_mandates
from .access import public, requires
from .case_access import Seen, seen
from .signing import is_confirmed

blueprint = Blueprint("revoking", __name__)
Answer = str | Response | tuple[str, int]
LONGEST_REASON = 500


def consequences(case: Case) -> tuple[str, ...]:
    """What becomes of a case whose mandate is revoked now."""
    state = county_catalogue().version(case.workflow, case.version).states[case.state]
    if not case.submissions:
        return (
            _("代办员马上停下来，申请不会提交。"),
            _("您交给代办员的材料，会在两个工作日内退还给您。"),
            _("已经填好的内容留着：愿意续办的，请代办员重新起草委托书，您再签一次就接着办。"),
        )
    if state.closes:
        return (
            _("事情已经办好，不受影响。"),
            _("代办员不能再替您办别的事。"),
            _("已经在路上的结果和原件照样送到您手上，由您确认收到。"),
        )
    return (
        _("代办员从现在起不能再替您办事，也不能再替您补正。"),
        _("申请不会撤回，部门照常办理；要补正、要撤回申请的，由您自己在网上或者到窗口办。"),
        _("结果在您申请里选的窗口领取；您交过的原件，会送回服务点退还给您。"),
    )


# ---- by the link on which it was signed ------------------------------------------------------------------------------


def _of_link(token: str) -> Asked | None:
    """A signed mandate whose principal has shown on this device who they are; None where that is to be done first."""
    found = signatures.asked(request.session(), token)
    if found is None or found.mandate is None:
        raise NotFound
    return found if is_confirmed(token) and signing_mandates.is_revocable(found) else None


@blueprint.get("/sign/<string:token>/revocation")
@public
def by_link(token: str) -> Answer:
    """What revoking does, said before it is done."""
    found = _of_link(token)
    if found is None:
        return redirect(url_for("signing.link", token=token))
    return _page(found.case, url_for("revoking.do_by_link", token=token), url_for("signing.link", token=token), found.signature.name)


@blueprint.post("/sign/<string:token>/revocation")
@public
def do_by_link(token: str) -> Answer:
    """Revoke it."""
    found = _of_link(token)
    if found is None:
        flash(_("离开得太久了，为安全起见，请再确认一次身份。委托还没有撤回。"), "warning")
        return redirect(url_for("signing.link", token=token), code=303)
    here, back = url_for("revoking.do_by_link", token=token), url_for("signing.link", token=token)
    if faults := _faults():
        return _page(found.case, here, back, found.signature.name, fault=faults), 422
    try:
        request.write(renewing.revoke_by_link, found.signature.id, asked.form.get("reason", ""), request.now())
    except Refusal as error:
        flash(say(error.message), "warning")
    return redirect(back, code=303)


# ---- on the case -----------------------------------------------------------------------------------------------------


def role_of(view: Seen) -> str:
    """As what somebody may revoke the mandate of a case: applicant, coordinator, clerk; "" where they may not."""
    root = view.family.root
    if root.definition.kind != DELEGATED:
        return ""
    role = renewing.revoking_role(view.acting, root.case.applicant_id, root.definition.department, root.office_ids())
    agents = {row.agent_id for row in mandates_of(request.session(), root.case.id)}
    return "" if role != "applicant" and agents & (view.acting.stands_in_for | {view.acting.person_id}) else role


@blueprint.get("/cases/<string:token>/mandate/revocation")
@requires("applicant")
def of_case(token: str) -> Answer:
    """What revoking does, for the applicant, or for who records it for them."""
    view = seen(token)
    role = role_of(view)
    if not role:
        raise NotFound
    return _of_case(view, role)


def _of_case(view: Seen, role: str, fault: tuple[str, str] | None = None) -> str:
    root = view.family.root.case
    here = url_for("revoking.do_of_case", token=view.subject.case.token)
    back = url_for("cases.case_page", token=view.subject.case.token)
    name = view.family.applicant.name if view.family.applicant is not None else ""
    return _page(root, here, back, name, recorded=role != "applicant", fault=fault)


@blueprint.post("/cases/<string:token>/mandate/revocation")
@requires("applicant")
def do_of_case(token: str) -> Answer:
    """Revoke it, or record that the applicant did."""
    view = seen(token)
    role = role_of(view)
    if not role:
        raise NotFound
    if faults := _faults():
        return _of_case(view, role, faults), 422
    root_token = view.family.root.case.token
    try:
        request.write(renewing.revoke, request.acting(), root_token, asked.form.get("reason", ""), request.now())
    except Refusal as error:
        return _of_case(seen(token), role, ("reason", say(error.message))), 422
    flash(_("委托已撤回，代办员从现在起不能再办。"), "success")
    return redirect(url_for("cases.case_page", token=root_token), code=303)


def _faults() -> tuple[str, str] | None:
    if asked.form.get("confirmed") != "y":
        return "confirmed", _("请先勾选，再按“撤回委托”。委托还没有撤回。")
    if len(asked.form.get("reason", "")) > LONGEST_REASON:
        return "reason", _("写得太长了，最多%(number)d个字，请缩短一些。", number=LONGEST_REASON)
    return None


def _page(
    case: Case, here: str, back: str, name: str, *, recorded: bool = False, fault: tuple[str, str] | None = None
) -> str:
    shown: dict[str, Any] = {"case": case, "here": here, "back": back, "name": name, "recorded": recorded, "fault": fault}
    return render_template("mandates/revocation.html", consequences=consequences(case), typed=asked.form.get("reason", ""), **shown)
