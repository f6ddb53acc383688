"""Points from a file: sent, looked at line by line, and only then taken in."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response as AnyResponse

from approvals.language import _, language, say
from approvals.operations.administration import office_file, office_import
from approvals.operations.administration.kinds import COLUMN_TITLES

from .. import request
from ..access import accepts_files, requires
from . import wording
from .part import Page, blueprint

BESIDE_THE_FILE = 64 * 1024
"""Bytes of a request that are no file."""

_MOST_SHOWN = 20


@blueprint.get("/administration/import")
@requires("administer")
def import_page() -> str:
    """How a file has to look, and the form that sends it."""
    return _start()


def _start(sentence: str = "") -> str:
    columns = [(column, say(office_file.heading(column)), column in office_file.NEEDED) for column in office_file.COLUMNS]
    return render_template(
        "administration/import.html", sentence=sentence, columns=columns, words=wording, most_lines=office_file.MOST_LINES,
        most_kilobytes=office_file.MOST_BYTES // 1024,
    )  # fmt: skip


@blueprint.get("/administration/import/template.csv")
@requires("administer")
def import_template() -> Response:
    """The headings with one line to be written over, for a spreadsheet."""
    answer = Response(office_file.template("en" if language() == "en" else "zh"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=points.csv"
    return answer


@blueprint.post("/administration/import")
@requires("administer")
@accepts_files(office_file.MOST_BYTES + BESIDE_THE_FILE)
def preview_import() -> str | Page:
    """Judge every line of a file and store nothing."""
    sent = asked.files.get("file")
    data = sent.stream.read(office_file.MOST_BYTES + 1) if sent is not None and sent.filename else b""
    if not data:
        return _start(_("还没有选文件，或者文件是空的。请选一个 CSV 文件再按“检查文件”。")), 422
    sheet = office_file.read_file(data)
    if sheet.fault is not None:
        return _start(say(sheet.fault.message)), 422
    return _looked_at(sheet, office_file.decoded(data) or "")


def _looked_at(sheet: office_file.Sheet, text: str, sentence: str = "") -> str:
    checked = office_import.check(request.session(), sheet.lines, request.today())
    return render_template(
        "administration/import_check.html", checked=checked, text=text, sentence=sentence, words=wording, titles=COLUMN_TITLES,
        codes=_mark(checked), most_shown=_MOST_SHOWN,
    )  # fmt: skip


def _mark(checked: office_import.Checked) -> str:
    return "\n".join(each.values["code"] for each in checked.good)


@blueprint.post("/administration/import/confirm")
@requires("administer")
@accepts_files(2 * office_file.MOST_BYTES + BESIDE_THE_FILE)
def confirm_import() -> AnyResponse | str | Page:
    """Store the lines that were found good, if they still are; the same confirmation twice stores them once."""
    text, expected = asked.form.get("text", ""), frozenset(asked.form.get("codes", "").split())
    sheet = office_file.read_text(text)
    if sheet.fault is not None:
        return _start(say(sheet.fault.message)), 422
    done = request.write(office_import.import_offices, request.acting(), sheet.lines, request.now(), expected)
    if done.codes:
        flash(_("已导入 %(number)d 个服务点。", number=len(done.codes)), "success")
        left = [str(each.number) for each in done.checked.bad]
        if left:
            numbers = _("、").join(left[:_MOST_SHOWN]) + ("…" if len(left) > _MOST_SHOWN else "")
            flash(_("第 %(numbers)s 行有问题，没有导入；改好后把整个文件再传一次就行，已导入的不会重复。", numbers=numbers), "warning")
        return redirect(url_for("administering.tree"), code=303)
    if not done.checked.good:
        return _looked_at(sheet, text, _("这些服务点都已登记，没有重复添加。"))
    return _looked_at(sheet, text, _("检查之后网络又有变动，这次还没有导入。请看下面的新结果，再确认。")), 409
