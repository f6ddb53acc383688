"""The auditor's pages: what managers changed, and who looked at personal data in full. They change nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _
from approvals.operations.administration.kinds import SUBJECT_TITLES
from approvals.operations.administration.reading import one_line, read_day
from approvals.queries import administration, audit
from approvals.queries.audit import MOST_EXPORTED
from workflows.clock import OFFICE_ZONE
from workflows.formulas import harmless

from . import request
from .access import requires
from .administration import wording
from .disclosing import in_words
from .filters import vocabulary

blueprint = Blueprint("audit", __name__)


@dataclass(frozen=True, slots=True)
class Typed:
    """The conditions as typed, so that the page shows them again; ``fault`` is what could not be read."""

    person: str
    words: str
    subject: str
    since: str
    until: str
    fault: str = ""

    def query(self, **more: object) -> dict[str, object]:
        """What stands in an address."""
        values = {"person": self.person, "words": self.words, "subject": self.subject, "since": self.since, "until": self.until}
        return {name: value for name, value in {**values, **more}.items() if value}


def _typed() -> tuple[Typed, date | None, date | None]:
    given = {name: one_line(asked.args.get(name, ""))[:60] for name in ("person", "words", "subject", "since", "until")}
    if given["subject"] not in SUBJECT_TITLES:
        given["subject"] = ""
    since, until = read_day(given["since"]), read_day(given["until"])
    fault = ""
    if (given["since"] and since is None) or (given["until"] and until is None):
        fault = _("日期应像 2026-12-01 这样写；没看懂的日期没有用来筛选。")
    elif since is not None and until is not None and until < since:
        fault = _("“到”在“从”之前，两个日期反了，请对调。")
    return Typed(**given, fault=fault), since, until


def _page() -> int:
    return min(max(asked.args.get("page", 1, type=int), 1), 100_000)


@blueprint.get("/audit/changes")
@requires("audit")
def changes() -> str:
    """The record of administration, found by day, person, subject and words."""
    typed, since, until = _typed()
    page = _page()
    rows, count = administration.changes(request.session(), _filters(typed, since, until), page)
    return render_template(
        "audit/changes.html", rows=rows, count=count, page=page, pages=_pages(count, administration.PAGE), typed=typed,
        subjects=[(key, wording.subject(key)) for key in SUBJECT_TITLES], words=wording, network=request.network(),
        address=lambda number: url_for("audit.changes", **typed.query(page=number)), most=MOST_EXPORTED,
        file=url_for("audit.changes_file", **typed.query()),
    )  # fmt: skip


def _filters(typed: Typed, since: date | None, until: date | None) -> administration.Filters:
    return administration.Filters(typed.subject, None, typed.person, typed.words, since, until)


@blueprint.get("/audit/changes.csv")
@requires("audit")
def changes_file() -> Response:
    """What the page shows, as a file."""
    typed, since, until = _typed()
    rows, _count = administration.changes(request.session(), _filters(typed, since, until), 1, MOST_EXPORTED)
    network = request.network()
    lines = (
        [
            _exactly(row.changed_at), row.person_name, wording.subject(row.subject), row.title,
            _("；").join(f"{name} {was or '—'} → {is_now or '—'}" for name, was, is_now in wording.changed_columns(network, row)),
            row.reason,
        ]
        for row in rows
    )  # fmt: skip
    return _file("changes", [_("时间"), _("操作人"), _("对象"), _("名称"), _("改了什么"), _("原因")], lines)


@blueprint.get("/audit/disclosures")
@requires("audit")
def disclosures() -> str:
    """Who looked at personal data in full, found by day, person and case."""
    typed, since, until = _typed()
    page = _page()
    rows, count = audit.disclosures(request.session(), audit.Asked(typed.person, typed.words, since, until), page)
    return render_template(
        "audit/disclosures.html", rows=rows, count=count, page=page, pages=_pages(count, audit.PAGE), typed=typed, most=MOST_EXPORTED,
        address=lambda number: url_for("audit.disclosures", **typed.query(page=number)),
        file=url_for("audit.disclosures_file", **typed.query()), in_words=in_words,
    )  # fmt: skip


@blueprint.get("/audit/disclosures.csv")
@requires("audit")
def disclosures_file() -> Response:
    """What the page shows, as a file."""
    typed, since, until = _typed()
    rows = audit.every_disclosure(request.session(), audit.Asked(typed.person, typed.words, since, until))
    lines = (
        [
            _exactly(row.disclosure.disclosed_at), row.disclosure.person_name, vocabulary("roles", row.disclosure.role), row.office,
            row.number, in_words(row.disclosure.reason),
        ]
        for row in rows
    )  # fmt: skip
    return _file("disclosures", [_("时间"), _("查看人"), _("岗位"), _("所在服务点"), _("办件号"), _("理由")], lines)


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))


def _exactly(moment: datetime) -> str:
    return f"{moment.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M:%S}"


def _file(name: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> Response:
    """A file of comma-separated values that office software opens as it is."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(head)
    table.writerows([harmless(cell) for cell in line] for line in lines)
    response = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{request.today():%Y%m%d}.csv"'
    return response
