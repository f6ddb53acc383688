"""Whether a paper is genuine: for anyone who scans its code, types its number or has its file."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask import request as asked
from sqlalchemy.orm import Session

from approvals.language import _, say
from approvals.models import Document
from approvals.operations.lookups import may_look_up
from approvals.queries import issued
from approvals.queries.authenticity import ALTERED, UNKNOWN, Verdict, examine_document, examine_file
from workflows.county import county_catalogue
from workflows.rules import LICENCE_LABELS, mask_name

from . import request
from .access import accepts_files, public
from .progress import visitor_mark

blueprint = Blueprint("verifying", __name__)

Answer = str | tuple[str, int]
LARGEST_FILE = 5 * 1024 * 1024
_REQUEST = LARGEST_FILE + 64 * 1024
"""The file with the rest of its form."""

_COMPARED = ("name", "credit_code", "legal_representative", "capital", "established_on")
"""Facts of a licence that tell whether the paper in hand is the one: the register shows all of them to everybody."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A verdict as it is shown. Without ``document`` the paper is unknown, or its record was harmed."""

    verdict: Verdict
    title: str = ""
    document: Document | None = None
    successor: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    is_file: bool = False


@blueprint.get("/verify")
@public
def lookup() -> str:
    """By the number printed on the paper, or by its file."""
    return _lookup_page()


@blueprint.post("/verify")
@public
@accepts_files(_REQUEST)
def look_up() -> Answer:
    """A number shows less than the code on the paper: numbers can be guessed."""
    if "file" in asked.files:
        return _compared("")
    number = asked.form.get("number", "").strip()[:80]
    if not number:
        return _lookup_page(fault=_("请填写文书编号，它印在文书的左下角或者左上角。")), 422
    if not _is_allowed():
        return _too_often()
    with request.database().reading() as session:
        document_id = issued.id_of_number(session, number)
        verdict = Verdict(UNKNOWN, number) if document_id is None else examine_document(session, document_id)
        shown = _shown(session, verdict, in_hand=False)
    return _lookup_page(number=number, shown=shown)


@blueprint.get("/verify/<string:token>")
@public
def verify(token: str) -> Answer:
    """What the QR code of a paper leads to."""
    with request.database().reading() as session:
        document_id = issued.id_of_token(session, token[:40])
        verdict = Verdict(UNKNOWN) if document_id is None else examine_document(session, document_id)
        shown = _shown(session, verdict, in_hand=True)
    page = render_template("verifying/document.html", shown=shown, token=token if document_id else "", largest=LARGEST_FILE)
    return page if document_id else (page, 404)


@blueprint.post("/verify/<string:token>")
@public
@accepts_files(_REQUEST)
def compare(token: str) -> Answer:
    """Hold a file against the paper that was scanned."""
    return _compared(token[:40])


def _compared(token: str) -> Answer:
    """Judge a file. Where facts differ only their names are said: whoever makes up a file must not read the record off."""
    sent = asked.files.get("file")
    data = sent.read(LARGEST_FILE + 1) if sent is not None else b""
    if not data or len(data) > LARGEST_FILE:
        return _lookup_page(file_fault=_("请选一份不超过 5 MB 的 PDF 文件。"), token=token), 422
    if not _is_allowed():
        return _too_often()
    with request.database().reading() as session:
        verdict = examine_file(session, data)
        scanned = issued.id_of_token(session, token) if token else None
        is_other = scanned is not None and verdict.document_id is not None and verdict.document_id != scanned
        shown = _shown(session, verdict, in_hand=bool(token) and not is_other, is_file=True)
    return render_template("verifying/file.html", shown=shown, token=token, is_other=is_other)


def _is_allowed() -> bool:
    return request.write(may_look_up, visitor_mark(), request.now())


def _too_often() -> Answer:
    sentence = _("这一小时内从您这里核验的次数太多，请一小时后再试，或者直接扫描文书上的二维码。")
    return _lookup_page(number=asked.form.get("number", "")[:80], fault=sentence), 429


def _lookup_page(number: str = "", fault: str = "", file_fault: str = "", shown: Shown | None = None, token: str = "") -> str:
    return render_template(
        "verifying/lookup.html", number=number, fault=fault, file_fault=file_fault, shown=shown, token=token, largest=LARGEST_FILE
    )


def _shown(session: Session, verdict: Verdict, *, in_hand: bool, is_file: bool = False) -> Shown:
    if verdict.document_id is None or (verdict.status == ALTERED and not is_file):
        return Shown(verdict, is_file=is_file)
    if verdict.status == ALTERED and (verdict.differences or examine_document(session, verdict.document_id).status == ALTERED):
        return Shown(verdict, is_file=is_file)
    document = session.get(Document, verdict.document_id)
    if document is None:
        return Shown(verdict, is_file=is_file)
    title = say(county_catalogue().text("documents", document.kind))
    facts = tuple(_facts(session, document)) if in_hand else ()
    return Shown(verdict, title, document, issued.number_of(session, document.replaced_by_id), facts, is_file)


def _facts(session: Session, document: Document) -> list[tuple[str, str]]:
    content = document.content
    written = content.get("facts", {})
    if "credit_code" in written:
        shown = {**written, "legal_representative": mask_name(str(written.get("legal_representative", "")))}
        return [(say(LICENCE_LABELS[name]), str(shown[name])) for name in _COMPARED if name in shown]
    sheet = issued.sheet_for(session, document.id)
    return [(_("企业名称"), str(content.get("company", ""))), (_("发出机关"), sheet.issuer if sheet is not None else "")]
