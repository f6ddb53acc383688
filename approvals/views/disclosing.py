"""Showing staff the personal data of a case in full: the bar above it, the reason they give, and the minutes that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations import disclosing
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.permissions import holds

from . import request
from .access import requires
from .case_access import Seen, seen
from .filters import moment
from .local import local_path

blueprint = Blueprint("disclosing", __name__)
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands above masked data. ``until`` while it is shown in full; ``before`` is the reason given on this case before."""

    address: str
    back: str
    until: datetime | None
    before: str
    reasons: tuple[tuple[str, str], ...]
    longest: int


def bar(view: Seen) -> Bar | None:
    """The bar of a page about a case; None for the applicant, and for whoever may not see more than is masked."""
    if view.is_applicant or not view.works_on(view.subject) or not holds(view.acting, "disclose_identity"):
        return None
    before = in_words(view.disclosure.reason) if view.disclosure is not None else ""
    return Bar(
        url_for("cases.disclosing.show_in_full", token=view.subject.case.token),
        asked.full_path.rstrip("?") if asked.method == "GET" else url_for("cases.case_page", token=view.subject.case.token),
        view.disclosed_until, before, _reasons(), disclosing.LONGEST_REMARK,
    )  # fmt: skip


def in_words(reason: str) -> str:
    """A reason as it was put on record, in the reader's language as far as it was chosen and not typed."""
    for text in disclosing.REASONS.values():
        chosen, remark = text["zh"], reason.removeprefix(text["zh"])
        if reason.startswith(chosen) and (not remark or remark.startswith("：")):
            return say(text) + (_("：") + remark[1:] if remark else "")
    return reason


def _reasons() -> tuple[tuple[str, str], ...]:
    return tuple((name, say(text)) for name, text in disclosing.REASONS.items())


@blueprint.post("/cases/<string:token>/disclosure")
@requires("applicant")
def show_in_full(token: str) -> Answer:
    """Put the reason on record and go back to the page, in full for some minutes."""
    view = seen(token)
    back = local_path(asked.form.get("next"), url_for("cases.case_page", token=token))
    reason, remark = asked.form.get("reason", "")[:20], asked.form.get("remark", "")[:1000]
    try:
        until = request.write(disclosing.disclose, request.acting(), view.subject.case.id, request.now(), reason, remark)
    except Refusal as refusal:
        if refusal.reason == "own":
            flash(say(refusal.message), "info")
            return redirect(back, code=303)
        return _page(seen(token), back, refusal, reason, remark), 422
    flash(_("完整信息显示到 %(moment)s，之后自动遮挡。理由已记入办理记录，申请人看得到。", moment=moment(until)), "success")
    return redirect(back, code=303)


def _page(view: Seen, back: str, refusal: Refusal | None = None, reason: str = "", remark: str = "") -> str:
    shown = bar(view)
    if shown is None:
        raise NotFound
    return render_template(
        "cases/disclosure.html", view=view, bar=shown, back=back, reason=reason, remark=remark,
        faults={refusal.reason: say(refusal.message)} if refusal is not None else {},
    )  # fmt: skip
