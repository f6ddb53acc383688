"""Consents that a bank, post office or merchant point has one's data: seen, given and withdrawn, on a case and over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.models import Case, Consent
from approvals.operations import consents
from approvals.operations.consent_rows import named
from approvals.operations.consents import ConsentMissing, recipients_of, recorder_role
from approvals.operations.errors import Refusal
from approvals.queries import consents as known
from approvals.queries.cases import Member

from . import request
from .access import requires
from .case_access import Seen
from .local import local_path

blueprint = Blueprint("consents", __name__)
_LARGEST_ID = 1 << 63


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that a case goes to, in words, with the consent that was given last; None where there never was one."""

    token: str
    number: str
    company: str
    office_id: int
    office: str
    kind: str
    data: str
    purpose: str
    consent: Consent | None

    @property
    def is_given(self) -> bool:
        return self.consent is not None and self.consent.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Panel:
    """The consents of a case on its page. ``way`` is online for the applicant, paper for who notes it for them, "" for readers."""

    recipients: tuple[Recipient, ...]
    way: str


def panel(view: Seen) -> Panel | None:
    """The panel of a root's page; None where the case goes to no third party, or the person is none of its business."""
    if not view.subject.is_root:
        return None
    cases = [member.case for member in view.family.members]
    offices = [office_id for member in view.family.members for office_id in member.office_ids()]
    way = "online" if view.is_applicant else ("paper" if recorder_role(view.acting, offices) else "")
    if not way and not view.is_supervisor:
        return None
    found = tuple(_recipients(cases, known_of(view)))
    return Panel(found, way) if found else None


def known_of(view: Seen) -> Mapping[tuple[int, int], Consent]:
    """The consents of a family; nothing is read where it goes to no third party."""
    if not recipients_of([member.case for member in view.family.members], request.network()):
        return {}
    return view.consents


def missing_for(view: Seen, member: Member) -> str:
    """The third party that has the open task of a case and waits for the applicant's consent; "" where nobody does."""
    task, offices = member.task, request.network().offices
    if task is None or task.office_id not in recipients_of([member.case], request.network()):
        return ""
    given = known_of(view).get((member.case.root_id, task.office_id))
    return "" if given is not None and given.withdrawn_at is None else offices[task.office_id].name


def _recipients(cases: Iterable[Case], given: Mapping[tuple[int, int], Consent]) -> Iterable[Recipient]:
    family = list(cases)
    root = next((case for case in family if case.parent_id is None), family[0])
    for office_id, (kind, for_account) in recipients_of(family, request.network()).items():
        data, purpose = named(kind, for_account=for_account)
        yield Recipient(
            root.token, root.number, root.company, office_id, request.network().offices[office_id].name, kind, data_in_words(data),
            say(purpose), given.get((root.root_id, office_id)),
        )  # fmt: skip


def data_in_words(data: Iterable[str]) -> str:
    """Kinds of data as a consent names them."""
    words = {
        "company": _("公司名称"), "premises": _("地址和经营范围"), "people": _("公司人员"), "contacts": _("联系方式"),
        "applicant": _("申请人姓名和证件"), "papers": _("申请内容和材料"), "results": _("办理结果"),
    }  # fmt: skip
    return _("、").join(words.get(each, each) for each in data)


@blueprint.get("/consents")
@requires("applicant")
def index() -> str:
    """My consents over all my cases."""
    session = request.session()
    families = [family for family in known.families_of(session, request.acting().person_id) if recipients_of(family, request.network())]
    given = known.consents_of(session, [family[0].root_id for family in families]) if families else {}
    return render_template("consents/index.html", recipients=[each for family in families for each in _recipients(family, given)])


@blueprint.post("/cases/<string:token>/consents/<int:office_id>/give")
@requires("applicant")
def give(token: str, office_id: int) -> Response:
    """Consent: the applicant online, or whoever has the signed paper before them. The box has to be ticked."""
    if asked.form.get("agreed") != "y":
        flash(_("请先勾选，再按按钮。没有登记同意。"), "warning")
        return _back(token)
    return _changed(consents.give, token, office_id, _("已登记同意，%(office)s可以办理了。"))


@blueprint.post("/cases/<string:token>/consents/<int:office_id>/withdraw")
@requires("applicant")
def withdraw(token: str, office_id: int) -> Response:
    """Withdraw it; what was done before stands."""
    done = _("已撤回同意，从现在起%(office)s不能查看和办理。已经办完的不受影响，想继续办时可以再同意。")
    return _changed(consents.withdraw, token, office_id, done)


def _changed(verb: Any, token: str, office_id: int, sentence: str) -> Response:
    try:
        if office_id < _LARGEST_ID:
            request.write(verb, request.acting(), token, office_id, request.now())
    except Refusal as refusal:
        flash(say(refusal.message), "warning")
    else:
        office = request.network().offices.get(office_id)
        flash(sentence % {"office": office.name if office is not None else ""}, "success")
    return _back(token)


def _back(token: str) -> Response:
    return redirect(local_path(asked.form.get("next"), url_for("cases.case_page", token=token, _anchor="consents")), code=303)


@blueprint.app_errorhandler(ConsentMissing)
def missing(error: ConsentMissing) -> tuple[str, int]:
    """Instead of the case: that there is no consent, and what to do."""
    office = request.network().offices[error.office_id]
    data, purpose = named(office.kind, for_account=False)
    page = render_template(
        "consents/missing.html", error=error, office=office, data=data_in_words(data), purpose=say(purpose),
        may_record=bool(recorder_role(request.acting(), [office.id])), back=local_path(asked.path),
    )  # fmt: skip
    return page, 403
