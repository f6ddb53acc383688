"""Every figure that is counted, of cases or of steps, by whatever people want to see beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l, say
from approvals.queries.matters import place_of
from approvals.queries.overview import order_of, step_of
from approvals.queries.statistics.filters import department_of
from approvals.queries.statistics.lines import CaseLine, StepLine
from approvals.queries.statistics.openings import claims_met_by
from approvals.queries.statistics.tables import cases, steps
from workflows.county import county_catalogue
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.histograms import Histogram
from workflows.statistics.measures import INDICATORS, measures, ratio

from .. import request
from ..access import requires
from .asking import CHANNELS, Asked, asked_for, counted_alone, departments
from .pages import choices, pages
from .part import blueprint, hours, percent
from .sheets import Cell, Column, Sheet, as_file
from .steps import add, places_of

CASES, STEPS = "cases", "steps"
OF = {CASES: _l("办件"), STEPS: _l("部门的步骤")}
BY = {
    "workflow": _l("按事项"), "office": _l("按服务点"), "department": _l("按部门"), "channel": _l("按申办渠道"), "month": _l("按月"),
}  # fmt: skip
FIRST = {"workflow": _l("事项"), "office": _l("服务点"), "department": _l("部门"), "channel": _l("申办渠道"), "month": _l("月份")}
SHARES = ("on_time", "faster_than_law", "faster_than_promised", "once_done", "delegated", "online", "no_visit", "visits")


@blueprint.get("/statistics/figures")
@requires("supervise")
def figures() -> str:
    """All figures of the months that were asked for, a row for each workflow, office, department, channel or month."""
    wanted, of, by = asked_for(), _of(), _by()
    return render_template(
        "statistics/figures.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.figures"), sheet=_sheet(wanted, of, by),
        kept={"of": of, "by": by}, action=url_for("statistics.figures"), about=_about(wanted, of, by),
        of=[(str(text), wanted.address("statistics.figures", of=key, by=by), key == of) for key, text in OF.items()],
        by=[(str(text), wanted.address("statistics.figures", of=of, by=key), key == by) for key, text in BY.items()],
        file=lambda kind: wanted.address("statistics.figures_file", kind=kind, of=of, by=by),
    )  # fmt: skip


@blueprint.get("/statistics/figures.<any(xlsx, csv):kind>")
@requires("supervise")
def figures_file(kind: str) -> Response:
    """The figures as the page shows them."""
    of, by = _of(), _by()
    return as_file(_sheet(asked_for(), of, by), kind, f"{of}-by-{by}")


def _of() -> str:
    wanted = asked.args.get("of", "")
    return wanted if wanted in OF else CASES


def _by() -> str:
    wanted = asked.args.get("by", "")
    return wanted if wanted in BY else "workflow"


def _about(wanted: Asked, of: str, by: str) -> str:
    if of == STEPS:
        return _("只算部门的步骤，不含申请人补正、等待其他事项和等人来领结果的时间。")
    if by == "workflow" or wanted.filter.workflow:
        return _("每个事项各算各的，一链办理里的各个事项也各是一行。")
    if by == "department":
        return _("每个部门算自己答复的办件：别的部门的一链办理里由它办的事项，一项算一件。")
    return _("按群众申办的整件计：一链办理里的各个事项不另外算一件。")


def _sheet(wanted: Asked, of: str, by: str) -> Sheet:
    title = _("全部指标：%(what)s，%(by)s", what=str(OF[of]), by=str(BY[by]))
    first = Column(_("步骤") if (of, by) == (STEPS, "workflow") else str(FIRST[by]), 34)
    columns, rows = _cases(wanted, by) if of == CASES else _steps(wanted, by)
    return Sheet(title, [first, *columns, *_time_columns()], rows, wanted.in_words())


def _time_columns() -> list[Column]:
    figures = _("平均"), _("最短"), _("中位数"), _("90 分位数"), _("95 分位数"), _("最长")
    net = [Column(_("净工作时间%(figure)s（工作小时）", figure=figure), 18) for figure in figures]
    return [*net, *(Column(_("日历时间%(figure)s（小时）", figure=figure), 18) for figure in figures)]


def _times(line: CaseLine | StepLine) -> list[Cell]:
    return [Cell(hours(value)) for times in (line.working, line.wall) for value in _spread(times)]


def _spread(times: Histogram) -> list[float | None]:
    middle, nine, most = times.quantiles((0.5, 0.9, 0.95)) or (None, None, None)
    return [times.mean, times.minimum, middle, nine, most, times.maximum]


def _cases(wanted: Asked, by: str) -> tuple[list[Column], list[list[Cell]]]:
    keys = ("workflow",) if by in ("workflow", "department") else ("workflow", by)
    lines = [
        line
        for line in cases(request.session(), request.now(), wanted.offices, wanted.filter, keys)
        if by == "workflow" or wanted.counts(line.keys["workflow"]) or (by == "department" and _is_own(line.keys["workflow"]))
    ]
    columns = [
        Column("n", 10), Column(_("结转"), 10), Column(_("收件"), 10), Column(_("在办"), 10), Column(_("暂停计时"), 12),
        Column(_("办成"), 10), Column(_("不予登记或许可"), 14), Column(_("未办成"), 10), Column(_("撤回"), 10), Column(_("未开办"), 10),
        Column(_("提前"), 10), Column(_("按时"), 10), Column(_("超期"), 10),
        *(Column(_title(name), 16) for name in (*SHARES, "claims_met")),
    ]  # fmt: skip
    judged = _claims(wanted, by)
    rows = _rows(wanted, by, lines, CaseLine)
    return columns, [[Cell(name), *_case_figures(line, [judged.get(key, (0, 0)) for key in keys])] for name, keys, line in rows]


def _claims(wanted: Asked, by: str) -> dict[Any, tuple[int, int]]:
    """How many openings meet all six claims, and of how many that can be judged, by the keys of the rows."""
    found = claims_met_by(request.session(), wanted.offices, wanted.filter, "workflow" if by == "department" else by)
    keyed = {"workflow": lambda key: (key, ""), "department": department_of}.get(by, lambda key: key)
    return {keyed(key): counts for key, counts in found.items()}


def _title(name: str) -> str:
    title = say(INDICATORS[name].title)
    return title if name == "visits" else _("%(measure)s（%(unit)s）", measure=title, unit="%")


def _case_figures(line: CaseLine, judged: Iterable[tuple[int, int]]) -> list[Cell]:
    found = measures(line)
    counts = (
        line.closed, line.carried_over, line.received, line.open, line.paused, line.done, line.refused, line.failed, line.withdrawn,
        line.not_opened, line.early, line.on_time, line.late,
    )  # fmt: skip
    shares = (found[name] for name in SHARES)
    visits = found["visits"].value
    met, of = (sum(counts) for counts in zip((0, 0), *judged, strict=True))
    return [
        *map(Cell, counts),
        *(Cell(percent(share.value), note=f"n={share.count:,}") for share in list(shares)[:-1]),
        Cell(None if visits is None else round(visits, 2), note=f"n={found['visits'].count:,}"),
        Cell(percent(ratio(met, of)), note=f"n={of:,}"), *_times(line),
    ]  # fmt: skip


def _steps(wanted: Asked, by: str) -> tuple[list[Column], list[list[Cell]]]:
    keys = ("workflow", "state") if by == "workflow" else (by,)
    own = replace(wanted.filter, whose=DEPARTMENT)
    lines = steps(request.session(), request.now(), wanted.offices, own, keys)
    columns = [Column("n", 10), *(Column(title, 10) for title in (_("提前"), _("按时"), _("超期"), _("又一次进入")))]
    rows = [
        [Cell(name), *map(Cell, (line.count, line.early, line.on_time, line.late, line.again)), *_times(line)]
        for name, _keys, line in _rows(wanted, by, lines, StepLine)
    ]
    return columns, rows


def _is_own(workflow: str) -> bool:
    return workflow in counted_alone(department_of(workflow))


def _rows(wanted: Asked, by: str, lines: Iterable[Any], new: Any) -> list[tuple[str, list[Any], Any]]:
    """What each row is called, the keys that it holds, and its line, in the order that people know."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for line in lines:
        groups[_key(by, line)].append(line)
    if by == "office":
        network = request.network()
        return [
            (_("%(office)s（本级）", office=place.office.name) if place.alone else place.office.name,
             sorted(place.ids), _together([line for office in place.ids for line in groups.get(office, ())], new))
            for place in places_of(network, wanted, set(groups))
        ]  # fmt: skip
    return [(_name(by, key), [key], _together(groups[key], new)) for key in sorted(groups, key=lambda key: _place(by, key))]


def _key(by: str, line: CaseLine | StepLine) -> Any:
    if by == "workflow":
        return line.keys["workflow"], line.keys.get("state", "")
    if by == "department" and by not in line.keys:
        return department_of(line.keys["workflow"])
    return line.keys[by]


def _place(by: str, key: Any) -> Any:
    """Months the newest first, all else in its own order."""
    if by == "workflow":
        return order_of(*step_of(*key)) if key[1] else (place_of(key[0]),)
    return -key.toordinal() if by == "month" else key


def _name(by: str, key: Any) -> str:
    if by == "workflow":
        workflow, state = key
        if not state:
            return say(county_catalogue().latest(workflow).title)
        definition, found = step_of(workflow, state)
        return f"{say(definition.title)} · {say(found.title)}"
    if by == "month":
        return f"{key:%Y-%m}"
    if by == "department":
        return departments().get(key, key)
    return str(CHANNELS.get(key) or _("系统自动开的"))


def _together(lines: Iterable[Any], new: Any) -> Any:
    """Lines of the same months as one; what was open at their ends is of different cases, and adds up."""
    whole = new({})
    for line in lines:
        if isinstance(line, StepLine):
            add(whole, line)
        else:
            whole.merge(line)
            whole.carried_over += line.carried_over
            whole.open += line.open
    return whole
