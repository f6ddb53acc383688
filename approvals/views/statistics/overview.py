"""The first page of the statistics: tiles of what was received, closed, open and kept, and the months they are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template

from approvals.calendar import county_calendar
from approvals.language import _, say
from approvals.queries.matters import in_order, place_of
from approvals.queries.statistics.filters import Workflows, months_between
from approvals.queries.statistics.lines import CaseLine
from approvals.queries.statistics.openings import claims_met
from approvals.queries.statistics.tables import WORKING, cases
from workflows.clock.limits import working_length
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, INTERNAL
from workflows.statistics.intervals import Estimate
from workflows.statistics.measures import INDICATORS, measures, of_catalogue

from .. import request
from ..access import requires
from ..supervision import working_time
from .asking import Asked, asked_for, only_month
from .charts import Series, chart
from .held import ON_TIME, P90, Held, held_against
from .pages import choices, pages
from .part import blueprint, hours, percent, said
from .sheets import Cell, Column, Sheet, as_file

EXPLAINED = (
    "on_time", "faster_than_law", "faster_than_promised", "once_done", "delegated", "online", "no_visit", "visits", "compression",
    "on_the_spot", "claims_met",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its title, the sample that it comes from, and what the county has set itself for it, if anything."""

    title: str
    figure: str
    sample: str
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The lines behind the page: of each month and workflow that is counted."""

    lines: Sequence[CaseLine]
    last_month: date

    @property
    def total(self) -> CaseLine:
        return merged(self.lines, self.last_month)

    def by_month(self) -> dict[date, CaseLine]:
        """Month → its line, oldest first."""
        months = defaultdict(list)
        for line in self.lines:
            months[line.keys["month"]].append(line)
        return {month: merged(months[month], month) for month in sorted(months)}

    def by_workflow(self) -> dict[str, CaseLine]:
        """Workflow → its line, in the order people know them."""
        workflows = defaultdict(list)
        for line in self.lines:
            workflows[line.keys["workflow"]].append(line)
        return {key: merged(workflows[key], self.last_month) for key in sorted(workflows, key=place_of)}


def merged(lines: Iterable[CaseLine], last_month: date) -> CaseLine:
    """Several lines as one; what is open is what is open at the end of the last month."""
    whole = CaseLine({})
    for line in lines:
        whole.merge(line)
        if line.keys["month"] == last_month:
            whole.open += line.open
    return whole


def counted_lines(wanted: Asked) -> tuple[Overview, Overview]:
    """What the tiles and months count, and every workflow by itself; the same rows."""
    lines = _lines(wanted, None)
    counted = [line for line in lines if wanted.counts(line.keys["workflow"])]
    return Overview(counted, wanted.filter.last_month), Overview(lines, wanted.filter.last_month)


def months_counted(wanted: Asked) -> dict[date, CaseLine]:
    """Month → what is counted of it, oldest first; a matter that counts with its chain is not read."""
    return Overview(_lines(wanted, wanted.counted), wanted.filter.last_month).by_month()


def _lines(wanted: Asked, workflows: Workflows) -> list[CaseLine]:
    now, by = request.now(), ("workflow", "month")
    return cases(request.session(), now, wanted.offices, wanted.filter, by, times=WORKING, workflows=workflows)


@blueprint.get("/statistics")
@requires("supervise")
def overview() -> str:
    """The tiles, the months and the workflows of the months that were asked for."""
    wanted = asked_for()
    counted, every = counted_lines(wanted)
    months = counted.by_month()
    return render_template(
        "statistics/overview.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.overview"),
        tiles=tiles(wanted, counted.total, held_against(request.session(), wanted, every.by_workflow())),
        months=months_sheet(wanted, months), workflows=workflows_sheet(wanted, every), chart=months_chart(wanted, months),
        months_file=lambda kind: wanted.address("statistics.months_file", kind=kind),
        workflows_file=lambda kind: wanted.address("statistics.workflows_file", kind=kind),
        day=said(county_calendar().hours.seconds_per_day / 3600), indicators=[INDICATORS[name] for name in EXPLAINED],
        is_empty=not any(line.received or line.closed or line.open for line in every.lines),
    )  # fmt: skip


@blueprint.get("/statistics/months.<any(xlsx, csv):kind>")
@requires("supervise")
def months_file(kind: str) -> Response:
    """The table of months as the page shows it."""
    wanted = asked_for()
    return as_file(months_sheet(wanted, months_counted(wanted)), kind, "months")


@blueprint.get("/statistics/workflows.<any(xlsx, csv):kind>")
@requires("supervise")
def workflows_file(kind: str) -> Response:
    """The table of workflows as the page shows it."""
    wanted = asked_for()
    return as_file(workflows_sheet(wanted, counted_lines(wanted)[1]), kind, "workflows")


def tiles(wanted: Asked, line: CaseLine, held: Mapping[str, Held]) -> list[Tile]:
    """The figures of the first page, each with what it was counted from. What is paused is known of now alone.

    ``held`` are the targets of those that have one.
    """
    last_month = wanted.filter.last_month
    found, is_now = measures(line), last_month >= request.today().replace(day=1)
    visits, p50, p90 = found["visits"].value, line.working.quantile(0.5), line.working.quantile(0.9)
    return [
        Tile(_("收件"), said(line.received), _("这些月份里收到的")),
        Tile(_("办结"), said(line.closed), _outcomes(line)),
        Tile(_("在办"), said(line.open), _("现在还没办结的") if is_now else _("%(month)s月末还没办结的", month=f"{last_month:%Y-%m}")),
        Tile(
            _("暂停计时"), said(line.paused if is_now else None),
            _sample(line.open, _("在办件里现在等申请人或在特别程序中的")) if is_now else _("看到本月才有：它说的是现在"),
        ),
        _share("on_time", found, _("答复了申请人的办结件"), held.get(ON_TIME)),
        _faster(found),
        *_published(wanted),
        _share("once_done", found, _("办结件")),
        _share("delegated", found, _("办结件")),
        _share("online", found, _("申报的办结件；平均跑动%(visits)s次", visits=said(round(visits, 2) if visits is not None else None))),
        _share("claims_met", {"claims_met": claims_met(request.session(), wanted.offices, wanted.filter)}, _("能认定的企业开办")),
        _share("no_visit", found, _("申报的办结件")),
        Tile(
            _("净工作时间（中位数）"), working_time(p50) if p50 is not None else said(None),
            _("n=%(count)s，十件里有九件不超过%(p90)s", count=said(line.closed), p90=working_time(p90)) if p90 is not None
            else _sample(0, _("办结件")), held.get(P90),
        ),
    ]  # fmt: skip


def _published(wanted: Asked) -> list[Tile]:
    """How far the promises of the catalogue lie below the law, and how many are kept at once: of matters, not of cases."""
    day, chosen = county_calendar().hours.seconds_per_day, wanted.filter
    matters = [
        each for each in in_order()
        if each.kind not in (INTERNAL, DELEGATED)
        and chosen.workflow in (None, each.key) and chosen.department in (None, each.department)
    ]  # fmt: skip
    limits = [
        tuple(working_length(limit.budget, day) if limit is not None else None for limit in (each.statutory, each.promised))
        for each in matters
    ]
    found = of_catalogue(limits)
    return [
        _share("compression", found, _("两种时限都有的事项；出自事项目录")),
        _share("on_the_spot", found, _("有承诺时限的事项；出自事项目录")),
    ]


def _share(name: str, found: Mapping[str, Estimate], what: str, held: Held | None = None) -> Tile:
    return Tile(say(INDICATORS[name].title), _percent(found[name].value), _sample(found[name].count, what), held)


def _faster(found: Mapping[str, Estimate]) -> Tile:
    """Faster than the law, and than promised beside it; where no limit of the law applies, faster than promised alone."""
    promised = found["faster_than_promised"]
    if found["faster_than_law"].value is None:
        return _share("faster_than_promised", found, _("答复了申请人、有承诺时限的办结件"))
    beside = {"share": _percent(promised.value), "count": said(promised.count)}
    return _share("faster_than_law", found, _("答复了申请人、有法定时限的办结件；比承诺%(share)s（n=%(count)s）", **beside))


def _outcomes(line: CaseLine) -> str:
    counted = {name: said(getattr(line, name)) for name in ("done", "refused", "failed", "withdrawn")}
    return _("办成%(done)s，不予登记%(refused)s，未办成%(failed)s，撤回%(withdrawn)s", **counted)


def _percent(share: float | None) -> str:
    value = percent(share)
    return f"{value:.1f}%" if value is not None else said(None)


def _sample(count: int, what: str) -> str:
    return _("n=%(count)s，%(what)s", count=said(count), what=what)


def _columns(first: Column, counted: Sequence[str]) -> list[Column]:
    return [
        first,
        *(Column(title, 10) for title in counted),
        Column(_("按时办结率（%）"), 16), Column(_("有时限的 n"), 12), Column(_("中位数（工作小时）"), 18),
        Column(_("90 分位数（工作小时）"), 20), Column(_("一次办结率（%）"), 16), Column(_("代办率（%）"), 12),
    ]  # fmt: skip


def _figures(line: CaseLine) -> list[Cell]:
    found = measures(line)
    return [
        Cell(percent(found["on_time"].value)), Cell(found["on_time"].count), Cell(hours(line.working.quantile(0.5))),
        Cell(hours(line.working.quantile(0.9))), Cell(percent(found["once_done"].value)), Cell(percent(found["delegated"].value)),
    ]  # fmt: skip


def months_sheet(wanted: Asked, months: dict[date, CaseLine]) -> Sheet:
    """A row for each month, the newest first; its name leads to the same page for that month alone."""
    rows = [
        [
            Cell(f"{month:%Y-%m}", link=wanted.address("statistics.overview", **only_month(month))),
            Cell(line.received), Cell(line.closed), Cell(line.open), *_figures(line),
        ]
        for month, line in reversed(months.items())
    ]  # fmt: skip
    columns = _columns(Column(_("月份"), 12, on_one_line=True), [_("收件"), _("办结"), _("月末在办")])
    return Sheet(_("按月统计"), columns, rows, wanted.in_words())


def _closed(wanted: Asked, workflow: str, line: CaseLine) -> Cell:
    """How many closed, with the way to the list of them."""
    return Cell(line.closed, wanted.address("statistics.closed", workflow=workflow) if line.closed else "")


def workflows_sheet(wanted: Asked, every: Overview) -> Sheet:
    """A row for each workflow, chains and what they open alike; its name leads to its steps."""
    rows = [
        [
            Cell(say(county_catalogue().latest(key).title), link=wanted.address("statistics.steps", workflow=key)),
            Cell(line.received), _closed(wanted, key, line), Cell(line.open), *_figures(line),
        ]
        for key, line in every.by_workflow().items()
    ]  # fmt: skip
    return Sheet(_("按事项统计"), _columns(Column(_("事项"), 34), [_("收件"), _("办结"), _("在办")]), rows, wanted.in_words())


def months_chart(wanted: Asked, months: dict[date, CaseLine]) -> object:
    """Received and closed by month as bars, the share closed in time as a line; months without anything are drawn empty."""
    names = list(months_between(wanted.filter.first_month, wanted.filter.last_month))
    lines = [months.get(month, CaseLine({})) for month in names]
    in_time = [percent(measures(line)["on_time"].value) for line in lines]
    return chart(
        [f"{month:%Y-%m}" for month in names],
        [
            Series(_("收件"), [line.received for line in lines], unit=_("件")),
            Series(_("办结"), [line.closed for line in lines], unit=_("件")),
            Series(_("按时办结率"), in_time, kind="line", axis=1, unit="%"),
        ],
        axes=(_("件"), "%"), most=(None, 100),
    ) if any(line.received or line.closed for line in lines) else None  # fmt: skip
