"""What was issued: who may read a document, what it says in words, and the page on which it is looked at and printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Blueprint, render_template

from approvals.forms import Choices
from approvals.language import say
from approvals.models import Document
from approvals.operations.errors import NotFound
from approvals.queries import cases
from approvals.queries.cases import Member
from approvals.queries.lists import choices_of
from workflows.county import county_catalogue
from workflows.engine.definition import Form
from workflows.rules import INTERNAL_FIELDS, LICENCE_LABELS

from . import filed, request
from .access import requires
from .case_access import Seen, seen

blueprint = Blueprint("documents", __name__)

SHARED_RESULTS = frozenset({"registration-notice", "business-licence"})
"""Results of the registration that every later matter works with (市场主体登记管理条例 第十六条: not asked for again)."""


@blueprint.get("/cases/<string:token>/documents/<int:document_id>")
@requires("applicant")
def show(token: str, document_id: int) -> str:
    """One document with all that it says, made for printing."""
    view, session = seen(token), request.session()
    found = {document.id: (document, member) for document, member in readable(view, cases.documents_of(session, view.family))}
    if document_id not in found:
        raise NotFound
    document, member = found[document_id]
    catalogue = county_catalogue()
    return render_template(
        "cases/document.html",
        document=document, title=say(catalogue.text("documents", document.kind)), case_token=token,
        matter=say(member.definition.title), issuer=say(catalogue.text("departments", member.definition.department)),
        facts=facts(view, member, document, choices_of(session, request.today())),
    )  # fmt: skip


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


def facts(view: Seen, member: Member, document: Document, lists: Choices) -> Sequence[filed.Line]:
    """What a document says. The applicant reads in full what was issued to them; others see telephones masked."""
    written = document.content.get("facts", {})
    if document.kind in SHARED_RESULTS:
        return [filed.Line(say(label), written[fact]) for fact, label in LICENCE_LABELS.items() if fact in written]
    if not view.may_read(member):
        return []
    fields = {field.name: field for form in member.definition.forms.values() for field in form.fields if field.name in written}
    asked = Form("", {}, tuple(field for name, field in fields.items() if name not in INTERNAL_FIELDS))
    lines = filed.lines_of(asked, written, lists, full=view.is_applicant)
    return [line for line in lines if line.text or line.rows]
