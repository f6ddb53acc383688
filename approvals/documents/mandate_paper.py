"""The mandate on paper: A4, large type, with blank lines for the signature or a thumb print. Nothing is issued with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from . import rendering


@dataclass(frozen=True, slots=True)
class MandatePaper:
    """All that the paper says. ``signed`` is when it was signed online, "" for a paper that is still to be signed."""

    number: str
    title: str
    principal: str
    identity_number: str
    agent: str
    office: str
    office_phone: str
    matters: str
    may: Sequence[str]
    may_not: Sequence[str]
    valid_from: str
    valid_to: str
    remark: str
    digest: str
    signed: str
    demo: bool


def mandate_paper(paper: MandatePaper) -> bytes:
    """The PDF; costs some milliseconds."""
    return rendering.printed("mandate.typ", asdict(paper))
