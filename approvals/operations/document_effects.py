"""What becomes of documents after they were issued: replaced by a new one, or revoked with the registration they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workflows.clock import OFFICE_ZONE
from workflows.engine.facts import Actor

from . import statements
from .effects import carries_out, issue
from .errors import Refusal

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit


@carries_out("replace_document")
def replace_document(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Issue the document of that kind anew with the same facts; the one that was in force is replaced from now on.

    Raises Refusal when none of that kind is in force.
    """
    kind = parameters["kind"]
    (document_id, number, content), *_ = _in_force(unit, case, kind)
    issue(unit, case, kind, json.loads(content)["facts"], payload)
    successor = unit.documents[-1]
    _change(unit, payload, document_id, number, "replaced", form, successor)


@carries_out("revoke_document")
def revoke_document(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Take the documents of that kind out of force. Raises Refusal when none is in force."""
    for document_id, number, _ in _in_force(unit, case, parameters["kind"]):
        _change(unit, payload, document_id, number, "revoked", form)


@carries_out("revoke_enterprise")
def revoke_enterprise(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Take the enterprise off the register (市场主体登记管理条例 第四十条).

    Its name stays closed to others for a year from today and is free afterwards (企业名称登记管理规定 第十七条).
    """
    today = unit.now.astimezone(OFFICE_ZONE).date().isoformat()
    rows = statements.revoke_name.rows(unit.connection, {"case_id": case.id, "since": today})
    if not rows:
        raise Refusal(
            "not-registered",
            {"zh": "这家企业的登记已经撤销，不用再撤销一次。", "en": "This registration has been revoked already."},
        )
    payload["revoked_enterprise"] = {"credit_code": rows[0][0], "revoked_on": today}


def _in_force(unit: Unit, case: CaseNow, kind: str) -> list[Any]:
    rows = statements.documents_in_force.rows(unit.connection, {"case_id": case.id, "kind": kind})
    if not rows:
        raise Refusal(
            "not-in-force",
            {
                "zh": "这份证照已经不在有效状态（已撤销），不能再换发或者撤销。请在办件页面的“办理结果和文书”里核对。",
                "en": "This document is not in force any more: it can be neither reissued nor revoked. See the case's documents.",
            },
        )
    return rows


def _change(
    unit: Unit, payload: dict[str, Any], document_id: int, number: str, status: str, form: Mapping[str, Any],
    successor: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    reason = str(form.get("reason") or "")
    unit.document_statuses.append(
        {
            "document_id": document_id, "status": status, "status_at": unit.at, "status_reason": reason,
            "replaced_by_id": successor["id"] if successor else None,
        }
    )  # fmt: skip
    payload.setdefault("statuses", []).append([number, status, reason, successor["number"] if successor else ""])
