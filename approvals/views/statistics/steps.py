"""The heat map: how each step goes at each office. One click on a cell leads to the cases behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, render_template
from flask import request as asked

from approvals.calendar import county_calendar
from approvals.language import _, _l, say
from approvals.queries.overview import order_of, step_of
from approvals.queries.statistics.lines import StepLine
from approvals.queries.statistics.tables import WORKING
from approvals.queries.statistics.tables import steps as step_lines
from workflows.clock.limits import working_length
from workflows.engine.definition import Definition, State
from workflows.network import Network, Office
from workflows.statistics.attribution import DEPARTMENT
from workflows.statistics.intervals import FEWEST_RANKED
from workflows.statistics.measures import ratio

from .. import request
from ..access import requires
from .asking import Asked, asked_for, number
from .charts import Series, chart
from .pages import choices, pages
from .part import blueprint, hours, percent, said
from .sheets import Cell, Column, Sheet, as_file

MEASURES = {"p90": _l("90 分位数（工作小时）"), "late": _l("超期占比（%）"), "count": _l("办完的步骤数")}
COLUMNS = 20
"""Offices beside each other; further ones stand on further pages, as a town may have a hundred points."""
MOST_DRAWN = 12
HALL = "county_hall"

Step = tuple[Definition, State]


@dataclass(frozen=True, slots=True)
class Place:
    """A column: an office with everything below it, or with ``alone`` the office itself."""

    office: Office
    ids: frozenset[int]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """Steps by places. ``cells`` holds the lines of what was counted; a step and a place without a cell had nothing."""

    steps: Sequence[Step]
    places: Sequence[Place]
    totals: dict[tuple[str, str], StepLine]
    cells: dict[tuple[tuple[str, str], int], list[StepLine]]

    def line(self, step: tuple[str, str], at: int) -> StepLine | None:
        """What was counted of a step at a place; put together only for what is shown."""
        lines = self.cells.get((step, at), [])
        if len(lines) < 2:
            return lines[0] if lines else None
        whole = StepLine({})
        for line in lines:
            whole.merge(line)
        return whole

    @property
    def most(self) -> int:
        """The most steps of any cell."""
        return max((sum(line.count for line in lines) for lines in self.cells.values()), default=0)


@blueprint.get("/statistics/steps")
@requires("supervise")
def steps() -> str:
    """The heat map of steps that ended in the months asked for, by one of three measures."""
    wanted, measure = asked_for(), _measure()
    found = _map(wanted, measure)
    page, last_page = _columns_page(found)
    sheet = _sheet(wanted, measure, found, page)
    return render_template(
        "statistics/steps.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.steps"), measure=measure, sheet=sheet,
        measures=[(key, str(text), wanted.address("statistics.steps", measure=key)) for key, text in MEASURES.items()],
        chart=_chart(measure, found), page=page, last_page=last_page,
        address=lambda other: wanted.address("statistics.steps", measure=measure, columns=other),
        file=lambda kind: wanted.address("statistics.steps_file", measure=measure, columns=page, kind=kind),
        above=_above(wanted, measure),
    )  # fmt: skip


@blueprint.get("/statistics/steps.<any(xlsx, csv):kind>")
@requires("supervise")
def steps_file(kind: str) -> Response:
    """The heat map as the page shows it."""
    wanted = asked_for()
    found = _map(wanted, _measure())
    return as_file(_sheet(wanted, _measure(), found, _columns_page(found)[0]), kind, f"steps-{_measure()}")


def _measure() -> str:
    wanted = asked.args.get("measure", "")
    return wanted if wanted in MEASURES else "p90"


def _columns_page(found: Map) -> tuple[int, int]:
    last = max(1, -(-len(found.places) // COLUMNS))
    return min(number("columns"), last), last


def _map(wanted: Asked, measure: str) -> Map:
    """What was counted, by step and by column. Steps of the applicant and of waiting are no department's and stay out."""
    own, times = replace(wanted.filter, whose=DEPARTMENT), WORKING if measure == "p90" else ()
    asked_of = request.session(), request.now(), wanted.offices, own
    lines = step_lines(*asked_of, ("workflow", "state", "office"), times=times)
    # Asked for once more rather than added up: of the whole county a few rows hold it, and it is no copy of every cell.
    totals = {(line.keys["workflow"], line.keys["state"]): line for line in step_lines(*asked_of, ("workflow", "state"), times=times)}
    places = places_of(request.network(), wanted, {line.keys["office"] for line in lines})
    column_of = {office_id: number for number, place in enumerate(places) for office_id in place.ids}
    cells: dict[tuple[tuple[str, str], int], list[StepLine]] = {}
    for line in lines:
        if line.keys["office"] in column_of:
            cells.setdefault(((line.keys["workflow"], line.keys["state"]), column_of[line.keys["office"]]), []).append(line)
    found = sorted((step_of(*step) for step in totals), key=lambda step: order_of(*step))
    # An older version may hold a state that the newest has not; the key stays the one that was counted.
    return Map(found, places, totals, cells)


def places_of(network: Network, wanted: Asked, used: set[int]) -> list[Place]:
    """The columns: the office asked for by itself and each one below it with its subtree; without one, from the top of the reach.

    Only what has figures has a column.
    """
    tops = [wanted.office] if wanted.office else _tops(network, wanted.offices, used)
    places: list[Place] = []
    for top in tops:
        if len(tops) > 1 and top.kind != HALL:
            places.append(Place(top, network.subtree(top.id)))
            continue
        places.append(Place(top, frozenset({top.id}), alone=True))
        places += [Place(each, network.subtree(each.id)) for each in network.offices.values() if each.parent_id == top.id]
    return [place for place in places if place.ids & used]


def _tops(network: Network, offices: frozenset[int] | None, used: set[int]) -> list[Office]:
    """The offices of a reach that have none of it above them, among those with figures below them."""
    found: dict[int, Office] = {}
    for office_id in used & network.offices.keys():
        line = [office_id, *network.ancestors(office_id)]
        top = [each for each in line if offices is None or each in offices][-1:] or [office_id]
        found[top[0]] = network.offices[top[0]]
    return [office for office in network.offices.values() if office.id in found]


def _sheet(wanted: Asked, measure: str, found: Map, page: int) -> Sheet:
    """Rows of steps with their limit, the whole and the columns of a page."""
    begin = (page - 1) * COLUMNS
    places = list(enumerate(found.places))[begin : begin + COLUMNS]
    columns = [
        Column(_("步骤"), 34),
        Column(_("时限（工作小时）"), 14),
        Column(_("合计"), 12),
        *(Column(_title(place), 14, link="" if place.alone else _narrower(wanted, measure, place)) for _number, place in places),
    ]
    most = found.most if measure == "count" else 0
    rows = []
    for definition, state in found.steps:
        key, limit = (definition.key, state.name), limit_of(state)
        step = {"workflow": definition.key, "state": state.name, "timing": "late" if measure == "late" else None}
        rows.append([
            Cell(f"{say(definition.title)} · {say(state.title)}"),
            Cell(hours(limit)),
            _cell(measure, found.totals[key], limit, 0, wanted.address("statistics.behind", **step)),
            *(
                _cell(measure, found.line(key, at), limit, most, _behind(wanted, step, place))
                for at, place in places
            ),
        ])  # fmt: skip
    title = _("步骤和服务点：%(measure)s", measure=str(MEASURES[measure]))
    return Sheet(title, columns, rows, wanted.in_words(), _below(measure))


def _below(measure: str) -> list[str]:
    """What is said of the figures, on the page and in the file."""
    if measure == "count":
        return []
    return [_("n 是件数；少于 %(fewest)s 件的只列数字，不上色，不比较。没有时限的步骤不上色。", fewest=FEWEST_RANKED)]


def _title(place: Place) -> str:
    return _("%(office)s（本级）", office=place.office.name) if place.alone else place.office.name


def _narrower(wanted: Asked, measure: str, place: Place) -> str:
    return wanted.address("statistics.steps", measure=measure, office=place.office.code)


def _behind(wanted: Asked, step: dict[str, str | None], place: Place) -> str:
    return wanted.address("statistics.behind", **step, office=place.office.code, alone=1 if place.alone else None)


def _above(wanted: Asked, measure: str) -> tuple[str, str] | None:
    """The way back up from an office that was asked for: address and name; None at the top of the reach."""
    if wanted.office is None:
        return None
    parent = request.network().offices.get(wanted.office.parent_id or 0)
    if parent is None or (wanted.offices is not None and parent.id not in wanted.offices):
        return wanted.address("statistics.steps", measure=measure, office=None), _("全部服务点")
    return wanted.address("statistics.steps", measure=measure, office=parent.code), parent.name


def _cell(measure: str, line: StepLine | None, limit: int | None, most: int, link: str) -> Cell:
    """A figure with its sample. It is coloured from ``FEWEST_RANKED`` steps on: three cases rank nobody."""
    if line is None or not line.count:
        return Cell(None)
    if measure == "count":
        return Cell(line.count, link, _part(line.count, most))
    if measure == "late":
        timed = line.early + line.on_time + line.late
        share = ratio(line.late, timed)
        return Cell(percent(share), link if line.late else "", _late_level(share, timed), f"n={said(timed)}" if timed else "")
    p90 = line.working.quantile(0.9)
    level = _length_level(p90, limit, line.count)
    note = f"n={said(line.count)}"
    return Cell(hours(p90), link, level, _("%(sample)s 超时限", sample=note) if limit and (p90 or 0) > limit else note)


def _length_level(seconds: float | None, limit: int | None, count: int) -> str:
    if seconds is None or not limit or count < FEWEST_RANKED:
        return ""
    share = seconds / limit
    return "good" if share <= 0.5 else "middle" if share <= 1 else "high" if share <= 1.5 else "over"


def _late_level(share: float | None, count: int) -> str:
    if share is None or count < FEWEST_RANKED:
        return ""
    return "good" if not share else "middle" if share <= 0.05 else "high" if share <= 0.2 else "over"


def _part(count: int, most: int) -> str:
    return f"part-{min(4, 1 + 4 * (count - 1) // most)}" if most else ""


def limit_of(state: State) -> int | None:
    """The time of a step in working seconds, by the county's hours; None for a step without one or one in calendar time."""
    return length_of(state.time or {})


def length_of(budget: Mapping[str, object]) -> int | None:
    """A time of one unit in working seconds; None for one in calendar time."""
    return working_length(budget, county_calendar().hours.seconds_per_day) if budget else None


def _chart(measure: str, found: Map) -> object:
    """The steps of all columns together, those with the highest figure first."""
    drawn = []
    for definition, state in found.steps:
        line = found.totals[definition.key, state.name]
        timed = line.early + line.on_time + line.late
        figures = {
            "p90": (hours(line.working.quantile(0.9)), hours(line.working.quantile(0.5))),
            "late": (percent(ratio(line.late, timed)), None), "count": (line.count, None),
        }[measure]  # fmt: skip
        if figures[0] is not None:
            drawn.append((f"{say(state.title)} · {say(definition.title)}", *figures))
    drawn = sorted(drawn, key=lambda each: -each[1])[:MOST_DRAWN]
    names, first, second = ([each[at] for each in drawn] for at in range(3))
    series = {
        "p90": [Series(_("90 分位数"), first, unit=_("工作小时")), Series(_("中位数"), second, unit=_("工作小时"))],
        "late": [Series(_("超期占比"), first, unit="%")],
        "count": [Series(_("办完的步骤数"), first)],
    }[measure]
    axes = {"p90": _("工作小时"), "late": "%", "count": ""}[measure]
    return chart(names, series, axes=(axes,), across=True, whole=measure == "count")
