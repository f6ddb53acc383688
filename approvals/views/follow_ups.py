"""The page of a follow-up: what was criticised, whom it is about, what has been done, and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import render_template

from approvals.language import _
from approvals.operations.ratings import REASONS, SCORES
from approvals.queries import ratings
from approvals.queries.cases import Member
from approvals.queries.clocks import clocks_of
from approvals.queries.deliveries import told_of_case
from approvals.queries.history import Line
from workflows.engine.definition import INTERNAL

from . import disclosing, request, telling, urging
from .case_access import Seen


def is_follow_up(member: Member) -> bool:
    """Whether a case is one that the product opened by itself after a rating."""
    return member.definition.kind == INTERNAL


def page(
    view: Seen, lines: Sequence[Line], told: Sequence[Any], applicant: tuple[str, str], turn: Callable[[Seen, Member], str]
) -> str:
    """The follow-up as it stands. Who gave the rating reads what they said and what was answered; staff also who was rated."""
    session, subject = request.session(), view.subject
    notices = told_of_case(session, subject.case.id)
    return render_template(
        "ratings/follow_up.html",
        view=view, subject=subject, case=subject.case, now_is=request.now(), is_staff=view.works_on(subject),
        criticisms=ratings.behind(session, subject.case.id), scores=SCORES, reasons=REASONS, told=told, notices=notices,
        clocks=clocks_of(view.family, subject, request.now()), doable=view.doable(subject), turn=turn(view, subject),
        said=telling.words(), urging=urging.panel(view, lines),
        disclosing=disclosing.bar(view), applicant=applicant, is_addressed=view.is_addressed(subject), services=_service,
    )  # fmt: skip


def _service(service: str) -> str:
    """What a rating is about, in words."""
    return _("整个办件") if service == ratings.ONLINE else _("一次窗口服务")


