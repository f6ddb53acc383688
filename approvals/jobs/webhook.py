"""SMS and WeChat by one webhook: whoever runs the county's gateway takes a signed JSON message for each."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

from approvals.gateway import SIGNATURE_HEADER, TIMESTAMP_HEADER, Gateways, sign
from approvals.operations.delivery_faults import fault
from approvals.operations.message_texts import one_line, short_message
from approvals.operations.messages import Message, Outcome

TIMEOUT_SECONDS = 10.0
_TRY_AGAIN = (408, 429)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without its body."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def body_of(gateways: Gateways, message: Message) -> bytes:
    """The message as the gateway reads it: ``id`` is the idempotency key, ``text`` what the person reads."""
    content = {
        "id": message.key, "channel": message.channel, "to": message.address, "kind": message.kind, "language": message.language,
        "text": short_message(message.short) if message.channel == "sms" else message.text,
        "link": f"{gateways.site}{message.case_path}" if message.case_path else "",
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def send(gateways: Gateways, message: Message) -> Outcome:
    """Hand one message to the gateway: any 2xx is its word that it has it; other answers of 4xx are final, but for 408 and 429."""
    body, timestamp = body_of(gateways, message), int(datetime.now(UTC).timestamp())
    request = urllib.request.Request(gateways.webhook, data=body, method="POST", headers={
        "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.key,
        TIMESTAMP_HEADER: str(timestamp), SIGNATURE_HEADER: sign(gateways.secret, timestamp, body),
    })  # fmt: skip
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as refusal:
        return _refused(refusal)
    except (OSError, http.client.HTTPException) as error:
        return Outcome("again", fault("webhook-unreachable", one_line(str(error)) or type(error).__name__), unreachable=True)
    return Outcome("sent")


def _refused(refusal: urllib.error.HTTPError) -> Outcome:
    with refusal:
        try:
            said = one_line(refusal.read(1024).decode("utf-8", "replace"))[:150]
        except (OSError, http.client.HTTPException):
            said = ""
    reason = fault("webhook-answer", f"{refusal.code} {said}".strip())
    if 400 <= refusal.code < 500 and refusal.code not in _TRY_AGAIN:
        return Outcome("never", reason)
    wait = refusal.headers.get("Retry-After", "")
    pause = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 8 else None
    return Outcome("again", reason, pause, unreachable=refusal.code >= 500)
