"""The percentages at which cases are warned of, workflow by workflow."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from approvals.language import _, _l
from approvals.operations.administration import warning_rules
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import NotFound
from approvals.queries.deadlines import rule_for, rules_of
from approvals.queries.matters import in_order
from workflows.clock import DEFAULT_AMBER_SHARE, DEFAULT_PERCENTAGES, LEVELS

from .. import request
from ..access import requires
from .part import Page, blueprint, put_faults, typed_of


class WarningForm(FlaskForm):
    near = StringField(_l("将到期：提醒经办人"), description=_l("用去时限的百分之几，1 到 99。没有人接办的，提醒同岗的所有人。"))
    due = StringField(_l("已超期：提醒经办人和负责人"), description=_l("100 就是一到期限就提醒。没有负责人的，直接报督查人员。"))
    escalated = StringField(_l("报督查：提醒督查人员"), description=_l("不能小于上一项。例如 125：超过时限的四分之一。"))
    reason = StringField(_l("这次改动的原因（可不填）"), description=_l("写进管理记录。"))


@blueprint.get("/administration/warnings")
@requires("administer")
def warning_rules_page() -> str:
    """Every workflow with its percentages."""
    rules = rules_of(request.session())
    rows = [(definition, rule_for(rules, definition.key), definition.key in rules) for definition in in_order()]
    colours_from = int(100 * (1 - DEFAULT_AMBER_SHARE))
    return render_template("administration/warnings.html", rows=rows, standard=DEFAULT_PERCENTAGES, colours_from=colours_from)


@blueprint.route("/administration/warnings/<string:workflow>", methods=["GET", "POST"])
@requires("administer")
def warning_rule(workflow: str) -> Response | Page:
    """Set the percentages of one workflow."""
    definition = next((each for each in in_order() if each.key == workflow), None)
    if definition is None:
        raise NotFound
    rule = rule_for(rules_of(request.session()), workflow)
    form = WarningForm(**{level: str(getattr(rule, level)) for level in LEVELS})
    if form.validate_on_submit():
        try:
            changed = request.write(warning_rules.set_rule, request.acting(), workflow, typed_of(form), request.now())
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            flash(_("已保存，从下一次提醒起按新的比例。") if changed else _("没有改动。"), "success" if changed else "info")
            return redirect(url_for("administering.warning_rules_page"), code=303)
    page = render_template("administration/warning_rule.html", form=form, definition=definition, standard=DEFAULT_PERCENTAGES)
    return page, 422 if form.errors else 200
