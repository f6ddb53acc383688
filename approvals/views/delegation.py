"""Delegated handling at a service point: taking in what somebody entrusts, its receipt, and filling in the application for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import Choices, DefinitionForm, Note, canonical, fill, form_class
from approvals.language import _, say
from approvals.operations import delegation
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.taking_in import why_not
from approvals.operations.walk_ins import IDENTITY, number_fault
from approvals.queries import uploads
from approvals.queries.drafts import prepared_for
from approvals.queries.lists import choices_of
from approvals.queries.progress import receipt_token
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, Field, Form

from . import counter, progress, request
from .access import requires
from .case_access import Seen, seen
from .materials import sent

blueprint = Blueprint("delegation", __name__)
Answer = str | Response | tuple[str, int]

_BESIDE = {
    "principal": "id_number", "phone": "phone", "phone-of-staff": "phone", "phone-of-many": "phone", "phone-of-account": "phone",
    "mandate-term": "valid_to", "matter": "matter",
}  # fmt: skip
"""Beside which field a refusal stands; the others stand above the form."""


@blueprint.get("/desk/delegation")
@requires("delegate")
def begin() -> Answer:
    """Ask what is entrusted, by whom, and for how long."""
    form = _form()()
    form.process(None)
    _start(form)
    return _asking(form)


@blueprint.post("/desk/delegation")
@requires("delegate")
def take_in() -> Answer:
    """Take it in, and show its receipt; what cannot stay is said beside its field, with everything typed kept."""
    form = _form()()
    values = canonical(form)
    valid = form.validate()
    typed = {**values, "id_as_on_card": values.get("id_as_on_card") is True}
    fault = number_fault(typed, request.today()) if values.get("id_number") else None
    if fault is not None:
        form.note("id_number", Note(say(fault), _("居民身份证法 第三条（GB 11643）")))
    if not valid or fault is not None:
        return _asking(form), 422
    named = (str(values.get(name) or "") for name in ("name", "id_kind", "id_number", "phone"))
    principal = delegation.Principal(*named, as_on_card=typed["id_as_on_card"])
    terms = {name: values.get(name) for name in ("relation", "valid_to", "remark")}
    wish = delegation.Wish(str(values["matter"]), str(values.get("place") or ""), terms, asked.form.get("key", "")[:60] or None)
    office_id = int(str(values.get("office") or points()[0]))
    try:
        filed = request.write(delegation.take_in, request.acting(), office_id, principal, wish, request.now())
    except Refusal as refusal:
        again = _form()()
        beside = _BESIDE.get(refusal.reason)
        if beside is not None:
            again.note(beside, Note(say(refusal.message)))
        return _asking(again, "" if beside else say(refusal.message)), 422
    if filed.repeated:
        flash(_("这一份先前已经接过，没有重复登记。"), "info")
    return redirect(url_for("delegation.receipt", token=filed.token), code=303)


def points() -> tuple[int, ...]:
    """The offices where whoever acts is an agent today; what closed offices left behind takes nothing new in."""
    found = tuple(dict.fromkeys(held.office_id for held in request.acting().positions if held.role == "agent" and not held.inherited))
    return found or abort(403)


def _form() -> type[DefinitionForm]:
    """The questions: where, if the person serves several points, what, who, how they came, and the terms."""
    terms = county_catalogue().latest(delegation.WORKFLOW).forms["terms"].fields
    identity = {each.name: each for each in IDENTITY.fields}
    phone = replace(
        identity["phone"], required=False,
        label={"zh": "委托人本人的手机号", "en": "Their own mobile phone"},
        hint={
            "zh": "签委托书的链接发到这里，不能填您自己的。没有手机的不填，改签纸质委托书。",
            "en": "The link for signing goes there; never your own. Left empty, the mandate is signed on paper.",
        },
    )  # fmt: skip
    place = Field(
        "place", "list", {"zh": "经营场所在哪个村（社区）", "en": "Village of the premises"}, list="places", required=True,
        hint={"zh": "按它决定送到哪里办；先填了服务点所在的村", "en": "It decides where the case goes"},
    )  # fmt: skip
    matters = tuple((each.key, each.title) for each in delegation.delegable())
    known = request.network()
    at = [(str(office_id), {"zh": known.office(office_id).name, "en": known.office(office_id).name}) for office_id in points()]
    fields: list[Field] = []
    if len(at) > 1:
        where = {"zh": "在哪个服务点", "en": "At which point"}
        fields.append(Field("office", "choice", where, required=True, options=tuple(at), default=at[0][0]))
    what = {"zh": "要办什么", "en": "What is to be done"}
    fields += [
        Field("matter", "choice", what, required=True, options=matters, default=matters[0][0]),
        replace(identity["name"], label={"zh": "委托人姓名", "en": "Name"}),
        identity["id_kind"], identity["id_number"], identity["id_as_on_card"], phone, terms[0], place, *terms[1:],
    ]  # fmt: skip
    return form_class(Form("taking-in", {"zh": "代办收件", "en": "Take in"}, tuple(fields)), _lists())


def _lists() -> Choices:
    """Official lists, with the villages of the point's own town first."""
    found = choices_of(request.session(), request.today())
    known = request.network()
    own = {known.offices[office_id].place for office_id in points()}
    own |= {known.places[code].parent or code for code in tuple(own) if code in known.places}
    near = {code for code, place in known.places.items() if code in own or place.parent in own}
    groups = sorted(found["places"], key=lambda group: not any(code in near for code, _name in group[1]))
    return {**found, "places": tuple(groups)}


def _start(form: DefinitionForm) -> None:
    """What a new form begins with: the village where the point is."""
    known, office = request.network(), request.network().offices[points()[0]]
    if office.place in known.places and known.places[office.place].level not in ("county", "street", "town"):
        fill(form, {"place": office.place})


def _asking(form: DefinitionForm, fault: str = "") -> str:
    known, today = request.network(), request.today()
    found = [
        (known.offices[office_id].name, each, why_not(known, office_id, each.key, today))
        for office_id in points() for each in delegation.delegable()
    ]  # fmt: skip
    return render_template(
        "delegation/take_in.html", form=form, fault=fault, points=[known.offices[each].name for each in points()],
        closed_here=list(dict.fromkeys(say(fault[1]) for _name, _each, fault in found if fault is not None)),
        able=any(fault is None for _name, _each, fault in found), key=asked.form.get("key", ""),
    )  # fmt: skip


@blueprint.get("/desk/delegation/<string:token>")
@requires("delegate")
def receipt(token: str) -> str:
    """What was taken in: number, QR code of the public progress page, and what happens next."""
    view = delegated(token)
    root = view.family.root
    counter.open_case(root.case.token, root.case.number, root.case.id, view.family.applicant.name if view.family.applicant else "")
    document = receipt_token(request.session(), root.case.id)
    return render_template(
        "delegation/receipt.html", root=root, case=root.case, applicant=view.family.applicant, matter=matter_title(root.case.chosen),
        code=progress.code_of(document), address=progress.address_of(document), routed=routed_to(root.case.offices),
    )  # fmt: skip


def delegated(token: str) -> Seen:
    """The delegated case of that token as its staff see it. Raises NotFound for others and for its applicant."""
    view = seen(token)
    if view.family.root.definition.kind != DELEGATED or not view.subject.is_root or view.is_applicant:
        raise NotFound
    return view


def matter_title(chosen: Sequence[str]) -> str:
    """What a delegated case is about, in words."""
    return say(county_catalogue().latest(delegation.matter_of(list(chosen))).title)


def routed_to(offices: Mapping[str, Any]) -> list[str]:
    """The names of the offices on the way up, from the point to the centre that files."""
    known = request.network()
    return [known.offices[offices[each]].name for each in ("point", "town", "centre") if offices.get(each) in known.offices]


@blueprint.get("/cases/<string:token>/prepared/<string:file>")
@requires("desk")
def prepared_file(token: str, file: str) -> Response:
    """A file of what is prepared: for whoever acts on the mandate, and at the centres for who has said why they look at it in full."""
    view = delegated(token)
    draft = prepared_for(request.session(), view.subject.case.id)
    if draft is None or not (view.on_behalf_of is not None or view.sees_numbers(view.subject)):
        raise NotFound
    return sent(uploads.file_of_draft(request.session(), draft.id, None, file))


@blueprint.post("/cases/<string:token>/prepare")
@requires("delegate")
def prepare(token: str) -> Response:
    """Open the application that an agent fills in for a delegated case, begun at its first use."""
    draft = request.write(delegation.prepare, request.acting(), token, request.now())
    return redirect(url_for("applications.task_list", token=draft), code=303)
