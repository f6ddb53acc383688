"""What was issued: who may read a document, what it says in words, and the page on which it is looked at and printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote

from flask import Blueprint, current_app, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from approvals.documents import verification_address
from approvals.documents.sheet import fields_of
from approvals.forms import Choices
from approvals.language import _, day_in_words, say
from approvals.models import Document
from approvals.operations.document_files import made_file
from approvals.operations.errors import NotFound
from approvals.qr import qr_svg
from approvals.queries import cases, issued
from approvals.queries.cases import Member
from approvals.queries.lists import choices_of
from workflows.county import county_catalogue
from workflows.engine.definition import Action, Form
from workflows.rules import DELIVERED_LABELS, FOOD_PERMIT, LICENCE_LABELS, PERMIT_LABELS

from . import filed, request
from .access import requires
from .case_access import Seen, seen

blueprint = Blueprint("documents", __name__)

SHARED_RESULTS = frozenset({"registration-notice", "business-licence"})
"""Results of the registration that every later matter works with (市场主体登记管理条例 第十六条: not asked for again)."""


@blueprint.get("/cases/<string:token>/documents/<int:document_id>")
@requires("applicant")
def show(token: str, document_id: int) -> str:
    """One document with all that it says, whether it is in force, its QR code and its PDF."""
    view, document, member = _readable_one(token, document_id)
    catalogue, session = county_catalogue(), request.session()
    return render_template(
        "cases/document.html",
        document=document, title=say(catalogue.text("documents", document.kind)), case_token=token,
        matter=say(member.definition.title), issuer=say(catalogue.text("departments", member.definition.department)),
        facts=facts(view, member, document, choices_of(session, request.today())),
        full_day=full_day, successor=issued.number_of(session, document.replaced_by_id), qr=code_of(document.token),
    )  # fmt: skip


@blueprint.get("/cases/<string:token>/documents/<int:document_id>/file")
@requires("applicant")
def file(token: str, document_id: int) -> Response:
    """The PDF of a document, for whoever may read it."""
    _, document, _ = _readable_one(token, document_id)
    config = current_app.config
    content = made_file(request.database(), document.id, public_url=config["PUBLIC_URL"], demo=config["DEMO"], now=request.now())
    title = county_catalogue().text("documents", document.kind)["zh"]
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = disposition(document.number, f"{title}_{document.content.get('company', '')}")
    return response


def _readable_one(token: str, document_id: int) -> tuple[Seen, Document, Member]:
    view = seen(token)
    documents = cases.documents_of(request.session(), view.family)
    found = next(((each, member) for each, member in readable(view, documents) if each.id == document_id), None)
    if found is None:
        raise NotFound
    return view, *found


def in_force_for(member: Member, action: Action, issued: Iterable[Document]) -> bool:
    """Whether the documents that an action replaces or revokes are in force; true for every other action."""
    wanted = {effect.parameters["kind"] for effect in action.effects if effect.name in ("replace_document", "revoke_document")}
    return wanted <= {each.kind for each in issued if each.case_id == member.case.id and each.status == "genuine"}


def disposition(number: str, title: str) -> str:
    """How a browser keeps the file: by its number, and where it can by a name that people recognise."""
    number, title = _harmless(number), _harmless(title)
    plain = number.encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}.pdf\"; filename*=UTF-8''{quote(f'{title}_{number}')}.pdf"


def _harmless(text: str) -> str:
    return "".join(each for each in text if each.isalnum() or each in "_-")[:60]


def code_of(token: str) -> Markup:
    """The QR code that leads to the verification page of a document."""
    return Markup(qr_svg(verification_address(current_app.config["PUBLIC_URL"], token), _("核验二维码"), scale=3))


def readable(view: Seen, documents: Iterable[Document]) -> list[tuple[Document, Member]]:
    """The documents that the person may read on this page, each with the case that issued it."""
    members = {member.case.id: member for member in view.family.members}
    found = []
    for document in documents:
        member = members[document.case_id]
        is_theirs = (view.subject.is_root or member is view.subject) and view.may_read(member)
        if is_theirs or document.kind in SHARED_RESULTS:
            found.append((document, member))
    return found


def full_day(text: str) -> str:
    """A date as the paper has it, with its year; any other text as it is."""
    try:
        return day_in_words(date.fromisoformat(text))
    except ValueError:
        return text


def facts(view: Seen, member: Member, document: Document, lists: Choices) -> Sequence[filed.Line]:
    """What a document says. The applicant reads in full what was issued to them; to others telephones are masked at first."""
    written = document.content.get("facts", {})
    if document.kind in SHARED_RESULTS:
        return [filed.Line(say(label), full_day(written[fact])) for fact, label in LICENCE_LABELS.items() if fact in written]
    if not view.may_read(member):
        return []
    if document.kind == FOOD_PERMIT:
        return [filed.Line(say(label), full_day(written[fact])) for fact, label in PERMIT_LABELS.items() if fact in written]
    asked = Form("", {}, tuple(fields_of(member.definition, document.kind, written).values()))
    lines = filed.lines_of(asked, written, lists, full=view.sees_numbers(member))
    delivered = [filed.Line(say(label), written[fact]) for fact, label in DELIVERED_LABELS.items() if written.get(fact)]
    # A box that was not ticked says nothing on a paper.
    unticked = {say(field.label) for field in asked.fields if field.kind == "yes" and written.get(field.name) is not True}
    return delivered + [line for line in lines if (line.text or line.rows) and line.label not in unticked]
