"""The list behind a cell of the heat map: the steps themselves, their exact figures, and the way to each case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l, say
from approvals.queries.overview import step_of
from approvals.queries.statistics.drill import Exact, Key, StepRow, exact_steps, steps_behind
from approvals.queries.statistics.filters import Filter, Offices
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.statistics.attribution import DEPARTMENT

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .pages import choices, pages
from .part import blueprint, hours, said
from .sheets import Cell, Column, Sheet, as_file

MOST_EXPORTED = 5000
TIMINGS = {"early": _l("提前"), "on_time": _l("按时"), "late": _l("超期"), "": _l("没有时限")}


@dataclass(frozen=True, slots=True)
class Behind:
    """Which steps are listed: those of a state, and with ``alone`` of one office without those below it."""

    wanted: Asked
    filter: Filter
    offices: Offices
    state: str | None
    late: bool | None
    alone: bool

    def query(self, **more: object) -> dict[str, object]:
        """What stands in an address of this list."""
        chosen = {"state": self.state, "timing": "late" if self.late else None, "alone": 1 if self.alone else None}
        return {**chosen, **more}

    def address(self, endpoint: str, **more: object) -> str:
        return self.wanted.address(endpoint, **self.query(**more))


def _asked() -> Behind:
    wanted = asked_for()
    chosen = replace(wanted.filter, whose=DEPARTMENT)
    offices = wanted.offices
    alone = wanted.office is not None and asked.args.get("alone") == "1"
    if alone and wanted.office is not None:
        # The reach was checked with the office itself.
        offices, chosen = frozenset({wanted.office.id}), replace(chosen, office_id=None)
    late = True if asked.args.get("timing") == "late" else None
    return Behind(wanted, chosen, offices, state_asked(chosen.workflow), late, alone)


def state_asked(workflow: str | None) -> str | None:
    """The state asked for, where the workflow has it in any of its versions."""
    state = asked.args.get("state", "")
    known = workflow and any(each.key == workflow and state in each.states for each in county_catalogue())
    return state if known else None


@blueprint.get("/statistics/cases")
@requires("supervise")
def behind() -> str:
    """The steps that ended in the months asked for, the newest first, a page at a time."""
    shown = _asked()
    session = request.session()
    at = Key.parse(asked.args.get("after", ""))
    page = steps_behind(session, shown.offices, shown.filter, state=shown.state, late=shown.late, after=at)
    exact = exact_steps(session, shown.offices, shown.filter, state=shown.state, late=shown.late)
    return render_template(
        "statistics/cases.html",
        wanted=shown.wanted, choices=choices(shown.wanted), pages=pages(shown.wanted, ""), sheet=_sheet(shown, page.rows),
        title=_title(shown), figures=_figures(exact), count=exact.count, kept=shown.query(),
        following=shown.address("statistics.behind", after=str(page.following)) if page.following else None,
        first=shown.address("statistics.behind") if at else None,
        back=shown.wanted.address("statistics.steps", workflow=shown.wanted.filter.workflow),
        file=lambda kind: shown.address("statistics.behind_file", kind=kind), most=MOST_EXPORTED,
    )  # fmt: skip


@blueprint.get("/statistics/cases.<any(xlsx, csv):kind>")
@requires("supervise")
def behind_file(kind: str) -> Response:
    """The whole list, all of its pages after each other, the newest ``MOST_EXPORTED`` at most."""
    shown = _asked()
    page = steps_behind(request.session(), shown.offices, shown.filter, state=shown.state, late=shown.late, size=MOST_EXPORTED)
    return as_file(_sheet(shown, page.rows), kind, "cases")


def _title(shown: Behind) -> str:
    """What is listed, in words."""
    workflow, state = shown.wanted.filter.workflow, shown.state
    definition, step = step_of(workflow, state) if workflow and state else (None, None)
    what = f"{say(definition.title)} · {say(step.title)}" if definition and step else _("办完的步骤")
    if shown.wanted.office:
        what = _("%(what)s，%(office)s", what=what, office=shown.wanted.office.name)
    return _("%(what)s（超期的）", what=what) if shown.late else what


def _sheet(shown: Behind, rows: Iterable[StepRow]) -> Sheet:
    """A row for each step; the number of its case leads to the case. Of one step alone its name stands in the title."""
    columns = [
        Column(_("办件号"), 24, on_one_line=True), Column(_("企业"), 30), Column(_("步骤"), 30), Column(_("服务点"), 26),
        *(Column(title, 18, on_one_line=True) for title in (_("进入这一步"), _("离开这一步"), _("到期"))),
        Column(_("用时（工作小时）"), 14), Column(_("结果"), 10, on_one_line=True),
    ]  # fmt: skip
    cells = [_row(row) for row in rows]
    if shown.state:
        for row in (columns, *cells):
            del row[STEP_AT]
    return Sheet(_title(shown), columns, cells, shown.wanted.in_words())


STEP_AT = 2


def _row(row: StepRow) -> list[Cell]:
    definition, state = step_of(row.fact.workflow, row.fact.state)
    office = request.network().offices.get(row.fact.office_id)
    return [
        Cell(row.number, link=url_for("cases.case_page", token=row.token)), Cell(row.company or _("（名称未填）")),
        Cell(f"{say(definition.title)} · {say(state.title)}"), Cell(office.name if office else ""),
        Cell(at_minute(row.opened_at)), Cell(at_minute(row.closed_at)), Cell(at_minute(row.due_at)),
        Cell(hours(row.fact.working)), Cell(str(TIMINGS[row.fact.timing])),
    ]  # fmt: skip


def at_minute(moment: datetime | None) -> str:
    """A moment in the county's time, to the minute; a dash for none."""
    return f"{moment.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" if moment is not None else said(None)


def _figures(exact: Exact) -> list[tuple[str, str]]:
    """The exact figures of the whole list, with what they are called."""
    if exact.working is None:
        return []
    spread = exact.working
    return [
        (_("最短"), said(hours(spread.min))), (_("中位数"), said(hours(spread.median))), (_("平均"), said(hours(spread.mean))),
        (_("90 分位数"), said(hours(spread.p90))), (_("最长"), said(hours(spread.max))),
    ]  # fmt: skip
