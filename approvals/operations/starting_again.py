"""Applying once more with what was filed before, after a withdrawal or a refusal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Draft, Submission

from . import drafts
from .acting import Acting
from .errors import NotFound, Refusal

ENDED_IN_VAIN = frozenset({"withdrawn", "refused"})
"""Outcomes after which the same content may be filed as a new application."""

SIGNED_ANEW = "declaration"
"""The page that is never taken over: what is filed anew is declared and signed anew."""


def start_again(session: Session, acting: Acting, case_token: str, now: datetime) -> str:
    """Begin a draft with what the person last filed in a case that came to nothing; returns its token.

    Raises NotFound for unknown and foreign cases alike, Refusal while the case runs or when it succeeded.
    """
    case = session.scalar(select(Case).where(Case.token == case_token, Case.parent_id.is_(None)))
    if case is None or case.applicant_id != acting.person_id:
        raise NotFound
    if case.outcome not in ENDED_IN_VAIN:
        raise Refusal(
            "not-ended",
            {
                "zh": "这个办件没有撤回，也没有被驳回，不用重新申请。",
                "en": "This case was neither withdrawn nor refused: there is no need to apply again.",
            },
        )
    filed = select(Submission.content).where(Submission.case_id == case.id).order_by(Submission.number.desc()).limit(1)
    content = session.scalars(filed).one()
    token = drafts.start(session, acting, case.workflow, now)
    draft = session.scalars(select(Draft).where(Draft.token == token)).one()
    draft.content = {page: values for page, values in content.items() if page != SIGNED_ANEW}
    draft.changed_at = now
    return token
