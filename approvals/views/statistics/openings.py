"""Closed company openings and their six “4011” claims: how often each is broken, and which openings break it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, render_template, url_for
from flask import request as asked

from approvals.language import _, _l, say
from approvals.queries.statistics.conditions import Key
from approvals.queries.statistics.drill import Page
from approvals.queries.statistics.filters import Filter, Offices
from approvals.queries.statistics.openings import SIX, Opening, Tally, openings, tallies
from workflows.rules.claims import BROKEN, HOLDS, OPEN, Claim
from workflows.statistics.intervals import share_of
from workflows.statistics.measures import ratio

from .. import request
from ..access import requires
from .asking import Asked, asked_for, only_month
from .behind import at_minute
from .pages import choices, pages
from .part import blueprint, percent, said
from .sheets import Cell, Column, Sheet, as_file
from .steps import Place, places_of

BY = {"claim": _l("按六条"), "month": _l("按月"), "office": _l("按服务点")}


@dataclass(frozen=True, slots=True)
class Shown:
    """Which openings are listed and how the figures are divided: those that break ``claim``, or any claim, or with ``every`` all.

    ``alone`` are those of one office without those below it.
    """

    wanted: Asked
    filter: Filter
    offices: Offices
    by: str
    claim: Claim | None
    every: bool
    alone: bool

    def query(self, **more: object) -> dict[str, object]:
        """What stands in an address beside the conditions."""
        chosen = {
            "by": None if self.by == "claim" else self.by, "claim": self.claim.key if self.claim else None,
            "every": 1 if self.every else None, "alone": 1 if self.alone else None,
        }  # fmt: skip
        return {**chosen, **more}

    def address(self, endpoint: str, **more: object) -> str:
        return self.wanted.address(endpoint, **self.query(**more))


@blueprint.get("/statistics/claims")
@requires("supervise")
def claims() -> str:
    """How often each claim is broken, and below it the openings that break one, or the one that was asked for."""
    shown, after = _shown(), asked.args.get("after", "")
    page, counted = _page(shown), _counted(shown)
    return render_template(
        "statistics/claims.html",
        wanted=shown.wanted, choices=choices(shown.wanted), pages=pages(shown.wanted, "statistics.claims"), kept=shown.query(),
        action=url_for("statistics.claims"), about=_about(_whole(counted)), sheet=_sheet(shown, page.rows),
        tally=_tally(shown, counted), tally_file=lambda kind: shown.address("statistics.claim_figures_file", kind=kind),
        by=[(str(text), shown.address("statistics.claims", by=key), key == shown.by) for key, text in BY.items()],
        which=_which(shown), title=_title(shown), nothing=_nothing(shown),
        file=lambda kind: shown.address("statistics.claims_file", kind=kind, after=after or None),
        following=shown.address("statistics.claims", after=str(page.following)) if page.following else None,
        first=shown.address("statistics.claims") if after else None,
    )  # fmt: skip


@blueprint.get("/statistics/claims.<any(xlsx, csv):kind>")
@requires("supervise")
def claims_file(kind: str) -> Response:
    """The openings and claims as the page shows them."""
    shown = _shown()
    return as_file(_sheet(shown, _page(shown).rows), kind, "claims")


@blueprint.get("/statistics/claim-figures.<any(xlsx, csv):kind>")
@requires("supervise")
def claim_figures_file(kind: str) -> Response:
    """How often each claim is broken, as the page shows it."""
    shown = _shown()
    return as_file(_tally(shown, _counted(shown)), kind, f"claim-figures-by-{shown.by}")


def _shown() -> Shown:
    wanted, by = asked_for(), asked.args.get("by", "")
    key = asked.args.get("claim", "")
    claim = next((each for each in SIX if each.key == key), None)
    if key and claim is None:
        wanted = replace(wanted, faults=(*wanted.faults, _("“4011”里没有这一条，已列出有任何一条不成立的。")))
    chosen, offices = wanted.filter, wanted.offices
    alone = wanted.office is not None and asked.args.get("alone") == "1"
    if alone and wanted.office is not None:
        # The reach was checked with the office itself.
        offices, chosen = frozenset({wanted.office.id}), replace(chosen, office_id=None)
    every = claim is None and asked.args.get("every") == "1"
    return Shown(wanted, chosen, offices, by if by in BY else "claim", claim, every, alone)


def _page(shown: Shown) -> Page[Opening]:
    return openings(
        request.session(), shown.offices, shown.filter, request.today(), broken=not shown.every,
        claim=shown.claim.key if shown.claim else None, after=Key.parse(asked.args.get("after", "")),
    )  # fmt: skip


def _counted(shown: Shown) -> dict[Any, Tally]:
    return tallies(request.session(), shown.offices, shown.filter, None if shown.by == "claim" else shown.by)


def _whole(counted: Mapping[Any, Tally]) -> Tally:
    return sum(counted.values(), Tally())


def _about(whole: Tally) -> str:
    """How many of the openings keep all six, of those that can be judged."""
    if not whole.judged:
        return _("这些月份里还没有能认定的企业开办。")
    met = said(percent(ratio(whole.met, whole.judged)))
    return _("能认定的 %(judged)s 件企业开办里，达标 %(share)s%%。", judged=said(whole.judged), share=met)


def _which(shown: Shown) -> list[tuple[str, str, bool]]:
    """The ways to choose what is listed: any claim broken, one of the six, or all openings."""
    is_any = shown.claim is None and not shown.every
    return [
        (_("有一条不成立的"), shown.address("statistics.claims", claim=None, every=None), is_any),
        *(
            (_("“%(claim)s”不成立的", claim=say(each.title)), shown.address("statistics.claims", claim=each.key, every=None),
             shown.claim is each)
            for each in SIX
        ),
        (_("六条都成立的也列出来"), shown.address("statistics.claims", claim=None, every=1), shown.every),
    ]  # fmt: skip


def _title(shown: Shown) -> str:
    """What the list is called."""
    if shown.claim is not None:
        return _("“%(claim)s”不成立的企业开办", claim=say(shown.claim.title))
    return _("办结的企业开办") if shown.every else _("有一条不成立的企业开办")


def _nothing(shown: Shown) -> str:
    if shown.claim is not None:
        return _("这些条件下没有“%(claim)s”不成立的企业开办", claim=say(shown.claim.title))
    return _("这些条件下没有办结的企业开办") if shown.every else _("这些条件下没有哪一条不成立的企业开办")


def _tally(shown: Shown, counted: Mapping[Any, Tally]) -> Sheet:
    """How often each claim is broken: a row for each claim with its interval, or for each month or office with all six."""
    whole = _whole(counted)
    below = [_about(whole), _("n 是这一条已经能认定的件数；还没有定的不算。刚办结、还没有汇总的只列在下面，下一次汇总时计入。")]
    if shown.by == "claim":
        columns = [
            Column(_("“4011”六条"), 20), Column(_("不成立的件数"), 14), Column("n", 10), Column(_("不成立占比（%）"), 16),
            Column(_("区间低端（%(unit)s）", unit="%"), 16), Column(_("区间高端（%(unit)s）", unit="%"), 16),
        ]  # fmt: skip
        rows = [_by_claim(shown, claim, whole.broken[at], whole.decided[at]) for at, claim in enumerate(SIX)]
        below.append(_("真实的数一百次里有九十五次落在区间里，件数越少区间越宽。"))
        return Sheet(_("“4011”六条各有多少件不成立"), columns, rows if whole.judged else [], shown.wanted.in_words(), below)
    first = Column(_("月份"), 12, on_one_line=True) if shown.by == "month" else Column(_("服务点"), 34)
    columns = [first, Column(_("能认定的件数"), 12), Column(_("4011 达标率（%）"), 14)]
    for claim in SIX:
        columns += [
            Column(_("%(claim)s不成立（%(unit)s）", claim=say(claim.title), unit=unit), 14) for unit in (_("件"), "%")
        ]  # fmt: skip
    find = _by_month if shown.by == "month" else _by_office
    rows = [
        [Cell(name), Cell(tally.judged), Cell(percent(ratio(tally.met, tally.judged))), *_broken(shown, tally, narrower)]
        for name, tally, narrower in find(shown, counted)
    ]
    title = _("“4011”六条各有多少件不成立，%(by)s", by=str(BY[shown.by]))
    return Sheet(title, columns, rows, shown.wanted.in_words(), below)


def _by_claim(shown: Shown, claim: Claim, broken: int, decided: int) -> list[Cell]:
    share = share_of(broken, decided)
    return [
        Cell(say(claim.title)), Cell(broken, shown.address("statistics.claims", **_only(claim)) if broken else ""),
        Cell(decided), *(Cell(percent(each)) for each in (share.value, share.low, share.high)),
    ]  # fmt: skip


def _only(claim: Claim) -> dict[str, object]:
    """What an address of the list has where it is of one claim alone."""
    return {"claim": claim.key, "every": None, "_anchor": "list"}


Row = tuple[str, Tally, Mapping[str, object]]
"""What a row is called, what was counted in it, and the conditions that its lists have beside those of the page."""


def _by_month(shown: Shown, counted: Mapping[Any, Tally]) -> list[Row]:
    """Months, the newest first."""
    return [(f"{month:%Y-%m}", counted[month], only_month(month)) for month in sorted(counted, reverse=True)]


def _by_office(shown: Shown, counted: Mapping[Any, Tally]) -> list[Row]:
    def narrower(place: Place) -> dict[str, object]:
        return {"office": place.office.code, "alone": 1 if place.alone else None}

    return [
        (
            _("%(office)s（本级）", office=place.office.name) if place.alone else place.office.name,
            _whole({each: counted[each] for each in place.ids & counted.keys()}), narrower(place),
        )
        for place in places_of(request.network(), shown.wanted, set(counted))
    ]  # fmt: skip


def _broken(shown: Shown, tally: Tally, narrower: Mapping[str, object]) -> list[Cell]:
    """For each claim how many break it, with the way to them, and what share of those of which it is decided."""
    cells = []
    for claim, broken, decided in zip(SIX, tally.broken, tally.decided, strict=True):
        link = shown.address("statistics.claims", **{**_only(claim), "by": None, **narrower}) if broken else ""
        cells += [Cell(broken, link), Cell(percent(ratio(broken, decided)), note=f"n={said(decided)}")]
    return cells


def _sheet(shown: Shown, rows: Sequence[Opening]) -> Sheet:
    columns = [
        Column(_("办件号"), 24, on_one_line=True), Column(_("企业"), 30), Column(_("办结时间"), 18, on_one_line=True),
        *(Column(say(claim.title), 16, on_one_line=True) for claim in SIX),
    ]  # fmt: skip
    return Sheet(_("企业开办“4011”六条"), columns, [_row(each) for each in rows], shown.wanted.in_words())


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
