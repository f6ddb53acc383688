"""找人代办: somebody with an account asks the agents of a service point to do it for them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import Choices, DefinitionForm, Note, canonical, fill, form_class
from approvals.language import _, day_in_words, say
from approvals.models import Person
from approvals.operations import delegation
from approvals.operations.errors import Refusal
from approvals.operations.walk_ins import IDENTITY, number_fault
from approvals.queries.lists import choices_of
from approvals.queries.mandates import Point, points_with_agents
from workflows.engine.definition import Field, Form
from workflows.network.network import TAKE_IN

from . import request
from .access import requires

blueprint = Blueprint("help_requests", __name__)
Answer = str | Response | tuple[str, int]

_BESIDE = {"principal": "id_number", "phone-of-staff": "phone", "phone-of-many": "phone", "phone": "phone", "matter": "matter"}


def _points() -> list[Point]:
    """The points that stand, are open today, have an agent and may take in what can be entrusted; by town and name."""
    known, today = request.network(), request.today()
    keys = [definition.key for definition in delegation.delegable()]
    found = [
        point
        for point in points_with_agents(request.session(), today)
        if (office := known.offices.get(point.office.id)) is not None
        and office.stands_on(today)
        and any(known.may(office, TAKE_IN, key, today) for key in keys)
    ]
    return sorted(found, key=lambda point: (point.office.place_code[:9], point.office.name))


def _label(point: Point) -> str:
    """A point with its agents and, while it is closed, until when."""
    known, today = request.network(), request.today()
    closure = known.offices[point.office.id].closure_on(today)
    name = _("%(office)s（代办员：%(names)s）", office=point.office.name, names=_("、").join(point.agents))
    if closure is None:
        return name
    return _("%(name)s：闭门到%(day)s", name=name, day=day_in_words(closure[1], with_year=False))


def _form(points: list[Point]) -> type[DefinitionForm]:
    identity = {each.name: each for each in IDENTITY.fields}
    matters = tuple((each.key, each.title) for each in delegation.delegable())
    labels = [(str(point.office.id), _label(point)) for point in points]
    fields = (
        Field(
            "matter", "choice", {"zh": "要办什么", "en": "What is to be done"}, required=True, options=matters, default=matters[0][0],
        ),
        Field(
            "place", "list", {"zh": "经营场所在哪个村（社区）", "en": "Village of the premises"}, list="places", required=True,
            hint={"zh": "按它决定送到哪里办", "en": "It decides where the case goes"},
        ),
        Field(
            "office", "list", {"zh": "找哪个服务点", "en": "Which office"}, list="points", required=True,
            hint={"zh": "一般选家门口的；代办员会和您联系，商定委托的内容", "en": "Usually the nearest; its agent will contact you"},
        ),
        identity["id_kind"], identity["id_number"], identity["id_as_on_card"],
        replace(identity["phone"], label={"zh": "您本人的手机号", "en": "Your own mobile phone"}, hint={
            "zh": "签委托书的链接发到这里", "en": "The link for signing goes there",
        }),
    )  # fmt: skip
    lists: Choices = {**choices_of(request.session(), request.today()), "points": (("", tuple(labels)),)}
    return form_class(Form("help", {"zh": "找人代办", "en": "Ask for help"}, fields), lists)


@blueprint.get("/help-requests/new")
@requires("applicant")
def ask() -> Answer:
    """What is to be done, where, and by which point."""
    points = _points()
    form = _form(points)()
    person = request.session().get_one(Person, request.acting().person_id)
    known = {"id_kind": person.identity_kind or "identity-card", "id_number": person.identity_number, "phone": person.phone}
    fill(form, {**{each.definition.name: each.definition.default for each in form.questions() if each.definition.default}, **known})
    return _page(form, points)


def _page(form: DefinitionForm, points: list[Point], fault: str = "") -> str:
    return render_template(
        "mandates/ask.html", form=form, points=points, fault=fault, faults=form.noted(), key=asked.form.get("key", "")
    )


@blueprint.post("/help-requests/new")
@requires("applicant")
def send() -> Answer:
    """Send it to the point; an agent there accepts it."""
    points = _points()
    form = _form(points)()
    values = canonical(form)
    valid = form.validate()
    typed = {**values, "id_as_on_card": values.get("id_as_on_card") is True}
    fault = number_fault(typed, request.today()) if values.get("id_number") else None
    if fault is not None:
        form.note("id_number", Note(say(fault), _("居民身份证法 第三条（GB 11643）")))
    if not valid or fault is not None:
        return _page(form, points), 422
    acting = request.acting()
    person = request.session().get_one(Person, acting.person_id)
    if person.identity_number and person.identity_number != str(values["id_number"]).strip().upper():
        form.note("id_number", Note(_("和您账号里的证件号码不一样。代办只能给自己申请；替别人办的，请本人到服务点。")))
        return _page(form, points), 422
    principal = delegation.Principal(
        person.name, str(values["id_kind"]), str(values["id_number"]), str(values.get("phone") or ""), bool(typed["id_as_on_card"])
    )
    wish = delegation.Wish(str(values["matter"]), str(values["place"]), {}, asked.form.get("key", "")[:60] or None)
    try:
        filed = request.write(delegation.request_help, acting, int(str(values["office"])), principal, wish, request.now())
    except Refusal as refusal:
        again = _form(points)()
        beside = _BESIDE.get(refusal.reason)
        if beside is not None:
            again.note(beside, Note(say(refusal.message)))
        return _page(again, points, "" if beside else say(refusal.message)), 422
    return redirect(url_for("cases.case_page", token=filed.token), code=303)
