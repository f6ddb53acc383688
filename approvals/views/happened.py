"""The history of a case in plain words, as far as the reader may know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from approvals.forms import Choices
from approvals.language import _, say
from approvals.operations.sign_offs import SIGNATORY
from approvals.queries import history
from approvals.queries.history import Line
from workflows.county import county_catalogue
from workflows.engine.definition import Field, Form
from workflows.rules import mask_name

from . import disclosing, filed, follow_ups, moved_deadlines
from .case_access import Seen
from .filters import office_name
from .progress import state_title


@dataclass(frozen=True, slots=True)
class Told:
    """One event in plain words. ``form`` is what the person wrote, as far as the reader may see it."""

    title: str
    who: str
    line: Line
    from_title: str
    to_title: str
    form: tuple[filed.Line, ...]
    matter: str


def told(view: Seen, lines: Sequence[Line], lists: Choices) -> list[Told]:
    """The history in plain words. The applicant is spared who picked up which task."""
    only_applicant = view.is_applicant and not view.is_supervisor and not view.acting.is_staff
    found = []
    # Why each case was with its applicant, the newest time first.
    came_back: dict[int, list[str]] = {line.event.case_id: [] for line in lines}
    for line in lines:
        state = line.definition.states.get(line.event.to_state)
        if line.moved and state is not None and state.stage == "correction":
            came_back[line.event.case_id].append(history.cause_of(line.action))
    for line in lines:
        event = line.event
        if only_applicant and event.action.startswith("task:"):
            continue
        # One line of the root says for all that they began or changed hands; that it was filed anew, a line of its case says.
        is_told_once = event.action in ("case:opened", "case:adopted") and not line.member.is_root
        if view.subject.is_root and (is_told_once or event.action == "case:refiled"):
            continue
        states = line.definition.states
        role = say(county_catalogue().vocabulary["roles"].get(event.role)) if event.role != "system" else ""
        # Whoever signs has no account, but a name.
        is_named = event.actor_id is not None or event.role == SIGNATORY
        who = event.actor_name if is_named else _("系统")
        if is_named and role and "stand_in_for" in line.payload:
            who = _("%(name)s（%(role)s，替岗）", name=who, role=role)
        elif is_named and role:
            who = _("%(name)s（%(role)s）", name=who, role=role)
        if event.on_behalf_of is not None:
            whom = "" if view.is_applicant else _principal_of(view)
            who = _("%(name)s，代%(whom)s办理", name=who, whom=whom) if whom else _("%(name)s，代您办理", name=who)
        causes = came_back[event.case_id]
        from_title = to_title = ""
        if line.moved and event.to_state in states:
            to_title = state_title(states[event.to_state], causes.pop(0) if states[event.to_state].stage == "correction" else "")
        if line.moved and event.from_state in states:
            from_title = state_title(states[event.from_state], causes[0] if causes else "")
        matter = "" if line.member is view.subject else say(line.definition.title)
        found.append(Told(event_title(line), who, line, from_title, to_title, _readable_form(view, line, lists), matter))
    return found


def _principal_of(view: Seen) -> str:
    """Whoever entrusted an agent, as the page may name them."""
    known = view.family.applicant
    name = known.name if known is not None else ""
    return name if view.sees_numbers(view.family.root) else mask_name(name)


def event_title(line: Line) -> str:
    """What an event is called."""
    if line.action is not None:
        return say(line.action.title)
    titles = {
        "case:opened": _("收到申报，开始办理") if line.member.is_root and not follow_ups.is_follow_up(line.member) else _("事项开始"),
        "task:claimed": _("接办"),
        "task:released": _("放回，由其他人接办"),
        "case:adopted": _("申请人认领办件"),
        "case:rated": _("申请人评价"),
        "case:code-renewed": _("重新出具认领码"),
        "case:refiled": _("收到重新提交的申报"),
        "case:disclosed": _("查看完整的个人信息"),
        "mandate:renewal-drafted": _("起草续签的委托书"),
        "mandate:renewed": _("签署续签的委托书"),
        "mandate:renewal-declined": _("不签续签的委托书"),
        "mandate:revoked": _("撤回委托") if line.event.role in ("applicant", SIGNATORY) else _("登记申请人撤回委托"),
        "custody:taken": _("收取申请人的材料"),
        "custody:issued": _("登记办理结果"),
        "custody:returned": _("退还申请人的材料"),
        "custody:lost": _("登记材料遗失"),
        "custody:found": _("登记材料找回"),
        "consent:given": _("同意把资料提供给%(office)s", office=consented_office(line)),
        "consent:withdrawn": _("撤回把资料提供给%(office)s的同意", office=consented_office(line)),
        "case:clock-begun": _("办理时限开始计算"),
        "case:deadlines-moved": moved_deadlines.title(line),
        "case:urged": _("催办"),
        "signatures:reminded": _("提醒还没有签署的人"),
        "signatures:contact-changed": _("改正签署人的手机号"),
    }
    return titles.get(line.event.action, _("处理"))


def consented_office(line: Line) -> str:
    """The office that a consent is about; "" for other events."""
    return office_name(line.payload.get("consent", {}).get("office"))


def _readable_form(view: Seen, line: Line, lists: Choices) -> tuple[filed.Line, ...]:
    if not view.may_read(line.member):
        return ()
    if "disclosure" in line.payload:
        return (filed.Line(_("理由"), disclosing.in_words(line.payload["disclosure"]["reason"])),)
    if line.event.action in ("mandate:revoked", "mandate:renewal-declined"):
        why = str(line.payload.get("reason") or (line.payload.get("form") or {}).get("reason") or "")
        return (filed.Line(_("原因"), why),) if why else ()
    shown = line.form if view.works_on(line.member) else line.open_to_applicant()
    return lines_of_form(shown, lists, full=view.is_applicant)


def lines_of_form(form: Sequence[tuple[Field, Any]], lists: Choices, *, full: bool) -> tuple[filed.Line, ...]:
    """What somebody wrote in the form of an action, without what was left empty."""
    shown = Form("", {}, tuple(field for field, _value in form))
    lines = filed.lines_of(shown, {field.name: value for field, value in form}, lists, full=full)
    return tuple(line for line in lines if line.text or line.rows)
