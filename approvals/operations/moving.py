"""The verbs that move a case: act, claim, release, and the timers. One verb is one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import from_microseconds
from approvals.models import Task
from approvals.queries.people import serving
from workflows.clock import OFFICE_ZONE
from workflows.engine.clock_states import RECEIVED, does
from workflows.engine.definition import DELEGATED, OUTSIDE_ROLES
from workflows.engine.facts import NOTHING, Actor, Refused
from workflows.engine.machine import advance, needs_of

from . import statements
from .acting import Acting, counting_on, roles_on_case, stood_in
from .consents import refuse_without_consent
from .errors import NotFound, Outdated, Overrun, Refusal
from .impartial import refuse_rated
from .mandates import APPLICANT, principal_for, refuse_beyond_mandate
from .principal_phones import refuse_signing_at_staff
from .snapshot import CaseNow
from .unit import Unit


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for on a page.

    ``task_id`` is the open task that the page showed (None where the state has none); ``key`` makes a repeated send of the
    same page one action (without one nothing tells a repeated send from a new one); ``form`` is what was typed, validated;
    ``application`` what is filed anew with it, ``offices`` the offices that it asks for, ``files`` what was uploaded with it.
    """

    case_id: int
    action: str
    task_id: int | None
    key: str | None
    form: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    application: Mapping[str, Any] | None = None
    offices: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    files: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of it. ``repeated`` when this very request had been carried out before."""

    case_id: int
    number: str
    state: str
    repeated: bool = False


def act(session: Session, acting: Acting, request: Request, now: datetime) -> Moved:
    """Do one action of a definition on a case.

    Raises NotFound for an unknown case or one this person has no role on, Outdated when the page was overtaken, Overrun when the
    application counted as accepted before, Refusal when the law, the state or a guard says no.
    """
    unit = Unit.load(session, request.case_id, now)
    case = unit.case(request.case_id)
    actor = actor_on(acting, case, unit)
    refuse_without_consent(session, acting, case, case.office_ids())
    if _is_repeated(unit, case, acting, request):
        return Moved(case.id, case.number, case.state, repeated=True)
    _refuse_outdated(unit, case, actor, request.task_id, acting)
    _refuse_overrun(unit, case)
    _take_over(unit, case, actor)
    if request.application is not None:
        unit.file(request.application, request.offices, request.files)
    action = case.definition.actions.get(request.action)
    if action is not None:
        refuse_beyond_mandate(case, action, actor)
        refuse_signing_at_staff(unit, case, action, actor)
    needs = needs_of(action) if action is not None else frozenset()
    step = advance(case.definition, case.state, request.action, actor, unit.facts(case, form=request.form, needs=needs))
    if isinstance(step, Refused):
        raise Refusal(step.reason, step.message)
    unit.apply(case, step, actor, request.form, request_key(acting, request))
    unit.settle()
    unit.write()
    return Moved(case.id, case.number, case.state)


def actor_on(acting: Acting, case: CaseNow, unit: Unit | None = None) -> Actor:
    """The person as an actor on this case, with the roles that count for its open task.

    With ``unit`` also for whom they act: an agent acts for whoever gave them a mandate that is in force, and on the matter that
    they carry does what the applicant would. Raises NotFound when they have no role on it at all.
    """
    behalf = principal_for(unit, acting, case) if unit is not None else None
    offices = tuple(case.office_ids())
    counted = partial(roles_on_case, acting, applicant_id=case.applicant_id, department=case.definition.department, offices=offices)
    roles = counting_on(case.definition, counted())
    if behalf is not None and case.definition.kind != DELEGATED:
        return Actor(acting.person_id, acting.name, roles | {APPLICANT}, behalf, stood_in(acting, offices))
    if not roles:
        raise NotFound
    if (task := case.task) is not None and task.role in roles:
        roles = counted(task_role=task.role, task_office_id=task.office_id)
    behalf = behalf if behalf is not None else acting.on_behalf_of
    return Actor(acting.person_id, acting.name, roles, behalf, stood_in(acting, offices))


def claim(session: Session, acting: Acting, case_id: int, task_id: int, now: datetime) -> None:
    """Take an open task into one's own hands. Raises Outdated when someone else holds it or it is closed."""
    unit = Unit.load(session, case_id, now)
    case = unit.case(case_id)
    actor = actor_on(acting, case, unit)
    refuse_without_consent(session, acting, case, case.office_ids())
    _refuse_outdated(unit, case, actor, task_id, acting)
    task = case.task
    assert task is not None
    if task.role not in actor.roles or task.role in OUTSIDE_ROLES:
        raise Refusal("not-permitted", {"zh": "这项待办不属于您的岗位。", "en": "This task does not belong to your position."})
    if task.holder_id == actor.person_id:
        return
    refuse_rated(unit, case, actor)
    _hold(unit, case, actor, "task:claimed", actor.person_id)


def release(session: Session, acting: Acting, case_id: int, task_id: int, now: datetime) -> None:
    """Give a task back to everyone it is addressed to. Raises Refusal when the person does not hold it."""
    unit = Unit.load(session, case_id, now)
    case = unit.case(case_id)
    actor = actor_on(acting, case, unit)
    _refuse_outdated(unit, case, actor, task_id, acting)
    if case.task is None or case.task.holder_id != actor.person_id:
        raise Refusal("not-held", {"zh": "这项待办不在您手里，无需放回。", "en": "You do not hold this task."})
    _hold(unit, case, actor, "task:released", None)


def _hold(unit: Unit, case: CaseNow, actor: Actor, action: str, holder_id: int | None) -> None:
    task = case.task
    assert task is not None
    unit.record(case, actor, task.role, action, case.state, case.state, {}, task.id)
    held_at = unit.at if holder_id is not None else None
    unit.held_tasks.append({"task_id": task.id, "holder_id": holder_id, "held_at": held_at})
    unit.write()


def request_key(acting: Acting, request: Request) -> str | None:
    """What marks this request among all events, at most 60 letters; None without a key.

    A key is chosen by the browser, so it counts only for the person, case, task and action that it came with: nobody can take
    the key of somebody else's page, and one key sent with two actions is two requests.
    """
    if not request.key:
        return None
    page = f"act/{acting.person_id}/{request.case_id}/{request.task_id}/{request.action}/{request.key}"
    return hashlib.sha256(page.encode("utf-8", "backslashreplace")).hexdigest()[:60]


def _is_repeated(unit: Unit, case: CaseNow, acting: Acting, request: Request) -> bool:
    """Whether this request was carried out before. The statement is spared while the task of the page is open and will close."""
    action = case.definition.actions.get(request.action)
    stays = action is not None and any(branch.dest == "=" for branch in action.branches)
    if case.task is not None and case.task.id == request.task_id and not stays:
        return False
    key = request_key(acting, request)
    return key is not None and bool(statements.event_of_request.rows(unit.connection, {"request_key": key}))


def _refuse_outdated(unit: Unit, case: CaseNow, actor: Actor, task_id: int | None, acting: Acting) -> None:
    """Raise Outdated when the page was overtaken, or somebody else has the task in hand.

    What somebody held who is away, or who no longer has that position, falls to whoever stands in or shares it.
    """
    task = case.task
    if (task.id if task is not None else None) != task_id:
        name, action, happened_at, _ = statements.last_event.rows(unit.connection, {"case_id": case.id})[0]
        raise _overtaken(case, name, action, happened_at)
    if task is not None and task.role in actor.roles and task.holder_id is not None and task.holder_id != actor.person_id:
        if task.holder_id in acting.stands_in_for or not _serves(unit, task.holder_id, task.role):
            return
        holder = statements.person_name.rows(unit.connection, {"person_id": task.holder_id})[0][0]
        raise Outdated(
            "held",
            {"zh": f"这项待办正由{holder}办理，您不能同时办理。", "en": f"{holder} is working on this task."},
            holder=holder,
        )


def _refuse_overrun(unit: Unit, case: CaseNow) -> None:
    """Raise Overrun when a licence counts as accepted because nobody was told anything in time (行政许可法 第三十二条).

    It is so from that moment on, whether a worker has noted it or not: no correction can be asked for any more, the application
    cannot be turned away, and accepting it late would begin its clock late.
    """
    task = case.task
    if task is None or task.timer_at is None or unit.at <= task.timer_at:
        return
    step = unit.automatic_step(case)
    if step is None or not does(case.definition.actions[step.action], RECEIVED):
        return
    title, at = case.definition.actions[step.action].title, from_microseconds(task.timer_at).astimezone(OFFICE_ZONE)
    raise Overrun(
        "overrun",
        {
            "zh": f"这一步到{at:%Y-%m-%d %H:%M}还没有办，已经“{title['zh']}”，从收到材料那天起计算办理时限。"
            "请看办件现在的情况再办。",
            "en": f"Nothing was done by {at:%Y-%m-%d %H:%M}, so “{title['en']}”: the clock runs from the day of receipt. "
            "Look at the case as it stands now.",
        },
        partial(fire_timer, case_id=case.id, now=unit.now),
    )


def _take_over(unit: Unit, case: CaseNow, actor: Actor) -> None:
    """Note in the history that somebody goes on with what another one left in hand."""
    task = case.task
    if task is not None and task.role in actor.roles and task.holder_id is not None and task.holder_id != actor.person_id:
        unit.record(case, actor, task.role, "task:claimed", case.state, case.state, {}, task.id)
        task.holder_id, task.held_at = actor.person_id, unit.at
        unit.held_tasks.append({"task_id": task.id, "holder_id": actor.person_id, "held_at": unit.at})


def _serves(unit: Unit, person_id: int, role: str) -> bool:
    today = unit.now.astimezone(OFFICE_ZONE).date()
    return (person_id, role) in serving(unit.connection, [person_id], today)


def _overtaken(case: CaseNow, name: str, action: str, happened_at: int) -> Outdated:
    state = case.definition.states[case.state].title
    known = case.definition.actions.get(action)
    title = known.title if known is not None else {"zh": "处理", "en": "a change"}
    at = from_microseconds(happened_at)
    return Outdated(
        "overtaken",
        {
            "zh": f"这一步已由{name}办理（{title['zh']}），办件现在是“{state['zh']}”。请核对后再操作。",
            "en": f"Already handled by {name} ({title['en']}); the case is now “{state['en']}”. Look at it before you go on.",
        },
        by=name,
        action=action,
        at=at,
        state=case.state,
    )


def fire_timer(session: Session, case_id: int, now: datetime) -> bool:
    """Let the timers of a case act when they have run out. Returns whether anything moved; called by a schedule."""
    unit = Unit.load(session, case_id, now)
    unit.settle()
    unit.write()
    return bool(unit.events)


def due_timers(session: Session, now: datetime, limit: int = 500) -> list[int]:
    """Cases with a timer that has run out, the oldest first."""
    open_tasks = select(Task.case_id).where(Task.closed_at.is_(None), Task.timer_at <= now)
    return list(session.scalars(open_tasks.order_by(Task.timer_at).limit(limit)))
