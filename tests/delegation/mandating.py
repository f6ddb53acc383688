"""What tests of mandates do again and again: who the principal is, revoking, renewing, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.models import Mandate
from approvals.operations import renewing
from approvals.operations.acting import Acting
from approvals.operations.errors import Refusal
from tests.support.delegating import PRINCIPAL, Delegated


def principal_of(carried: Delegated) -> Acting:
    person_id = carried.root_case().applicant_id
    assert person_id is not None
    return Acting(person_id, PRINCIPAL.name)


def revoke(carried: Delegated, acting: Acting | None = None, reason: str = "") -> None:
    carried.now += timedelta(minutes=1)
    carried.database.write(renewing.revoke, acting or principal_of(carried), carried.filed.token, reason, carried.now)


def renew(carried: Delegated, acting: Acting | None = None, **terms: str) -> None:
    carried.now += timedelta(minutes=1)
    who = acting or carried.people.agent.acting
    carried.database.write(renewing.renew, who, carried.filed.token, {"relation": "phone", **terms}, carried.now)


def mandates(carried: Delegated) -> list[Mandate]:
    with carried.database.reading() as session:
        return list(session.scalars(select(Mandate).where(Mandate.case_id == carried.root_id).order_by(Mandate.number)))


def refused(reason: str, verb: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        verb()
    assert caught.value.reason == reason, caught.value.reason
    assert caught.value.message["zh"] and caught.value.message["en"]
    return caught.value
