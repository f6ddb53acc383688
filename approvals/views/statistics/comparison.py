"""Comparison of offices: each figure with its sample and interval, and a place only where the figures can be told apart.

Shares are compared like with like: each office is held against what all of them achieve on the same mix of steps or workflows.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l
from approvals.queries.statistics.lines import CaseLine
from approvals.queries.statistics.tables import WORKING, cases
from approvals.queries.statistics.tables import steps as step_lines
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.histograms import Histogram
from workflows.statistics.intervals import FEWEST_RANKED, Estimate, median_of, places, share_of
from workflows.statistics.standardising import Counts, Standardised, standardised

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .charts import Series, chart
from .pages import choices, pages
from .part import blueprint, hours, percent, said
from .sheets import Cell, Column, Sheet, as_file
from .steps import HALL, Place, places_of

STEPS, LENGTH = "steps", "length"
MEASURES = {
    STEPS: _l("步骤按时率"), "on_time": _l("按时办结率"), "once_done": _l("一次办结率"), LENGTH: _l("净工作时间中位数"),
}  # fmt: skip
ABOUT = {
    STEPS: _l("本服务点自己经手的步骤，在步骤时限以内办完的占多少；与各服务点合起来办同样这些步骤的平均比。"),
    "on_time": _l("由本服务点决定的办件，在承诺时限以内办结的占多少；与各服务点合起来办同样这些事项的平均比。"),
    "once_done": _l("由本服务点决定的办件，没有补正、一次办成的占多少；与各服务点合起来办同样这些事项的平均比。"),
    LENGTH: _l("由本服务点决定的办件，净工作时间的中位数（工作小时），含申请人补正的时间。"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One office with its figure and its place; no place where there are too few cases or nothing to compare it with.

    Of a share ``found`` is that of what others have too, and ``beside`` says how it lies to what all achieve on the same mix.
    """

    column: Place
    found: Estimate
    place: int | None
    beside: Standardised | None = None

    @property
    def ranked(self) -> Estimate:
        """What the place goes by."""
        return self.found if self.beside is None else self.beside.above


@blueprint.get("/statistics/comparison")
@requires("supervise")
def comparison() -> str:
    """Offices by one measure, those that are clearly better before the others."""
    wanted, measure = asked_for(), _measure()
    rows = _compared(wanted, measure)
    return render_template(
        "statistics/comparison.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.comparison"), measure=measure,
        sheet=_sheet(wanted, measure, rows), chart=_chart(measure, rows), about=str(ABOUT[measure]), rule=_rule(),
        measures=[(key, str(text), wanted.address("statistics.comparison", measure=key)) for key, text in MEASURES.items()],
        action=url_for("statistics.comparison"), is_mixed=not _is_alike(wanted, measure), below=_below(measure),
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
    found = _lengths(wanted) if measure == LENGTH else _shares(_kinds_of_steps(wanted) if measure == STEPS else _kinds(wanted, measure))
    ranks: Sequence[int | None] = places([each.ranked for each in found], most_is_best=measure != LENGTH)
    if not _is_alike(wanted, measure) or sum(rank is not None for rank in ranks) < 2:
        ranks = [None] * len(found)
    rows = [replace(each, place=rank) for each, rank in zip(found, ranks, strict=True)]
    return sorted(rows, key=lambda row: (row.place is None, row.place or 0, -row.found.count, row.column.office.code))


def _shares(found: Sequence[tuple[Place, Counts]]) -> list[Compared]:
    """Each office that has anything beside what all achieve on its mix."""
    told = standardised([counts for _column, counts in found])
    return [
        Compared(column, each.found, None, each)
        for (column, _counts), each in zip(found, told, strict=True)
        if each.found.count or each.alone.count
    ]


def steps_compared(wanted: Asked) -> list[tuple[Place, Estimate, Standardised]]:
    """Each office with the share of all its own steps that ended in time, of those with a time; unlike ones, so for no ranking.

    Beside it stands what it comes to among the offices that have the same steps.
    """
    kinds = _kinds_of_steps(wanted)
    told = standardised([counts for _column, counts in kinds])
    found = [
        (column, share_of(sum(part for part, _whole in counts.values()), sum(whole for _part, whole in counts.values())), each)
        for (column, counts), each in zip(kinds, told, strict=True)
    ]
    return [line for line in found if line[1].count]


def _kinds_of_steps(wanted: Asked) -> list[tuple[Place, Counts]]:
    """Of each office and each step of a workflow how many of its own ended in time, of those with a time."""
    own = replace(wanted.filter, whose=DEPARTMENT)
    by = ("workflow", "state", "office")
    lines = step_lines(request.session(), request.now(), wanted.offices, own, by, times=())
    columns = places_of(request.network(), wanted, {line.keys["office"] for line in lines})
    return [
        (column, _added(
            ((line.keys["workflow"], line.keys["state"]), line.early + line.on_time, line.early + line.on_time + line.late)
            for line in lines if line.keys["office"] in column.ids
        ))
        for column in columns
    ]  # fmt: skip


def _kinds(wanted: Asked, measure: str) -> list[tuple[Place, Counts]]:
    """Of each office and each workflow how many cases were as the measure wants them, and of how many."""
    lines = _closed(wanted, ())
    columns = places_of(request.network(), wanted, {line.keys["office"] for line in lines})
    return [
        (column, _added(
            (line.keys["workflow"], *_part_of(line, measure)) for line in lines if line.keys["office"] in column.ids
        ))
        for column in columns
    ]  # fmt: skip


def _part_of(line: CaseLine, measure: str) -> tuple[int, int]:
    if measure == "once_done":
        return line.once_done, line.closed
    return line.early + line.on_time, line.early + line.on_time + line.late


def _added(found: Iterable[tuple[Hashable, int, int]]) -> Counts:
    """The parts and wholes of each kind, those of several offices together; a kind without any is none."""
    counts: dict[Hashable, tuple[int, int]] = {}
    for kind, part, whole in found:
        if whole:
            parts, wholes = counts.get(kind, (0, 0))
            counts[kind] = parts + part, wholes + whole
    return counts


def _closed(wanted: Asked, times: tuple[str, ...]) -> list[CaseLine]:
    session, now, by = request.session(), request.now(), ("workflow", "office")
    lines = cases(session, now, wanted.offices, wanted.filter, by, times=times, workflows=wanted.counted)
    return [line for line in lines if line.closed]


def _lengths(wanted: Asked) -> list[Compared]:
    """Each office with the median net working time of its cases."""
    lines = _closed(wanted, WORKING)
    columns = places_of(request.network(), wanted, {line.keys["office"] for line in lines})
    found = []
    for column in columns:
        whole = Histogram.merged(line.working for line in lines if line.keys["office"] in column.ids)
        found.append(Compared(column, median_of(whole), None))
    return [each for each in found if each.found.count]


def _sheet(wanted: Asked, measure: str, rows: Sequence[Compared]) -> Sheet:
    first = [Column(_("服务点"), 34), Column(_("名次"), 14, on_one_line=True), Column("n", 10)]
    columns = [*first, *(_length_columns() if measure == LENGTH else _share_columns(measure))]
    cells = [
        [
            Cell(_name(row.column), link=_narrower(wanted, measure, row.column)), Cell(_place(wanted, measure, row, rows)),
            Cell(row.found.count, note=_left_out(measure, row)), *_figures(row),
        ]
        for row in rows
    ]  # fmt: skip
    title = _("服务点比较：%(measure)s", measure=str(MEASURES[measure]))
    return Sheet(title, columns, cells, wanted.in_words(), [_rule(), *_below(measure)])


def _length_columns() -> list[Column]:
    unit = _("工作小时")
    return [
        Column(_("%(measure)s（%(unit)s）", measure=MEASURES[LENGTH], unit=unit), 22),
        Column(_("区间低端（%(unit)s）", unit=unit), 16), Column(_("区间高端（%(unit)s）", unit=unit), 16),
    ]  # fmt: skip


def _share_columns(measure: str) -> list[Column]:
    unit = _("百分点")
    return [
        Column(_("%(measure)s（%(unit)s）", measure=MEASURES[measure], unit="%"), 22),
        Column(_("同样的步骤平均（%）") if measure == STEPS else _("同样的事项平均（%）"), 18),
        Column(_("比平均高（%(unit)s）", unit=unit), 16),
        Column(_("区间低端（%(unit)s）", unit=unit), 16), Column(_("区间高端（%(unit)s）", unit=unit), 16),
    ]  # fmt: skip


def _figures(row: Compared) -> list[Cell]:
    if row.beside is None:
        return [Cell(hours(each)) for each in (row.found.value, row.found.low, row.found.high)]
    above = row.beside.above
    found, expected, low, high = (Cell(percent(each)) for each in (row.found.value, row.beside.expected, above.low, above.high))
    return [found, expected, Cell(percent(above.value), note=_clearly(above)), low, high]


def _clearly(above: Estimate) -> str:
    """Where the whole interval lies on one side of the average, of enough cases to say so."""
    if not above.is_rankable or above.low is None or above.high is None:
        return ""
    return _("明显高于平均") if above.low > 0 else _("明显低于平均") if above.high < 0 else ""


def _left_out(measure: str, row: Compared) -> str:
    """How many were not compared, as no other office has their like, and what share of them was as it should be."""
    if row.beside is None or not row.beside.alone.count:
        return ""
    alone = {"count": said(row.beside.alone.count), "share": said(percent(row.beside.alone.value))}
    if measure == STEPS:
        return _("另有 %(count)s 步只有这里办（%(share)s%%）", **alone)
    return _("另有 %(count)s 件的事项只有这里办（%(share)s%%）", **alone)


def _rule() -> str:
    """Who has a place, and who has none."""
    return _(
        "少于 %(fewest)s 件的服务点不排名次；区间有重叠的分不出高下，名次并列。名次等于一加上明显比它好的服务点数。",
        fewest=FEWEST_RANKED,
    )  # fmt: skip


def _below(measure: str) -> list[str]:
    """What is said below the figures, on the page and in the file."""
    interval = _("n 是件数；真实的数一百次里有九十五次落在区间里，件数越少区间越宽。含下属各点的，点名称看下属各点之间的比较。")
    if measure == LENGTH:
        return [interval]
    like = _(
        "难的和容易的不能直接比，所以不比总的比率：先算各服务点合起来每一步（或每个事项）的比率，再按本服务点自己办的多少合成“平均”，"
        "比的是高出或低于这个平均多少。只有一个服务点办的没有可比的，不算在内。"
    )
    return [like, interval]


def _place(wanted: Asked, measure: str, row: Compared, rows: Sequence[Compared]) -> str | int:
    if row.place is not None:
        is_shared = sum(other.place == row.place for other in rows) > 1
        return _("并列第%(place)s", place=row.place) if is_shared else _("第%(place)s", place=row.place)
    if not row.found.count:
        return _("没有可比的")
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
    is_length = measure == LENGTH
    unit = _("工作小时") if is_length else _("百分点")
    title = str(MEASURES[measure]) if is_length else _("%(measure)s比平均高", measure=str(MEASURES[measure]))
    shown = hours if is_length else percent
    low, value, high = ([shown(getattr(row.ranked, end)) for row in drawn] for end in ("low", "value", "high"))
    figure = Series(_("%(measure)s和它的区间", measure=title), value, "point", unit=unit, low=low, high=high)
    return chart([_name(row.column) for row in drawn], [figure], axes=(unit,), across=True)
