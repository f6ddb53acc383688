"""Answering a request to sign: by the person's own link, without an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from approvals.models import Signature
from workflows.engine.facts import Actor, Refused
from workflows.engine.machine import advance, needs_of

from .errors import NotFound, Outdated, Refusal
from .sign_offs import SIGNATORY
from .unit import Unit

SIGN, DECLINE = "sign", "decline"
"""The actions of a definition by which a signatory answers."""


def answer(session: Session, signature_id: int, action_name: str, digest: str, now: datetime, reason: str = "") -> str:
    """Sign, or decline with a reason, exactly what ``digest`` stands for; returns the state of the case afterwards.

    The caller has made sure who answers. A second send of the same answer changes nothing. Raises Outdated when the
    application was changed since, or the case waits for no signatures any more.
    """
    asked = session.get(Signature, signature_id)
    if asked is None:
        raise NotFound
    unit = Unit.load(session, asked.case_id, now)
    session.refresh(asked)
    case = unit.case(asked.case_id)
    if asked.vote:
        return case.state
    if asked.superseded_at is not None or case.task is None or case.task.id != asked.task_id or digest != asked.digest:
        raise Outdated(
            "signing-over",
            {
                "zh": "申请在您打开之后改过，或者已经不在签署中，这次没有签。需要您再签的，会另发新的链接。",
                "en": "The application was changed since, or no longer waits for signatures; nothing was signed. "
                "If you are asked again, you get a new link.",
            },
        )
    actor = Actor(None, asked.name, frozenset({SIGNATORY}))
    form = {"signatory": str(asked.id), "digest": digest, **({"reason": reason} if reason else {})}
    action = case.definition.actions.get(action_name)
    needs = needs_of(action) if action is not None else frozenset()
    step = advance(case.definition, case.state, action_name, actor, unit.facts(case, form=form, needs=needs))
    if isinstance(step, Refused):
        raise Refusal(step.reason, step.message)
    unit.apply(case, step, actor, form)
    unit.settle()
    unit.write()
    return case.state
