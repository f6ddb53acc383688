"""Answering a request to sign: by the person's own link, without an account."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from workflows.engine.facts import Actor, Refused
from workflows.engine.machine import advance, needs_of
from workflows.rules.signatories import DELIVERY, MANDATE

from . import statements
from .errors import NotFound, Outdated, Refusal
from .renewing import answer_renewal, is_renewal
from .sign_offs import SIGNATORY
from .snapshot import CaseNow
from .statements import SignatureNow
from .unit import Unit

SIGN, DECLINE = "sign", "decline"
"""The actions of a definition by which a signatory answers."""

CONFIRM, DISPUTE = "confirm", "dispute"
"""Those by which whoever entrusted an agent answers whether the result arrived."""


def answer(session: Session, signature_id: int, action_name: str, digest: str, now: datetime, reason: str = "") -> str:
    """Sign, or decline with a reason, exactly what ``digest`` stands for; returns the state of the case afterwards.

    The caller has made sure who answers, and a code to the telephone that the signature names now has confirmed it. A second
    send of the same answer changes nothing. Raises Outdated when the application or the telephone was changed since, or the
    case waits for no signatures any more.
    """
    session.flush()
    asked = _asked(session, signature_id)
    unit = Unit.load(session, asked.case_id, now, is_locked=True)
    case, acts = unit.case(asked.case_id), json.loads(asked.acts)
    if acts == [DELIVERY]:
        action_name = {SIGN: CONFIRM, DECLINE: DISPUTE}.get(action_name, action_name)
    action = case.definition.actions.get(action_name)
    if asked.vote:
        if action is not None and asked.vote == action.vote:
            return case.state
        raise _answered_otherwise(asked)
    if action_name in (DECLINE, DISPUTE) and not reason.strip():
        raise Refusal("no-reason", {"zh": "请写明哪里不对，或者为什么不同意。", "en": "Say what is wrong or why you decline."})
    renewing = acts == [MANDATE] and is_renewal(unit, case, asked)
    if asked.superseded_at is not None or not (renewing or _decided_now(case, asked)) or digest != asked.digest:
        raise Outdated(
            "signing-over",
            {
                "zh": "申请在您打开之后改过，或者已经不在签署中，这次没有签。需要您再签的，会另发新的链接。",
                "en": "The application was changed since, or no longer waits for signatures; nothing was signed. "
                "If you are asked again, you get a new link.",
            },
        )
    if asked.confirmed_at is None:
        raise _unconfirmed()
    actor = Actor(None, asked.name, frozenset({SIGNATORY}))
    form = {
        "signatory": str(asked.id), "digest": digest, "confirmed_at": str(asked.confirmed_at),
        **({"reason": reason} if reason else {}),
    }  # fmt: skip
    if renewing:
        answer_renewal(unit, case, actor, asked, action_name == SIGN, form)
        unit.settle()
        unit.write()
        return case.state
    needs = needs_of(action) if action is not None else frozenset()
    step = advance(case.definition, case.state, action_name, actor, unit.facts(case, form=form, needs=needs))
    if isinstance(step, Refused):
        raise Refusal(step.reason, step.message)
    unit.apply(case, step, actor, form)
    unit.settle()
    unit.write()
    return case.state


def _asked(session: Session, signature_id: int) -> SignatureNow:
    """What was asked, read behind the lock of its root case: it may just have been answered or superseded."""
    connection, wanted = session.connection(), {"signature_id": signature_id}
    if connection.dialect.name != "sqlite":
        statements.lock_root_of_signature.rows(connection, wanted)
    rows = statements.signature_now.rows(connection, wanted)
    if not rows:
        raise NotFound
    return SignatureNow(*rows[0])


def _decided_now(case: CaseNow, asked: SignatureNow) -> bool:
    """Whether the case still waits for this very answer: a renewed mandate that was revoked meanwhile is asked for no more."""
    waits = case.definition.states[case.state].sign_off is not None
    return waits and case.task is not None and case.task.id == asked.task_id


def _unconfirmed() -> Outdated:
    return Outdated(
        "unconfirmed",
        {
            "zh": "还没有用短信验证码确认身份，或者确认之后手机号改过，这次没有签。请打开最新的链接，再确认一次身份。",
            "en": "Who you are is not confirmed by a code, or the number was changed since; nothing was signed. "
            "Open the newest link and confirm again.",
        },
    )


def _answered_otherwise(asked: SignatureNow) -> Outdated:
    before = {"zh": "签署", "en": "signed"} if asked.vote == "yes" else {"zh": "表示不同意", "en": "declined"}
    return Outdated(
        "voted",
        {
            "zh": f"您已经{before['zh']}过，这次没有改变它。要改的，请联系申请人修改申请，改后会再请您签。",
            "en": f"You have {before['en']} already; nothing was changed. Ask the applicant to change the application.",
        },
    )
