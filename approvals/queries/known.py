"""What is known already, so that nobody is asked for it again (市场主体登记管理条例 第十六条). Reading only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from approvals.models import Case, CompanyName, Document, Submission

MOST_EARLIER = 5
"""Earlier applications of a person that are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise of our register, with the number of its licence where that was issued here."""

    credit_code: str
    name: str
    licence: str


def firms_by_code(session: Session, codes: Collection[str]) -> dict[str, Firm]:
    """The enterprises of these credit codes that our register has; one statement, or none without codes."""
    wanted = {code.strip().upper() for code in codes if code.strip()}
    if not wanted:
        return {}
    licence = and_(Document.case_id == CompanyName.case_id, Document.kind == "business-licence", Document.status == "genuine")
    found = session.execute(
        select(CompanyName.credit_code, CompanyName.full_name, Document.number)
        .outerjoin(Document, licence)
        .where(CompanyName.credit_code.in_(wanted), CompanyName.status == "registered")
    )
    return {code: Firm(code, name, number or "") for code, name, number in found}


def earlier_applications(session: Session, person_id: int) -> list[dict[str, object]]:
    """What a person filed before, the newest first, as it was last filed; one statement."""
    newest = (
        select(Submission.content)
        .join(Case, Case.id == Submission.case_id)
        .where(Case.applicant_id == person_id, Case.parent_id.is_(None), Submission.number == Case.submissions)
        .order_by(Case.id.desc())
        .limit(MOST_EARLIER)
    )
    return [content for content in session.scalars(newest) if isinstance(content, dict)]
