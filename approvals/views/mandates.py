"""Mandates on the pages of those whom they concern: on the case, all of one's own, renewing them, and their paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask import request as asked
from sqlalchemy import select
from werkzeug.wrappers import Response

from approvals.documents.mandate_paper import MandatePaper, mandate_paper
from approvals.forms import DefinitionForm, Note, canonical, fill, form_class
from approvals.language import _, day_in_words, in_chinese, say
from approvals.models import Mandate, Person, Signature
from approvals.operations import paper_signing, reminding, renewing
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries import mandates
from approvals.queries.uploads import Kept, files_of_case
from workflows.engine.definition import DELEGATED
from workflows.rules import mask_identity
from workflows.rules.signatories import MANDATE

from . import case_files, request, revoking
from .access import requires
from .case_access import Seen, seen
from .receipts import exact_moment
from .signing_mandates import Shown, shown

blueprint = Blueprint("mandates", __name__)
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Panel:
    """The mandates of a case on its page, the newest first, with what the person may do about them.

    ``asked`` is what the principal is asked now, ``own_link`` where they answer it themselves. ``renewing`` is "" for nobody,
    "renew" for the agent, "take-over" for another agent of the point. ``papers`` are photos of what was signed on paper.
    """

    lines: tuple[Shown, ...]
    asked: Signature | None
    is_applicant: bool
    own_link: str = ""
    may_revoke: bool = False
    renewing: str = ""
    may_remind: bool = False
    may_take_paper: bool = False
    may_correct_phone: bool = False
    may_print: bool = False
    papers: tuple[Kept, ...] = ()
    may_open_papers: bool = False
    witnesses: dict[int, str] = field(default_factory=dict)

    @property
    def is_delivery(self) -> bool:
        return self.asked is not None and self.asked.acts != [MANDATE]

    @property
    def renewal_is_due(self) -> bool:
        """Whether the mandate that counts has ended or is about to, and no newer one waits for its signature."""
        return bool(self.lines) and self.lines[0].standing.may_renew


def panel(view: Seen) -> Panel | None:
    """The panel of a delegated case's page; None on others, and for whoever does not read the whole case."""
    root, session = view.family.root, request.session()
    if root.definition.kind != DELEGATED or not view.may_read(root):
        return None
    rows = mandates.mandates_of(session, root.case.id)
    if not rows:
        return None
    lines = tuple(shown(row, mandates.office_of(session, row), newest=row is rows[-1]) for row in reversed(rows))
    open_one = mandates.open_request(session, root.case.id) if not root.state.final else None
    roles = view.reading_roles(root)
    witnesses = {row.witness_id for row in rows if row.witness_id is not None}
    names = session.execute(select(Person.id, Person.name).where(Person.id.in_(witnesses))).all() if witnesses else []
    has_revocable = any(row.signed_at is not None and row.revoked_at is None for row in rows)
    return Panel(
        lines, open_one, view.is_applicant,
        own_link=url_for("signing.link", token=open_one.token) if open_one is not None and view.is_applicant else "",
        may_revoke=has_revocable and not root.state.final and bool(revoking.role_of(view)),
        renewing=_renewing(view, rows[-1]),
        may_remind=open_one is not None and bool(roles) and bool(open_one.phone),
        may_take_paper=open_one is not None and _is_second(view, rows),
        may_correct_phone="agent" in roles and root.case.state == "mandating" and not _has_account(root.case.applicant_id),
        may_print=bool(roles),
        papers=tuple(each for each in files_of_case(session, root.case.id) if each.workflow == root.definition.key),
        may_open_papers=case_files.may_open(view, root.definition.key),
        witnesses={person_id: name for person_id, name in names},
    )  # fmt: skip


def _renewing(view: Seen, newest: Mandate) -> str:
    root = view.family.root
    if view.is_applicant or "agent" not in view.reading_roles(root) or newest.revoked_at is not None:
        return ""
    if root.state.final or root.case.state in renewing.BEFORE_FILING or root.state.sign_off is not None:
        return ""
    return "renew" if newest.agent_id in view.acting.stands_in_for | {view.acting.person_id} else "take-over"


def _is_second(view: Seen, rows: Any) -> bool:
    """Whether somebody may take a paper in: at an office of the case, and none of the agents whom it concerns."""
    agents = {row.agent_id for row in rows if row.revoked_at is None}
    if view.is_applicant or agents & (view.acting.stands_in_for | {view.acting.person_id}):
        return False
    root = view.family.root
    return bool(
        paper_signing.witnessing_role(view.acting, root.case.applicant_id, root.definition.department, tuple(root.office_ids()))
    )


def _has_account(person_id: int | None) -> bool:
    person = request.session().get(Person, person_id) if person_id is not None else None
    return person is None or person.password_hash is not None


# ---- one's own -------------------------------------------------------------------------------------------------------


@blueprint.get("/mandates")
@requires("applicant")
def index() -> str:
    """My mandates over all my cases."""
    newest: set[int] = set()
    lines = []
    for row, case, office in mandates.of_principal(request.session(), request.acting().person_id):
        lines.append((shown(row, office, newest=case.id not in newest), case))
        newest.add(case.id)
    return render_template("mandates/index.html", lines=lines)


# ---- renewing --------------------------------------------------------------------------------------------------------


def _of_agent(token: str) -> Seen:
    """The case of somebody who is an agent of its point. Says what to do to who is that no more; NotFound for strangers."""
    view = seen(token)
    root = view.family.root
    if root.definition.kind != DELEGATED or view.is_applicant or not view.acting.is_staff:
        raise NotFound
    if "agent" not in view.reading_roles(root):
        raise renewing.not_of_the_point()
    return view


def _terms(view: Seen) -> DefinitionForm:
    return form_class(view.family.root.definition.forms["terms"], {})()


@blueprint.get("/cases/<string:token>/mandate/renewal")
@requires("desk")
def renewal(token: str) -> Answer:
    """Draft the mandate anew, for the same agent or for another one of the point."""
    view = _of_agent(token)
    form = _terms(view)
    last = mandates.mandates_of(request.session(), view.family.root.case.id)[-1]
    fill(form, {"relation": last.relation, "remark": last.scope["remark"]})
    return _renewal(view, form)


def _renewal(view: Seen, form: DefinitionForm, fault: str = "") -> str:
    root = view.family.root
    rows = mandates.mandates_of(request.session(), root.case.id)
    last = shown(rows[-1], mandates.office_of(request.session(), rows[-1]))
    return render_template(
        "mandates/renewal.html", view=view, root=root, form=form, last=last, fault=fault, key=asked.form.get("key", ""),
        takes_over=rows[-1].agent_id not in view.acting.stands_in_for | {view.acting.person_id}, faults=form.noted(),
        phone=rows[-1].phone,
    )  # fmt: skip


@blueprint.post("/cases/<string:token>/mandate/renewal")
@requires("desk")
def renew(token: str) -> Answer:
    """Send it to be signed."""
    view = _of_agent(token)
    form = _terms(view)
    if not form.validate():
        return _renewal(view, form), 422
    root_token, key = view.family.root.case.token, asked.form.get("key", "")[:60] or None
    try:
        request.write(renewing.renew, request.acting(), root_token, canonical(form), request.now(), key)
    except Refusal as refusal:
        view = _of_agent(token)
        again = _terms(view)
        if refusal.reason == "mandate-term":
            again.note("valid_to", Note(say(refusal.message)))
            return _renewal(view, again), 422
        return _renewal(view, again, say(refusal.message)), 422
    flash(_("委托书已经发给申请人，签好以后就能接着办；已经填的、收的都还在。"), "success")
    return _back(root_token)


def _back(token: str) -> Response:
    return redirect(url_for("cases.case_page", token=token, _anchor="mandate"), code=303)


@blueprint.post("/cases/<string:token>/mandate/reminder")
@requires("applicant")
def remind(token: str) -> Response:
    """Send the principal their link once more."""
    view = seen(token)
    open_one = mandates.open_request(request.session(), view.family.root.case.id)
    if open_one is None:
        flash(_("现在没有等申请人签的文书。"), "warning")
        return _back(token)
    name = open_one.name
    try:
        request.write(reminding.remind, request.acting(), open_one.id, request.now())
    except (Refusal, Outdated) as error:
        flash(say(error.message), "warning")
    else:
        flash(_("已提醒%(name)s，链接又有七天有效。", name=name), "success")
    return _back(token)


@blueprint.post("/cases/<string:token>/mandate/telephone")
@requires("desk")
def telephone(token: str) -> Response:
    """Draft an unsigned mandate anew for another telephone; the old number is told."""
    view = _of_agent(token)
    root_token = view.family.root.case.token
    try:
        request.write(renewing.correct_phone, request.acting(), root_token, asked.form.get("phone", "")[:40], request.now())
    except (Refusal, Outdated) as error:
        flash(say(error.message), "warning")
    else:
        flash(_("委托书已经重新起草，新的链接发到了改好的手机号；原来的手机号会收到通知。"), "success")
    return _back(root_token)


def _is_to_be_signed(view: Seen, newest: Mandate) -> bool:
    """Whether an agent of the point prints a mandate for its signature; what was signed is masked for them like everything else."""
    waits = newest.signed_at is None and newest.revoked_at is None and not view.family.root.state.final
    return waits and any(held.role == "agent" and held.office_id == newest.office_id for held in view.acting.positions)


# ---- the paper -------------------------------------------------------------------------------------------------------


@blueprint.get("/cases/<string:token>/mandate/paper")
@requires("applicant")
def paper(token: str) -> Response:
    """The newest mandate as PDF, to be signed on paper or kept."""
    view = seen(token)
    root, session = view.family.root, request.session()
    rows = mandates.mandates_of(session, root.case.id)
    if not rows or not view.may_read(root):
        raise NotFound
    full = view.sees_numbers(root) or _is_to_be_signed(view, rows[-1])
    with in_chinese():
        each = shown(rows[-1], mandates.office_of(session, rows[-1]))
        mandate = each.mandate
        sheet = MandatePaper(
            number=f"{root.case.number}-{mandate.number}", title=_("委托书"), principal=mandate.principal_name,
            identity_number=mandate.identity_number if full else mask_identity(mandate.identity_number), agent=mandate.agent_name,
            office=each.office.name, office_phone=each.office.phone, matters=each.matters, may=each.may, may_not=each.may_not,
            valid_from=day_in_words(mandate.valid_from), valid_to=each.until, remark=mandate.scope["remark"], digest=mandate.digest,
            signed=exact_moment(mandate.signed_at), demo=bool(current_app.config["DEMO"]),
        )  # fmt: skip
    content = mandate_paper(sheet)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="mandate-{mandate.number}.pdf"'
    return response
