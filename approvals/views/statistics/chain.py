"""The chain as it went: every way that cases took, with its volume, median and 90th percentile, and the bottleneck marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Response, render_template, url_for
from markupsafe import Markup

from approvals.language import _, language, say
from approvals.queries.matters import in_order
from approvals.queries.overview import step_of
from approvals.queries.statistics.lines import EdgeLine
from approvals.queries.statistics.step_attribution import is_carried, is_ready
from approvals.queries.statistics.tables import edges
from workflows.county import county_catalogue
from workflows.engine.diagram import Arrow, Box, draw_flow
from workflows.statistics.intervals import FEWEST_RANKED

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .pages import choices, pages
from .part import blueprint, hours, said
from .sheets import Cell, Column, Sheet, as_file

WIDEST = 5.0


@dataclass(frozen=True, slots=True)
class Flow:
    """The ways of one workflow, the most taken first, and which of them is the bottleneck, if there is one."""

    workflow: str
    lines: Sequence[EdgeLine]
    bottleneck: EdgeLine | None


@blueprint.get("/statistics/chain")
@requires("supervise")
def chain() -> str:
    """One workflow drawn as its cases went, and the same as a table."""
    wanted = asked_for()
    flow = _flow(wanted)
    return render_template(
        "statistics/chain.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.chain"), sheet=_sheet(wanted, flow),
        drawing=Markup(_drawing(flow)) if flow.lines else "", action=url_for("statistics.chain"), bottleneck=_said_of(flow),
        file=lambda kind: wanted.address("statistics.chain_file", kind=kind), fewest=FEWEST_RANKED,
        workflows=[(say(each.title), _address(wanted, each.key), each.key == flow.workflow) for each in in_order()],
    )  # fmt: skip


@blueprint.get("/statistics/chain.<any(xlsx, csv):kind>")
@requires("supervise")
def chain_file(kind: str) -> Response:
    """The ways of the workflow as the page shows them."""
    wanted = asked_for()
    return as_file(_sheet(wanted, _flow(wanted)), kind, "chain")


def _address(wanted: Asked, workflow: str) -> str:
    return wanted.address("statistics.chain", workflow=workflow)


def _flow(wanted: Asked) -> Flow:
    """What is counted of the workflow asked for; of the first one, which is the chain of all, when none was."""
    workflow = wanted.filter.workflow or next(iter(in_order())).key
    chosen = replace(wanted.filter, workflow=workflow)
    lines = sorted(edges(request.session(), request.now(), wanted.offices, chosen), key=lambda line: (line.linked, -line.count))
    return Flow(workflow, lines, bottleneck_of(lines))


def bottleneck_of(lines: Sequence[EdgeLine]) -> EdgeLine | None:
    """The way on which departments spent the most working time in all, volume times mean: mending it saves the most.

    What the applicant takes is no department's, nor is a result that waits to be fetched, and what happened fewer than
    ``FEWEST_RANKED`` times is no pattern.
    """
    counted = [line for line in lines if line.count >= FEWEST_RANKED and line.seconds.department > 0]
    return max(counted, key=lambda line: line.seconds.department, default=None)


def _whose_else(line: EdgeLine) -> str:
    """Why the time before this way is no department's though somebody is named for it; "" where it is, or nobody is named."""
    if line.linked:
        return ""
    if is_ready(line.workflow, line.from_state):
        return _("结果已备好，等人来领")
    return _("文件袋在路上，不是哪个部门的用时") if is_carried(line.workflow, line.from_state) else ""


def _sheet(wanted: Asked, flow: Flow) -> Sheet:
    columns = [
        Column(_("从"), 26), Column(_("到"), 30), Column(_("件数"), 10), Column(_("中位数（工作小时）"), 18),
        Column(_("90 分位数（工作小时）"), 20), Column(_("部门合计（工作小时）"), 18), Column(_("瓶颈"), 10, on_one_line=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(_from(line), note=_whose_else(line)), Cell(_to(line)),
            Cell(line.count), Cell(hours(line.working.quantile(0.5))),
            Cell(hours(line.working.quantile(0.9))), Cell(hours(line.seconds.department)),
            Cell(_("瓶颈"), level="over") if line is flow.bottleneck else Cell(""),
        ]
        for line in flow.lines
    ]  # fmt: skip
    title = _("流程怎么走：%(workflow)s", workflow=say(county_catalogue().latest(flow.workflow).title))
    return Sheet(title, columns, rows, wanted.in_words())


def _from(line: EdgeLine) -> str:
    return say(step_of(line.workflow, line.from_state)[1].title)


def _to(line: EdgeLine) -> str:
    if line.linked:
        return _("联办：%(workflow)s", workflow=say(county_catalogue().latest(line.to_state).title))
    return say(step_of(line.workflow, line.to_state)[1].title)


def _said_of(flow: Flow) -> str:
    line = flow.bottleneck
    if line is None:
        return _("没有满 %(fewest)s 件的部门步骤，还看不出瓶颈。", fewest=FEWEST_RANKED)
    return _(
        "瓶颈：“%(begin)s”到“%(end)s”，%(count)s 件部门一共用了 %(hours)s 工作小时，是部门用时最多的一段。",
        begin=_from(line), end=_to(line), count=said(line.count), hours=said(hours(line.seconds.department)),
    )  # fmt: skip


def _drawing(flow: Flow) -> str:
    """The ways as arrows, the wider the more cases took them."""
    most = max(line.count for line in flow.lines)
    boxes: dict[str, Box] = {}
    for line in flow.lines:
        ends = [line.from_state] if line.linked else [line.from_state, line.to_state]
        for name in ends:
            definition, state = step_of(line.workflow, name)
            who = [definition.roles[state.task.role][language()]] if state.task else []
            boxes[name] = Box(name, [say(state.title), *who], "final" if state.final else "open")
        if line.linked:
            boxes[_linked(line)] = Box(_linked(line), [_to(line)], "visited", is_other=True)
    arrows = [
        Arrow(
            line.from_state, _linked(line) if line.linked else line.to_state, _on_arrow(line, line is flow.bottleneck),
            1 + (WIDEST - 1) * line.count / most, line is flow.bottleneck, line.linked,
        )
        for line in flow.lines
    ]  # fmt: skip
    return draw_flow(say(county_catalogue().latest(flow.workflow).title), boxes.values(), arrows)


def _linked(line: EdgeLine) -> str:
    return f"workflow:{line.to_state}"


def _on_arrow(line: EdgeLine, is_bottleneck: bool) -> list[str]:
    p50, p90 = (said(hours(line.working.quantile(share))) for share in (0.5, 0.9))
    lines = [_("%(count)s 件", count=said(line.count)), _("中位 %(hours)s 小时", hours=p50), _("九成 %(hours)s 小时", hours=p90)]
    return [_("▲ 瓶颈"), *lines] if is_bottleneck else lines
