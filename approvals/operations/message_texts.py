"""What stands in a message: the text of a notice, at the length of its channel."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REGISTERED = {"zh": "【滨周到·惠办事】", "en": "【滨周到·惠办事】"}
SENDER = _REGISTERED["zh"]
"""How every short message begins: people see who writes before they see the number. The operators know this one name, in every
language."""

SITE = "{site}"
"""Stands in the text of a notice for the address of the product, which only the sender knows."""

LONGEST_SHORT_MESSAGE = 134
"""Characters of two parts of a short message, of 67 each; one alone holds 70."""

CODE_FORGOTTEN = {"zh": "验证码已发送。", "en": "A code was sent."}
"""What is left of a one-time code once it is on its way."""

_LINK = re.compile(r"https?://\S+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def in_language(text: Mapping[str, str], language: str, site: str) -> str:
    """A text in a person's language, with the address of the product in it."""
    return (text.get(language) or text["zh"]).replace(SITE, site)


def one_line(text: str) -> str:
    """Without line breaks and control characters: nothing that was typed can begin a header of its own."""
    return _CONTROLS.sub(" ", text).strip()


def short_message(text: str) -> str:
    """A text as it leaves by SMS: with the sender's name, in two parts at most, cut before a link and never inside it."""
    whole = SENDER + one_line(text)
    if len(whole) <= LONGEST_SHORT_MESSAGE:
        return whole
    link = _LINK.search(whole)
    if link is None or len(link[0]) > LONGEST_SHORT_MESSAGE - len(SENDER) - 2:
        return whole[: LONGEST_SHORT_MESSAGE - 1] + "…"
    before = LONGEST_SHORT_MESSAGE - len(link[0]) - 2
    return f"{whole[: min(before, link.start())]}… {link[0]}"


def without_links(text: str) -> str:
    """A text for others than its receiver: a link in it is good for whoever has it, so it is left out."""
    return re.sub(r"(https?://|\{site\})\S*", "…", text)
