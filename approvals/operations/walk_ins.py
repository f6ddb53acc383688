"""Who stands at the window: what a clerk is asked about a walk-in, and what keeps the application from being filed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Event, EventPayload
from workflows.engine.definition import Field, Form, Text
from workflows.rules import identity_faults, is_phone

from .acting import Acting
from .errors import Refusal
from .permissions import allows
from .reference import network
from .taking_in import refuse_taking_in

ON_PAPER = frozenset({"check-digit", "date"})
"""Faults that a few real papers have: the clerk, who has the paper in hand, may confirm that it reads so."""

IDENTITY = Form(
    "identity",
    {"zh": "申请人身份", "en": "Who the applicant is"},
    (
        Field("name", "text", {"zh": "姓名", "en": "Name"}, required=True, max_length=100),
        Field(
            "id_kind",
            "choice",
            {"zh": "证件类型", "en": "Kind of identity paper"},
            required=True,
            default="identity-card",
            options=(
                ("identity-card", {"zh": "居民身份证", "en": "Identity card"}),
                ("residence-permit", {"zh": "港澳台居民居住证", "en": "Residence permit (Hong Kong, Macao, Taiwan)"}),
                ("foreigner-card", {"zh": "外国人永久居留身份证", "en": "Permanent resident card of a foreigner"}),
                ("passport", {"zh": "护照", "en": "Passport"}),
                ("other", {"zh": "其他证件", "en": "Other"}),
            ),
        ),
        Field("id_number", "identity", {"zh": "证件号码", "en": "Identity number"}, required=True, max_length=40),
        Field(
            "id_as_on_card",
            "yes",
            {"zh": "号码校验不符，但证件上确实如此", "en": "The number fails its check, but the paper shows it so"},
        ),
        Field("phone", "phone", {"zh": "手机号", "en": "Mobile phone"}, required=True, max_length=40),
        Field(
            "checked_in_person",
            "declaration",
            {
                "zh": "已当面核对：人和证件一致，证件在有效期内。",
                "en": "Checked in person: the paper is valid and belongs to this person.",
            },
            required=True,
        ),
    ),
    help={
        "zh": "不需要有账号。收件凭证上的认领码可以让申请人以后自己查看办件。",
        "en": "No account is needed; the receipt lets them claim the case.",
    },
)


def number_fault(walk_in: Mapping[str, Any], today: date) -> Text | None:
    """What is wrong with the number of a walk-in's paper (居民身份证法 第三条，GB 11643); None when it can stand."""
    found = set(identity_faults(str(walk_in.get("id_kind", "")), str(walk_in.get("id_number", "")), today))
    if "length" in found:
        return {"zh": "证件号码应为 18 位，请对照证件检查是否多填或漏填。", "en": "The number must have 18 characters."}
    if "characters" in found:
        return {"zh": "证件号码含有不该出现的字符，请对照证件检查。", "en": "The number holds characters that do not belong there."}
    if "future" in found:
        return {"zh": "证件号码中的出生日期晚于今天，请对照证件改正。", "en": "The birth date in the number lies in the future."}
    if found & ON_PAPER and walk_in.get("id_as_on_card") is not True:
        return {
            "zh": "证件号码的出生日期或末位校验码不符，可能有一位填错了。请对照证件改正；证件上确实如此的，请勾选“证件上确实如此”。",
            "en": "The birth date or last character of the number is wrong. Correct it, or tick that the paper shows it so.",
        }
    return None


def refuse_faulty_identity(walk_in: Mapping[str, Any], today: date) -> None:
    """Raise Refusal unless somebody is named with a paper whose number can stand, seen by the clerk."""
    texts = {field.name: walk_in.get(field.name) for field in IDENTITY.fields if field.kind in ("text", "choice", "identity", "phone")}
    kinds = [option for option, _text in IDENTITY.fields[1].options]
    complete = all(isinstance(text, str) and text.strip() for text in texts.values()) and walk_in.get("checked_in_person") is True
    if not complete:
        raise Refusal(
            "identity", {"zh": "请先填写申请人身份，并当面核对证件。", "en": "Enter who the applicant is and check the paper first."}
        )
    fault = number_fault(walk_in, today)
    too_long = any(len(str(walk_in[field.name])) > field.max_length for field in IDENTITY.fields if field.name in texts)
    if too_long or texts["id_kind"] not in kinds or not is_phone(str(texts["phone"])):
        fault = {
            "zh": "申请人身份填写有误：请回到“申请人身份”页面，按提示改正。",
            "en": "Something about who the applicant is cannot stand: correct it on that page.",
        }
    if fault is not None:
        raise Refusal("identity", fault)


def walk_in_of(session: Session, root_id: int) -> dict[str, str]:
    """Who came to the window, as the clerk took it down when the case was filed; empty where somebody filed with an account."""
    opening = select(EventPayload.body).join(Event, Event.id == EventPayload.event_id)
    body = session.scalar(opening.where(Event.case_id == root_id, Event.position == 1))
    return {name: str(value) for name, value in json.loads(body or "{}").get("walk_in", {}).items()}


def windows_of(acting: Acting) -> tuple[int, ...]:
    """The offices at whose window a person serves today; an office that has closed takes nothing new in."""
    offices = (held.office_id for held in acting.positions if allows(held, "take_in") and not held.inherited)
    return tuple(dict.fromkeys(offices))


def refuse_other_than_clerk(acting: Acting, office_id: int) -> None:
    """Raise Refusal unless the person is a clerk of that office today: whoever has left the window files nothing there."""
    if not any(allows(held, "take_in") and held.office_id == office_id for held in acting.positions):
        raise Refusal("not-permitted", {"zh": "您不是这个窗口的工作人员，不能在这里收件。", "en": "You are no clerk at this window."})


def refuse_intake(session: Session, acting: Acting, office_id: int, matter: str, today: date) -> None:
    """Raise Refusal unless the person is a clerk of that office and it takes the matter in today (权限、开门)."""
    refuse_other_than_clerk(acting, office_id)
    refuse_taking_in(network(session.connection()), office_id, matter, today)


def window_now(session: Session, acting: Acting, office_id: int, today: date) -> int:
    """The office at which what a window began is filed: its own, or the one that took its work over and where the clerk is now."""
    after = network(session.connection()).successor(office_id, today)
    return after.id if after is not None and after.id in windows_of(acting) else office_id
