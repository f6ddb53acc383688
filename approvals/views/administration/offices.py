"""The tree of offices, one office, and the forms that add and change one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations.administration import offices
from approvals.operations.administration.faults import Faulty
from approvals.operations.administration.judging import COLUMNS
from approvals.operations.administration.kinds import rank
from approvals.queries import office_tree
from workflows.network import KINDS

from .. import request
from ..access import requires
from . import wording
from .forms import ClosureForm, DepartmentForm, OfficeForm
from .part import Page, blueprint, mark_of, network, put_faults, read_mark, typed_of

LONGEST_SEARCH = 60


@blueprint.get("/administration/offices")
@requires("administer")
def tree() -> str:
    """All offices from the hall to its ends, or those that fit; with those that closed on demand."""
    typed, kind = asked.args.get("q", "")[:LONGEST_SEARCH].strip(), asked.args.get("kind", "")
    with_closed = bool(asked.args.get("closed"))
    found = office_tree.tree(request.session(), request.today(), typed, kind if kind in KINDS else "", with_closed)
    return render_template(
        "administration/offices.html", tree=found, typed=typed, kind=kind, with_closed=with_closed, longest=LONGEST_SEARCH,
        kinds=KINDS, words=wording, is_searching=bool(typed or kind in KINDS),
    )  # fmt: skip


def found_office(code: str) -> office_tree.Detail:
    """The office of an address, or the page that says there is none."""
    found = office_tree.detail(request.session(), code, request.today())
    if found is None:
        abort(404)
    return found


@blueprint.get("/administration/offices/<string:code>")
@requires("administer")
def office(code: str) -> str:
    return office_page(found_office(code))


def office_page(
    found: office_tree.Detail, closure_form: ClosureForm | None = None, department_form: DepartmentForm | None = None
) -> str:
    """One office with everything entered for it; a form that was not taken comes back with what was typed."""
    return render_template(
        "administration/office.html", found=found, words=wording, network=network(),
        closure_form=closure_form or ClosureForm(formdata=None),
        department_form=department_form or DepartmentForm(formdata=None, valid_from=request.today().isoformat()),
        departments=wording.department_choices(),
    )  # fmt: skip


@blueprint.route("/administration/new-office", methods=["GET", "POST"])
@requires("administer")
def new_office() -> Response | Page:
    """Add an office singly."""
    prefilled = {name: asked.args.get(name, "")[:LONGEST_SEARCH] for name in ("parent", "kind", "place")}
    form = OfficeForm(**prefilled, valid_from=request.today().isoformat())
    if form.validate_on_submit():
        try:
            code = request.write(offices.add_office, request.acting(), typed_of(form), request.now(), form.reason.data or "")
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            flash(_("已添加“%(name)s”。", name=form.name.data), "success")
            return redirect(url_for("administering.office", code=code), code=303)
    return _form_page(form), 422 if form.errors else 200


@blueprint.route("/administration/offices/<string:code>/change", methods=["GET", "POST"])
@requires("administer")
def change_office(code: str) -> Response | Page:
    """Change an office. When somebody else has since, the page comes back with both, and nothing typed is lost."""
    stored = offices.as_shown(request.session(), found_office(code).office)
    form = OfficeForm(data={column: stored[column] for column in COLUMNS} | {"shown": mark_of(stored)})
    changes: list[tuple[str, str, str]] = []
    sentence = ""
    if form.validate_on_submit():
        shown = read_mark(form.shown.data) or stored
        try:
            done = request.write(
                offices.change_office, request.acting(), code, typed_of(form), shown, request.now(), form.reason.data or ""
            )
        except Faulty as refusal:
            put_faults(form, refusal)
        except offices.Changed as conflict:
            sentence, changes = say(conflict.message), _merge(form, shown, conflict)
        else:
            flash(_("已保存。") if done else _("没有改动。"), "success")
            return redirect(url_for("administering.office", code=code), code=303)
    page = _form_page(form, code, sentence, changes)
    return page, 409 if sentence else 422 if form.errors else 200


def _merge(form: OfficeForm, shown: dict[str, str], conflict: offices.Changed) -> list[tuple[str, str, str]]:
    """Take over what somebody else changed and this person left alone; what both typed stays as this person typed it."""
    fields = {field.short_name: field for field in form}
    for column, (was, now) in conflict.changes.items():
        if column in fields and fields[column].data == was:
            fields[column].data = now
        shown[column] = now
    form.shown.data = mark_of(shown)
    known = network()
    return [
        (wording.column(column), wording.value(known, column, was), wording.value(known, column, now))
        for column, (was, now) in conflict.changes.items()
    ]


def _form_page(form: OfficeForm, code: str = "", sentence: str = "", changes: list[tuple[str, str, str]] | None = None) -> str:
    known, today = network(), request.today()
    above = [each for each in known.offices.values() if rank(each.kind) < rank(KINDS[-1]) and each.code != code]
    above = [each for each in above if each.valid_to is None or each.valid_to >= today]
    return render_template(
        "administration/office_form.html", form=form, code=code, sentence=sentence, changes=changes or [],
        kinds=wording.kind_choices(), places=wording.place_choices(known, today),
        parents=wording.office_choices(above, _("没有上级（只限县政务服务大厅）")), words=wording, network=known,
    )  # fmt: skip
