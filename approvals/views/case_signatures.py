"""The signatures of a case on its page: who has signed, and what the applicant and the clerks do for those who have not.

The link of somebody else may be shown to them, to be passed on: without that person's number and a code sent to that
person's telephone it opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask import request as asked_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from approvals.forms import Choices
from approvals.language import _, say
from approvals.models import Person, Signature, Submission
from approvals.operations import reminding
from approvals.operations.errors import NotFound, Refusal
from approvals.qr import qr_svg
from approvals.queries import signatures
from approvals.queries.cases import Member
from approvals.queries.signatures import Line, Progress

from . import acts, request
from .access import requires
from .case_access import Seen, seen

blueprint = Blueprint("signatures", __name__)
Answer = str | Response | tuple[str, int]
_LARGEST_ID = 1 << 63


@dataclass(frozen=True, slots=True)
class SignaturePanel:
    """The signatures as one person sees them. ``own`` is the one they owe themselves; ``may_manage``: they may remind."""

    progress: Progress
    may_manage: bool
    own: Line | None

    @property
    def declined(self) -> list[Line]:
        return [line for line in self.progress.lines if line.status == "declined"]


def panel(view: Seen, submissions: Sequence[Submission]) -> SignaturePanel | None:
    """The panel of a case's page; None where nobody was asked, or the person does not read the case that is signed for."""
    progress = signatures.progress_of(request.session(), view.family, request.now())
    if progress is None or not (view.subject.is_root or view.subject is progress.member) or not view.may_read(progress.member):
        return None
    own = _own(view, progress, submissions[-1].content) if progress.is_signing and view.is_applicant and submissions else None
    return SignaturePanel(progress, may_manage(view, progress.member), own)


def may_manage(view: Seen, member: Member) -> bool:
    """Whether somebody reminds, renews and corrects now: the applicant, or a clerk whom the case is with."""
    return member.state.stage == "signing" and _looks_after(view, member)


def _looks_after(view: Seen, member: Member) -> bool:
    return not view.roles(member).isdisjoint(("applicant", "clerk"))


def _own(view: Seen, progress: Progress, content: Mapping[str, Any]) -> Line | None:
    person = request.session().get(Person, view.acting.person_id)
    if person is None:
        return None
    open_lines = [line for line in progress.lines if line.is_open]
    return signatures.own_of(open_lines, content, person.identity_number, person.name, person.phone)


def with_real_names(lists: Choices, asked: Sequence[Signature]) -> Choices:
    """The official lists with people who are asked to sign, as the form of a clerk's action offers and repeats them."""
    return {**lists, "real_names": acts.real_names(asked)} if asked else lists


def with_open_names(lists: Choices, member: Member) -> Choices:
    """The same with those who have not signed for a case; nothing is read where its definition asks nobody."""
    asks = any(state.sign_off is not None for state in member.definition.states.values())
    return with_real_names(lists, signatures.open_of_case(request.session(), member.case.id) if asks else ())


def _line(token: str, signature_id: int) -> tuple[Seen, Line | None]:
    """A signature on a case that the person looks after; None when it is open no more. Raises NotFound for others."""
    view = seen(token)
    progress = signatures.progress_of(request.session(), view.family, request.now())
    if progress is None or not _looks_after(view, progress.member) or signature_id >= _LARGEST_ID:
        raise NotFound
    open_lines = [line for line in progress.lines if line.is_open and progress.is_signing]
    return view, next((line for line in open_lines if line.signature.id == signature_id), None)


def _nothing_left(token: str) -> Response:
    flash(_("这个人已经签过，或者申请改过，不用再转交链接。"), "warning")
    return _back(token)


def _back(token: str) -> Response:
    return redirect(url_for("cases.case_page", token=token, _anchor="signatures"), code=303)


@blueprint.get("/cases/<string:token>/signatures/<int:signature_id>")
@requires("applicant")
def show(token: str, signature_id: int) -> Answer:
    """The link of somebody who has not signed, to pass on, and where they are reached."""
    view, line = _line(token, signature_id)
    return _page(view, line) if line is not None else _nothing_left(token)


def _page(view: Seen, line: Line, fault: str = "", typed: str = "") -> str:
    address = current_app.config["PUBLIC_URL"] + url_for("signing.link", token=line.signature.token)
    drawn = Markup(qr_svg(address, _("%(name)s的签署链接", name=line.signature.name), scale=6))
    return render_template(
        "cases/signature.html", view=view, line=line, address=address, drawn=drawn, acts_in_words=acts.acts_in_words,
        fault=fault, typed=typed,
    )  # fmt: skip


@blueprint.post("/cases/<string:token>/signatures/<int:signature_id>/reminder")
@requires("applicant")
def remind(token: str, signature_id: int) -> Response:
    """Send somebody their link once more."""
    _view, line = _line(token, signature_id)
    if line is None:
        return _nothing_left(token)
    name = line.signature.name
    try:
        request.write(reminding.remind, request.acting(), signature_id, request.now())
    except Refusal as error:
        flash(say(error.message), "warning")
    else:
        flash(_("已提醒%(name)s，链接又有七天有效。", name=name), "success")
    return _back(token)


@blueprint.post("/cases/<string:token>/signatures/<int:signature_id>/telephone")
@requires("applicant")
def telephone(token: str, signature_id: int) -> Answer:
    """Correct where somebody is reached, without filing anew."""
    view, line = _line(token, signature_id)
    if line is None:
        return _nothing_left(token)
    typed, name = asked_for.form.get("phone", "")[:40], line.signature.name
    try:
        request.write(reminding.change_contact, request.acting(), signature_id, typed, request.now())
    except Refusal as error:
        if error.reason != "phone":
            flash(say(error.message), "warning")
            return _back(token)
        view, line = _line(token, signature_id)
        return (_page(view, line, say(error.message), typed), 422) if line is not None else _nothing_left(token)
    flash(_("已改正%(name)s的手机号，新的链接发到了那里，原来的作废。", name=name), "success")
    return _back(token)
