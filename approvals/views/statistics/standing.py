"""What is waiting and what came back: open cases by age, steps that were entered again, and the lists behind both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from flask import Response, url_for
from flask import request as asked

from approvals.language import _, say
from approvals.queries.overview import step_of
from approvals.queries.statistics import standing
from approvals.queries.statistics.conditions import Key
from approvals.queries.statistics.drill import CaseRow, StepRow, steps_behind
from approvals.queries.statistics.standing import BANDS
from workflows.county import county_catalogue
from workflows.statistics.measures import ratio

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .behind import at_minute, due_at_minute, with_state
from .listing import Listing, listing_page
from .part import blueprint, hours, percent
from .sheets import Cell, Column, Sheet, as_file

MOST_EXPORTED = 5000


@blueprint.get("/statistics/backlog")
@requires("supervise")
def backlog() -> str:
    """Open cases by workflow and age in working days."""
    wanted = asked_for()
    sheet = _backlog_sheet(wanted)
    return listing_page(wanted, Listing(
        "statistics.backlog", sheet, _("现在还没有办结的办件，从申报算起过了几个工作日。点数字看是哪些办件。"),
        (wanted.address("statistics.overview"), _("统计总览")), _("没有在办的办件"),
        lambda kind: wanted.address("statistics.backlog_file", kind=kind), about=_("这里是现在的情况，不看月份。"),
    ))  # fmt: skip


@blueprint.get("/statistics/backlog.<any(xlsx, csv):kind>")
@requires("supervise")
def backlog_file(kind: str) -> Response:
    """The open cases by age as the page shows them."""
    return as_file(_backlog_sheet(asked_for()), kind, "backlog")


def _bands() -> list[str]:
    """The ages in words, in the order of ``BANDS``."""
    first = [_("%(days)s 天以内", days=BANDS[0])]
    between = [_("%(more)s–%(days)s 天", more=low + 1, days=high) for low, high in pairwise(BANDS)]
    return [*first, *between, _("%(days)s 天以上", days=BANDS[-1])]


def _backlog_sheet(wanted: Asked) -> Sheet:
    lines = standing.backlog(request.session(), request.now(), wanted.offices, wanted.filter)
    columns = [Column(_("事项"), 34), *(Column(title, 12) for title in _bands()), Column(_("在办"), 10)]
    rows = [
        [
            Cell(say(county_catalogue().latest(line.workflow).title)),
            *(Cell(count, _open_link(wanted, line.workflow, band) if count else "") for band, count in enumerate(line.counts)),
            Cell(line.total, _open_link(wanted, line.workflow, None)),
        ]
        for line in lines
    ]  # fmt: skip
    return Sheet(_("在办件存了多久（工作日）"), columns, rows, wanted.in_words())


def _open_link(wanted: Asked, workflow: str, band: int | None) -> str:
    return wanted.address("statistics.open_cases", workflow=workflow, band=band)


@blueprint.get("/statistics/open")
@requires("supervise")
def open_cases() -> str:
    """The open cases behind a figure of the backlog, the oldest first, a page at a time."""
    wanted, band = asked_for(), _band()
    at = Key.parse(asked.args.get("after", ""))
    page = standing.open_behind(request.session(), request.now(), wanted.offices, wanted.filter, band=band, after=at)
    return listing_page(wanted, Listing(
        "statistics.open_cases", _open_sheet(wanted, band, page.rows), _("最早申报的在前；点办件号看这一件。"),
        (wanted.address("statistics.backlog", workflow=None), _("在办件存了多久")), _("这些条件下没有在办的办件"),
        lambda kind: wanted.address("statistics.open_file", band=band, kind=kind),
        kept={} if band is None else {"band": str(band)}, about=_("这里是现在的情况，不看月份。"),
        following=wanted.address("statistics.open_cases", band=band, after=str(page.following)) if page.following else None,
        first=wanted.address("statistics.open_cases", band=band) if at else None, most=MOST_EXPORTED, has_texts=True,
    ))  # fmt: skip


@blueprint.get("/statistics/open.<any(xlsx, csv):kind>")
@requires("supervise")
def open_file(kind: str) -> Response:
    """The whole list of open cases, at most ``MOST_EXPORTED``."""
    wanted, band = asked_for(), _band()
    page = standing.open_behind(request.session(), request.now(), wanted.offices, wanted.filter, band=band, size=MOST_EXPORTED)
    return as_file(_open_sheet(wanted, band, page.rows), kind, "open")


def _band() -> int | None:
    text = asked.args.get("band", "")
    return int(text) if text in [str(band) for band in range(len(BANDS) + 1)] else None


def _open_sheet(wanted: Asked, band: int | None, rows: Sequence[CaseRow]) -> Sheet:
    title = _("在办的办件")
    if band is not None:
        title = _("在办的办件，申报后%(age)s", age=_bands()[band])
    columns = [
        Column(_("办件号"), 24, on_one_line=True), Column(_("企业"), 30), Column(_("事项"), 26), Column(_("状态"), 20),
        Column(_("服务点"), 26),
        Column(_("申报时间"), 18, on_one_line=True), Column(_("已过（工作小时）"), 14), Column(_("其中部门（工作小时）"), 14),
        Column(_("承诺到期"), 18, on_one_line=True),
    ]  # fmt: skip
    return Sheet(title, columns, [_open_row(row) for row in rows], wanted.in_words())


def _open_row(row: CaseRow) -> list[Cell]:
    case = row.case
    definition = county_catalogue().version(case.workflow, case.version)
    office = request.network().offices.get(case.deciding_office_id)
    return [
        Cell(case.number, link=url_for("cases.case_page", token=case.token)), Cell(case.company or _("（名称未填）")),
        Cell(say(definition.title)), Cell(say(definition.states[case.state].title)), Cell(office.name if office else ""),
        Cell(at_minute(case.opened_at)), Cell(hours(row.fact.seconds.total)), Cell(hours(row.fact.seconds.department)),
        Cell(due_at_minute(case.promised_due_at, is_open=True)),
    ]  # fmt: skip


@blueprint.get("/statistics/rework")
@requires("supervise")
def rework() -> str:
    """The steps that were entered again, and how often."""
    wanted = asked_for()
    sheet = _rework_sheet(wanted)
    return listing_page(wanted, Listing(
        "statistics.rework", sheet, _("同一件第二次、第三次进入同一步，就是返工：退回补正、重新审查、重新签署。"),
        (wanted.address("statistics.overview"), _("统计总览")), _("这些条件下没有返工的步骤"),
        lambda kind: wanted.address("statistics.rework_file", kind=kind), about=_("按离开这一步的月份计；没有返工的步骤不列。"),
    ))  # fmt: skip


@blueprint.get("/statistics/rework.<any(xlsx, csv):kind>")
@requires("supervise")
def rework_file(kind: str) -> Response:
    """The steps that were entered again, as the page shows them."""
    return as_file(_rework_sheet(asked_for()), kind, "rework")


def _rework_sheet(wanted: Asked) -> Sheet:
    columns = [Column(_("步骤"), 40), Column(_("办完的步骤数"), 14), Column(_("其中再次进入"), 14), Column(_("再次进入占比（%）"), 16)]
    rows = []
    for line in standing.rework(request.session(), request.now(), wanted.offices, wanted.filter):
        definition, state = step_of(line.keys["workflow"], line.keys["state"])
        link = wanted.address("statistics.entered_again", workflow=definition.key, state=state.name)
        share = percent(ratio(line.again, line.count))
        rows.append([
            Cell(f"{say(definition.title)} · {say(state.title)}"), Cell(line.count), Cell(line.again, link), Cell(share),
        ])  # fmt: skip
    return Sheet(_("返工"), columns, rows, wanted.in_words())


@blueprint.get("/statistics/rework/cases")
@requires("supervise")
def entered_again() -> str:
    """The steps behind a figure of the rework, the newest first, a page at a time."""
    wanted, state = with_state(asked_for())
    at = Key.parse(asked.args.get("after", ""))
    page = steps_behind(request.session(), wanted.offices, wanted.filter, state=state, again=True, after=at)
    return listing_page(wanted, Listing(
        "statistics.entered_again", _again_sheet(wanted, state, page.rows),
        _("最近离开这一步的在前；点办件号看这一件为什么又来了一次。"),
        (wanted.address("statistics.rework", workflow=None), _("返工")), _("这些条件下没有返工的步骤"),
        lambda kind: wanted.address("statistics.again_file", state=state, kind=kind), kept={"state": state} if state else {},
        following=wanted.address("statistics.entered_again", state=state, after=str(page.following)) if page.following else None,
        first=wanted.address("statistics.entered_again", state=state) if at else None, most=MOST_EXPORTED, has_texts=True,
    ))  # fmt: skip


@blueprint.get("/statistics/rework/cases.<any(xlsx, csv):kind>")
@requires("supervise")
def again_file(kind: str) -> Response:
    """The whole list of steps that were entered again, at most ``MOST_EXPORTED``."""
    wanted, state = with_state(asked_for())
    page = steps_behind(request.session(), wanted.offices, wanted.filter, state=state, again=True, size=MOST_EXPORTED)
    return as_file(_again_sheet(wanted, state, page.rows), kind, "rework-cases")


def _again_sheet(wanted: Asked, state: str | None, rows: Sequence[StepRow]) -> Sheet:
    title = _("再次进入的步骤")
    if wanted.filter.workflow and state:
        definition, step = step_of(wanted.filter.workflow, state)
        title = _("再次进入：%(step)s", step=f"{say(definition.title)} · {say(step.title)}")
    columns = [
        Column(_("办件号"), 24, on_one_line=True), Column(_("企业"), 30), Column(_("步骤"), 30),
        *(Column(text, 18, on_one_line=True) for text in (_("进入这一步"), _("离开这一步"))), Column(_("用时（工作小时）"), 14),
    ]  # fmt: skip
    return Sheet(title, columns, [_again_row(row) for row in rows], wanted.in_words())


def _again_row(row: StepRow) -> list[Cell]:
    definition, state = step_of(row.fact.workflow, row.fact.state)
    return [
        Cell(row.number, link=url_for("cases.case_page", token=row.token)), Cell(row.company or _("（名称未填）")),
        Cell(f"{say(definition.title)} · {say(state.title)}"), Cell(at_minute(row.opened_at)), Cell(at_minute(row.closed_at)),
        Cell(hours(row.fact.working)),
    ]  # fmt: skip
