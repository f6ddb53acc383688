"""The closed cases behind a figure of the overview, with their exact durations and the way to each."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, url_for
from flask import request as asked

from approvals.language import _, say
from approvals.queries.statistics.conditions import Key
from approvals.queries.statistics.drill import CaseRow, cases_behind, exact_cases
from workflows.county import county_catalogue

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .behind import TIMINGS, at_minute
from .listing import Listing, listing_page
from .part import blueprint, hours, said
from .sheets import Cell, Column, Sheet, as_file

MOST_EXPORTED = 2000


@blueprint.get("/statistics/closed")
@requires("supervise")
def closed() -> str:
    """The cases that closed in the months asked for, the newest first, a page at a time."""
    wanted, late = asked_for(), _late()
    at = Key.parse(asked.args.get("after", ""))
    session, now, kept = request.session(), request.now(), {"timing": "late"} if late else {}
    page = cases_behind(session, now, wanted.offices, wanted.filter, late=late, after=at)
    return listing_page(wanted, Listing(
        "statistics.closed", _sheet(wanted, page.rows), _("最近办结的在前；点办件号看这一件。"),
        (wanted.address("statistics.overview", workflow=None), _("统计总览")), _("这些条件下没有办结的办件"),
        lambda kind: wanted.address("statistics.closed_file", **kept, kind=kind), kept=kept, about=_exactly(wanted, late),
        other=(
            wanted.address("statistics.closed", timing=None if late else "late"), _("按时的也看") if late else _("只看超期的"),
        ),
        following=wanted.address("statistics.closed", **kept, after=str(page.following)) if page.following else None,
        first=wanted.address("statistics.closed", **kept) if at else None, most=MOST_EXPORTED, has_texts=True,
    ))  # fmt: skip


@blueprint.get("/statistics/closed.<any(xlsx, csv):kind>")
@requires("supervise")
def closed_file(kind: str) -> Response:
    """The whole list of closed cases, the newest ``MOST_EXPORTED`` at most."""
    wanted = asked_for()
    page = cases_behind(request.session(), request.now(), wanted.offices, wanted.filter, late=_late(), size=MOST_EXPORTED)
    return as_file(_sheet(wanted, page.rows), kind, "closed")


def _late() -> bool | None:
    return True if asked.args.get("timing") == "late" else None


def _exactly(wanted: Asked, late: bool | None) -> str:
    """The exact durations of all cases of the list in a sentence."""
    exact = exact_cases(request.session(), request.now(), wanted.offices, wanted.filter, late=late)
    if exact.working is None:
        return _("超过 %(count)s 件，太多了，没有逐件算；把月份或条件缩小就能看到准确的用时。", count=said(exact.count))
    if not exact.count:
        return ""
    figures = {name: said(hours(getattr(exact.working, name))) for name in ("min", "median", "mean", "p90", "max")}
    return _(
        "共 %(count)s 件，净工作小时逐件算出：最短 %(min)s，中位数 %(median)s，平均 %(mean)s，90 分位数 %(p90)s，最长 %(max)s。",
        count=said(exact.count), **figures,
    )  # fmt: skip


def _sheet(wanted: Asked, rows: Sequence[CaseRow]) -> Sheet:
    columns = [
        Column(_("办件号"), 24, on_one_line=True), Column(_("企业"), 30), Column(_("事项"), 26), Column(_("服务点"), 26),
        *(Column(title, 18, on_one_line=True) for title in (_("申报时间"), _("办结时间"), _("承诺到期"))),
        Column(_("用时（工作小时）"), 14), Column(_("其中部门（工作小时）"), 14), Column(_("结果"), 10, on_one_line=True),
    ]  # fmt: skip
    return Sheet(_("办结的办件"), columns, [_row(row) for row in rows], wanted.in_words())


def _row(row: CaseRow) -> list[Cell]:
    case = row.case
    definition = county_catalogue().version(case.workflow, case.version)
    office = request.network().offices.get(case.deciding_office_id)
    return [
        Cell(case.number, link=url_for("cases.case_page", token=case.token)), Cell(case.company or _("（名称未填）")),
        Cell(say(definition.title)), Cell(office.name if office else ""), Cell(at_minute(case.opened_at)),
        Cell(at_minute(case.closed_at)), Cell(at_minute(case.promised_due_at)), Cell(hours(row.fact.working)),
        Cell(hours(row.fact.seconds.department)), Cell(str(TIMINGS[row.fact.timing])),
    ]  # fmt: skip
