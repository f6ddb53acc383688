"""The receipt of a filing, and how a walk-in takes their case over with it."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask import request as asked
from flask import session as cookie
from werkzeug.wrappers import Response

from approvals.language import _, day_in_words
from approvals.models import Case
from approvals.operations import claiming
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound
from approvals.operations.permissions import allows
from approvals.queries.applications import receipt_of
from approvals.queries.expectations import expectation
from approvals.queries.issued import id_of_token
from approvals.queries.progress import receipt_token
from workflows.clock import OFFICE_ZONE

from . import progress, request
from .access import requires
from .applying import blueprint
from .submitting import CLAIM_CODES

Answer = str | Response | tuple[str, int]


@blueprint.get("/receipts/<string:token>")
@requires("applicant")
def receipt(token: str) -> str:
    """What was filed, what happens next, when it is promised, and how to follow it; a claim code is shown this once."""
    found = receipt_of(request.session(), token)
    acting = request.acting()
    if found is None or not (_is_own(found[1], acting) or _is_clerk(found[1], acting)):
        raise NotFound
    codes = dict(cookie.get(CLAIM_CODES, {}))
    code = codes.pop(token, "")
    if code:
        cookie[CLAIM_CODES] = codes
    session = request.session()
    document = receipt_token(session, found[1].id)
    return render_template(
        "applications/receipt.html", receipt=found[0], expected=expectation(session, found[1].workflow, request.now()),
        working_time=progress.working_time, code=progress.code_of(document) if document else "",
        progress_address=progress.address_of(document) if document else "", claim_code=code,
        document_id=id_of_token(session, document) if document else None,
        is_own=found[1].applicant_id == acting.person_id,
        is_clerk=_is_clerk(found[1], acting), exact=exact_moment,
    )  # fmt: skip


def exact_moment(value: datetime | None) -> str:
    """A moment with its full date: a receipt is read on other days than today."""
    if value is None:
        return ""
    local = value.astimezone(OFFICE_ZONE)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def _is_own(case: Case, acting: Acting) -> bool:
    # Who filed at the window did so for somebody else: as clerks of the office they read on, afterwards they do not.
    return case.applicant_id == acting.person_id or (case.channel == "online" and case.filed_by_id == acting.person_id)


def _is_clerk(case: Case, acting: Acting) -> bool:
    offices = {case.deciding_office_id, *(case.offices[name] for name in ("receiving", "delivery") if name in case.offices)}
    return any(allows(held, "take_in") and held.office_id in offices for held in acting.positions)


@blueprint.post("/receipts/<string:token>/claim-code")
@requires("desk")
def renew_claim_code(token: str) -> Response:
    """A new claim code for a walk-in who has lost theirs."""
    code = request.write(claiming.new_claim_code, request.acting(), token, request.now())
    cookie[CLAIM_CODES] = {**cookie.get(CLAIM_CODES, {}), token: code}
    return redirect(url_for("applications.receipt", token=token), code=303)


@blueprint.get("/cases/claim")
@requires("applicant")
def claim() -> str:
    """Number and claim code of a receipt from the window."""
    return _claim_page(asked.args.get("number", ""))


@blueprint.post("/cases/claim")
@requires("applicant")
def do_claim() -> Answer:
    """Take the case over."""
    number, code = asked.form.get("number", ""), asked.form.get("code", "")
    if not number.strip() or not code.strip():
        return _claim_page(number, code, _("请填写收件凭证上的办件号和认领码。")), 422
    adoption = request.write(claiming.adopt, request.acting(), number[:60], code[:60], request.now())
    if adoption.case_token:
        flash(_("认领成功，以后在这里就能查看这个办件。"), "success")
        return redirect(url_for("cases.case_page", token=adoption.case_token), code=303)
    if adoption.tries_left:
        sentence = _(
            "办件号和认领码对不上，或者这个办件已被认领。请对照收件凭证再填一次，这一小时内还可以试%(number)d次。",
            number=adoption.tries_left,
        )
    else:
        sentence = _("填错的次数太多，请一小时后再试，或带身份证件到办理窗口查询。")
    return _claim_page(number, code, sentence), 422


def _claim_page(number: str = "", code: str = "", fault: str = "") -> str:
    return render_template("applications/claim.html", number=number, code=code, fault=fault)
