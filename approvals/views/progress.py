"""Where a case stands, for whoever has its receipt or knows its number and the telephone of who applied."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask import request as asked
from markupsafe import Markup
from werkzeug.wrappers import Response

from approvals.calendar import county_calendar
from approvals.language import _, language, say
from approvals.operations import progress as looking_up
from approvals.qr import qr_svg
from approvals.queries import cases, progress
from approvals.queries.cases import Family
from approvals.queries.clocks import clocks_of, ledger_of
from approvals.queries.expectations import expectation
from approvals.queries.history import cause_of
from approvals.queries.journey import journey_of
from approvals.queries.own_steps import own_steps
from approvals.queries.ratings import ratings_of
from workflows.clock import format_length
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, State

from . import request
from .access import public
from .checked_receipts import remember
from .urging import panel_of_receipt

blueprint = Blueprint("progress", __name__)


@blueprint.get("/progress")
@public
def index() -> str:
    """Ask for the case number and the last four digits of the telephone."""
    return _asking(asked.args.get("number", "")[:60])


@blueprint.post("/progress")
@public
def find() -> Response | tuple[str, int]:
    """Look a case up; a right pair leads to the page of its receipt."""
    number, end = asked.form.get("number", "").strip()[:60], asked.form.get("phone_end", "").strip()[:20]
    if not number or not end:
        return _asking(number, _("请填写办件号和手机号后四位。")), 422
    found = request.write(looking_up.look_up, number, end, visitor_mark(), request.now())
    if found.receipt_token:
        remember(found.receipt_token)
        return redirect(url_for("progress.show", token=found.receipt_token), code=303)
    if found.is_over:
        return _asking(number, _("填错的次数太多，请一小时后再试，或者扫收件凭证上的二维码查看。")), 429
    fault = _("办件号和手机号后四位对不上。请对照收件凭证再填一次；也可以扫收件凭证上的二维码查看，或带身份证到窗口查询。")
    return _asking(number, fault), 422


def _asking(number: str = "", fault: str = "") -> str:
    return render_template("progress/index.html", number=number, fault=fault)


def visitor_mark() -> str:
    """What marks the address that asks. From this very machine a proxy asks for others: then it is the last one it names."""
    address = asked.remote_addr or ""
    try:
        is_proxy = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_proxy = False
    if is_proxy and asked.access_route:
        address = asked.access_route[-1]
    address = _of_one_line(address)
    return hashlib.sha256(f"{current_app.secret_key}/{address}".encode("utf-8", "replace")).hexdigest()[:16]


def _of_one_line(address: str) -> str:
    """An address as it counts: of IPv6 the first 64 bits, since whoever has one line has all the addresses behind them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


@blueprint.get("/progress/<string:token>")
@public
def show(token: str) -> str:
    """Where the case of a receipt stands, what was done when and where, what comes next, and how long such cases take."""
    session, now = request.session(), request.now()
    family = progress.family_of_receipt(session, token)
    if family is None:
        abort(404)
    root = family.root
    is_closed = root.case.closed_at is not None
    steps = progress.steps_of(session, family)
    cause = progress.correction_cause(steps, family.correcting) if family.correcting is not None else ""
    ledger = ledger_of(session, root, now)
    return render_template(
        "progress/show.html",
        family=family, root=root, chain=cases.chain_of(family), steps=steps, token=token,
        ledger=ledger, clocks=[] if is_closed else clocks_of(family, root, now, ledger),
        steps_of_own=own_steps(root, [each.state.name for each in reversed(steps)]),
        next_step=next_step(family), to_do=to_do(family, cause), turn_of=who_works, place_of=place_of,
        state_of=lambda member: state_title(member.state, cause),
        step_title=lambda step: state_title(step.state, cause_of(step.action)),
        stations=journey_of(session, family, entered_by(steps, root.definition.key)),
        expected=expectation(session, root.definition.key, now), working_time=working_time,
        urging=panel_of_receipt(family, token), ratings=ratings_of(session, root.case.id) if is_closed else [],
        may_rate=is_closed and root.case.applicant_id is None,
        is_own=root.case.applicant_id is not None and _person() == root.case.applicant_id,
    )  # fmt: skip


def entered_by(steps: Sequence[progress.Step], workflow: str) -> list[tuple[State, datetime]]:
    """The states that the cases of a workflow came into, the first one first; ``steps`` the newest first."""
    return [(step.state, step.at) for step in reversed(steps) if step.definition.key == workflow]


def _person() -> int | None:
    person = request.maybe_signed_in()
    return person.id if person is not None else None


def working_time(seconds: int) -> str:
    """Working seconds as a length: 1 天 2 小时."""
    return format_length(seconds, language(), county_calendar().hours.seconds_per_day)


def address_of(token: str) -> str:
    """The address behind the QR code of a receipt, as somebody reaches it who scans the paper."""
    return f"{current_app.config['PUBLIC_URL']}{url_for('progress.show', token=token)}"


def code_of(token: str) -> Markup:
    """The QR code of a receipt."""
    return Markup(qr_svg(address_of(token), _("用手机扫一扫，查看办件进度")))


def who_works(member: cases.Member) -> str:
    """Which department or office a matter is with; empty when it is with nobody or with the applicant."""
    task = member.task
    if task is None or not task.department:
        return ""
    if task.role == "clerk" and member.office:
        return member.office
    return say(county_catalogue().text("departments", task.department))


def state_title(state: State, cause: str) -> str:
    """What a state is called; one that nobody returned is no 补正."""
    return _("修改中") if state.stage == "correction" and cause in ("objected", "changed") else say(state.title)


def place_of(step: progress.Step) -> str:
    """Where a step was taken: at an office only where a clerk or a bank worked, else online and by which department."""
    if step.role in ("", "system"):
        return _("电子送达") if step.state.stage == "delivery" and step.state.final else ""
    if step.role in ("applicant", "signatory"):
        return _("网上办理")
    if step.office and (step.role in ("clerk", "agent", "coordinator") or step.definition.department == "bank"):
        return step.office
    return _("网上办理（%(department)s）", department=say(county_catalogue().text("departments", step.definition.department)))


def _with_applicant(family: Family) -> cases.Member | None:
    """The case of the family that waits for the applicant or for those who sign."""
    outside = (member for member in family.members if member.task is not None and member.task.role and not member.task.department)
    return next((member for member in outside if not member.state.final), None)


def to_do(family: Family, cause: str = "returned") -> str:
    """What the applicant has to do now, in one sentence."""
    root, waiting = family.root, _with_applicant(family)
    if root.definition.kind == DELEGATED and (sentence := carried(family)):
        return sentence
    if family.correcting is not None and cause == "objected":
        return _("有人没有同意签署：登录后在办件页面看原因，改好再提交，大家再签一次；在窗口申报的，请带办件号到窗口。修改期间不计时。")
    if family.correcting is not None and cause == "changed":
        return _("您正在修改申请：改好请在办件页面重新提交，大家再签一次。修改期间不计时。")
    if family.correcting is not None and root.definition.kind == "licence":
        return _("需要您补正：登录后在办件页面按清单改好再提交；在窗口申报的，请带办件号到窗口补正。受理以后才开始计算办理时限。")
    if family.correcting is not None:
        return _("需要您补正：登录后在办件页面按清单改好再提交；在窗口申报的，请带办件号到窗口补正。补正期间不计入办理时限。")
    if family.signing is not None:
        return _("等待所有人签署：请提醒还没有签的人打开短信里的链接。签署期间不计时，全部签完自动交给登记机关。")
    if waiting is not None:
        state = say(waiting.state.title)
        return _("轮到您了：%(matter)s在等“%(state)s”，请登录办件页面办理。", matter=say(waiting.definition.title), state=state)
    if root.state.stage == "delivery" and not root.state.final:
        return _("结果已经备齐。请按申报时选的方式领取（%(office)s），自取的请带身份证。", office=root.office or _("县政务服务大厅"))
    seal = family.member_of("company-seal")
    if root.state.final and root.case.outcome == "done" and seal is not None and seal.case.outcome == "done":
        return _("已经办结。印章另外交给您的，按办件页面写的方式收取（寄到申报时填的地址，或者到刻制单位自取）。")
    if root.is_settled or root.case.closed_at is not None:
        return _("已经办结，您不用再做什么。")
    return _("您现在不用操作，有变化会通知您。")


def carried(family: Family) -> str:
    """What somebody who entrusted an agent has to do; "" where the matter that the agent carries says it."""
    root = family.root
    if root.task is not None and root.task.role == "signatory":
        return say(root.state.hint)
    if root.state.final or family.filed.state.stage == "correction" or (family.filed is not root and family.signing is not None):
        return ""
    return _("您不用跑腿，代办员在办；有变化会发短信告诉您。想停下来，随时可以撤回委托。")


def next_step(family: Family) -> str:
    """What happens next, in one sentence."""
    root = family.root
    if root.state.final:
        return say(root.state.hint) or _("办件已经结束：%(state)s。", state=say(root.state.title))
    if root.definition.kind == DELEGATED and root.state.opens == () and root.state.stage != "delivery":
        return _("材料逐级送到能办的中心，提交以后各部门开始办理。")
    if root.state.stage == "delivery":
        return _("把结果交到您手里，办件就全部结束。")
    waiting = _with_applicant(family)
    if waiting is not None:
        return _("您办好以后，部门接着办理。")
    running = [member for member in family.members if not member.is_root and not member.is_settled and who_works(member)]
    if running:
        matters = _("、").join(say(member.definition.title) for member in running)
        return _("正在办理：%(matters)s。全部办完后一起把结果交给您。", matters=matters)
    if hint := say(root.state.hint):
        return hint
    department = who_works(root)
    return _("%(department)s接着办理。", department=department) if department else _("系统接着办理下一步。")
