"""Separate consents as rows and events of a case: which offices are third parties, and what a filing gives them.

A bank, a post office and a merchant point process data for themselves, so data goes there only with the person's separate
consent, which names the recipient, the data and the purpose (个人信息保护法 第二十三条) and can be withdrawn (第十五条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from approvals.db import canonical_json, new_id
from workflows.engine.facts import Actor

from . import statements
from .permissions import PARTNERS

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

GIVEN, WITHDRAWN = "consent:given", "consent:withdrawn"
ONLINE, PAPER = "online", "paper"
BANK_OF_MATTER, BANK_ACCOUNT = "matters.bank", "bank-account"

THIRD_PARTIES = frozenset(PARTNERS)
"""Kinds of offices that are not the authorities' own."""

DATA: Mapping[str, tuple[str, ...]] = {
    "bank": ("company", "premises", "people", "contacts"),
    "post": ("applicant", "contacts", "papers", "results"),
    "merchant_point": ("applicant", "contacts", "papers", "results"),
}
"""The kinds of data that go to each kind of office."""

PURPOSES: Mapping[str, Mapping[str, str]] = {
    "bank": {"zh": "只用于预约开立公司账户", "en": "for reserving the firm's account alone"},
    "post": {"zh": "只用于代收材料、代办和送达结果", "en": "for taking in papers, handling and delivery alone"},
    "merchant_point": {"zh": "只用于代收材料、代办和送达结果", "en": "for taking in papers, handling and delivery alone"},
}
POINT_OF_BANK = {"zh": "只用于代收材料、代办和送达结果", "en": "for taking in papers, handling and delivery alone"}
"""The purpose of a bank that serves as a point of the network, where no account is asked for."""


def recipients(offices: Mapping[str, int], chosen: Iterable[str], kinds: Mapping[int, str]) -> dict[int, tuple[str, bool]]:
    """The third parties that a case goes to: the kind of each, and whether it is the bank that an account is asked of."""
    found: dict[int, tuple[str, bool]] = {}
    for symbol, office_id in offices.items():
        kind = kinds.get(office_id, "")
        is_bank = symbol == BANK_OF_MATTER
        if kind in THIRD_PARTIES and (not is_bank or BANK_ACCOUNT in chosen):
            found[office_id] = (kind, is_bank or found.get(office_id, ("", False))[1])
    return found


def named(kind: str, *, for_account: bool) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The data and the purpose that a consent for an office of that kind names."""
    if kind == "bank" and not for_account:
        return DATA["merchant_point"], POINT_OF_BANK
    return DATA[kind], PURPOSES[kind]


def give(unit: Unit, root: CaseNow, actor: Actor, role: str, office_id: int, kind: str, *, for_account: bool, way: str) -> None:
    """Add a consent of the applicant of a root case; whoever else typed it in is put on record."""
    data, purpose = named(kind, for_account=for_account)
    is_own = root.applicant_id == actor.person_id
    row = {
        "id": new_id(), "root_id": root.id, "person_id": root.applicant_id, "office_id": office_id, "data": canonical_json(list(data)),
        "purpose": purpose["zh"], "way": way, "recorded_by_id": None if is_own else actor.person_id, "given_at": unit.at,
        "withdrawn_at": None,
    }  # fmt: skip
    payload = {"consent": {"office": office_id, "data": list(data), "purpose": purpose["zh"], "way": way}}
    task_id = root.task.id if root.task is not None else None
    unit.record(root, actor, role, GIVEN, root.state, root.state, payload, task_id)
    unit.add(statements.insert_consents, row)


def withdraw(unit: Unit, root: CaseNow, actor: Actor, role: str, office_id: int, way: str) -> None:
    """End the consent that is in force for an office."""
    task_id = root.task.id if root.task is not None else None
    payload = {"consent": {"office": office_id, "way": way}}
    unit.record(root, actor, role, WITHDRAWN, root.state, root.state, payload, task_id)
    unit.add(statements.withdraw_consent, {"of_root_id": root.id, "of_office_id": office_id, "withdrawn_at": unit.at})


def declared_bank(application: Mapping[str, Any], offices: Mapping[str, int]) -> int | None:
    """The bank that an application lets have its data: a declaration of its own, asked for with the account."""
    matters = application.get("matters", {})
    if BANK_ACCOUNT not in matters.get("chosen", []) or matters.get("bank_consent") is not True:
        return None
    return offices.get(BANK_OF_MATTER)


def follow_application(unit: Unit, root: CaseNow, actor: Actor, application: Mapping[str, Any], before: int | None) -> None:
    """Put on record what a filing says of the bank: a consent where none was declared ``before``, another where the bank changed.

    A declaration that stands unchanged in a later submission gives nothing anew: what was withdrawn stays withdrawn.
    """
    bank = declared_bank(application, root.offices)
    if bank == before:
        return
    is_own = root.applicant_id == actor.person_id
    role = "applicant" if is_own else min(actor.roles, default="")
    way = ONLINE if is_own else PAPER
    if before is not None:
        withdraw(unit, root, actor, role, before, way)
    if bank is not None:
        give(unit, root, actor, role, bank, "bank", for_account=True, way=way)
