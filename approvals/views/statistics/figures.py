"""Every figure that is counted, of cases or of steps, by whatever people want to see beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l, say
from approvals.queries.matters import in_order, place_of
from approvals.queries.overview import order_of, step_of
from approvals.queries.statistics.filters import Workflows, department_of
from approvals.queries.statistics.lines import CaseLine, StepLine
from approvals.queries.statistics.openings import claims_met_by
from approvals.queries.statistics.tables import cases, steps
from workflows.county import county_catalogue
from workflows.statistics.attribution import DEPARTMENT

from .. import request
from ..access import requires
from .asking import CHANNELS, Asked, asked_for, counted_alone, departments
from .figure_columns import (
    COUNTS,
    EVERYTHING,
    LENGTHS,
    RATES,
    SETS,
    WHOSE,
    Judged,
    case_cells,
    case_columns,
    step_cells,
    step_columns,
    times_of,
    whose_chart,
)
from .pages import choices, pages
from .part import blueprint
from .sheets import Cell, Column, Sheet, as_file
from .steps import places_of

CASES, STEPS = "cases", "steps"
OF = {CASES: _l("办件"), STEPS: _l("部门的步骤")}
BY = {
    "workflow": _l("按事项"), "office": _l("按服务点"), "department": _l("按部门"), "channel": _l("按申办渠道"), "month": _l("按月"),
}  # fmt: skip
FIRST = {"workflow": _l("事项"), "office": _l("服务点"), "department": _l("部门"), "channel": _l("申办渠道"), "month": _l("月份")}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the rows are of, what each of them is, and which figures stand in it."""

    of: str
    by: str
    shown: str

    def query(self, **other: str) -> dict[str, str]:
        """What stands in an address of this table; ``other`` are other choices."""
        return {"of": self.of, "by": self.by, "shown": self.shown, **other}


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a choice, and where whose the time was is asked for, the chart that says the same."""

    sheet: Sheet
    chart: object


@blueprint.get("/statistics/figures")
@requires("supervise")
def figures() -> str:
    """All figures of the months that were asked for, a row for each workflow, office, department, channel or month."""
    wanted, chosen = asked_for(), _chosen()
    table = _table(wanted, chosen)

    def ways(name: str, offered: Mapping[str, object], is_at: str) -> list[tuple[str, str, bool]]:
        found = ((key, str(text), wanted.address("statistics.figures", **chosen.query(**{name: key}))) for key, text in offered.items())
        return [(text, address, key == is_at) for key, text, address in found]

    return render_template(
        "statistics/figures.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.figures"), sheet=table.sheet, chart=table.chart,
        kept=chosen.query(), action=url_for("statistics.figures"), about=_about(wanted, chosen), shown=chosen.shown,
        of=ways("of", OF, chosen.of), by=ways("by", BY, chosen.by), sets=ways("shown", _sets(chosen.of), chosen.shown),
        file=lambda kind: wanted.address("statistics.figures_file", kind=kind, **chosen.query()),
    )  # fmt: skip


@blueprint.get("/statistics/figures.<any(xlsx, csv):kind>")
@requires("supervise")
def figures_file(kind: str) -> Response:
    """The figures as the page shows them."""
    chosen = _chosen()
    return as_file(_table(asked_for(), chosen).sheet, kind, f"{chosen.of}-by-{chosen.by}-{chosen.shown}")


def _chosen() -> Chosen:
    of, by, shown = (asked.args.get(name, "") for name in ("of", "by", "shown"))
    of = of if of in OF else CASES
    return Chosen(of, by if by in BY else "workflow", shown if shown in _sets(of) else COUNTS)


def _sets(of: str) -> dict[str, object]:
    """The sets of figures that there are of cases, or of steps."""
    return {key: text for key, text in SETS.items() if of == CASES or key != RATES}


def _about(wanted: Asked, chosen: Chosen) -> str:
    if chosen.of == STEPS:
        return _("只算部门的步骤，不含申请人补正、等待其他事项和等人来领结果的时间。")
    if chosen.by == "workflow" or wanted.filter.workflow:
        return _("每个事项各算各的，一链办理里的各个事项也各是一行。")
    if chosen.by == "department":
        return _("每个部门算自己答复的办件：别的部门的一链办理里由它办的事项，一项算一件。")
    return _("按群众申办的整件计：一链办理里的各个事项不另外算一件。")


def _below(chosen: Chosen) -> Sequence[str]:
    """What is said below the figures, on the page and in the file."""
    if chosen.shown in (COUNTS, RATES):
        return [_("n 是办结的件数或办完的步骤数。")]
    lengths = _(
        "n 是办结的件数或办完的步骤数。净工作时间只算上班时间，不含特别程序；日历时间从头到尾都算。"
        "分位数误差不超过百分之一，平均、最短和最长是准的。"
    )
    whose = _(
        "办结的办件从申报到办结，每一秒工作时间只算给一方，四项合起来就是全部工作时间。"
        "一链办理的整件：有一个部门在办就算部门，没有哪个部门在办才算别的。"
    ) if chosen.of == CASES else _(
        "步骤从进入到离开，每一秒工作时间只算给一方，四项合起来就是全部工作时间：暂停计时的算特别程序，材料在路上的算等待和交接。"
        "申请人自己的步骤不在这张表里，他们用的时间看办件的那张。"
    )  # fmt: skip
    return [each for each, shown in ((lengths, LENGTHS), (whose, WHOSE)) if chosen.shown in (shown, EVERYTHING)]


def _table(wanted: Asked, chosen: Chosen) -> Table:
    what, by = str(OF[chosen.of]), str(BY[chosen.by])
    title = _("全部指标：%(what)s，%(by)s", what=what, by=by)
    if chosen.shown != EVERYTHING:
        title = _("%(what)s，%(by)s：%(shown)s", what=what, by=by, shown=str(SETS[chosen.shown]))
    first = Column(_("步骤") if (chosen.of, chosen.by) == (STEPS, "workflow") else str(FIRST[chosen.by]), 34)
    find = _cases if chosen.of == CASES else _steps
    columns, named = find(wanted, chosen)
    sheet = Sheet(title, [first, *columns], [[Cell(name), *cells] for name, _line, cells in named], wanted.in_words(), _below(chosen))
    lines = [line for _name, line, _cells in named]
    drawn = whose_chart([name for name, _line, _cells in named], lines) if chosen.shown == WHOSE else None
    return Table(sheet, drawn)


Named = list[tuple[str, Any, list[Cell]]]
"""What each row is called, its line, and its figures."""


def _cases(wanted: Asked, chosen: Chosen) -> tuple[list[Column], Named]:
    by = chosen.by
    keys, times = ("workflow",) if by == "department" else (by,), times_of(chosen.shown)
    session, now, counted = request.session(), request.now(), _workflows(wanted, by)
    lines = cases(session, now, wanted.offices, wanted.filter, keys, times=times, workflows=counted)
    judged = _claims(wanted, by) if chosen.shown in (RATES, EVERYTHING) else {}
    return case_columns(chosen.shown), [
        (name, line, case_cells(chosen.shown, line, [judged.get(key, (0, 0)) for key in keys]))
        for name, keys, line in _rows(wanted, by, lines, CaseLine)
    ]


def _claims(wanted: Asked, by: str) -> dict[Any, Judged]:
    """How many openings meet all six claims, and of how many that can be judged, by the keys of the rows."""
    found = claims_met_by(request.session(), wanted.offices, wanted.filter, "workflow" if by == "department" else by)
    keyed = {"workflow": lambda key: (key, ""), "department": department_of}.get(by, lambda key: key)
    return {keyed(key): counts for key, counts in found.items()}


def _steps(wanted: Asked, chosen: Chosen) -> tuple[list[Column], Named]:
    keys = ("workflow", "state") if chosen.by == "workflow" else (chosen.by,)
    own = replace(wanted.filter, whose=DEPARTMENT)
    lines = steps(request.session(), request.now(), wanted.offices, own, keys, times=times_of(chosen.shown))
    return step_columns(chosen.shown), [
        (name, line, step_cells(chosen.shown, line)) for name, _keys, line in _rows(wanted, chosen.by, lines, StepLine)
    ]


def _workflows(wanted: Asked, by: str) -> Workflows:
    """Whose cases are counted: those that count as one each, of departments also what they answer within another's chain."""
    if by == "workflow" or wanted.counted is None:
        return None
    own = (each.key for each in in_order() if each.key in counted_alone(each.department))
    return wanted.counted.union(own) if by == "department" else wanted.counted


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
        whole.merge(line)
        if isinstance(line, CaseLine):
            whole.carried_over += line.carried_over
            whole.open += line.open
    return whole
