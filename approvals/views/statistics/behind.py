"""The list behind a cell of the heat map: the steps themselves, their exact figures, and the way to each case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.calendar import is_provisional
from approvals.language import _, _l, say
from approvals.queries.overview import step_of
from approvals.queries.statistics.conditions import Key
from approvals.queries.statistics.drill import MOST_EXACT, StepRow, exact_steps, steps_behind
from approvals.queries.statistics.filters import Filter, Offices
from approvals.queries.statistics.lines import StepLine
from approvals.queries.statistics.tables import WORKING
from approvals.queries.statistics.tables import steps as step_lines
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.histograms import Histogram

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
    wanted, state = with_state(asked_for())
    chosen = replace(wanted.filter, whose=DEPARTMENT)
    offices = wanted.offices
    alone = wanted.office is not None and asked.args.get("alone") == "1"
    if alone and wanted.office is not None:
        # The reach was checked with the office itself.
        offices, chosen = frozenset({wanted.office.id}), replace(chosen, office_id=None)
    late = True if asked.args.get("timing") == "late" else None
    return Behind(wanted, chosen, offices, state, late, alone)


def with_state(wanted: Asked) -> tuple[Asked, str | None]:
    """The state asked for too, where the workflow has it in any of its versions; else None, and a sentence says so."""
    state, workflow = asked.args.get("state", ""), wanted.filter.workflow
    if not state or any(each.key == workflow and state in each.states for each in county_catalogue()):
        return wanted, state or None
    return replace(wanted, faults=(*wanted.faults, _("没有这个步骤，已按全部步骤统计。"))), None


@blueprint.get("/statistics/cases")
@requires("supervise")
def behind() -> str:
    """The steps that ended in the months asked for, the newest first, a page at a time."""
    shown = _asked()
    session = request.session()
    at = Key.parse(asked.args.get("after", ""))
    page = steps_behind(session, shown.offices, shown.filter, state=shown.state, late=shown.late, after=at)
    counted = _counted(shown)
    count = counted.late if shown.late else counted.count
    is_exact = count <= MOST_EXACT
    figures = _exact_figures(shown) if is_exact else [] if shown.late else _figures(counted.working)
    return render_template(
        "statistics/cases.html",
        wanted=shown.wanted, choices=choices(shown.wanted), pages=pages(shown.wanted, ""), sheet=_sheet(shown, page.rows),
        title=_title(shown), figures=figures, is_exact=is_exact, count=said(count), kept=shown.query(),
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
        Cell(at_minute(row.opened_at)), Cell(at_minute(row.closed_at)), Cell(due_at_minute(row.due_at, is_open=row.closed_at is None)),
        Cell(hours(row.fact.working)), Cell(str(TIMINGS[row.fact.timing])),
    ]  # fmt: skip


def at_minute(moment: datetime | None) -> str:
    """A moment in the county's time, to the minute; a dash for none."""
    return f"{moment.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" if moment is not None else said(None)


def due_at_minute(moment: datetime | None, *, is_open: bool) -> str:
    """A deadline in the county's time; of what is open it says when a notice of holidays may still move it."""
    return at_minute(moment) + (_("（暂定）") if is_open and is_provisional(moment) else "")


def _counted(shown: Behind) -> StepLine:
    """How many steps the list has, however many: what the heat map counts for them."""
    whole = StepLine({})
    for line in step_lines(request.session(), request.now(), shown.offices, shown.filter, ("workflow", "state"), times=WORKING):
        if shown.state in (None, line.keys["state"]):
            whole.merge(line)
    return whole


def _exact_figures(shown: Behind) -> list[tuple[str, str]]:
    exact = exact_steps(request.session(), shown.offices, shown.filter, state=shown.state, late=shown.late).working
    return _said(exact.min, exact.median, exact.mean, exact.p90, exact.max) if exact is not None and exact.n else []


def _figures(working: Histogram) -> list[tuple[str, str]]:
    return _said(working.minimum, working.quantile(0.5), working.mean, working.quantile(0.9), working.maximum)


def _said(*seconds: float | None) -> list[tuple[str, str]]:
    """The figures of a list with what they are called."""
    names = (_("最短"), _("中位数"), _("平均"), _("90 分位数"), _("最长"))
    return [(name, said(hours(each))) for name, each in zip(names, seconds, strict=True)]
