"""The matrix of offices and matters, and the forms that add and end a competence after showing what that does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, day_in_words
from approvals.operations.administration import competences
from approvals.operations.administration.faults import Faulty
from approvals.operations.administration.reading import read_day
from approvals.operations.errors import NotFound
from approvals.queries import competence_matrix as written
from workflows.network import DECIDE, EVERY_MATTER, POWERS, Competence

from .. import request
from ..access import requires
from . import wording
from .forms import CompetenceForm, EndingForm
from .part import Page, blueprint, network, put_faults, typed_of

MANY = 20
"""Offices of a kind from which on the matrix shows them only when they are asked for."""

_NO_ID = 1 << 63
_MOST_NAMED = 6


@blueprint.get("/administration/competences")
@requires("administer")
def matrix() -> str:
    """Offices by matters on a day; kinds with many offices on a page of their own."""
    on = read_day(asked.args.get("on", "")[:40]) or request.today()
    groups, kind = written.matrix(request.session(), on), asked.args.get("kind", "")
    chosen = [each for each in groups if each.kind == kind] or [each for each in groups if len(each.rows) <= MANY]
    return render_template(
        "administration/competences.html", groups=chosen, others=[each for each in groups if each not in chosen], on=on,
        kind=kind if any(each.kind == kind for each in groups) else "", matters=written.matters(), words=wording, every=EVERY_MATTER,
    )  # fmt: skip


def _keys() -> list[str]:
    return [each.key for each in written.matters()]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: a heading with its day, the sentences of what changes, and those of what does not."""

    since: str
    changed: list[str]
    staying: list[str]


@blueprint.route("/administration/new-competence", methods=["GET", "POST"])
@requires("administer")
def new_competence() -> Response | Page:
    """Add a competence: first what it would do, then, with the same values, the deed."""
    prefilled = {name: asked.args.get(name, "")[:60] for name in ("office", "matter", "power")}
    form = CompetenceForm(**prefilled, valid_from=request.today().isoformat())
    preview = None
    if form.validate_on_submit():
        typed = typed_of(form)
        try:
            if asked.form.get("confirmed") == _digest(typed):
                request.write(competences.add_competence, request.acting(), typed, _keys(), request.now())
                flash(_("已保存。"), "success")
                return redirect(url_for("administering.office", code=typed["office"]) + "#competences", code=303)
            wanted = competences.judge_competence(request.session(), typed, _keys(), request.today())
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            added = Competence(wanted.office_id, wanted.matter, wanted.power, wanted.basis, wanted.valid_from, wanted.valid_to)
            after, on = written.with_competence(network(), added), max(wanted.valid_from, request.today())
            preview = _preview(*written.effects(network(), after, wanted.power, wanted.matter, on), wanted.power, on)
    now = request.today()
    offices = [each for each in network().offices.values() if each.valid_to is None or each.valid_to >= now]
    page = render_template(
        "administration/competence_form.html", form=form, preview=preview, confirmed=_digest(typed_of(form)),
        offices=wording.office_choices(offices, _("请选择")), matters=wording.matter_choices(),
        powers=[("", [("", _("请选择")), *((each, wording.power(each)) for each in POWERS)])],
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _digest(typed: dict[str, str]) -> str:
    """The values that were previewed: others are previewed first."""
    return "|".join(typed.get(column, "").strip() for column in competences.COLUMNS)


@blueprint.route("/administration/competences/<int:competence_id>/end", methods=["GET", "POST"])
@requires("administer")
def end_competence(competence_id: int) -> Response | Page:
    """Give a competence its last day: first what that would do, then the deed."""
    if asked.method == "POST" and _found(competence_id) is None:
        # One that had not begun is gone when it was taken back: a second click finds it so.
        flash(_("这项权限已经取消了。"), "info")
        return redirect(url_for("administering.matrix"), code=303)
    stored, form = _stored(competence_id), EndingForm(valid_to=request.today().isoformat())
    preview, typed, code = None, typed_of(form), stored.office.code
    if form.validate_on_submit():
        try:
            if asked.form.get("confirmed") == typed["valid_to"].strip():
                request.write(
                    competences.end_competence, request.acting(), competence_id, typed["valid_to"], request.now(), typed["reason"]
                )
                flash(_("已保存。"), "success")
                return redirect(url_for("administering.office", code=code) + "#competences", code=303)
            last = competences.judge_ending(stored.row, typed["valid_to"], request.today(), typed["reason"])
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            preview = _preview_of_end(stored.row, last)
    # A verb that ran ended the reading before it: what the page shows is read anew.
    page = render_template(
        "administration/competence_end.html", form=form, stored=_stored(competence_id), words=wording, preview=preview,
        confirmed=typed["valid_to"].strip(),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _found(competence_id: int) -> written.Stored | None:
    return written.competence(request.session(), competence_id) if competence_id < _NO_ID else None


def _stored(competence_id: int) -> written.Stored:
    found = _found(competence_id)
    if found is None:
        raise NotFound
    return found


def _preview_of_end(row: written.CompetenceRow, last: date) -> Preview:
    ended = Competence(row.office_id, row.matter, row.power, row.basis, row.valid_from, row.valid_to)
    on = max(last + timedelta(days=1), ended.valid_from, request.today())
    after = written.ending(network(), ended, last)
    return _preview(*written.effects(network(), after, ended.power, ended.matter, on), ended.power, on)


def _preview(changed: tuple[written.Effect, ...], staying: tuple[written.Effect, ...], power: str, on: date) -> Preview:
    since = _("从今天起") if on == request.today() else _("从%(day)s起", day=day_in_words(on))
    return Preview(since, _sentences(changed, power), _sentences(staying, power))


def _sentences(effects: tuple[written.Effect, ...], power: str) -> list[str]:
    """One sentence for all matters that go the same way from the same places."""
    grouped: dict[tuple[object, ...], list[written.Effect]] = {}
    for each in effects:
        grouped.setdefault((each.places, each.before, each.after, each.alarm), []).append(each)
    return [_sentence(alike[0], [wording.matter(each.matter) for each in alike], power) for alike in grouped.values()]


def _sentence(effect: written.Effect, matters: list[str], power: str) -> str:
    places, names = _("、").join(effect.places[:_MOST_NAMED]), _("、").join(matters[:_MOST_NAMED])
    if len(effect.places) > _MOST_NAMED:
        places = _("%(names)s等%(number)d处", names=places, number=len(effect.places))
    if len(matters) > _MOST_NAMED:
        names = _("%(names)s等%(number)d个事项", names=names, number=len(matters))
    values = {"places": places, "matters": names, "after": effect.after, "before": effect.before}
    if effect.alarm and power == DECIDE:
        return _("%(places)s的%(matters)s没有服务点有权决定，会停在%(after)s并提醒督查人员（原来由%(before)s决定）。", **values)
    if effect.alarm:
        return _("%(places)s的%(matters)s没有服务点有权收件，会停在%(after)s并提醒督查人员（原来由%(before)s收件）。", **values)
    if effect.before == effect.after:
        if power == DECIDE:
            return _("%(places)s的%(matters)s仍由%(after)s决定。", **values)
        return _("%(places)s的%(matters)s仍由%(after)s收件。", **values)
    if power == DECIDE:
        return _("%(places)s的%(matters)s由%(after)s决定，原来是%(before)s。", **values)
    return _("%(places)s的%(matters)s由%(after)s收件，原来是%(before)s。", **values)
