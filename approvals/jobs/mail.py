"""Mail by SMTP."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

from approvals.gateway import Gateways
from approvals.operations.delivery_faults import fault
from approvals.operations.message_texts import one_line
from approvals.operations.messages import Message, Outcome

TIMEOUT_SECONDS = 15.0
"""For each step of the conversation, not for the whole of it."""

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.?[^\s@<>,;:\"()\[\]\\]*")
_SUBJECTS = {"zh": "滨周到·惠办事通知", "en": "A notice of your application"}
_FOOTERS = {
    "zh": "这封邮件由系统自动发出，请不要回复。",
    "en": "This mail was sent automatically; please do not reply.",
}
_PAGES = {"zh": "查看办件：", "en": "Your case: "}


def send(gateways: Gateways, message: Message) -> Outcome:
    """Send one mail. What the server said decides whether another try can help."""
    if not _ADDRESS.fullmatch(message.address):
        return Outcome("never", fault("mail-address"))
    try:
        mail = compose(gateways, message)
        server = _connected(gateways.smtp_url)
        try:
            server.send_message(mail)
            _part(server)
        finally:
            server.close()
    except smtplib.SMTPRecipientsRefused as refusal:
        code, said = next(iter(refusal.recipients.values()), (450, b""))
        return _refused(code, said, "mail-receiver")
    except smtplib.SMTPDataError as refusal:
        return _refused(refusal.smtp_code, refusal.smtp_error, "mail-refused")
    except ssl.SSLError as error:
        return Outcome("again", fault("mail-encryption", one_line(str(error))), unreachable=True)
    except (MessageError, UnicodeError, ValueError) as error:
        return Outcome("never", fault("mail-text", one_line(str(error))))
    except smtplib.SMTPNotSupportedError:
        return Outcome("again", fault("mail-abilities"), unreachable=True)
    except smtplib.SMTPAuthenticationError as refusal:
        return Outcome("again", fault("mail-sign-in", str(refusal.smtp_code)), unreachable=True)
    except smtplib.SMTPResponseException as refusal:
        return Outcome("again", fault("mail-answer", f"{refusal.smtp_code} {_words(refusal.smtp_error)}"), unreachable=True)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("again", fault("mail-unreachable", one_line(str(error)) or type(error).__name__), unreachable=True)
    return Outcome("sent")


def compose(gateways: Gateways, message: Message) -> EmailMessage:
    """The mail, in plain text. Its Message-ID is that of the delivery, so a mailbox shows a repetition once."""
    language = message.language if message.language in _SUBJECTS else "zh"
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = formataddr(("滨周到·惠办事", gateways.mail_from))
    mail["To"] = one_line(message.address)
    number = one_line(message.case_number)
    mail["Subject"] = f"{_SUBJECTS[language]} {number}".strip()
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<delivery-{message.key}@{gateways.mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    lines = [message.text, ""]
    if message.case_path:
        lines += [f"{_PAGES[language]}{gateways.site}{message.case_path}", ""]
    mail.set_content("\n".join([*lines, _FOOTERS[language], ""]), charset="utf-8", cte="base64")
    return mail


def _connected(url: str) -> smtplib.SMTP:
    """A conversation with the server: encrypted where it offers that, and always before a password is sent."""
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        if parts.scheme == "smtp" and (parts.username or server.has_extn("starttls")):
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _part(server: smtplib.SMTP) -> None:
    """Take leave. The mail is the server's by now, whatever it answers."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        server.quit()


def _refused(code: int, said: bytes | str, meaning: str) -> Outcome:
    """A 5xx is final; a 4xx asks for another try (RFC 5321 4.2.1)."""
    return Outcome("never" if code >= 500 else "again", fault(meaning, f"{code} {_words(said)}"))


def _words(said: bytes | str) -> str:
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:150]
