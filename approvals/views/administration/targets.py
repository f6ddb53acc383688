"""What the county has set itself, workflow by workflow: the trends of the statistics are held against it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from approvals.language import _, _l
from approvals.operations.administration.faults import Faulty
from approvals.operations.administration.targets import set_target
from approvals.operations.errors import NotFound
from approvals.queries.matters import in_order
from approvals.queries.targets import targets

from .. import request
from ..access import requires
from .part import Page, blueprint, put_faults, typed_of


class TargetForm(FlaskForm):
    on_time = StringField(_l("按时办结率不低于（%）"), description=_l("1 到 100 的整数；空着就是没有另定，按承诺全部兑现评。"))
    p90_days = StringField(
        _l("净工作时间 90 分位数不超过（工作日）"), description=_l("十件里九件在这么多个工作日以内，含申请人补正的时间；空着就不评。")
    )
    reason = StringField(_l("这次改动的原因（可不填）"), description=_l("写进管理记录。"))


@blueprint.get("/administration/targets")
@requires("administer")
def targets_page() -> str:
    """Every workflow with its targets."""
    found = targets(request.session())
    return render_template("administration/targets.html", rows=[(each, found.get(each.key)) for each in in_order()])


@blueprint.route("/administration/targets/<string:workflow>", methods=["GET", "POST"])
@requires("administer")
def workflow_target(workflow: str) -> Response | Page:
    """Set the targets of one workflow."""
    definition = next((each for each in in_order() if each.key == workflow), None)
    if definition is None:
        raise NotFound
    known = targets(request.session()).get(workflow)
    stored = {name: getattr(known, name) for name in ("on_time", "p90_days")} if known is not None else {}
    form = TargetForm(**{name: "" if value is None else str(value) for name, value in stored.items()})
    if form.validate_on_submit():
        try:
            changed = request.write(set_target, request.acting(), workflow, typed_of(form), request.now())
        except Faulty as refusal:
            put_faults(form, refusal)
        else:
            flash(_("已保存，趋势页从现在起按它评。") if changed else _("没有改动。"), "success" if changed else "info")
            return redirect(url_for("administering.targets_page"), code=303)
    return render_template("administration/target.html", form=form, definition=definition), 422 if form.errors else 200
