"""What somebody at a desk sees of their own work: their steps by kind and by month, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l, say
from approvals.queries.overview import order_of, step_of
from approvals.queries.statistics.filters import Filter
from approvals.queries.statistics.lines import StepLine
from approvals.queries.statistics.rolled import TIMES
from approvals.queries.statistics.tables import WORKING, steps
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.measures import ratio

from .. import request
from ..access import requires
from .asking import months_asked
from .figure_columns import COUNTS, LENGTHS, length_cells, length_columns
from .part import blueprint, hours, percent
from .sheets import Cell, Column, Sheet, as_file
from .steps import limit_of

SETS = {COUNTS: _l("件数和按时率"), LENGTHS: _l("用时")}


@dataclass(frozen=True, slots=True)
class Own:
    """The months asked for, what of the address could not be used, and the signed-in person's lines."""

    filter: Filter
    shown: str
    faults: Sequence[str]
    lines: Sequence[StepLine]

    def query(self, **other: str) -> dict[str, str]:
        """What stands in an address of these figures; ``other`` is another choice."""
        months = {"from": f"{self.filter.first_month:%Y-%m}", "to": f"{self.filter.last_month:%Y-%m}"}
        return {**months, "shown": self.shown, **other}


@blueprint.get("/desk/figures")
@requires("desk")
def own_figures() -> str:
    """The steps that the signed-in person ended in the months asked for, by kind of step and by month."""
    own = _own("workflow", "state")
    sets = [(str(text), url_for("statistics.own_figures", **own.query(shown=key)), key == own.shown) for key, text in SETS.items()]
    return render_template(
        "statistics/own.html",
        mine=own, by_step=_by_step(own), by_month=_by_month(_own("month")), action=url_for("statistics.own_figures"), sets=sets,
        file=lambda kind: url_for("statistics.own_figures_file", kind=kind, **own.query()),
    )  # fmt: skip


@blueprint.get("/desk/figures.<any(xlsx, csv):kind>")
@requires("desk")
def own_figures_file(kind: str) -> Response:
    """The table of steps as the page shows it."""
    return as_file(_by_step(_own("workflow", "state")), kind, "own-figures")


def _own(*by: str) -> Own:
    faults: list[str] = []
    first, last = months_asked(faults)
    shown = asked.args.get("shown", "")
    shown = shown if shown in SETS else COUNTS
    # The person is who is signed in, and never what an address says.
    chosen = Filter(person_id=request.acting().person_id, first_month=first, last_month=last, whose=DEPARTMENT)
    times = TIMES if shown == LENGTHS else WORKING
    return Own(chosen, shown, faults, steps(request.session(), request.now(), None, chosen, by, times=times))


def _note(own: Own) -> str:
    return _("%(begin)s至%(end)s，只算本人办完的步骤", begin=f"{own.filter.first_month:%Y-%m}", end=f"{own.filter.last_month:%Y-%m}")


def _below(own: Own) -> list[str]:
    """What is said below the figures, on the page and in the file."""
    own_alone = _("步骤算在办完时手里拿着它的人名下。文件袋在路上的时间不是签收人的，不在这里。")
    if own.shown == LENGTHS:
        lengths = _("净工作时间只算上班时间，不含特别程序；日历时间从头到尾都算。分位数误差不超过百分之一，平均、最短和最长是准的。")
        return [lengths, own_alone]
    counts = _("90 分位数：十步里有九步不超过的时间。提前是在到期日的前一天或更早办完，按时是到期当天；没有时限的步骤不算按时率。")
    return [counts, own_alone]


def _columns(own: Own, *first: Column) -> list[Column]:
    if own.shown == LENGTHS:
        return [*first, Column(_("办完的步骤数"), 12), *length_columns()]
    return [
        *first, Column(_("办完的步骤数"), 12), Column(_("提前"), 8), Column(_("按时"), 8), Column(_("超期"), 8),
        Column(_("按时率（%）"), 12), Column(_("中位数（工作小时）"), 18), Column(_("90 分位数（工作小时）"), 20),
    ]  # fmt: skip


def _figures(own: Own, line: StepLine) -> list[Cell]:
    if own.shown == LENGTHS:
        return [Cell(line.count), *length_cells(line)]
    kept = line.early + line.on_time
    return [
        Cell(line.count), Cell(line.early), Cell(line.on_time), Cell(line.late), Cell(percent(ratio(kept, kept + line.late))),
        Cell(hours(line.working.quantile(0.5))), Cell(hours(line.working.quantile(0.9))),
    ]  # fmt: skip


def _by_step(own: Own) -> Sheet:
    """A row for each kind of step, as the workflows list them."""
    found = [(step_of(line.keys["workflow"], line.keys["state"]), line) for line in own.lines]
    rows = [
        [Cell(f"{say(definition.title)} · {say(state.title)}"), Cell(hours(limit_of(state))), *_figures(own, line)]
        for (definition, state), line in sorted(found, key=lambda each: order_of(*each[0]))
    ]
    columns = _columns(own, Column(_("步骤"), 34), Column(_("时限（工作小时）"), 14))
    return Sheet(_("我办完的步骤"), columns, rows, _note(own), _below(own))


def _by_month(own: Own) -> Sheet:
    """A row for each month in which something ended, the newest first."""
    lines = sorted(own.lines, key=lambda line: line.keys["month"], reverse=True)
    rows = [[Cell(f"{line.keys['month']:%Y-%m}"), *_figures(own, line)] for line in lines]
    return Sheet(_("按月"), _columns(own, Column(_("月份"), 12, on_one_line=True)), rows, _note(own), _below(own))
