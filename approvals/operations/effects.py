"""What the effects of a definition do. Each adds rows to the unit; nothing is written before the unit is."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from approvals.db import canonical_json, new_id
from approvals.models.history import digest
from workflows.clock import OFFICE_ZONE
from workflows.engine.definition import DELEGATED, Definition
from workflows.engine.facts import Actor
from workflows.rules import (
    FOOD_PERMIT,
    INTERNAL_FIELDS,
    REGISTRAR,
    business_kind,
    compose_name,
    delivered_facts,
    licence_facts,
    new_credit_code,
    permit_facts,
    permit_number,
    records,
    subject_name,
)
from workflows.rules.reading import Application

from . import clocks, statements
from .consent_rows import BANK_ACCOUNT, BANK_OF_MATTER, follow_application
from .errors import Outdated, Refusal
from .reference import item_texts, office_id_of, office_name_of, place_in_words
from .registration import comparable_names, reservation_of

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

Run = Callable[["Unit", "CaseNow", Actor, Mapping[str, Any], Mapping[str, Any], dict[str, Any]], None]
EFFECTS: dict[str, Run] = {}


def carries_out(name: str) -> Callable[[Run], Run]:
    """Register the function that carries out the effect of that name."""

    def register(run: Run) -> Run:
        EFFECTS[name] = run
        return run

    return register


@carries_out("accept_filing")
@carries_out("accept_submission")
def accept_submission(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Store what is being filed as the next submission of the root case, and let every case of the family follow it.

    The clocks of the cases above begin anew with it: the time of a correction is the applicant's (实施细则 第十八条). The events say
    which submission it was and which offices it asks for.
    """
    root, application = unit.root_of(case), unit.application(case)
    bank_before = root.offices.get(BANK_OF_MATTER) if BANK_ACCOUNT in root.chosen else None
    body = canonical_json(application)
    root.submissions += 1
    content_digest = digest("", body)
    unit.submissions.append(
        {
            "id": new_id(), "case_id": root.id, "number": root.submissions, "content": body, "digest": content_digest,
            "filed_by_id": actor.person_id, "filed_at": unit.at,
        }
    )  # fmt: skip
    filed = {"submission": {"number": root.submissions, "digest": content_digest}, "offices": dict(unit.new_offices)}
    payload.update(filed)
    if unit.files:
        payload["uploads"] = list(unit.files)
    payload["records"] = records(application, unit.now.astimezone(OFFICE_ZONE).date())
    chosen = chosen_with(root.definition, root.chosen, application)
    for member in unit.cases.values():
        member.company, member.chosen = subject_name(application), chosen
        member.offices = {**member.offices, **unit.new_offices}
    # The clocks of every case above begin anew with it, and every case that an action touches gets an event of its own.
    clocks.restart(root, unit.now)
    above = case
    while above.parent_id is not None:
        above = unit.cases[above.parent_id]
        clocks.restart(above, unit.now)
        unit.record(above, actor, "", "case:refiled", above.state, above.state, filed)
    follow_application(unit, root, actor, application, bank_before)


def openings_of(definition: Definition) -> frozenset[str]:
    """The workflows that the states of a definition open."""
    return frozenset(opening.workflow for state in definition.states.values() for opening in state.opens)


def chosen_with(definition: Definition, before: Iterable[str], application: Mapping[str, Any]) -> list[str]:
    """What the family of a root runs: the matters that the application chooses, and the one that an agent was entrusted with."""
    kept = openings_of(definition) & set(before) if definition.kind == DELEGATED else frozenset()
    return sorted(kept.union(application.get("matters", {}).get("chosen", [])))


@carries_out("restart_clock")
def restart_clock(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Begin the promised and statutory clocks anew."""
    clocks.restart(case, unit.now)


CLOCK_BEGUN = "case:clock-begun"


@carries_out("begin_clocks")
def begin_clocks(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Begin the clocks of the case, and of the root with it: what everybody has signed is complete and has been received."""
    root = unit.root_of(case)
    clocks.restart(case, unit.now)
    if root is not case:  # every case that an action touches gets an event of its own
        clocks.restart(root, unit.now)
        unit.record(root, actor, "", CLOCK_BEGUN, root.state, root.state, {"case": case.number})


@carries_out("cast_vote")
def cast_vote(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Note the vote of the person whose signature ``form["signatory"]`` names; each votes once."""
    signature_id = str(form.get("signatory") or "")
    voter = unit.voters(case).get(int(signature_id)) if signature_id.isdecimal() else None
    if voter is None:
        raise Refusal("not-asked", {"zh": "这里没有请这个人签署。", "en": "This person is not asked to sign here."})
    if voter.vote:
        raise Outdated("voted", {"zh": "这个人已经签署过，不用再签。", "en": "This person has answered already."})
    way, reason = str(form.get("way") or "online"), str(form.get("reason") or "")
    unit.vote(case, voter.person_id, payload["vote"], way, reason)


@carries_out("extend_statutory")
def extend_statutory(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Give the statutory clock more working days (市场主体登记管理条例 第十九条)."""
    case.extension_days += int(parameters["working_days"])
    clocks.derive(case)


@carries_out("establish_enterprise")
def establish_enterprise(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Draw a 统一社会信用代码 and enter the name as registered; a reservation of this name is used up by it.

    Today is the date of establishment (市场主体登记管理条例 第二十一条). Who had to sign and to confirm who they are stands in
    the event as ``records``.
    """
    application = unit.application(case)
    name = application.get("name", {})
    credit_code = new_credit_code(unit.count("organisation-code"))
    today = unit.now.astimezone(OFFICE_ZONE).date()
    established = today.isoformat()
    unit.names.append(
        {
            "id": new_id(), "full_name": compose_name(name), "trade_name": name.get("trade_name", ""), **comparable_names(name),
            "industry": name.get("industry", ""), "status": "registered", "since": established, "until": None,
            "holder": credit_code, "credit_code": credit_code, "case_id": case.id, "sound": "", "person_id": None, "content": "{}",
        }
    )  # fmt: skip
    if reservation := reservation_of(name):
        used = {"reservation": reservation, "comparable_full": comparable_names(name)["comparable_full"]}
        statements.use_reservation.write(unit.connection, [used])
    payload["enterprise"] = {"credit_code": credit_code, "established_on": established}
    payload["records"] = records(application, today)


LICENCES = frozenset({"registration-notice", "business-licence"})
"""Documents that say what was registered (市场主体登记管理条例实施细则 第二十三条), not what the registrar wrote."""


@carries_out("issue_document")
def issue_document(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Issue a document with the facts that this action gives it; its digest goes into the history.

    What was registered is taken from the application; of a form a document repeats only what is meant for its recipient.
    """
    kind = parameters["kind"]
    if kind in LICENCES:
        facts: Mapping[str, Any] = _registered(unit, case, payload["enterprise"])
    elif kind == FOOD_PERMIT:
        facts = _permitted(unit, case)
    else:
        facts = {name: value for name, value in form.items() if name not in INTERNAL_FIELDS}
    if kind == "delivery-receipt":
        facts = _delivered(unit, case, facts)
    issue(unit, case, kind, facts, payload)


def _delivered(unit: Unit, case: CaseNow, form: Mapping[str, Any]) -> dict[str, Any]:
    """How, where, when and to whom the results were delivered: with the office's name as it is called today."""
    if not form:
        to = unit.application(case).get("delivery", {})
        return delivered_facts(str(to.get("recipient") or ""), unit.now.astimezone(OFFICE_ZONE))
    if form.get("way") not in ("window", "point"):
        return dict(form)
    return {**form, "office": office_name_of(unit.connection, form.get("office") or case.offices.get("delivery"))}


def _permitted(unit: Unit, case: CaseNow) -> dict[str, str]:
    application, today = unit.application(case), unit.now.astimezone(OFFICE_ZONE).date()
    place = place_in_words(unit.connection, str(application.get("premises", {}).get("place") or ""), today)
    number = permit_number(business_kind(application), unit.count("food-permit"))
    return permit_facts(application, place=place, issued_by=REGISTRAR, granted_on=today, number=number)


def _registered(unit: Unit, case: CaseNow, enterprise: Mapping[str, str]) -> dict[str, str]:
    application, today = unit.application(case), unit.now.astimezone(OFFICE_ZONE).date()
    place = str(application.get("premises", {}).get("place") or "")
    return licence_facts(
        application,
        place=place_in_words(unit.connection, place, today),
        items=item_texts(unit.connection),
        registrar=REGISTRAR,
        established_on=today,
        credit_code=enterprise["credit_code"],
    )


def issue(unit: Unit, case: CaseNow, kind: str, facts: Mapping[str, Any], payload: dict[str, Any]) -> None:
    """Add a document to the unit and its digest to the payload of the event that issues it."""
    number = f"{case.number}-{kind}-{case.position + 1}"
    content = {
        "kind": kind,
        "number": number,
        "case": case.number,
        "company": unit.root_of(case).company,
        "issued_on": unit.now.astimezone(OFFICE_ZONE).date().isoformat(),
        "facts": dict(facts),
    }
    body = canonical_json(content)
    content_digest = digest("", body)
    token = secrets.token_urlsafe(18)
    unit.documents.append(
        {
            "id": new_id(), "case_id": case.id, "root_id": case.root_id, "kind": kind, "number": number, "content": body,
            "digest": content_digest, "issued_at": unit.at, "token": token, "status": "genuine",
            "status_at": None, "status_reason": "", "replaced_by_id": None,
        }
    )  # fmt: skip
    payload.setdefault("documents", []).append([kind, number, content_digest])
    # The address behind the code on the paper is part of the paper; whoever reads the history must not learn it.
    payload.setdefault("document_tokens", []).append([number, digest("", token)])


@carries_out("record_contact")
def record_contact(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Note a contact in person: its kind, the office, and the person as far as the form says who came.

    What was posted, notarised or checked without the person is none. Where the form names no office, it is the one that the
    case was to go to.
    """
    kind = parameters["kind"]
    if form.get("way") in ("post", "notarised") or (kind == "identity-check" and form.get("in_person") is not True):
        return
    office = office_id_of(unit.connection, str(form.get("office") or ""))
    payload["contact"] = {
        "kind": kind,
        "office": office or case.offices.get("delivery" if kind == "collection" else "receiving"),
        "person": _who_came(unit, case, form),
    }


def _who_came(unit: Unit, case: CaseNow, form: Mapping[str, Any]) -> str:
    if (signatory := str(form.get("signatory") or "")).isdecimal():
        rows = statements.signatory_name.rows(unit.connection, {"signature_id": int(signatory)})
        return str(rows[0][0]) if rows else ""
    if number := str(form.get("id_number") or ""):
        everyone = Application(unit.application(case)).everyone()
        return next((row.text("name") for row in everyone if row.text("id_number") == number), "")
    return str(form.get("receiver") or "")


@carries_out("record_fee")
def record_fee(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Note what the applicant was charged, in yuan, and for what; where nothing was, there is no fee."""
    amount = str(form.get(parameters["amount"]) or "").strip()
    if amount and Decimal(amount) > 0:
        payload["fee"] = {"amount": amount, "purpose": str(form.get(parameters["purpose"]) or ""), "payer": "applicant"}


@carries_out("override_identity")
def override_identity(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Take an identity number as confirmed against the card, although it fails its published check."""
    root = unit.root_of(case)
    if form["id_number"] not in root.identity_overrides:
        root.identity_overrides = [*root.identity_overrides, form["id_number"]]
