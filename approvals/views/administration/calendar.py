"""The working calendar: its years, and entering the notice of one after a look at every deadline that it moves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response as AnyResponse

from approvals.calendar import county_calendar
from approvals.language import _, language, say
from approvals.operations import calendar_years, deadline_moves
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import Outdated
from approvals.queries.calendar_years import years
from workflows.clock.notice import as_typed, days_of_year, ranges, usual_name, weekday_zh, with_number
from workflows.clock.working import WEEKDAYS_EN

from .. import request
from ..access import accepts_files, requires
from .forms import CalendarForm
from .part import Page, blueprint, put_faults, typed_of

MOST_SHOWN = 200
MOST_BATCHES = 20
"""So many batches of cases follow at once, before the page answers; a schedule does the rest."""

_BESIDE_THE_FILE = 64 * 1024


@blueprint.get("/administration/calendar")
@requires("calendar")
def calendar() -> str:
    """The years that matter now, and the form for the next notice."""
    return page(_form_of(request.today().year + 1))


def _form_of(number: int) -> CalendarForm:
    """The form for a notice of a year that none is known of."""
    return CalendarForm(formdata=None, data={"year": str(number), "name": usual_name(number)})


def page(form: CalendarForm, sentence: str = "") -> str:
    """The page of the calendar with what was typed; ``sentence`` says why a notice cannot be taken back."""
    this_year = request.today().year
    shown = years(request.session(), this_year - 1, this_year + calendar_years.YEARS_AHEAD)
    moving = deadline_moves.is_unsettled(request.session())
    return render_template(
        "administration/calendar.html", form=form, years=shown, moving=moving, weekday=weekday, with_number=with_number,
        sentence=sentence,
    )  # fmt: skip


def form_to_mend(number: int) -> CalendarForm:
    """The form for another notice of a year, filled with the days in force: whoever cannot take one back changes the days to come."""
    year = county_calendar().years.get(number)
    if year is None or not year.official:
        return _form_of(number)
    days = days_of_year(number, year)
    typed = {"year": str(number), "name": usual_name(number), "holidays": as_typed(days.off), "workdays": as_typed(days.worked)}
    return CalendarForm(formdata=None, data=typed)


@blueprint.get("/administration/calendar/years/<int:number>/csv")
@requires("calendar")
def calendar_file(number: int) -> Response:
    """Every day of a year as a file that can be changed and sent back."""
    year = county_calendar().years.get(number)
    if year is None:
        abort(404)
    lines = [f"{day},{flag}" for day, flag in zip(calendar_years.days_in(number), year.working, strict=True)]
    answer = Response("\ufeffdate,working\r\n" + "\r\n".join(lines) + "\r\n", mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=calendar-{number}.csv"
    return answer


@blueprint.post("/administration/calendar")
@requires("calendar")
@accepts_files(calendar_years.MOST_BYTES + _BESIDE_THE_FILE)
def preview_calendar() -> str | Page:
    """Judge what was typed or sent, and show the days as they were understood with every deadline that would move."""
    form = CalendarForm()
    try:
        sent = asked.files.get("file")
        csv = calendar_years.read_file(sent.read() if sent is not None else b"")
        notice = calendar_years.read_notice(typed_of(form), csv, request.today())
    except Faulty as refusal:
        put_faults(form, refusal)
        return page(form), 422
    return _preview(notice)


def _preview(notice: calendar_years.Notice, sentence: str = "") -> str:
    return render_template(
        "administration/calendar_check.html", notice=notice, sentence=sentence, **what_changes(notice), off=_ranges(notice.days.off),
        worked=_ranges(notice.days.worked), revision=calendar_years.revision_of(request.session(), notice.number),
        typed={
            "year": str(notice.number), "name": notice.name, "number": notice.notice_number,
            "holidays": as_typed(notice.days.off), "workdays": as_typed(notice.days.worked),
        },
    )  # fmt: skip


def what_changes(notice: calendar_years.Notice) -> dict[str, Any]:
    """What a page shows of putting a year into force: the days that turn, and the deadlines that move."""
    before, supposed = county_calendar(), calendar_years.supposed(notice.number, notice.year)
    days = calendar_years.days_in(notice.number)
    return {
        "moved": deadline_moves.preview(request.session(), supposed, notice.number, request.now(), MOST_SHOWN),
        "most_previewed": deadline_moves.MOST_PREVIEWED,
        "now_off": _ranges([day for day in days if before.is_working(day) and not supposed.is_working(day)]),
        "now_worked": _ranges([day for day in days if supposed.is_working(day) and not before.is_working(day)]),
        "weekday": weekday,
    }  # fmt: skip


def _ranges(days: list[date]) -> list[tuple[date, date, int]]:
    """Neighbouring days as first, last and how many."""
    return [(first, last, (last - first + timedelta(days=1)).days) for first, last in ranges(days)]


def weekday(day: date) -> str:
    """The day of the week in the language of the page."""
    return WEEKDAYS_EN[day.weekday()][:3] if language() == "en" else weekday_zh(day)


@blueprint.post("/administration/calendar/confirm")
@requires("calendar")
def confirm_calendar() -> AnyResponse | str | Page:
    """Store the notice, and let the open deadlines follow; a second press does nothing more."""
    form = CalendarForm()
    typed, shown = typed_of(form), asked.form.get("revision", "")
    try:
        entered = request.write(calendar_years.enter, request.acting(), typed, None, shown, request.today(), request.now())
    except Faulty as refusal:
        put_faults(form, refusal)
        return page(form), 422
    except Outdated as refusal:
        notice = calendar_years.read_notice(typed, None, request.today())
        return _preview(notice, say(refusal.message)), 409
    if entered is None:
        flash(_("这一年已经按这份通知录入，没有重复保存。"), "info")
    else:
        moved, is_done = follow()
        flash(_("已保存。%(number)d 个办件的期限已经改过来，并通知了有关的人。", number=moved), "success")
        say_that_more_follow(is_done)
    return redirect(url_for("administering.calendar"), code=303)


def follow() -> tuple[int, bool]:
    """Let the open deadlines follow a change: how many cases moved, and whether all have; else a schedule moves the rest."""
    moved, after = 0, 0
    for _batch in range(MOST_BATCHES):
        last, count = request.write(deadline_moves.move_next, after, request.now())
        moved += count
        if last is None:
            return moved, True
        after = last
    return moved, False


def say_that_more_follow(is_done: bool) -> None:
    """Say so when not every deadline has moved yet."""
    if not is_done:
        flash(_("办件较多，其余的正在后台继续改，几分钟内完成。"), "info")
