"""Imported logs of the systems that the county had before, and our own closed cases beside one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import Response, abort, render_template, url_for
from flask import request as asked

from approvals.language import _, _l, say
from approvals.queries.log_figures import WALL, WORKING, Figures, KeptLog, Own, kept_logs, own_duration
from approvals.queries.statistics.filters import month_after
from workflows.county import county_catalogue
from workflows.logs import Spread
from workflows.statistics.intervals import FEWEST_RANKED
from workflows.statistics.measures import faster

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .behind import at_minute
from .charts import Series, chart
from .pages import choices, pages
from .part import blueprint, hours, percent
from .sheets import Cell, Column, Sheet, as_file

LOGS, LENGTHS, MONTHS, ACTIVITIES, EDGES = "logs", "lengths", "months", "activities", "edges"
KINDS = {WORKING: _l("工作时间"), WALL: _l("日历时间")}
FIGURES = {
    "mean": _l("平均"), "median": _l("中位数"), "p90": _l("90 分位数"), "p95": _l("95 分位数"), "min": _l("最短"), "max": _l("最长"),
}  # fmt: skip
COMPARED = ("mean", "median", "p90", "p95")
"""The shortest and the longest case of each side say nothing of the others: they are shown and not compared."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the page is asked for: all logs, the chosen one, which time its waiting is told in, and our own cases if a workflow is."""

    wanted: Asked
    logs: Sequence[KeptLog]
    chosen: KeptLog | None
    time: str
    own: Own | None
    faults: Sequence[str]

    def address(self, endpoint: str = "statistics.past", **more: object) -> str:
        """The address of the page, or of one of its files, with the same conditions."""
        log = self.chosen.log.id if self.chosen else None
        return url_for(endpoint, **self.query(**{"log": log, "time": self.time, **more}))

    def query(self, **more: object) -> dict[str, object]:
        return self.wanted.query(office=None, department=None, channel=None, **more)


@blueprint.get("/statistics/past")
@requires("supervise")
def past() -> str:
    """The logs, and what one of them says beside our own cases."""
    found = _asked()
    chosen = found.chosen
    figures = chosen.figures if chosen is not None else None
    return render_template(
        "statistics/past.html",
        past=found, wanted=found.wanted, choices=choices(found.wanted), pages=pages(found.wanted, "statistics.past"),
        action=url_for("statistics.past"), logs=_logs(found), notes=_notes(chosen) if chosen else (), figures=figures,
        lengths=_lengths(found, figures) if figures else None, more=[_more(each, found, figures) for each in MORE] if figures else (),
        title=_title(found), chart=_chart(figures) if figures else None, file=_files(found, LOGS), lengths_file=_files(found, LENGTHS),
        about=_about(found), fewest=FEWEST_RANKED,
        times=[(key, str(text), found.address(time=key) + f"#{EDGES}") for key, text in KINDS.items()],
    )  # fmt: skip


@blueprint.get("/statistics/past.<any(xlsx, csv):kind>")
@requires("supervise")
def past_file(kind: str) -> Response:
    """One table of the page: that of ``table``, of the logs where it is none of the others."""
    found, table = _asked(), asked.args.get("table", "")
    make = {LENGTHS: _lengths, **MORE}.get(table)
    figures = found.chosen.figures if found.chosen else None
    if make is None or figures is None:
        return as_file(_logs(found), kind, "event-logs")
    return as_file(make(found, figures), kind, f"event-log-{table}")


def _asked() -> Past:
    wanted = asked_for()
    if wanted.offices is not None:
        # Where the cases of a log were handled is not known: it is the county's.
        abort(403)
    logs, faults, typed = kept_logs(request.session()), list(wanted.faults), asked.args.get("log", "")
    chosen = next((each for each in logs if str(each.log.id) == typed), None)
    if typed and chosen is None:
        faults.append(_("没有这份日志，可能已经删除；请在下面另选一份。"))
    elif not typed and len(logs) == 1:
        chosen = logs[0]
    time = asked.args.get("time", "")
    workflow = wanted.filter.workflow
    own = None
    if workflow is not None and chosen is not None and chosen.figures is not None:
        own = own_duration(request.session(), workflow, wanted.filter.first_month, month_after(wanted.filter.last_month))
    return Past(wanted, logs, chosen, time if time in KINDS else WORKING, own, faults)


def _title(found: Past) -> str:
    return _("以前的系统：%(log)s", log=found.chosen.log.name) if found.chosen else _("以前的系统")


def _files(found: Past, table: str) -> Callable[[str], str]:
    return lambda kind: found.address("statistics.past_file", kind=kind, table=table)


def _logs(found: Past) -> Sheet:
    columns = [
        Column(_("日志"), 30), Column(_("办件"), 12), Column(_("事件"), 12), Column(_("第一天"), 14, on_one_line=True),
        Column(_("最后一天"), 14, on_one_line=True), Column(_("文件"), 30), Column(_("坏行"), 10),
        Column(_("统计时间"), 18, on_one_line=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.log.name, link=found.address(log=each.log.id)), Cell(each.figures.cases if each.figures else None),
            Cell(each.events), *(Cell(f"{day:%Y-%m-%d}" if day else "") for day in _span(each)),
            Cell(_("、").join(PurePath(file.path).name for file in each.files)), Cell(each.bad),
            Cell(at_minute(each.counted_at) if each.counted_at else _("还没有统计")),
        ]
        for each in found.logs
    ]  # fmt: skip
    return Sheet(_("导入的事件日志"), columns, rows)


def _span(log: KeptLog) -> tuple[Any, Any]:
    return (log.figures.first, log.figures.last) if log.figures else (None, None)


def _notes(log: KeptLog) -> list[str]:
    """What whoever reads the figures of a log must know of it."""
    found = []
    if log.figures is None:
        found.append(_("这份日志还没有统计好，后台每五分钟统计一次，请稍后再看。"))
    elif not log.is_current:
        found.append(_("日志或工作日历在统计以后有了变化，以下是%(at)s的数；后台会在几分钟内重新统计。", at=at_minute(log.counted_at)))
    if log.unfinished:
        found.append(_("有 %(count)s 个文件还没有读完，只算已读的部分；再运行一次导入会接着读。", count=log.unfinished))
    if log.bad:
        found.append(_("另有 %(count)s 行有问题，没有算在内，见导入时的问题清单。", count=log.bad))
    if log.figures is not None and (years := log.figures.provisional_years()):
        named = _("、").join(map(str, years))
        found.append(_("%(years)s 年没有放假安排的通知，这些年份的工作日是推定的。", years=named))
    return found


def _about(found: Past) -> str:
    """What our own side holds, said before anybody compares the two."""
    if found.own is None:
        return _("选一个事项，就把本系统在这些月份办结的办件放在旁边，用同样的算法比。")
    said = [
        _("两边都从头算到尾：旧日志从第一个事件到最后一个事件，本系统从申报到办结，补正、等待和特别程序都算在内。"),
        _("本系统一边是全县的，退件和撤回的也算。"),
    ]
    if found.own.is_cut:
        said.append(_("这些月份办结的很多，只比最近办结的 %(count)s 件。", count=f"{found.own.duration[WALL].n:,}"))
    return "".join(said)


def _lengths(found: Past, figures: Figures) -> Sheet:
    """How long cases took, ours beside those of the log; a row for each figure."""
    columns = [Column(_("时长"), 20)]
    for kind, unit in _units().items():
        columns.append(Column(_("旧日志（%(unit)s）", unit=unit), 18))
        if found.own is not None:
            own = _("本系统（%(unit)s）", unit=unit)
            columns += [Column(own, 18), Column(_("快了多少（%(kind)s，%%）", kind=str(KINDS[kind])), 18)]
    rows = [[Cell("n"), *_beside(found, figures, "n")]]
    rows += [[Cell(str(text)), *_beside(found, figures, name)] for name, text in FIGURES.items()]
    return Sheet(_("办件时长"), columns, rows, _words(found, with_own=found.own is not None))


def _units() -> dict[str, str]:
    return {WORKING: _("工作小时"), WALL: _("日历小时")}


def _beside(found: Past, figures: Figures, name: str) -> list[Cell]:
    cells = []
    for kind in KINDS:
        past = figures.duration[kind]
        cells.append(Cell(_shown(past, name)))
        if found.own is not None:
            own = found.own.duration[kind]
            cells += [Cell(_shown(own, name)), _faster(own, past, name)]
    return cells


def _shown(spread: Spread, name: str) -> float | int | None:
    return spread.n if name == "n" else hours(getattr(spread, name))


def _faster(own: Spread, past: Spread, name: str) -> Cell:
    """How much less time ours took, per cent of theirs; negative where it took more. Too few cases on a side are not judged."""
    if name not in COMPARED:
        return Cell(None)
    if min(own.n, past.n) < FEWEST_RANKED:
        return Cell(_("件数太少，不评"))
    share = faster(getattr(own, name), getattr(past, name))
    return Cell(percent(share), level="" if share is None else "good" if share >= 0 else "over")


def _months(found: Past, figures: Figures) -> Sheet:
    rows = [[Cell(month), Cell(cases)] for month, cases in reversed(figures.started)]
    return Sheet(_("按月新开的办件"), [Column(_("月份"), 12, on_one_line=True), Column(_("办件"), 12)], rows, _words(found))


def _activities(found: Past, figures: Figures) -> Sheet:
    columns = [Column(_("环节"), 34), Column(_("事件"), 12), Column(_("办件"), 12), Column(_("重复"), 12)]
    rows = [[Cell(name), Cell(events), Cell(cases), Cell(events - cases)] for name, events, cases in figures.activities]
    return Sheet(_("每个环节"), columns, rows, _words(found))


def _edges(found: Past, figures: Figures) -> Sheet:
    unit = _units()[found.time]
    columns = [
        Column(_("从"), 30), Column(_("到"), 30), Column("n", 10),
        *(Column(_("%(figure)s（%(unit)s）", figure=str(text), unit=unit), 16) for text in FIGURES.values()),
    ]  # fmt: skip
    rows = [
        [Cell(edge.start), Cell(edge.end), *(Cell(_shown(edge.seconds[found.time], name)) for name in ("n", *FIGURES))]
        for edge in figures.edges
    ]
    return Sheet(_("环节之间等了多久（%(kind)s）", kind=str(KINDS[found.time])), columns, rows, _words(found))


MORE: Mapping[str, Callable[[Past, Figures], Sheet]] = {EDGES: _edges, ACTIVITIES: _activities, MONTHS: _months}


def _more(table: str, found: Past, figures: Figures) -> tuple[str, Sheet, Callable[[str], str], str]:
    """The name of a table, itself, the way to its files, and how much of it is left out."""
    whole = {ACTIVITIES: figures.all_activities, EDGES: figures.all_edges}.get(table, 0)
    sheet = MORE[table](found, figures)
    left = whole - len(sheet.rows)
    cut = _("这里是最多的 %(shown)s 种，还有 %(left)s 种没有列出。", shown=len(sheet.rows), left=f"{left:,}") if left > 0 else ""
    return table, sheet, _files(found, table), cut


def _words(found: Past, *, with_own: bool = False) -> str:
    """The conditions as a sentence, for the foot of a file."""
    assert found.chosen is not None  # a table of a log has one
    log = _("日志“%(log)s”", log=found.chosen.log.name)
    if not with_own or found.wanted.filter.workflow is None:
        return log
    chosen = found.wanted.filter
    title = say(county_catalogue().latest(chosen.workflow or "").title)
    months = _("%(begin)s至%(end)s", begin=f"{chosen.first_month:%Y-%m}", end=f"{chosen.last_month:%Y-%m}")
    return _("；").join((log, _("本系统%(months)s办结的%(title)s", months=months, title=title)))


def _chart(figures: Figures) -> object:
    """The cases that were begun in each month."""
    if len(figures.started) < 2:
        return None
    months, cases = zip(*figures.started, strict=True)
    return chart(months, [Series(_("新开的办件"), cases, unit=_("件"))], axes=(_("件"),), whole=True)
