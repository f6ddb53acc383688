"""名称自主申报: a name is checked without an account, live or with a button, and reserved by whoever is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import DefinitionForm, fill, form_class, lenient
from approvals.forms.choices import NO_CHOICES
from approvals.language import _, say
from approvals.operations import name_limits, names
from approvals.operations.errors import Outdated, Refusal
from approvals.queries.lists import item_texts
from approvals.queries.names import SimilarName, is_own_company, reservations_of, similar_names
from workflows.county import county_catalogue
from workflows.engine.definition import Form
from workflows.rules import CheckedName, comparable, readable_reservation_number

from . import request
from .access import public, requires
from .progress import visitor_mark

blueprint = Blueprint("names", __name__)
limits = name_limits.NameLimits()

ASKED = ("region", "trade_name", "multi_industry", "industry", "organisation", "alternative_meaning", "state_council_approval")
"""The questions of the page ``name`` that decide whether a name can be used."""

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A checked name as a page shows it, with the address where it is reserved."""

    checked: CheckedName
    similar: tuple[SimilarName, ...]
    reserve: str
    is_own: bool = False


@cache
def questions() -> Form:
    """The page ``name`` of a company opening, as far as it is asked here."""
    page = county_catalogue().latest("company-opening").page("name")
    return replace(page, fields=tuple(field for field in page.fields if field.name in ASKED))


def typed() -> dict[str, Any]:
    """What was typed of a name, in texts of bounded length."""
    source = asked.args if asked.method == "GET" else asked.form
    values = lenient(source, questions(), {})
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in values.items()}


def shown(values: Mapping[str, Any]) -> Shown | None:
    """What is found in a name; None as long as no trade name is typed. Three or four statements."""
    if not str(values.get("trade_name") or "").strip():
        return None
    checked = names.check(request.session(), values, request.now())
    similar = [
        each
        for each in similar_names(request.session(), values, request.today())
        if comparable(each.full_name) != comparable(checked.full_name)
    ]
    address = url_for("names.reserve_page") + "?" + urlencode(sent(values), errors="replace")
    acting = request.maybe_acting()
    is_own = acting is not None and checked.blocked and is_own_company(request.session(), acting.person_id, checked.full_name)
    return Shown(checked, tuple(similar), address, is_own)


def sent(values: Mapping[str, Any]) -> dict[str, str]:
    """The answers as a form sends them."""
    given = {name: value for name, value in values.items() if name in ASKED and value not in (None, False, "")}
    return {name: "y" if value is True else str(value) for name, value in given.items()}


def summary(found: Shown | None) -> str:
    """One sentence for whoever hears the page."""
    if found is None:
        return ""
    if found.checked.blocked:
        return _("这个名称不能使用，下面写明了原因。")
    if found.similar:
        return _("没有发现不能使用的情形，有%(number)d个近似名称。", number=len(found.similar))
    return _("没有发现不能使用的情形，也没有近似名称。")


def _admitted() -> bool:
    """Whether whoever asks may check one more name in this minute. Addresses are kept as keyed digests, for that minute."""
    acting = request.maybe_acting()
    if acting is not None:
        return limits.admits(request.database(), f"p{acting.person_id}", name_limits.MOST_OF_A_PERSON, request.now())
    return limits.admits(request.database(), f"a{visitor_mark()}", name_limits.MOST_OF_AN_ADDRESS, request.now())


def _too_often() -> str:
    return _("查得太快了，请过一分钟再查。您填写的内容都还在。")


@blueprint.get("/names")
@public
def check() -> str | tuple[str, int]:
    """Type a name, see what the law says and what is like it."""
    values = typed()
    wanted = bool(str(values.get("trade_name") or "").strip())
    admitted = not wanted or _admitted()
    found = shown(values) if wanted and admitted else None
    page = render_template(
        "names/check.html", form=_form(values), found=found, summary=summary(found) if admitted else _too_often(), admitted=admitted,
        asked="trade_name" in asked.args,
    )  # fmt: skip
    return page if admitted else (page, 429)


def _form(values: Mapping[str, Any]) -> DefinitionForm:
    form = form_class(questions(), NO_CHOICES)(formdata=None)
    if asked.args or asked.form:
        fill(form, values)
    return form


@blueprint.get("/names/check.json")
@public
def check_json() -> Response | tuple[Response, int, dict[str, str]]:
    """The same for the script: findings, similar names, and the part of the page that shows them."""
    if not _admitted():
        seconds = str(60 - request.now().second)
        return jsonify(summary=_too_often(), html=""), 429, {"Retry-After": seconds}
    found = shown({**typed(), "reservation_number": asked.args.get("reservation_number", "")[:40]})
    return jsonify(
        summary=summary(found),
        html="" if found is None else render_template("names/found.html", found=found, reservable="for" not in asked.args),
        name="" if found is None else found.checked.full_name,
        usable=found is not None and not found.checked.blocked,
        found=[] if found is None else [_finding(each) for each in found.checked.found],
        similar=[] if found is None else [_similar(each) for each in found.similar],
    )


def _finding(each: Any) -> dict[str, Any]:
    return {
        "rule": each.finding.rule, "blocks": each.blocks, "message": say(each.finding.message), "source": each.finding.source,
        "articles": dict(each.articles),
    }  # fmt: skip


def _similar(each: SimilarName) -> dict[str, Any]:
    return {"name": each.full_name, "status": each.status, "score": each.score, "why": list(each.why)}


@blueprint.get("/names/reserve")
@requires("applicant")
def reserve_page() -> str | Response:
    """The name once more, with what is asked before it is reserved."""
    found = shown(typed())
    if found is None:
        return redirect(url_for("names.check"), code=303)
    return _reserve_page(found)


def _reserve_page(found: Shown, refused: str = "", approval_missing: bool = False) -> str:
    own = [each for each in reservations_of(request.session(), request.acting().person_id) if each.status == "reserved"]
    return render_template(
        "names/reserve.html", found=found, refused=refused, values=sent(typed()),
        needs_approval=asked.form.get("needs_approval") == "y", prior_approval=asked.form.get("prior_approval", "")[:_LONGEST],
        prior_item=asked.form.get("prior_item", ""), licensed=_licensed(),
        approval_missing=approval_missing, held=len(own), most=names.MOST_RESERVED,
    )  # fmt: skip


def _licensed() -> list[tuple[str, str]]:
    """The business items of the official list that need an approval before registration: code and wording."""
    items = item_texts(request.session(), request.today())
    return [(code, text) for code, (text, licensed) in items.items() if licensed]


@blueprint.post("/names/reserve")
@requires("applicant")
def reserve() -> Response | tuple[str, int]:
    """Reserve a name; what forbids it is shown on the same page with everything that was typed."""
    values = typed()
    wants_year = asked.form.get("needs_approval") == "y"
    item = dict(_licensed()).get(asked.form.get("prior_item", ""), "") if wants_year else ""
    approval = asked.form.get("prior_approval", "").strip()
    prior_approval = _("%(approval)s（%(item)s）", approval=approval, item=item) if item and approval else ""
    found = shown(values)
    if found is None:
        return redirect(url_for("names.check"), code=303)
    if wants_year and not prior_approval:
        return _reserve_page(found, approval_missing=True), 422
    try:
        done = request.write(names.reserve, request.acting(), values, prior_approval, request.now())
    except Outdated:
        raise
    except Refusal as refusal:
        return _reserve_page(shown(values) or found, refused=say(refusal.message)), 409
    number = readable_reservation_number(done.number)
    if done.repeated:
        flash(_("您已经保留了“%(name)s”，编号%(number)s。", name=done.full_name, number=number), "info")
    else:
        flash(_("已为您保留“%(name)s”，编号%(number)s。", name=done.full_name, number=number), "success")
    return redirect(url_for("names.mine"), code=303)


@blueprint.get("/names/mine")
@requires("applicant")
def mine() -> str:
    """What the person has reserved, with the last day of each."""
    rows = reservations_of(request.session(), request.acting().person_id)
    now = request.now()
    undoable = {row.number for row in rows if row.released_at is not None and now - row.released_at <= names.UNDO_WITHIN}
    return render_template(
        "names/mine.html", rows=rows, undoable=undoable, readable=readable_reservation_number, most=names.MOST_RESERVED
    )  # fmt: skip


@blueprint.post("/names/mine/<string:number>/cancel")
@requires("applicant")
def cancel(number: str) -> Response:
    """Give a reservation up; for ten minutes the list offers to undo it."""
    name = request.write(names.cancel, request.acting(), number, request.now())
    flash(_("已取消保留“%(name)s”。10分钟内可以在下面撤回。", name=name), "success")
    return redirect(url_for("names.mine"), code=303)


@blueprint.post("/names/mine/<string:number>/restore")
@requires("applicant")
def restore(number: str) -> Response:
    """Undo giving a reservation up."""
    name = request.write(names.restore, request.acting(), number, request.now())
    flash(_("“%(name)s”仍为您保留。", name=name), "success")
    return redirect(url_for("names.mine"), code=303)


@blueprint.post("/names/mine/<string:number>/apply")
@requires("applicant")
def apply(number: str) -> Response:
    """Begin a company opening with the name, or go on with the one begun."""
    token = request.write(names.apply_with, request.acting(), number, request.now())
    return redirect(url_for("applications.page", token=token, page_name="name"), code=303)
