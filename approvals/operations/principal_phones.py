"""The telephone of whoever entrusts an agent: their link and their codes go there, so nobody else's may stand in its place."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.models import Mandate, Notice, Person, Position
from workflows.engine.definition import DELEGATED, Action
from workflows.engine.facts import Actor
from workflows.rules import comparable, is_phone, mask_phone, normalise_number, normalise_phone
from workflows.rules.signatories import signatories

from .acting import Acting
from .errors import Refusal

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

MOST_PRINCIPALS = 3
"""People who may sign their mandates at one telephone: a household shares one, a second telephone of an agent does not pass."""


def refuse_phone(session: Session, acting: Acting, phone: str, identity_number: str) -> None:
    """Raise Refusal unless a number can be that of a principal: no member of staff's, and not one at which many have signed.

    An empty one passes at a counter: without a telephone the principal signs on paper before a second person.
    """
    if not phone.strip() and acting.is_staff:
        return
    if not is_phone(phone):
        raise Refusal(
            "phone",
            {
                "zh": "请填写委托人本人的手机号（11位数字），签委托书的链接发到那里。没有手机的可以不填，改签纸质委托书。",
                "en": "Enter the principal's own mobile number of 11 digits, or none: then they sign on paper.",
            },
        )
    phone, number = normalise_phone(phone), normalise_number(identity_number)
    own = session.get(Person, acting.person_id)
    is_own = acting.is_staff and own is not None and normalise_phone(own.phone) == phone
    staff = select(Person.id).join(Position, Position.person_id == Person.id).where(Person.phone == phone)
    themselves = -1 if acting.is_staff else acting.person_id
    others = staff.where(Person.identity_number != number, Person.id != themselves)
    if is_own or session.scalar(others.limit(1)) is not None:
        raise Refusal(
            "phone-of-staff",
            {
                "zh": "这是工作人员的手机号，不能用来请委托人签委托书。"
                "委托人没有手机的，手机号留空，改签纸质委托书，由另一位工作人员收下。",
                "en": "This number belongs to a member of staff. Without a telephone of their own the principal signs on paper.",
            },
        )
    principals = select(func.count(func.distinct(Mandate.identity_number))).where(
        Mandate.phone == phone, Mandate.identity_number != number
    )
    if session.scalars(principals).one() >= MOST_PRINCIPALS:
        raise Refusal(
            "phone-of-many",
            {
                "zh": f"已经有{MOST_PRINCIPALS}位委托人用这个手机号签委托书，不能再用它。"
                "请填委托人本人的手机号；没有手机的，手机号留空，改签纸质委托书。",
                "en": f"{MOST_PRINCIPALS} people have signed at this number already. Enter the principal's own, or none: "
                "then they sign on paper.",
            },
        )


def refuse_signing_at_staff(unit: Unit, case: CaseNow, action: Action, actor: Actor) -> None:
    """Raise Refusal where an application that an agent carries would have somebody sign at the telephone of a member of staff.

    The agent fills in where everybody's link and code go (实施细则 第十六条): with a colleague's number there, or their own, one of
    them could sign for others. One statement, where a delegated application is sent up, filed or corrected by its agent.
    """
    is_sent = any(named.name == "registration_rules_hold" for named in action.guards)
    if not is_sent or unit.root_of(case).definition.kind != DELEGATED or (case.parent_id is not None and actor.on_behalf_of is None):
        return
    asked = [(normalise_phone(each.phone), each.name) for each in signatories(unit.application(case)) if each.phone]
    of_staff = select(Person.phone, Person.name).join(Position, Position.person_id == Person.id)
    staff = unit.connection.execute(of_staff.where(Person.phone.in_(sorted({phone for phone, _name in asked})))).all()
    for phone, signer in asked:
        if any(phone == number and comparable(name) != comparable(signer) for number, name in staff):
            raise Refusal(
                "signatory-phone-of-staff",
                {
                    "zh": f"申请里“{signer}”的手机号是工作人员的，签名的链接和验证码不能发到那里。请改成本人的手机号；"
                    "本人没有手机的，填家里人的，或者请本人到窗口当面签署。",
                    "en": f"The number given for {signer} belongs to a member of staff, so nobody signs there. Enter their own, or "
                    "let them sign at a window.",
                },
            )


def change_phone(session: Session, person: Person, phone: str, where: str, now: datetime) -> None:
    """Let a principal without an account be reached at another number; the old one is told at once who changed it where."""
    before, after = person.phone, normalise_phone(phone)
    if after == normalise_phone(before):
        return
    person.phone = after
    session.flush()
    if before:
        session.add(_notice(person.name, before, after, where, now))


def _notice(name: str, before: str, after: str, where: str, now: datetime) -> Notice:
    empty = {"zh": "空", "en": "none"}
    return Notice(
        case_id=None, root_id=None, person_id=None, created_at=now, kind="mandate", urgent=True, to_name=name, to_phone=before,
        to_email="",
        text={
            "zh": f"{where}把{name}委托代办的手机号改成了{mask_phone(after) if after else empty['zh']}，以后签委托书的链接发到那里。"
            "不是您本人要改的，请马上联系该服务点的上级便民服务中心。",
            "en": f"{where} changed the number at which {name} signs mandates to {mask_phone(after) if after else empty['en']}. "
            "If you did not ask for it, tell the town centre above it at once.",
        },
    )  # fmt: skip
