"""What was issued, one document at a time: found by its token or number, with its file and with all that its paper shows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import canonical_json
from approvals.documents import Sheet, sheet_of
from approvals.models import Case, Document, DocumentFile, Office
from workflows.county import county_catalogue
from workflows.engine.definition import Definition
from workflows.rules.licence import COUNTY


def id_of_token(session: Session, token: str) -> int | None:
    """The document behind a QR code. Its identifier alone: a record that was harmed cannot always be loaded."""
    return session.scalar(select(Document.id).where(Document.token == token))


def id_of_number(session: Session, number: str) -> int | None:
    """The document with the number that is printed on it, as people type it: spaces left out, small or capital letters."""
    written = "".join(number.split())
    root, _, kind = written.partition("-")
    return session.scalar(select(Document.id).where(Document.number.in_((written, f"{root.upper()}-{kind.lower()}"))))


def file_of(session: Session, document_id: int) -> DocumentFile | None:
    """The file of a document, if it was ever made."""
    return session.get(DocumentFile, document_id)


def number_of(session: Session, document_id: int | None) -> str:
    """The number of a document; "" for none."""
    if document_id is None:
        return ""
    return session.scalar(select(Document.number).where(Document.id == document_id)) or ""


def sheet_for(session: Session, document_id: int) -> Sheet | None:
    """All that the paper of a document shows; None for an unknown one. Costs a statement, for a bank's paper two."""
    found = session.execute(select(Document, Case).join(Case, Case.id == Document.case_id).where(Document.id == document_id)).first()
    if found is None:
        return None
    document, case = found
    definition = county_catalogue().version(case.workflow, case.version)
    return sheet_of(
        document.content, definition, title=county_catalogue().text("documents", document.kind)["zh"],
        issuer=issuer_of(session, case, definition), issued_at=document.issued_at, record=canonical_json(document.content),
        digest=document.digest, token=document.token,
    )  # fmt: skip


def issuer_of(session: Session, case: Case, definition: Definition) -> str:
    """Who issues the papers of a case: the county's department, or the very bank."""
    if definition.department == "bank":
        offices = [state.task.office for state in definition.states.values() if state.task is not None]
        office_id = next((case.offices[office] for office in offices if office in case.offices), None)
        if office_id is not None:
            return session.scalar(select(Office.name).where(Office.id == office_id)) or ""
    return COUNTY + county_catalogue().text("departments", definition.department)["zh"]
