"""The forecast: how many steps fall due on each of the next working days."""

from __future__ import annotations

from flask import Response, render_template, url_for

from approvals.language import _
from approvals.queries.statistics.coming import coming_load
from workflows.statistics.forecasts import WEEKS, DueDay, Forecast

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .charts import Series, chart
from .pages import choices, pages
from .part import blueprint, said
from .sheets import Cell, Column, Sheet, as_file


@blueprint.get("/statistics/forecast")
@requires("supervise")
def forecast() -> str:
    """The due load of the next ten working days as a chart and as a table."""
    wanted = asked_for()
    found = _forecast(wanted)
    return render_template(
        "statistics/forecast.html",
        wanted=wanted, choices=choices(wanted), pages=pages(wanted, "statistics.forecast"), sheet=_sheet(wanted, found),
        chart=_chart(found), action=url_for("statistics.forecast"), overdue=said(found.overdue), weeks=WEEKS,
        file=lambda kind: wanted.address("statistics.forecast_file", kind=kind), overdue_at=url_for("supervision.index"),
    )  # fmt: skip


@blueprint.get("/statistics/forecast.<any(xlsx, csv):kind>")
@requires("supervise")
def forecast_file(kind: str) -> Response:
    """The days as the page shows them."""
    wanted = asked_for()
    return as_file(_sheet(wanted, _forecast(wanted)), kind, "forecast")


def _forecast(wanted: Asked) -> Forecast:
    return coming_load(request.session(), request.now(), wanted.offices, wanted.filter)


def _sheet(wanted: Asked, found: Forecast) -> Sheet:
    columns = [
        Column(_("工作日"), 18, on_one_line=True), Column(_("已经在办、这天到期"), 18), Column(_("预计新来、这天到期"), 18),
        Column(_("合计"), 12), Column(_("最少"), 10), Column(_("最多"), 10),
    ]  # fmt: skip
    rows = [
        [Cell(_day(each)), Cell(each.known), Cell(_tenths(each.expected)), Cell(_tenths(each.total)), Cell(each.low), Cell(each.high)]
        for each in found.days
    ]
    return Sheet(_("未来十个工作日到期量"), columns, rows, wanted.in_words())


def _day(each: DueDay) -> str:
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return _("%(day)s %(weekday)s", day=f"{each.day:%Y-%m-%d}", weekday=names[each.day.weekday()])


def _tenths(value: float) -> float:
    return round(value, 1)


def _chart(found: Forecast) -> object:
    """What is open below, what is expected above it."""
    if not any(each.total for each in found.days):
        return None
    unit = _("步")
    return chart(
        [f"{each.day:%m-%d}" for each in found.days],
        [
            Series(_("已经在办"), [each.known for each in found.days], unit=unit, stack="due"),
            Series(_("预计新来"), [_tenths(each.expected) for each in found.days], unit=unit, stack="due"),
        ],
        axes=(unit,), whole=True,
    )  # fmt: skip
