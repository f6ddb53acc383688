"""Whom a state with a sign-off asks: everybody who has to sign the application, or whoever entrusted an agent with it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from approvals.db import canonical_json, new_id, to_microseconds
from approvals.models.history import delivery_digest, digest
from workflows.engine.definition import PRINCIPAL, SignOffRule
from workflows.rules.signatories import DELIVERY, MANDATE, Signatory, signatories

from .message_texts import SITE

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

SIGNATORY = "signatory"
"""The role of whoever is asked to sign; they act through a link of their own, without an account."""

LINK_DAYS = 7
"""Days for which a link is good; reminders and a renewed link begin them anew."""


def new_token() -> str:
    """The unguessable part of a signatory's own link."""
    return secrets.token_urlsafe(24)


def signing_link(token: str) -> str:
    """The address behind a signatory's link, as the text of a notice has it."""
    return f"{SITE}/sign/{token}"


def ask_everybody(unit: Unit, case: CaseNow, rule: SignOffRule) -> None:
    """Ask each signatory of what is filed for the task that the case has just come to, on the hash of exactly that."""
    if rule.of == PRINCIPAL:
        ask_principal(unit, case, rule.notice, delivery_digest(case.number, unit.at) if _is_delivery(case) else None)
        return
    application, root = unit.application(case), unit.root_of(case)
    content_digest = digest("", canonical_json(application))
    for ordinal, person in enumerate(signatories(application), start=1):
        row = _signature(unit, case, person, ordinal, root.submissions, content_digest)
        unit.ask(case, row)
        if rule.notice and (person.phone or person.email):
            unit.tell_signatory(case, rule.notice, row)


def _is_delivery(case: CaseNow) -> bool:
    return case.definition.states[case.state].stage == "delivery"


def ask_principal(unit: Unit, case: CaseNow, notice: str, delivered: str | None, ordinal: int = 1) -> None:
    """Ask whoever entrusted an agent to sign the newest mandate, or (``delivered``, its digest) to confirm the delivery.

    ``ordinal`` tells the renewals apart that are asked for during one task: the number of the mandate.
    """
    mandate = unit.mandate_rows(case)[-1]
    act, signed = (MANDATE, mandate.digest) if delivered is None else (DELIVERY, delivered)
    person = Signatory(mandate.principal_name, mandate.phone, "", (), (act,))
    row = _signature(unit, case, person, ordinal, 0, signed)
    unit.ask(case, row)
    if notice and person.phone:
        unit.tell_signatory(case, notice, row)


def _signature(
    unit: Unit, case: CaseNow, person: Signatory, ordinal: int, submission: int, content_digest: str
) -> dict[str, Any]:
    assert case.task is not None
    nothing: Mapping[str, Any] = {
        "vote": "", "way": "", "reason": "", "reminded_at": None, "reminders": 0, "code_hash": "", "code_sent_at": None,
        "code_tries": 0, "confirmed_at": None, "voted_at": None, "superseded_at": None,
    }  # fmt: skip
    return {
        "id": new_id(), "case_id": case.id, "root_id": case.root_id, "task_id": case.task.id, "ordinal": ordinal,
        "submission": submission, "token": new_token(), "name": person.name, "phone": person.phone, "email": person.email,
        "paths": canonical_json(person.paths), "acts": canonical_json(person.acts), "digest": content_digest, "asked_at": unit.at,
        "link_expires_at": to_microseconds(unit.now + timedelta(days=LINK_DAYS)), **nothing,
    }  # fmt: skip
