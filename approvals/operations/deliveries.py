"""What people and the gateway do with a delivery that has left: send it anew, and report whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Notice, Person
from approvals.models.notices import Delivery

from .acting import Acting
from .errors import NotFound, Refusal

MOST_RESENDS = 3
_NO_ID = 1 << 63
PAUSE_BETWEEN = timedelta(minutes=5)


def resend(session: Session, acting: Acting, delivery_id: int, now: datetime, root_id: int | None = None) -> None:
    """Send a message once more, to the address that the person has now; the row keeps who asked for it.

    ``root_id`` names the case on whose page it was asked for. Raises NotFound for a delivery of another case and Refusal for
    one that is still under way, for a one-time code, and when it was sent anew too often or just now.
    """
    found = session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Person, Person.id == Notice.person_id)
        .where(Delivery.id == delivery_id)
        .with_for_update(of=Delivery)
    ).first()
    if found is None or (root_id is not None and found[1].root_id != root_id):
        raise NotFound
    delivery, notice, person = found
    _refuse(delivery, notice, now)
    if person is not None and not (notice.to_phone or notice.to_email):
        delivery.address = (person.email if delivery.channel == "mail" else person.phone) or delivery.address
    delivery.resends += 1
    delivery.resent_by_id, delivery.resent_at = acting.person_id, now
    delivery.state, delivery.tries, delivery.next_try_at, delivery.error = "waiting", 0, now, ""
    delivery.sent_at = delivery.delivered_at = delivery.claimed_at = None
    delivery.claimed_by = ""


def _refuse(delivery: Delivery, notice: Notice, now: datetime) -> None:
    if notice.kind == "code":
        raise Refusal("code", {
            "zh": "验证码不能重发，请本人在页面上重新获取。",
            "en": "A code is not sent again; the person asks for a new one on the page.",
        })  # fmt: skip
    if delivery.state == "waiting":
        raise Refusal("under-way", {
            "zh": "这条消息还在发送，请稍后再看。", "en": "This message is still on its way; please look again later.",
        })  # fmt: skip
    if delivery.resends >= MOST_RESENDS:
        raise Refusal("too-often", {
            "zh": f"这条消息已重发 {MOST_RESENDS} 次。请打电话联系，或请对方核对手机号和邮箱。",
            "en": f"This message was sent again {MOST_RESENDS} times. Please call, or have the number and address checked.",
        })  # fmt: skip
    last = delivery.resent_at or delivery.sent_at
    if last is not None and now - last < PAUSE_BETWEEN:
        raise Refusal("too-soon", {
            "zh": "这条消息刚刚发出，请过五分钟再重发。", "en": "This message has just been sent; please wait five minutes.",
        })  # fmt: skip


def report(session: Session, key: str, state: str, reason: str, now: datetime) -> bool:
    """Note what the gateway says became of a message; False for a key that nobody has, or has no longer.

    A repetition changes nothing, nor does a failure reported after the arrival.
    """
    number, _, resends = key.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 20 and resends.isascii() and resends.isdigit()):
        return False
    if int(number) >= _NO_ID:
        return False
    delivery = session.scalars(select(Delivery).where(Delivery.id == int(number)).with_for_update()).one_or_none()
    if delivery is None or str(delivery.resends) != resends or delivery.channel == "mail":
        return False
    if state == "delivered":
        if delivery.delivered_at is None:
            delivery.state, delivery.delivered_at, delivery.next_try_at, delivery.error = "delivered", now, None, ""
            delivery.sent_at = delivery.sent_at or now
    elif delivery.state == "sent":
        delivery.state, delivery.error = "failed", reason[:300]
    return True


def choose_channels(session: Session, person_id: int, channels: Mapping[str, bool], email: str) -> None:
    """Keep by which ways a person wants to be told beside the product, and the address for mail."""
    person = session.get_one(Person, person_id)
    person.channels = [channel for channel in ("sms", "mail", "wechat") if channels.get(channel)]
    person.email = email
