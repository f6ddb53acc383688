"""How a notice and its ways are said to others than its receiver."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from approvals.language import _, say
from approvals.models import Delivery, Notice
from approvals.operations.deliveries import MOST_RESENDS
from approvals.operations.delivery_faults import read_fault
from approvals.operations.message_texts import CODE_FORGOTTEN, without_links
from workflows.rules import mask_phone

from .filters import moment
from .request import now

_ADDRESS = re.compile(r"(https?://[\x21\x23-\x3b\x3d\x3f-\x7e]+)")
BADGES = {"waiting": "waiting", "sent": "running", "delivered": "good", "failed": "warning", "given-up": "late"}


def told_text(notice: Notice) -> str:
    """What was told, for whoever looks at the case: codes and links are their receiver's alone."""
    if notice.kind == "code":
        return say(CODE_FORGOTTEN)
    return say(notice.text) if notice.kind == "case" else without_links(say(notice.text))


def linked(text: str) -> Markup:
    """A text whose addresses can be followed; one ends where Chinese goes on, with or without a blank."""
    pieces = _ADDRESS.split(text)
    links = [Markup('<a href="{0}">{0}</a>').format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)]
    return Markup("").join(links)


def channel_name(channel: str) -> str:
    return {"sms": _("短信"), "mail": _("邮件"), "wechat": _("微信")}.get(channel, channel)


def masked_address(delivery: Delivery) -> str:
    """Enough of an address to recognise it."""
    if delivery.channel != "mail":
        return mask_phone(delivery.address)
    name, _at, host = delivery.address.rpartition("@")
    return f"{name[:1]}***@{host}"


def delivery_state(delivery: Delivery) -> str:
    """Where a message stands, with the time that belongs to it."""
    if delivery.state == "sent":
        return _("已发出 %(moment)s", moment=moment(delivery.sent_at))
    if delivery.state == "delivered":
        return _("已送达 %(moment)s", moment=moment(delivery.delivered_at))
    if delivery.state == "given-up":
        return _("已放弃")
    if delivery.state == "failed" and delivery.next_try_at is None:
        return _("没有送到")
    if delivery.state == "failed":
        return _("第 %(count)s 次没有发出，%(moment)s 再试", count=delivery.tries, moment=moment(delivery.next_try_at))
    if delivery.next_try_at is not None and delivery.next_try_at > now():
        return _("等待发送，%(moment)s 发出", moment=moment(delivery.next_try_at)) if not delivery.error else _("等待发送")
    return _("正在发送")


def fault(delivery: Delivery) -> str:
    """Why the last try failed."""
    return say(read_fault(delivery.error))


def can_resend(notice: Notice, delivery: Delivery) -> bool:
    """Whether a button to send it anew helps."""
    return notice.kind != "code" and delivery.state != "waiting" and delivery.resends < MOST_RESENDS


def words() -> dict[str, Any]:
    """What the component of deliveries needs to say all this."""
    return {
        "told_text": told_text, "channel_name": channel_name, "masked_address": masked_address, "delivery_state": delivery_state,
        "delivery_badge": lambda delivery: BADGES[delivery.state], "can_resend": can_resend, "fault": fault,
    }  # fmt: skip
