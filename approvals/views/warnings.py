"""Who was warned of which deadline and which cases were urged, for supervisors; and their words on other pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask import request as asked

from approvals.language import _, say
from approvals.queries import warnings
from approvals.queries.deadlines import PROMISED, STATUTORY
from approvals.queries.warnings import Warned
from workflows.clock import LEVELS
from workflows.county import county_catalogue

from . import request
from .access import requires

blueprint = Blueprint("warnings", __name__)
LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Words:
    """How levels, clocks and people are called."""

    @staticmethod
    def level(level: str) -> str:
        return {"near": _("将到期"), "due": _("已超期"), "escalated": _("报督查")}[level]

    @staticmethod
    def badge(level: str) -> str:
        return "warning" if level == "near" else "late"

    @staticmethod
    def relation(relation: str) -> str:
        return {"holder": _("经办人"), "desk": _("同岗"), "head": _("负责人"), "supervisor": _("督查人员")}[relation]

    @staticmethod
    def clock(row: Warned) -> str:
        if row.clock in (PROMISED, STATUTORY):
            return _("承诺时限") if row.clock == PROMISED else _("法定时限")
        return _("“%(step)s”这一步", step=say(row.state.title) if row.state is not None else row.clock)

    @staticmethod
    def side(side: str) -> str:
        return _("申请人") if side == "applicant" else say(county_catalogue().text("roles", "supervisor"))


@blueprint.get("/supervision/warnings")
@requires("supervise")
def index() -> str:
    """Every warning that was sent about the cases of one's offices, and the last times that they were urged."""
    session, offices = request.session(), request.jurisdiction("supervise")
    level, number = asked.args.get("level", ""), asked.args.get("page", 1, type=int)
    number = min(max(number, 1), LAST_PAGE)
    rows, more = warnings.sent_warnings(session, offices, level, number)
    return render_template(
        "supervision/warnings.html",
        rows=rows, more=more, number=number, level=level if level in LEVELS else "", levels=LEVELS, words=Words(),
        urged=warnings.last_urgings(session, offices) if number == 1 else [], most_urgings=warnings.MOST_URGINGS,
        address=lambda level, page=1: url_for("warnings.index", level=level or None, page=page if page > 1 else None),
    )  # fmt: skip
