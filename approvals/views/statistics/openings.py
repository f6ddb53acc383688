"""Closed company openings and their six “4011” claims: which were broken."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, url_for
from flask import request as asked

from approvals.language import _, say
from approvals.queries.statistics.conditions import Key
from approvals.queries.statistics.drill import Page
from approvals.queries.statistics.openings import Opening, claims_met, openings
from workflows.rules.claims import BROKEN, HOLDS, OPEN, Claim
from workflows.statistics.intervals import Estimate

from .. import request
from ..access import requires
from .asking import Asked, asked_for
from .behind import at_minute
from .listing import Listing, listing_page
from .part import blueprint, percent, said
from .sheets import Cell, Column, Sheet, as_file


@blueprint.get("/statistics/claims")
@requires("supervise")
def claims() -> str:
    """The openings of a page that break one of the six claims; with ``every`` also those that keep them."""
    wanted, every = asked_for(), asked.args.get("every") == "1"
    after = asked.args.get("after", "")
    page, met = _page(wanted, every), claims_met(request.session(), wanted.offices, wanted.filter)
    shown: dict[str, object] = {"every": 1} if every else {}
    return listing_page(wanted, Listing(
        "statistics.claims", _sheet(wanted, page.rows),
        _("零材料、零成本、零见面、零距离、一环节、一件事：每一条都由系统按办件的记录算出来。点“不成立”看依据。"),
        (wanted.address("statistics.overview"), _("统计总览")),
        _("这些条件下没有办结的企业开办") if every else _("这些条件下没有哪一条不成立的企业开办"),
        lambda kind: wanted.address("statistics.claims_file", kind=kind, **shown, after=after or None),
        kept=shown, about=_found(met),
        other=(
            wanted.address("statistics.claims", every=None if every else 1, after=after or None),
            _("只看有一条不成立的") if every else _("六条都成立的也列出来"),
        ),
        following=wanted.address("statistics.claims", **shown, after=str(page.following)) if page.following else None,
        first=wanted.address("statistics.claims", **shown) if after else None, has_texts=True,
    ))  # fmt: skip


@blueprint.get("/statistics/claims.<any(xlsx, csv):kind>")
@requires("supervise")
def claims_file(kind: str) -> Response:
    """The openings and claims as the page shows them."""
    wanted = asked_for()
    return as_file(_sheet(wanted, _page(wanted, asked.args.get("every") == "1").rows), kind, "claims")


def _page(wanted: Asked, every: bool) -> Page[Opening]:
    after = Key.parse(asked.args.get("after", ""))
    return openings(request.session(), wanted.offices, wanted.filter, request.today(), broken=not every, after=after)


def _found(met: Estimate) -> str:
    """How many of the openings keep all six, of those that can be judged."""
    if met.value is None:
        return _("这些月份里还没有能认定的企业开办。")
    return _("能认定的 %(judged)s 件企业开办里，达标 %(share)s%%。", judged=said(met.count), share=said(percent(met.value)))


def _sheet(wanted: Asked, rows: Sequence[Opening]) -> Sheet:
    columns = [
        Column(_("办件号"), 24, on_one_line=True), Column(_("企业"), 30), Column(_("办结时间"), 18, on_one_line=True),
        *(Column(say(claim.title), 16, on_one_line=True) for claim in (rows[0].claims.each if rows else ())),
    ]  # fmt: skip
    return Sheet(_("企业开办“4011”六条"), columns, [_row(each) for each in rows], wanted.in_words())


def _row(opening: Opening) -> list[Cell]:
    case = opening.case
    return [
        Cell(case.number, link=_page_of(opening, "claims")), Cell(case.company or _("（名称未填）")), Cell(at_minute(case.closed_at)),
        *(_cell(opening, claim) for claim in opening.claims.each),
    ]  # fmt: skip


def _cell(opening: Opening, claim: Claim) -> Cell:
    """A claim in words. What breaks it is read on the page of the case: it may name people, who belong in no list."""
    if claim.state == BROKEN:
        count = sum(line.against for line in claim.evidence)
        return Cell(_("不成立（%(count)s 处）", count=count), _page_of(opening, f"claim-{claim.key}"), "over")
    return Cell({HOLDS: _("成立"), OPEN: _("还没有定")}[claim.state])


def _page_of(opening: Opening, anchor: str) -> str:
    return url_for("cases.case_page", token=opening.case.token, _anchor=anchor)
