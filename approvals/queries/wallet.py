"""电子证照: what was issued to an enterprise, so that its people find it in one place and a later application asks for nothing again.

Reading only. An enterprise is known by its 统一社会信用代码; its documents are those of the family of cases that founded it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, CompanyName, Document

KEPT = (
    "business-licence", "registration-notice", "seal-record", "tax-record", "social-insurance-record", "medical-insurance-record",
    "housing-fund-record", "bank-account-record",
)  # fmt: skip
"""The kinds that a wallet keeps, in its order: what proves something later, not what was told on the way."""


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """One document in the wallet.

    ``status`` is genuine, replaced or revoked; only a genuine one can stand for a material. ``facts`` are those printed on it,
    ``token`` leads to its public verification page, ``case_token`` with ``document_id`` to its page and its file.
    """

    document_id: int
    kind: str
    number: str
    token: str
    case_token: str
    status: str
    status_at: datetime | None
    status_reason: str
    issued_at: datetime
    digest: str
    facts: Mapping[str, Any]

    @property
    def is_genuine(self) -> bool:
        return self.status == "genuine"


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise with its documents, genuine ones first. ``status`` is that of its name: registered, or revoked since ``since``."""

    credit_code: str
    name: str
    status: str
    since: str
    case_token: str
    documents: tuple[HeldDocument, ...]

    def genuine(self, kind: str) -> HeldDocument | None:
        """The document of that kind that is in force, or None."""
        return next((each for each in self.documents if each.kind == kind and each.is_genuine), None)


def held_by(session: Session, person_id: int) -> tuple[Enterprise, ...]:
    """The enterprises that a person applied for, the newest first, each with its documents. Costs one statement."""
    return _enterprises(session, _query().where(_root.applicant_id == person_id))


_root = aliased(Case)


def _query() -> Select[Any]:
    return (
        select(CompanyName, _root.token, Document)
        .join(Case, Case.id == CompanyName.case_id)
        .join(_root, _root.id == Case.root_id)
        .outerjoin(Document, (Document.root_id == _root.id) & Document.kind.in_(KEPT))
        .where(CompanyName.credit_code.is_not(None))
        .order_by(CompanyName.id.desc(), Document.id)
    )


def _enterprises(session: Session, query: Select[Any]) -> tuple[Enterprise, ...]:
    names: dict[str, tuple[CompanyName, str]] = {}
    documents: dict[str, list[HeldDocument]] = {}
    for name, case_token, document in session.execute(query):
        names[name.credit_code] = (name, case_token)
        kept = documents.setdefault(name.credit_code, [])
        if document is not None:
            kept.append(_held(document, case_token))
    return tuple(
        Enterprise(code, name.full_name, name.status, name.since, case_token, _in_order(documents[code]))
        for code, (name, case_token) in names.items()
    )


def _held(document: Document, case_token: str) -> HeldDocument:
    return HeldDocument(
        document.id, document.kind, document.number, document.token, case_token, document.status, document.status_at,
        document.status_reason, document.issued_at, document.digest, document.content.get("facts", {}),
    )  # fmt: skip


def _in_order(documents: Sequence[HeldDocument]) -> tuple[HeldDocument, ...]:
    return tuple(sorted(documents, key=lambda each: (not each.is_genuine, KEPT.index(each.kind), -each.document_id)))
