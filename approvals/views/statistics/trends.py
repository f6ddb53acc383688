"""Trends: one measure month by month, with the interval that it lies in and the target that it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.calendar import county_calendar
from approvals.language import _, say
from approvals.queries.statistics.filters import months_between
from approvals.queries.statistics.lines import CaseLine
from approvals.queries.targets import Target, targets
from workflows.clock import OFFICE_ZONE
from workflows.statistics.intervals import FEWEST_RANKED, Estimate, median_of
from workflows.statistics.measures import INDICATORS, measures

from .. import request
from ..access import requires
from .asking import Asked, asked_for, only_month
from .charts import Series, chart
from .overview import months_counted
from .pages import choices, pages
from .part import blueprint, hours, percent
from .sheets import Cell, Column, Sheet, as_file

LENGTH = "length"
SHARES = ("on_time", "once_done", "online", "delegated", "faster_than_promised")
PROMISE_IS_KEPT = 100.0
"""Per cent: what was promised is meant to be kept every time."""
MOST_HOURS = 10_000


@dataclass(frozen=True, slots=True)
class Point:
    """What a month comes to: the figure with its interval, and of a length the 90th percentile. In per cent or in hours."""

    month: date
    count: int
    value: float | None
    low: float | None
    high: float | None
    p90: float | None

    @property
    def judged(self) -> float | None:
        """What is held against a target: of a length the 90th percentile, since a promise is meant for nearly all."""
        return self.value if self.p90 is None else self.p90


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over the months, its target if there is one, as it was typed, and what the county has set the workflow."""

    measure: str
    points: Sequence[Point]
    target: float | None
    typed: str
    faults: Sequence[str]
    own: Target | None = None

    def verdict(self, point: Point) -> Cell:
        """Whether a month reached its target; too few cases neither reach nor miss it."""
        if self.target is None or point.judged is None:
            return Cell(None)
        if point.count < FEWEST_RANKED:
            return Cell(_("件数太少，不评"))
        reached = point.judged <= self.target if self.measure == LENGTH else point.judged >= self.target
        return Cell(_("达到"), level="good") if reached else Cell(_("没有达到"), level="over")


def title_of(measure: str) -> str:
    """What a measure is called."""
    return _("净工作时间") if measure == LENGTH else say(INDICATORS[measure].title)


@blueprint.get("/statistics/trends")
@requires("supervise")
def trends() -> str:
    """One measure by month as a chart and as a table."""
    wanted = asked_for()
    trend = _trend(wanted)
    kept = {"measure": trend.measure, "target": trend.typed or None}
    return render_template(
        "statistics/trends.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.trends"), trend=trend, sheet=_sheet(wanted, trend),
        measures=[(key, title_of(key), wanted.address("statistics.trends", measure=key)) for key in (*SHARES, LENGTH)],
        chart=_chart(trend), kept=kept, query=wanted.query(measure=trend.measure), action=url_for("statistics.trends"),
        about=_about(trend), file=lambda kind: wanted.address("statistics.trends_file", kind=kind, **kept),
        unit=_("小时") if trend.measure == LENGTH else "%", is_empty=not any(point.count for point in trend.points),
    )  # fmt: skip


@blueprint.get("/statistics/trends.<any(xlsx, csv):kind>")
@requires("supervise")
def trends_file(kind: str) -> Response:
    """The months of one measure as the page shows them."""
    wanted = asked_for()
    trend = _trend(wanted)
    return as_file(_sheet(wanted, trend), kind, f"trend-{trend.measure.replace('_', '-')}")


def _trend(wanted: Asked) -> Trend:
    measure = asked.args.get("measure", "")
    measure = measure if measure in (*SHARES, LENGTH) else SHARES[0]
    found = months_counted(wanted)
    # The months before the first case say nothing; a month without any between two others does.
    first = max(wanted.filter.first_month, min(found, default=wanted.filter.last_month))
    months = months_between(first, wanted.filter.last_month)
    points = [_point(month, measure, found.get(month, CaseLine({}))) for month in months]
    typed, faults = asked.args.get("target", "").strip()[:20], list[str]()
    target = _typed_target(measure, typed)
    if typed and target is None:
        faults.append(_("目标请填一个数，百分比从 0 到 100，小时大于 0；这一次没有用。"))
    own = targets(request.session()).get(wanted.filter.workflow or "")
    if target is None:
        target, typed = _own_target(measure, own), ""
    return Trend(measure, points, target, typed, faults, own)


def _point(month: date, measure: str, line: CaseLine) -> Point:
    if measure == LENGTH:
        found = median_of(line.working)
        return Point(month, found.count, hours(found.value), hours(found.low), hours(found.high), hours(line.working.quantile(0.9)))
    share: Estimate = measures(line)[measure]
    return Point(month, share.count, percent(share.value), percent(share.low), percent(share.high), None)


def _typed_target(measure: str, typed: str) -> float | None:
    try:
        value = round(float(typed), 2)
    except ValueError:
        return None
    if measure == LENGTH:
        return value if 0 < value <= MOST_HOURS else None
    return value if 0 <= value <= 100 else None


def _own_target(measure: str, own: Target | None) -> float | None:
    """What the county has set itself for the chosen workflow, else that every promise is kept.

    A net working time holds corrections too, so no promise measures it.
    """
    if measure == LENGTH:
        return hours(own.p90_days * county_calendar().hours.seconds_per_day) if own is not None and own.p90_days else None
    if measure != "on_time":
        return None
    return PROMISE_IS_KEPT if own is None or own.on_time is None else own.on_time


def _about(trend: Trend) -> str:
    if trend.typed:
        return _("目标是您填的；清空就用县里自己定的目标。")
    own = trend.own
    if own is not None and trend.measure == "on_time" and own.on_time is not None:
        return _("目标由县里定：按时办结率不低于 %(share)s%%（%(who)s %(day)s 定）。", share=own.on_time, **_set(own))
    if own is not None and trend.measure == LENGTH and own.p90_days is not None:
        return _("目标由县里定：90 分位数不超过 %(days)s 个工作日（%(who)s %(day)s 定）。", days=own.p90_days, **_set(own))
    if trend.measure == "on_time":
        return _("目标：承诺了就全部兑现。")
    if trend.measure == LENGTH:
        return _("净工作时间含申请人补正的时间，承诺时限不含，所以不拿承诺来评；填一个目标，就拿 90 分位数与它比。")
    return _("这一项县里没有定目标；填一个就按它评。")


def _set(own: Target) -> dict[str, str]:
    """Who set a target, and on which day."""
    return {"who": own.set_by, "day": f"{own.set_at.astimezone(OFFICE_ZONE):%Y-%m-%d}"}


def _sheet(wanted: Asked, trend: Trend) -> Sheet:
    """A row for each month, the newest first."""
    is_length = trend.measure == LENGTH
    unit = _("工作小时") if is_length else "%"
    title = _("中位数") if is_length else title_of(trend.measure)
    columns = [
        Column(_("月份"), 12, on_one_line=True), Column("n", 10),
        Column(_("%(measure)s（%(unit)s）", measure=title, unit=unit), 18),
        Column(_("区间低端（%(unit)s）", unit=unit), 16), Column(_("区间高端（%(unit)s）", unit=unit), 16),
        *([Column(_("90 分位数（%(unit)s）", unit=unit), 18)] if is_length else []),
        Column(_("目标（%(unit)s）", unit=unit), 14), Column(_("与目标比"), 18, on_one_line=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(f"{point.month:%Y-%m}", link=wanted.address("statistics.overview", **only_month(point.month))),
            Cell(point.count), Cell(point.value), Cell(point.low), Cell(point.high), *([Cell(point.p90)] if is_length else []),
            Cell(trend.target), trend.verdict(point),
        ]
        for point in reversed(trend.points)
    ]  # fmt: skip
    below = _(
        "n 是件数；真实的数一百次里有九十五次落在区间里，件数越少区间越宽。少于 %(fewest)s 件的月份不评达没达到。",
        fewest=FEWEST_RANKED,
    )  # fmt: skip
    return Sheet(_("按月趋势：%(measure)s", measure=title_of(trend.measure)), columns, rows, wanted.in_words(), [below])


def _chart(trend: Trend) -> object:
    """The measure as a line, its target as a dashed one, and the number of cases behind both."""
    if not any(point.value is not None for point in trend.points):
        return None
    is_length = trend.measure == LENGTH
    unit = _("工作小时") if is_length else "%"
    series = [
        Series(_("件数"), [point.count for point in trend.points], axis=1, unit=_("件")),
        Series(_("中位数") if is_length else title_of(trend.measure), [point.value for point in trend.points], "line", unit=unit),
    ]
    if is_length:
        series.append(Series(_("90 分位数"), [point.p90 for point in trend.points], "line", unit=unit))
    if trend.target is not None:
        series.append(Series(_("目标"), [trend.target] * len(trend.points), "line", unit=unit, is_target=True))
    labels = [f"{point.month:%Y-%m}" for point in trend.points]
    return chart(labels, series, axes=(unit, _("件")), most=(None if is_length or _is_below(trend) else 100, None))


def _is_below(trend: Trend) -> bool:
    """Whether something is negative, as working slower than promised is: then the axis fits itself."""
    return any((point.value or 0) < 0 for point in trend.points)
