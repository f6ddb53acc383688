"""What becomes of a mandate after it was signed: renewed before or after it ended, or revoked by whoever gave it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Person, Signature
from workflows.engine.definition import DELEGATED
from workflows.engine.facts import Actor
from workflows.rules import normalise_phone
from workflows.rules.signatories import MANDATE

from . import statements
from .acting import Acting, roles_on_case
from .errors import NotFound, Refusal
from .mandates import APPLICANT, add, mandate_of, revoke_all, set_signed
from .moving import Request, act, actor_on
from .principal_phones import change_phone, refuse_phone
from .reference import office_name_of
from .rows import notice_row
from .sign_offs import SIGNATORY, ask_principal
from .snapshot import CaseNow
from .statements import SignatureNow
from .unit import Unit

RENEWAL_DRAFTED, RENEWED = "mandate:renewal-drafted", "mandate:renewed"
RENEWAL_DECLINED, REVOKED = "mandate:renewal-declined", "mandate:revoked"
PLEASE_SIGN, REDRAFT = "please_sign", "redraft"

BEFORE_FILING = frozenset({"requested", "mandating"})
"""States in which there is nothing to renew: the mandate itself is being drafted or signed."""


def delegated_root(session: Session, token: str, now: datetime) -> tuple[Unit, CaseNow]:
    """The delegated case of that token, locked. Raises NotFound for any other."""
    found = session.scalar(select(Case.id).where(Case.token == token, Case.parent_id.is_(None)))
    if found is None:
        raise NotFound
    unit = Unit.load(session, found, now)
    case = unit.case(found)
    if case.definition.kind != DELEGATED:
        raise NotFound
    return unit, case


def renew(session: Session, acting: Acting, token: str, terms: Mapping[str, Any], now: datetime, key: str | None = None) -> None:
    """Draft a new mandate for a case whose old one ends or has ended, or whose agent has left, and ask the principal to sign it.

    The case stays where it is, with everything that was typed and taken in. Only an agent of the point may, who becomes the
    agent by it; only while the case still needs one. A second send of the same page drafts nothing more.
    """
    unit, case = delegated_root(session, token, now)
    try:
        actor = actor_on(acting, case, unit)
    except NotFound:
        raise not_of_the_point() from None
    if "agent" not in actor.roles:
        raise not_of_the_point()
    if case.definition.states[case.state].final:
        raise Refusal("over", {"zh": "这个办件已经结束，不用续签。", "en": "This case has ended; nothing is to be renewed."})
    if case.state in BEFORE_FILING or case.definition.states[case.state].sign_off is not None:
        raise Refusal("not-now", {"zh": "委托书正在签，签好以后再续。", "en": "A mandate is being signed; renew it afterwards."})
    mandate = mandate_of(unit, case)
    if mandate is None or mandate.is_revoked:
        raise Refusal(
            "revoked",
            {
                "zh": "申请人已经撤回委托。本人愿意续办、申请还没有提交的，在办件页面点“续办”；已经提交的，由申请人自己接着办。",
                "en": "The mandate was revoked. Before filing use “Resume” if the person wishes; afterwards they go on alone.",
            },
        )
    sent = hashlib.sha256(f"renew/{acting.person_id}/{case.id}/{key}".encode()).hexdigest()[:60] if key else None
    if sent is not None and statements.event_of_request.rows(unit.connection, {"request_key": sent}):
        return
    payload: dict[str, Any] = {}
    row = add(unit, case, actor, terms, payload)
    ask_principal(unit, case, PLEASE_SIGN, None, row["number"])
    unit.record(case, actor, "agent", RENEWAL_DRAFTED, case.state, case.state, payload, case.task.id if case.task else None, sent)
    unit.write()


def correct_phone(session: Session, acting: Acting, token: str, phone: str, now: datetime) -> None:
    """Draft an unsigned mandate anew for another telephone of its principal; the old number is told, its link is void.

    Never for somebody with an account: its number is theirs. A second send changes nothing more.
    """
    unit, case = delegated_root(session, token, now)
    if "agent" not in actor_on(acting, case, unit).roles:
        raise not_of_the_point()
    action = case.definition.actions[REDRAFT]
    if case.state not in action.source:
        raise Refusal(
            "not-now", {"zh": "委托书已经不在等人签，手机号不用在这里改。", "en": "No mandate waits to be signed any more."}
        )
    person = session.get_one(Person, case.applicant_id)
    if person.password_hash is not None:
        raise Refusal(
            "account",
            {
                "zh": "申请人有自己的账号，账号里的手机号代办员不能改。那个号码不用了的，请申请人签纸质委托书，另一位工作人员收下。",
                "en": "The applicant has an account, whose number no agent changes. Where it is no longer used they sign on paper.",
            },
        )
    refuse_phone(session, acting, phone, person.identity_number)
    if normalise_phone(phone) == normalise_phone(person.phone):
        return
    change_phone(session, person, phone, office_name_of(unit.connection, case.offices["point"]), now)
    last = unit.mandate_rows(case)[-1]
    terms = {"relation": last.relation, "valid_to": str(last.valid_to), "remark": json.loads(last.scope)["remark"]}
    task = case.task.id if case.task is not None else None
    act(session, acting, Request(case.id, REDRAFT, task, None, {key: value for key, value in terms.items() if value}), now)


def not_of_the_point() -> Refusal:
    """What somebody reads whose position as an agent of the point has ended, or who never was one there."""
    return Refusal(
        "not-permitted",
        {
            "zh": "您今天不是这个服务点的代办员，不能起草委托书。"
            "请让这个服务点的另一位代办员打开这个办件，点“续签委托书、换代办员”，请申请人签。",
            "en": "You are no agent of this point today. Let another agent of it open the case, renew the mandate and have it signed.",
        },
    )


def is_renewal(unit: Unit, case: CaseNow, asked: Signature | SignatureNow) -> bool:
    """Whether a signature is for a renewed mandate: drafted while the case was on its way, and still the newest."""
    newest = unit.mandate_rows(case)[-1]
    state = case.definition.states[case.state]
    is_newest = newest.number > 1 and newest.digest == asked.digest
    return is_newest and newest.signed_at is None and newest.revoked_at is None and state.sign_off is None and not state.final


def answer_renewal(
    unit: Unit, case: CaseNow, actor: Actor, asked: Signature | SignatureNow, agrees: bool, form: Mapping[str, Any]
) -> None:
    """Note whether the principal signed the renewed mandate; the case does not move."""
    payload: dict[str, Any] = {"form": dict(form), "vote": "yes" if agrees else "no"}
    if agrees:
        set_signed(unit, case, actor, form, payload, unit.mandate_rows(case)[-1])
    way, reason = str(form.get("way") or "online"), str(form.get("reason") or "")
    unit.votes.append({"signature_id": asked.id, "vote": payload["vote"], "way": way, "reason": reason, "voted_at": unit.at})
    action = RENEWED if agrees else RENEWAL_DECLINED
    role = next(iter(sorted(actor.roles)))
    unit.record(case, actor, role, action, case.state, case.state, payload, case.task.id if case.task else None)


def revoke(session: Session, acting: Acting, token: str, reason: str, now: datetime) -> None:
    """The applicant takes the mandate back, at any time and without a reason (民法典 第九百三十三条).

    Before the application is filed nothing goes on and everything is given back; afterwards the agent's powers end and the case
    goes on with the applicant alone. At a counter a coordinator or clerk, never the agent, records what the applicant said.
    """
    unit, case = delegated_root(session, token, now)
    by = revoking_role(acting, case.applicant_id, case.definition.department, case.office_ids())
    is_agent = any(row.agent_id in acting.stands_in_for | {acting.person_id} for row in unit.mandate_rows(case))
    if not by or (by != APPLICANT and is_agent):
        raise Refusal(
            "not-permitted",
            {
                "zh": "撤回委托由申请人本人办理，或者请镇街帮办协调员、窗口人员代为登记，代办员自己不能登记。",
                "en": "The applicant revokes the mandate, or a coordinator or clerk records it for them; never the agent.",
            },
        )
    if by != APPLICANT and not reason.strip():
        raise Refusal(
            "no-reason",
            {
                "zh": "请写明申请人怎样说的：本人到窗口、电话核实，还是交来书面的。",
                "en": "Say how the applicant told you: in person, by telephone after checking who they are, or in writing.",
            },
        )
    _revoke(unit, case, Actor(acting.person_id, acting.name, frozenset({by})), by, reason)


def revoking_role(acting: Acting, applicant_id: int | None, department: str, offices: Iterable[int]) -> str:
    """As what somebody revokes a mandate: the applicant, or who records it at any office that the case is with; "" for nobody."""
    roles = roles_on_case(acting, applicant_id=applicant_id, department=department, offices=offices)
    return next((role for role in (APPLICANT, "coordinator", "clerk") if role in roles), "")


def revoke_by_link(session: Session, signature_id: int, reason: str, now: datetime) -> None:
    """The same by the link on which the principal signed; the caller has made sure who it is by a code to their telephone."""
    asked = session.get(Signature, signature_id)
    if asked is None or asked.acts != [MANDATE]:
        raise NotFound
    unit = Unit.load(session, asked.case_id, now)
    case = unit.case(asked.case_id)
    session.refresh(asked)
    if asked.vote != "yes":
        raise _unsigned()
    _revoke(unit, case, Actor(None, asked.name, frozenset({SIGNATORY})), SIGNATORY, reason)


def _revoke(unit: Unit, case: CaseNow, actor: Actor, role: str, reason: str) -> None:
    rows = unit.mandate_rows(case)
    if rows and all(row.revoked_at is not None for row in rows):
        return  # a second send of the same page
    standing = [row for row in rows if row.revoked_at is None]
    if all(row.signed_at is None for row in standing):
        raise _unsigned()
    if case.definition.states[case.state].final:
        raise Refusal("over", {"zh": "代办已经结束，不用再撤回。", "en": "The handling has ended; nothing is to be revoked."})
    agents = sorted({row.agent_id for row in standing})
    reason = reason.strip()[:500]
    values = {"of_case_id": case.id, "revoked_at": unit.at, "revoke_reason": reason}
    unit.add(revoke_all, values)
    rows[:] = [
        row if row.revoked_at is not None else row._replace(revoked_at=unit.at, revoke_reason=reason) for row in rows
    ]
    payload = {"revoked_mandates": [row.number for row in standing], "reason": reason}
    unit.record(case, actor, role, REVOKED, case.state, case.state, payload, case.task.id if case.task else None)
    unit.notices += [notice_row(case, _revoked_text(case), unit.at, person_id=agent, kind="mandate") for agent in agents]
    unit.settle()
    unit.write()


def _unsigned() -> Refusal:
    return Refusal("unsigned", {"zh": "委托书还没有签：不想办的，不签就行。", "en": "No mandate was signed yet: just do not sign it."})


def _revoked_text(case: CaseNow) -> dict[str, str]:
    return {
        "zh": f"申请人已撤回委托，办件{case.number}不能再代办；手里的材料请退还本人。",
        "en": f"The applicant revoked the mandate of case {case.number}; give back what you hold.",
    }

