"""The bulletin of a month as PDF: its figures beside those of the month before and of the same month a year ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import Response
from flask import request as asked

from approvals.documents.rendering import printed
from approvals.language import _, language, say
from approvals.queries.statistics.filters import month_after
from approvals.queries.statistics.lines import CaseLine
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.statistics.intervals import FEWEST_RANKED
from workflows.statistics.measures import INDICATORS, measures

from .. import request
from ..access import requires
from .asking import Asked, asked_for, month_named
from .comparison import steps_compared
from .overview import Overview, counted_lines
from .part import blueprint, hours, percent, said

SHARES = ("on_time", "once_done", "delegated", "online", "faster_than_promised")
Table = tuple[str, Sequence[str], Sequence[Sequence[str]], str]
"""Title, headings, rows, and what is said where there are none."""


@blueprint.get("/statistics/bulletin")
@requires("supervise")
def bulletin() -> Response:
    """The bulletin of ``month``, of the last full month where none is named or it cannot be read, which it then says."""
    faults: list[str] = []
    month = _month(faults)
    wanted = _of(asked_for(), month)
    months = [wanted, _of(wanted, month_after(month, -1)), _of(wanted, month_after(month, -12))]
    found = [counted_lines(each) for each in months]
    moment = request.now().astimezone(OFFICE_ZONE)
    body = printed("bulletin.typ", {
        "title": _("政务服务办件月报（%(month)s）", month=f"{month:%Y-%m}"), "about": wanted.in_words(),
        "made": _("制表：%(moment)s", moment=f"{moment:%Y-%m-%d %H:%M}"), "lang": language(),
        "tables": [
            _whole(month, [counted.total for counted, _every in found]), _by_workflow(found[0][1]), _by_office(wanted),
        ],
        "notes": [*wanted.faults, *faults, *_notes(month, moment.date(), wanted.filter.department is not None)],
    })  # fmt: skip
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="bulletin-{month:%Y-%m}.pdf"'
    return response


def _month(faults: list[str]) -> date:
    typed, this = asked.args.get("month", "").strip(), request.today().replace(day=1)
    month = month_named(typed)
    if month is None:
        if typed:
            faults.append(_("月份请按 2026-11 这样填写；这一次没看懂，做的是上一个月的月报。"))
        return month_after(this, -1)
    if month > this:
        faults.append(_("以后的月份还没有数，已经统计到%(month)s为止。", month=f"{this:%Y-%m}"))
    return min(month, this)


def _of(wanted: Asked, month: date) -> Asked:
    return replace(wanted, filter=replace(wanted.filter, first_month=month, last_month=month))


def _whole(month: date, lines: Sequence[CaseLine]) -> Table:
    """The month itself, the one before and the same one a year ago, a row for each figure."""
    head = [_("指标"), *(f"{each:%Y-%m}" for each in (month, month_after(month, -1), month_after(month, -12)))]
    found = [measures(line) for line in lines]
    rows = [
        [_("收件"), *(said(line.received) for line in lines)],
        [_("办结"), *(said(line.closed) for line in lines)],
        [_("月末在办"), *(said(line.open) for line in lines)],
        *([_in_percent(name), *(_share(each[name].value, each[name].count) for each in found)] for name in SHARES),
        [_("净工作时间中位数（工作小时）"), *(said(hours(line.working.quantile(0.5))) for line in lines)],
        [_("净工作时间 90 分位数（工作小时）"), *(said(hours(line.working.quantile(0.9))) for line in lines)],
    ]
    return _("一、总的情况"), head, rows, ""


def _in_percent(name: str) -> str:
    return _("%(measure)s（%(unit)s）", measure=say(INDICATORS[name].title), unit="%")


def _share(value: float | None, count: int) -> str:
    return said(None) if value is None else _("%(share)s（n=%(count)s）", share=said(percent(value)), count=said(count))


def _by_workflow(every: Overview) -> Table:
    head = [
        _("事项"), _("收件"), _("办结"), _("月末在办"), _("按时办结率（%）"), _("中位数（工作小时）"), _("90 分位数（工作小时）"),
    ]  # fmt: skip
    rows = [
        [
            say(county_catalogue().latest(key).title), said(line.received), said(line.closed), said(line.open),
            said(percent(measures(line)["on_time"].value)), said(hours(line.working.quantile(0.5))),
            said(hours(line.working.quantile(0.9))),
        ]
        for key, line in every.by_workflow().items()
    ]  # fmt: skip
    return _("二、各事项"), head, rows, _("这个月没有办件。")


def _by_office(wanted: Asked) -> Table:
    """Offices by the share of their own steps that ended in time, with sample and interval; the order is that of the network."""
    head = [
        _("服务点"), "n", _("步骤按时率（%）"), _("区间低端（%）"), _("区间高端（%）"), _("比平均高（%(unit)s）", unit=_("百分点")),
    ]  # fmt: skip
    rows = [
        [_("%(office)s（本级）", office=place.office.name) if place.alone else place.office.name, said(each.count)]
        + [said(percent(value)) for value in (each.value, each.low, each.high, beside.above.value)]
        for place, each, beside in steps_compared(wanted)
    ]
    return _("三、各服务点（不排名次）"), head, rows, _("这个月没有办完的步骤。")


def _notes(month: date, today: date, of_department: bool) -> list[str]:
    notes = [
        _("总的情况按这个部门自己答复的办件计：别的部门的一链办理里由它办的事项，一项算一件。")
        if of_department
        else _("总的情况按群众申办的整件计，一链办理里的各个事项不另外算一件；各事项各算各的。"),
        _("n 是件数；少于 %(fewest)s 件的数字起伏很大，不宜比较。真实的数一百次里有九十五次落在区间里。", fewest=FEWEST_RANKED),
        _("各服务点办的步骤难易不同，总的按时率不能直接比；“比平均高”只算别处也办的步骤，与各服务点合起来办同样这些步骤的平均比。"),
        _(
            "时间是净工作时间：从申报到办结只算上班时间，含申请人补正、签署，不含听证、检验等特别程序。"
            "90 分位数：十件里有九件不超过的时间。"
        ),
    ]
    if month >= today.replace(day=1):
        notes.insert(0, _("这个月还没有过完，数字算到制表的时候。"))
    return notes
