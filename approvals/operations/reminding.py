"""Reminding those who have not signed, renewing their links, and correcting where they are reached.

None of it moves the case; what somebody did on it goes into its history all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.models import Case, Counter, Person, Signature, Submission, Task
from approvals.queries.mandates import is_of_principal
from workflows.clock import OFFICE_ZONE
from workflows.engine.facts import SYSTEM_ACTOR, Actor
from workflows.rules import comparable, is_mobile, normalise_number, normalise_phone
from workflows.rules.signatories import DELIVERY, MANDATE, is_same_person, person_of

from .acting import Acting
from .confirming import Standing, standing_now
from .counting import count_one
from .errors import NotFound, Outdated, Refusal
from .moving import actor_on
from .rows import notice_row
from .sign_offs import LINK_DAYS, new_token, signing_link
from .snapshot import CaseNow
from .unit import Unit
from .walk_ins import walk_in_of

REMINDED, CONTACT_CHANGED = "signatures:reminded", "signatures:contact-changed"
REMIND_AFTER = timedelta(hours=1)
"""Nobody is reminded more often, whoever asks for it."""

CHANGES_AN_HOUR, CHANGES_A_DAY = 3, 10
"""Changes of one signatory's telephone within an hour of the clock, and of all of a case within a day."""

REMINDER_DAYS = (1, 3, 6)
"""Working days after which whoever has not signed is reminded without being asked."""

_CHANGES = "telephone-changes"
_REMINDERS = ("applicant", "clerk", "agent", "coordinator")
_CORRECTORS = frozenset({"applicant", "clerk"})
"""Who may correct where a signatory is reached; never whoever carries the case for them."""


def remind(session: Session, acting: Acting, signature_id: int, now: datetime) -> None:
    """Send a signatory their link once more, good for another seven days; an expired one is replaced.

    For the applicant, the clerks of the case and who carries it. Raises Outdated when there is nothing left to sign,
    Refusal within an hour.
    """
    unit, case, actor, signature = _on_case(session, acting, signature_id, now)
    _refuse_too_soon(signature, now)
    _refuse_unreachable(signature)
    _renew(unit, case, signature)
    _note(unit, case, actor, REMINDED, {"signatories": [str(signature.id)]})
    unit.write()


def renew_link(session: Session, token: str, now: datetime) -> None:
    """Send whoever opened an expired link a new one, to where the old one was sent: it is not shown to them."""
    asked = session.scalar(select(Signature).where(Signature.token == token))
    if asked is None:
        raise NotFound
    unit, case, signature = _locked(session, asked, now)
    if standing_now(session, signature, now) is not Standing.EXPIRED:
        raise _nothing_to_sign()
    _refuse_too_soon(signature, now)
    _refuse_unreachable(signature)
    _renew(unit, case, signature)
    unit.write()


def change_contact(session: Session, acting: Acting, signature_id: int, phone: str, now: datetime) -> None:
    """Correct the telephone of somebody who has not signed. What was filed stays as it is, so nobody signs anew.

    The old link and whatever was confirmed by it are void. The history keeps both numbers, because the code of the
    confirmation goes there. Raises Refusal for a number of somebody else on the case, whose code would then sign for another,
    and after CHANGES_AN_HOUR of one signature or CHANGES_A_DAY of one case.
    """
    unit, case, actor, signature = _on_case(session, acting, signature_id, now)
    if is_of_principal(signature):
        raise Refusal(
            "phone-of-principal",
            {
                "zh": "委托人的手机号不能在这里改：验证码发到那里。本人没有账号的，由代办员改好手机号、重新起草委托书"
                "（原来的手机号会收到通知）；有账号的，或者用不了手机的，改签纸质的，由代办员以外的人收下。",
                "en": "A principal's number is not changed here, as the code goes there. Without an account the agent drafts the "
                "mandate anew, and the old number is told; with an account, or without a telephone, they sign on paper.",
            },
        )
    if actor.roles.isdisjoint(_CORRECTORS):
        raise NotFound
    phone = normalise_phone(phone)
    if not is_mobile(phone):
        raise Refusal(
            "phone", {"zh": "手机号应为1开头的11位数字，例如 13800000000。", "en": "A mobile number has 11 digits and begins with 1."}
        )
    if phone == signature.phone:
        return
    _refuse_phone_of_another(session, acting, unit.root_of(case), signature, phone)
    _count_change(session, case, signature, now)
    before = signature.phone
    signature.phone, signature.token = phone, new_token()
    signature.code_hash, signature.confirmed_at = "", None
    _renew(unit, case, signature)
    _note(unit, case, actor, CONTACT_CHANGED, {"signatory": str(signature.id), "phone": phone, "before": before})
    unit.write()


def _refuse_phone_of_another(session: Session, acting: Acting, root: CaseNow, signature: Signature, phone: str) -> None:
    """The code shows who somebody is only while it reaches nobody else who could use it (实施细则 第十六条)."""
    content = session.scalars(
        select(Submission.content).where(Submission.case_id == signature.root_id, Submission.number == signature.submission)
    ).one()
    others = select(Signature.phone).where(
        Signature.case_id == signature.case_id, Signature.superseded_at.is_(None), Signature.id != signature.id
    )
    taken = set(session.scalars(others))
    persons = select(Person).where(Person.id.in_([each for each in (acting.person_id, root.applicant_id) if each is not None]))
    taken |= {person.phone for person in session.scalars(persons) if not _is_signatory(person, content, signature)}
    walk_in = walk_in_of(session, root.id)
    if not is_same_person(content, tuple(signature.paths), walk_in.get("name", ""), walk_in.get("id_number", "")):
        taken.add(walk_in.get("phone", ""))
    if phone in {normalise_phone(each) for each in taken}:
        raise Refusal(
            "phone-of-another",
            {
                "zh": "这是您自己、申请人或者另一位签署人的手机号，不能用来确认这个人的身份。"
                "本人没有自己的手机号的，请本人带身份证到窗口当面签署，或者办理公证。",
                "en": "This is your own number, the applicant's or another signatory's; it cannot confirm who this person is. "
                "Without a telephone of their own they sign at the window with their identity card, or before a notary.",
            },
        )


def _is_signatory(person: Person, content: Mapping[str, Any], signature: Signature) -> bool:
    """Whether an account is the signatory's own: by its identity number, and only where it has none by its name."""
    name, number = person_of(content, tuple(signature.paths))
    if person.identity_number:
        return normalise_number(person.identity_number) == number
    return comparable(person.name) == name


def _count_change(session: Session, case: CaseNow, signature: Signature, now: datetime) -> None:
    """Count one change of a telephone before anything is sent there: each makes a message to a number that anybody may type."""
    hour, day = f"{now.astimezone(OFFICE_ZONE):%Y%m%d%H}", f"{now.astimezone(OFFICE_ZONE):%Y%m%d}"
    yesterday = f"{now.astimezone(OFFICE_ZONE) - timedelta(days=2):%Y%m%d}"
    session.execute(delete(Counter).where(Counter.name.like(f"{_CHANGES} %"), Counter.name < f"{_CHANGES} {yesterday}"))
    of_case = count_one(session, f"{_CHANGES} {day} case {case.id}")
    of_one = count_one(session, f"{_CHANGES} {hour} signature {signature.id}")
    if of_case > CHANGES_A_DAY or of_one > CHANGES_AN_HOUR:
        raise Refusal(
            "too-many-changes",
            {
                "zh": f"手机号改得太多了（一个人一小时最多{CHANGES_AN_HOUR}次，一个办件一天最多{CHANGES_A_DAY}次）。"
                "请先与本人核对号码，过后再改，或者请本人带身份证到窗口当面签署。",
                "en": f"Too many changes of numbers ({CHANGES_AN_HOUR} an hour for one person, {CHANGES_A_DAY} a day for one case). "
                "Ask the person for the right number and change it later, or have them sign at the window.",
            },
        )


def unsigned(session: Session, now: datetime) -> list[int]:
    """The cases where somebody who has not signed is to be reminded now, the one that waits longest first; for a schedule."""
    open_ones = select(Signature).where(Signature.vote == "", Signature.superseded_at.is_(None), Signature.asked_at < now)
    waiting = (
        open_ones.join(Task, Task.id == Signature.task_id)
        .join(Case, Case.id == Signature.case_id)
        # A mandate that is renewed on the way waits for its signature while its case goes on.
        .where(or_(Task.closed_at.is_(None), (Signature.acts == [MANDATE]) & (Case.outcome == "")))
        .order_by(Signature.asked_at)
    )
    return list(dict.fromkeys(signature.case_id for signature in session.scalars(waiting) if _is_due(signature, now)))


def remind_due(session: Session, case_id: int, now: datetime) -> int:
    """Remind everybody on a case who has not signed after one, three and six working days; returns how many were."""
    unit = Unit.load(session, case_id, now)
    case = unit.case(case_id)
    asked = select(Signature).where(Signature.case_id == case_id, Signature.vote == "", Signature.superseded_at.is_(None))
    due = [
        signature
        for signature in session.scalars(asked.order_by(Signature.ordinal))
        if _is_due(signature, now) and standing_now(session, signature, now) in (Standing.OPEN, Standing.EXPIRED)
    ]
    if not due:
        return 0
    for signature in due:
        _renew(unit, case, signature)
    _note(unit, case, SYSTEM_ACTOR, REMINDED, {"signatories": [str(signature.id) for signature in due]})
    unit.write()
    return len(due)


def _is_due(signature: Signature, now: datetime) -> bool:
    """Whether the last of the days has come without a reminder since, and there is somewhere to send it."""
    if not (signature.phone or signature.email):
        return False
    calendar = county_calendar()
    come = [moment for days in REMINDER_DAYS if (moment := calendar.add_working_days(signature.asked_at, days)) <= now]
    return bool(come) and (signature.reminded_at is None or signature.reminded_at < come[-1])


def _on_case(session: Session, acting: Acting, signature_id: int, now: datetime) -> tuple[Unit, CaseNow, Actor, Signature]:
    """A signature that is open, with its case, for somebody who may look after it there."""
    asked = session.get(Signature, signature_id)
    if asked is None:
        raise NotFound
    unit, case, signature = _locked(session, asked, now)
    actor = actor_on(acting, case, unit)
    if actor.roles.isdisjoint(_REMINDERS):
        raise NotFound
    if standing_now(session, signature, now) not in (Standing.OPEN, Standing.EXPIRED):
        raise _nothing_to_sign()
    return unit, case, actor, signature


def _locked(session: Session, asked: Signature, now: datetime) -> tuple[Unit, CaseNow, Signature]:
    unit = Unit.load(session, asked.case_id, now)
    session.refresh(asked)
    return unit, unit.case(asked.case_id), asked


def _renew(unit: Unit, case: CaseNow, signature: Signature) -> None:
    """Give a link seven more days, a new address if it had expired, and tell its signatory."""
    if unit.now >= signature.link_expires_at:
        signature.token = new_token()
    signature.link_expires_at = unit.now + timedelta(days=LINK_DAYS)
    signature.reminded_at, signature.reminders = unit.now, signature.reminders + 1
    to = {"to_name": signature.name, "to_phone": signature.phone, "to_email": signature.email}
    link = signing_link(signature.token)
    text = _reminder_of_principal(signature, case.number, link) or _reminder(unit.root_of(case).company, case.number, link)
    unit.notices.append(notice_row(case, text, unit.at, kind="reminder", **to))


def _reminder(company: str, number: str, link: str) -> Mapping[str, str]:
    return {
        "zh": f"“{company}”的设立登记还等您确认身份并签署，办件号{number}。请打开 {link} ，链接七天内有效，只限本人使用。",
        "en": f"{company}, case {number}, still waits for you to confirm who you are and sign: {link} (seven days, for you alone).",
    }


def _reminder_of_principal(signature: Signature, number: str, link: str) -> Mapping[str, str] | None:
    if signature.acts == [MANDATE]:
        return {
            "zh": f"您的委托书还等您签，办件号{number}：{link} ，七天内有效，只限本人用自己的手机签。不想办的，不用理会。",
            "en": f"Your mandate, case {number}, still waits for you to sign it: {link} (seven days, for you alone).",
        }
    if signature.acts == [DELIVERY]:
        return {
            "zh": f"代办的结果送到了吗？请打开 {link} 核对并确认，办件号{number}。没有收到的请在那里告诉我们。",
            "en": f"Did the result of case {number} arrive? Please check and confirm: {link}. Tell us there if it did not.",
        }
    return None


def _note(unit: Unit, case: CaseNow, actor: Actor, action: str, payload: Mapping[str, str | Sequence[str]]) -> None:
    role = next((role for role in (*_REMINDERS, "system") if role in actor.roles), "")
    unit.record(case, actor, role, action, case.state, case.state, payload, case.task.id if case.task is not None else None)


def _refuse_too_soon(signature: Signature, now: datetime) -> None:
    if signature.reminded_at is not None and now < signature.reminded_at + REMIND_AFTER:
        raise Refusal(
            "reminded",
            {
                "zh": f"一小时内已经给{signature.name}发过链接，请稍后再提醒，或者直接打电话。",
                "en": f"{signature.name} was sent the link within the hour. Wait a while, or call.",
            },
        )


def _refuse_unreachable(signature: Signature) -> None:
    if not (signature.phone or signature.email):
        raise Refusal(
            "no-phone",
            {
                "zh": f"申请里没有{signature.name}的手机号，发不出消息。请先补上手机号。",
                "en": f"The application has no telephone number of {signature.name}; add it first.",
            },
        )


def _nothing_to_sign() -> Outdated:
    return Outdated(
        "signing-over",
        {
            "zh": "这里现在不用签了：可能已经签过，或者申请改过、办完了。请看办件页面。",
            "en": "Nothing is left to sign here: it was signed, changed or finished. See the page of the case.",
        },
    )
