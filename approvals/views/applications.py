"""An applicant's own pages: what they have filed, and the task list and pages of a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import (
    LONGEST_TEXT,
    DefinitionForm,
    Note,
    added_row,
    answers,
    fill,
    form_class,
    lenient,
    most_rows,
    overfull,
    without_overlong,
    without_removed,
)
from approvals.forms.conditions import is_shown
from approvals.forms.progress import PageProgress, values_of
from approvals.language import _, say
from approvals.operations import drafts as writing
from approvals.operations.errors import NotFound, Refusal
from approvals.queries.applications import cases_of
from approvals.queries.drafts import open_drafts
from approvals.queries.lists import item_texts
from approvals.queries.matters import filed_for
from workflows.engine.definition import Field, Form
from workflows.rules import RULES
from workflows.rules.name_check import SIMILAR

from . import counter, known, names, prefill, request, window_defaults
from .access import requires
from .applying import Written, blueprint, written

COMPANY_OPENING = "company-opening"
Answer = str | Response | tuple[str, int]


@blueprint.get("/applications")
@requires("applicant")
def index() -> str:
    """What the person has begun and what they have filed."""
    session, person_id = request.session(), request.acting().person_id
    return render_template(
        "applications/index.html", drafts=open_drafts(session, person_id, walk_ins=False), cases=cases_of(session, person_id),
        licences=[definition for definition in filed_for() if definition.kind == "licence"],
    )  # fmt: skip


@blueprint.post("/applications/start")
@requires("applicant")
def start() -> Response:
    """Begin an application for a matter that is applied for on pages; for a company opening where none is named."""
    workflow = asked.form.get("workflow", COMPANY_OPENING)
    if workflow not in {definition.key for definition in filed_for()}:
        raise NotFound
    token = request.write(writing.start, request.acting(), workflow, request.now())
    return redirect(url_for("applications.task_list", token=token), code=303)


@blueprint.get("/applications/<string:token>")
@requires("applicant")
def task_list(token: str) -> str:
    """All pages of a draft with their state."""
    application = written(token)
    return render_template(
        "applications/task_list.html", application=application, pages=application.progress(), materials=materials_of_draft(application)
    )


@blueprint.post("/applications/<string:token>/discard")
@requires("applicant")
def discard(token: str) -> Response:
    """Throw a draft away."""
    application = written(token)
    # Read before the verb: after it, what was read counts no longer.
    back = url_for("intake.index" if application.is_walk_in else "applications.index")
    if application.delegated is not None:
        back = url_for("cases.case_page", token=application.delegated.token)
    request.write(writing.discard, request.acting(), token, request.now())
    counter.put_away()
    flash(_("草稿已删除。"), "success")
    return redirect(back, code=303)


@blueprint.get("/applications/<string:token>/<string:page_name>")
@requires("applicant")
def page(token: str, page_name: str) -> str:
    """One page, as it was last saved."""
    application = written(token)
    form = _form(application, application.page(page_name))
    values = application.draft.content.get(page_name)
    filled_in: Mapping[str, Any] = {}
    if isinstance(values, Mapping):
        fill(form, values)
    else:
        filled_in = known.initial(page_name, application.draft, prefill.offered(page_name, request.today()).get("shareholders", {}))
        fill(form, filled_in)
    _offer_rows(form)
    state = next(each for each in application.progress() if each.page.name == page_name)
    if isinstance(values, Mapping) and "row" not in asked.args:
        _note(form, state)
    return _shown(application, form, state, filled_in=filled_in)


@blueprint.post("/applications/<string:token>/<string:page_name>")
@requires("applicant")
def save(token: str, page_name: str) -> Answer:
    """Keep what was typed, whatever it is, and go on; where something has to change, show the page again with it."""
    application = written(token)
    definition = application.page(page_name)
    offered = prefill.offered(page_name, request.today())
    sent = without_removed(asked.form, definition)
    items = item_texts(request.session(), request.today())
    values = known.with_names_of_firms(page_name, prefill.completed(page_name, lenient(sent, definition, offered), items))
    if asked.form.get("copy"):
        row = prefill.copied_row({**application.draft.content, page_name: values}, asked.form["copy"])
        values["people"] = [*values.get("people", []), *([row] if row else [])]
    before = values_of(application.draft.content, page_name)
    was_shown = _shown_questions(definition.fields, before)
    kept, overlong = without_overlong(values)
    # In place of a text that is too long stays what was saved there before.
    kept |= {name: before[name] for name in overlong if name in before}
    try:
        saved = request.write(writing.save_page, request.acting(), token, page_name, kept, asked.form.get("seen", ""), request.now())
    except Refusal as refusal:
        if refusal.reason != "filed":
            raise
        return redirect(url_for("applications.task_list", token=token), code=303)
    application = written(token)
    if application.draft.office_id is not None:
        window_defaults.remember(page_name, application.draft.office_id, kept)
    if "company-seal" in values.get("chosen", []) and "company-seal" not in asked.form.getlist("chosen") and page_name == "matters":
        flash(_("已同时选上“公章刻制备案”：银行开户要用公章。不要公章的，请同时取消银行预约开户。"), "info")
    for table in overfull(asked.form, definition):
        flash(_("“%(label)s”最多%(most)d行，多出的没有保存。", label=say(table.label), most=most_rows(table)), "warning")
    if overlong:
        return _too_long(application, definition, values, overlong), 422
    if saved.overwritten is not None:
        return _saved_over(application, definition, values, saved.overwritten)
    rows = _rows_changed(application, definition, offered)
    if rows is not None:
        return rows
    if asked.form.get("then") == "list":
        flash(_("已保存，随时可以回来接着填。"), "success")
        return redirect(url_for("applications.task_list", token=token), code=303)
    return _onward(application, definition, _shown_questions(definition.fields, values) - was_shown)


def _onward(application: Written, definition: Form, appeared: set[str]) -> Response:
    """After saving: the next page when this one is in order, else this one again."""
    token, name = application.token, definition.name
    state = next(each for each in application.progress() if each.page.name == name)
    from_check = asked.form.get("from") == "check"
    again = url_for("applications.page", token=token, page_name=name, **({"from": "check"} if from_check else {}))
    if state.to_mend:
        flash(_("已保存。这一页还有%(number)d处要补填或修改，也可以以后再改。", number=len(state.to_mend)), "warning")
        return redirect(again, code=303)
    if appeared and "scripts" not in asked.form:
        flash(_("已保存。根据您的回答，下面多了几个问题，请接着填。"), "info")
        return redirect(again, code=303)
    onward = url_for("applications.check", token=token) if from_check else application.next_page(name)
    return redirect(onward, code=303)


def _rows_changed(application: Written, definition: Form, offered: Any) -> Response | None:
    """After a button that added, copied or removed a row: this page again, without complaints about what is being written."""
    added = added_row(asked.form, definition, offered)
    here = {"token": application.token, "page_name": definition.name}
    if added is not None:
        table, blanks = added
        return redirect(url_for("applications.page", **here, row=table, blanks=min(blanks, 10), _anchor=f"{table}-group"), code=303)
    table = "people" if asked.form.get("copy") else asked.form.get("remove", "").partition(".")[0]
    if any(field.name == table and field.kind == "table" for field in definition.fields):
        return redirect(url_for("applications.page", **here, row=table, _anchor=f"{table}-group"), code=303)
    return None


def _too_long(application: Written, definition: Form, values: Mapping[str, Any], overlong: Sequence[str]) -> str:
    """The page with everything that was typed, the texts that were too long to be saved included."""
    form = _form(application, definition)
    fill(form, values)
    for path in overlong:
        sentence = _("这里填得太长，没有保存：最多%(most)d个字，请缩短后再保存。这一页的其他内容已保存。", most=LONGEST_TEXT)
        form.note(path, Note(sentence))
    state = next(each for each in application.progress() if each.page.name == definition.name)
    return _shown(application, form, state)


def _saved_over(application: Written, definition: Form, values: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The page after it was saved over what another device had saved meanwhile: both are shown, nothing is lost unseen."""
    form = _form(application, definition)
    fill(form, values)
    state = next(each for each in application.progress() if each.page.name == definition.name)
    _note(form, state)
    ours = {line.path: line for line in answers(definition, values, application.lists)}
    theirs = [
        line for line in answers(definition, other, application.lists) if line.path not in ours or line.value != ours[line.path].value
    ]
    return _shown(application, form, state, overwritten=theirs)


def _form(application: Written, definition: Form) -> DefinitionForm:
    offered = prefill.offered(definition.name, request.today())
    return form_class(definition, application.lists, offered)(formdata=None)


def _offer_rows(form: DefinitionForm) -> None:
    """One more blank row for a table whose button was pressed without scripts."""
    table = form.at(asked.args.get("row", ""))
    blanks = asked.args.get("blanks", 0, type=int)
    if table is None or not hasattr(table, "append_blank"):
        return
    # An empty table shows one blank row anyway.
    for _number in range(min(blanks, 10) - (0 if table.answered() else 1)):
        table.append_blank()


def _note(form: DefinitionForm, state: PageProgress) -> None:
    shown_beside = RULES[SIMILAR].source if form.definition.name == "name" else None
    for path, note in state.notes:
        if note.source != shown_beside:  # similar names stand beside the form, with their scores
            form.note(path, note)


def _shown(
    application: Written,
    form: DefinitionForm,
    state: PageProgress,
    overwritten: Sequence[Any] = (),
    filled_in: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    name = form.definition.name
    content = application.draft.content
    returned = application.returned
    # At a window the script asks for it: the queue stands beside the form, and the page stays as cheap as the others.
    name_found = names.shown(values_of(content, name)) if name == "name" and not application.is_walk_in else None
    return render_template(
        "applications/page.html",
        application=application, form=form, state=state, overwritten=overwritten,
        number=[page.name for page in application.definition.pages].index(name) + 1,
        seen=writing.page_mark(content, name),
        from_check=asked.values.get("from") == "check",
        filled_in=[say(field.label) for field in form.definition.fields if field.name in filled_in],
        asked_here=[line for line in returned.asked if line.page == name] if returned is not None else [],
        tally=prefill.tally(content) if name == "capital" else None,
        copyable=prefill.copyable(content) if name == "people" else [],
        name_board=name == "name", name_found=name_found, name_summary=names.summary(name_found),
    )  # fmt: skip


def _shown_questions(fields: Sequence[Field], values: Mapping[str, Any], prefix: str = "") -> set[str]:
    """All questions that a page with these values asks; those of a table count as asked when one of its rows asks them."""
    answered = {**{field.name: field.default for field in fields if field.default is not None}, **values}
    found = set()
    for field in fields:
        if not is_shown(field, answered):
            continue
        found.add(prefix + field.name)
        rows = answered.get(field.name)
        if field.kind == "table":
            for row in rows if isinstance(rows, list) and rows else [{}]:
                found |= _shown_questions(field.columns, row, f"{prefix}{field.name}.")
    return found


# These add their routes to the same blueprint.
from . import corrections, materials, receipts, submitting  # noqa: E402, F401
from .materials import materials_of_draft  # noqa: E402

__all__ = ["COMPANY_OPENING", "blueprint"]
