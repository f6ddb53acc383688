"""Why a message did not go out: what is stored with its delivery, and how it is read in either language."""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, Mapping[str, str]] = {
    "mail-address": {"zh": "邮箱地址不对", "en": "The email address is not right"},
    "mail-encryption": {"zh": "与邮件服务器的加密连接不成", "en": "No encrypted connection to the mail server"},
    "mail-text": {"zh": "邮件无法写成", "en": "The email could not be written"},
    "mail-abilities": {
        "zh": "邮件服务器不支持加密或所需的功能，请核对 APPROVALS_SMTP_URL",
        "en": "The mail server cannot encrypt or lacks something needed; check APPROVALS_SMTP_URL",
    },
    "mail-sign-in": {
        "zh": "邮件服务器拒绝登录，请核对 APPROVALS_SMTP_URL",
        "en": "The mail server refused the sign-in; check APPROVALS_SMTP_URL",
    },
    "mail-answer": {"zh": "邮件服务器没有接收", "en": "The mail server did not accept it"},
    "mail-receiver": {"zh": "邮件服务器不接受这个邮箱", "en": "The mail server does not accept this email address"},
    "mail-refused": {"zh": "邮件服务器不接受这封邮件", "en": "The mail server does not accept this email"},
    "mail-unreachable": {"zh": "连不上邮件服务器", "en": "The mail server cannot be reached"},
    "webhook-unreachable": {"zh": "连不上短信网关", "en": "The message gateway cannot be reached"},
    "webhook-answer": {"zh": "短信网关没有接收", "en": "The message gateway did not accept it"},
    "ours": {"zh": "程序出错，已记入日志", "en": "A fault of this product; it is in the log"},
    "no-gateway": {"zh": "还没有设置", "en": "Not set yet"},
}


def fault(key: str, detail: str = "") -> str:
    """The reason as it is stored: the sentence, and what the other side said."""
    return FAULTS[key]["zh"] + (f"：{detail}" if detail else "")


def read_fault(stored: str) -> dict[str, str]:
    """A stored reason in both languages. What a gateway reported by itself stays in its own words."""
    sentence, _colon, detail = stored.partition("：")
    known = next((each for each in FAULTS.values() if each["zh"] == sentence), None)
    if known is None:
        return {"zh": stored, "en": stored}
    return {"zh": stored, "en": known["en"] + (f": {detail}" if detail else "")}
