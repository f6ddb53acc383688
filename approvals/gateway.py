"""Through what messages leave the product, and how those to and from the gateway for SMS and WeChat are signed.

The signature is the hexadecimal HMAC-SHA256, under the secret shared with the gateway, of the timestamp (whole seconds since
1970), a full stop and the body. It travels with the timestamp in two headers, in both directions alike.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.clock.quiet import QuietHours, read_quiet_hours

TIMESTAMP_HEADER = "X-Approvals-Timestamp"
SIGNATURE_HEADER = "X-Approvals-Signature"
SHORTEST_SECRET = 16

LONGEST_JOURNEY = 300
"""Seconds between the two clocks at most: what is older may be a repetition by somebody who listened."""


SETTING_OF = {"mail": "APPROVALS_SMTP_URL", "sms": "APPROVALS_MESSAGE_WEBHOOK", "wechat": "APPROVALS_MESSAGE_WEBHOOK"}
"""What an operator sets so that messages of a channel leave."""


@dataclass(frozen=True, slots=True)
class Gateways:
    """Where messages go. ``site`` begins every link; in a ``demo`` what has no gateway is shown on the built-in telephone."""

    site: str
    smtp_url: str = ""
    mail_from: str = ""
    webhook: str = ""
    secret: str = ""
    demo: bool = False
    quiet: QuietHours | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Gateways:
        """The gateways that the settings name."""
        return cls(
            site=settings["PUBLIC_URL"], smtp_url=settings["SMTP_URL"], mail_from=settings["MAIL_FROM"],
            webhook=settings["MESSAGE_WEBHOOK"], secret=settings["MESSAGE_WEBHOOK_SECRET"], demo=settings["DEMO"],
            quiet=read_quiet_hours(settings["QUIET_HOURS"]),
        )  # fmt: skip

    def has(self, channel: str) -> bool:
        """Whether messages of a channel can leave."""
        return bool(self.smtp_url if channel == "mail" else self.webhook)

    @property
    def missing(self) -> list[str]:
        """The settings without which messages wait; none in a demo."""
        return [] if self.demo else sorted({setting for channel, setting in SETTING_OF.items() if not self.has(channel)})


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature of one message."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether a message carries a right signature and comes in time. Without a secret nothing does."""
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    right = hmac.compare_digest(sign(secret, int(timestamp), body).encode(), signature.encode("utf-8", "replace"))
    return right and abs(now - int(timestamp)) <= LONGEST_JOURNEY
