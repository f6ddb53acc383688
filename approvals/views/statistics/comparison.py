"""Comparison of offices: each figure with its sample and interval, and a place only where the figures can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l
from approvals.queries.statistics.lines import CaseLine, StepLine
from approvals.queries.statistics.tables import WORKING, cases
from approvals.queries.statistics.tables import steps as step_lines
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.intervals import FEWEST_RANKED, Estimate, median_of, places, share_of
from workflows.statistics.measures import measures

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .charts import Series, chart
from .pages import choices, pages
from .part import blueprint, hours, percent
from .sheets import Cell, Column, Sheet, as_file
from .steps import HALL, Place, add, places_of

STEPS, LENGTH = "steps", "length"
MEASURES = {
    STEPS: _l("步骤按时率"), "on_time": _l("按时办结率"), "once_done": _l("一次办结率"), LENGTH: _l("净工作时间中位数"),
}  # fmt: skip
ABOUT = {
    STEPS: _l("本服务点自己经手的步骤，在步骤时限以内办完的占多少。"),
    "on_time": _l("由本服务点决定的办件，在承诺时限以内办结的占多少。"),
    "once_done": _l("由本服务点决定的办件，没有补正、一次办成的占多少。"),
    LENGTH: _l("由本服务点决定的办件，净工作时间的中位数（工作小时），含申请人补正的时间。"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One office with its figure and its place; no place where there are too few cases or nothing to compare it with."""

    column: Place
    found: Estimate
    place: int | None


@blueprint.get("/statistics/comparison")
@requires("supervise")
def comparison() -> str:
    """Offices by one measure, those that are clearly better before the others."""
    wanted, measure = asked_for(), _measure()
    rows = _compared(wanted, measure)
    return render_template(
        "statistics/comparison.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.comparison"), measure=measure,
        sheet=_sheet(wanted, measure, rows), chart=_chart(measure, rows), about=str(ABOUT[measure]), fewest=FEWEST_RANKED,
        measures=[(key, str(text), wanted.address("statistics.comparison", measure=key)) for key, text in MEASURES.items()],
        action=url_for("statistics.comparison"), is_mixed=not _is_alike(wanted, measure),
        file=lambda kind: wanted.address("statistics.comparison_file", measure=measure, kind=kind),
        above=wanted.address("statistics.comparison", measure=measure, office=None) if wanted.office else None,
    )  # fmt: skip


@blueprint.get("/statistics/comparison.<any(xlsx, csv):kind>")
@requires("supervise")
def comparison_file(kind: str) -> Response:
    """The comparison as the page shows it."""
    wanted, measure = asked_for(), _measure()
    return as_file(_sheet(wanted, measure, _compared(wanted, measure)), kind, f"comparison-{measure.replace('_', '-')}")


def _measure() -> str:
    wanted = asked.args.get("measure", "")
    return wanted if wanted in MEASURES else STEPS


def _is_alike(wanted: Asked, measure: str) -> bool:
    """Whether like is compared with like: how long a case takes depends on its workflow before it depends on an office."""
    return measure != LENGTH or wanted.filter.workflow is not None


def _compared(wanted: Asked, measure: str) -> list[Compared]:
    """The offices in the order of their places, those without one at the end, the larger sample first."""
    found = steps_compared(wanted) if measure == STEPS else _cases_compared(wanted, measure)
    ranks: Sequence[int | None] = places([each for _column, each in found], most_is_best=measure != LENGTH)
    if not _is_alike(wanted, measure) or sum(rank is not None for rank in ranks) < 2:
        ranks = [None] * len(found)
    rows = [Compared(column, each, rank) for (column, each), rank in zip(found, ranks, strict=True)]
    return sorted(rows, key=lambda row: (row.place is None, row.place or 0, -row.found.count, row.column.office.code))


def steps_compared(wanted: Asked) -> list[tuple[Place, Estimate]]:
    """Each office with the share of its own steps that ended in time, of those with a time."""
    own = replace(wanted.filter, whose=DEPARTMENT)
    lines = step_lines(request.session(), request.now(), wanted.offices, own, ("office",), times=())
    columns = places_of(request.network(), wanted, {line.keys["office"] for line in lines})
    found = []
    for column in columns:
        whole = StepLine({})
        for line in lines:
            if line.keys["office"] in column.ids:
                add(whole, line)
        kept = whole.early + whole.on_time
        found.append((column, share_of(kept, kept + whole.late)))
    return [(column, each) for column, each in found if each.count]


def _cases_compared(wanted: Asked, measure: str) -> list[tuple[Place, Estimate]]:
    times = WORKING if measure == LENGTH else ()
    lines = [
        line
        for line in cases(request.session(), request.now(), wanted.offices, wanted.filter, ("workflow", "office"), times=times)
        if line.closed and wanted.counts(line.keys["workflow"])
    ]
    columns = places_of(request.network(), wanted, {line.keys["office"] for line in lines})
    found = []
    for column in columns:
        whole = CaseLine({})
        for line in lines:
            if line.keys["office"] in column.ids:
                whole.merge(line)
        found.append((column, median_of(whole.working) if measure == LENGTH else measures(whole)[measure]))
    return [(column, each) for column, each in found if each.count]


def _shown(measure: str, value: float | None) -> float | None:
    return hours(value) if measure == LENGTH else percent(value)


def _sheet(wanted: Asked, measure: str, rows: Sequence[Compared]) -> Sheet:
    unit = _("工作小时") if measure == LENGTH else "%"
    columns = [
        Column(_("服务点"), 34), Column(_("名次"), 14, on_one_line=True), Column("n", 10),
        Column(_("%(measure)s（%(unit)s）", measure=MEASURES[measure], unit=unit), 22),
        Column(_("区间低端（%(unit)s）", unit=unit), 16),
        Column(_("区间高端（%(unit)s）", unit=unit), 16),
    ]  # fmt: skip
    cells = [
        [
            Cell(_name(row.column), link=_narrower(wanted, measure, row.column)), Cell(_place(wanted, measure, row, rows)),
            Cell(row.found.count), *(Cell(_shown(measure, each)) for each in (row.found.value, row.found.low, row.found.high)),
        ]
        for row in rows
    ]  # fmt: skip
    return Sheet(_("服务点比较：%(measure)s", measure=str(MEASURES[measure])), columns, cells, wanted.in_words())


def _place(wanted: Asked, measure: str, row: Compared, rows: Sequence[Compared]) -> str | int:
    if row.place is not None:
        is_shared = sum(other.place == row.place for other in rows) > 1
        return _("并列第%(place)s", place=row.place) if is_shared else _("第%(place)s", place=row.place)
    if row.found.count < FEWEST_RANKED:
        return _("件数太少，不排")
    return _("不排") if not _is_alike(wanted, measure) else _("没有可比的")


def _name(column: Place) -> str:
    return _("%(office)s（本级）", office=column.office.name) if column.alone else column.office.name


def _narrower(wanted: Asked, measure: str, column: Place) -> str:
    """The way to the offices below one, where it stands for them too."""
    if column.alone or column.office.kind == HALL or len(column.ids) < 2:
        return ""
    return wanted.address("statistics.comparison", measure=measure, office=column.office.code)


def _chart(measure: str, rows: Sequence[Compared]) -> object:
    """Those that have a place, each with its interval."""
    drawn = [row for row in rows if row.place is not None]
    unit = _("工作小时") if measure == LENGTH else "%"
    low, value, high = ([_shown(measure, getattr(row.found, end)) for row in drawn] for end in ("low", "value", "high"))
    figure = Series(_("%(measure)s和它的区间", measure=str(MEASURES[measure])), value, "point", unit=unit, low=low, high=high)
    return chart([_name(row.column) for row in drawn], [figure], axes=(unit,), most=(None if measure == LENGTH else 100,), across=True)
