"""Mandates: drafted by an agent, signed by whoever entrusts them, renewed, revoked; and what stands on a day."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from approvals.db import Prepared, canonical_json, new_id
from approvals.models import Mandate as MandateRow
from approvals.models import Person, Position
from approvals.models.history import digest
from workflows.clock import OFFICE_ZONE
from workflows.engine.definition import DELEGATED, STAYS, Action, Definition
from workflows.engine.facts import Actor
from workflows.network.mandates import LONGEST_DAYS, USUAL_DAYS, Mandate, acts

from .acting import Acting
from .effects import carries_out, openings_of
from .errors import Refusal
from .reference import office_name_of

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

APPLICANT, AGENT = "applicant", "agent"

ACTS = ("fill", "submit", "correct", "collect")
"""What a mandate lets the agent do: fill in, hand in and correct the application, and collect the result. Nothing else."""

mandates = MandateRow.__table__
_COLUMNS = tuple(column.name for column in mandates.columns)
MandateNow = namedtuple("MandateNow", _COLUMNS)  # type: ignore[misc]
"""A row of the table as the driver gives it: times in microseconds, dates and lists as text."""

_RECORDED = (
    "id", "number", "principal_id", "principal_name", "identity_kind", "identity_number", "phone", "relation", "agent_id", "agent_name",
    "office_id", "scope", "valid_from", "valid_to", "digest",
)  # fmt: skip

mandates_of_case = Prepared(
    lambda dialect: select(*mandates.columns).where(mandates.c.case_id == bindparam("of_case_id")).order_by(mandates.c.number)
)
insert_mandate = Prepared(lambda dialect: insert(mandates).values({name: bindparam(name) for name in _COLUMNS}))
sign = Prepared(
    lambda dialect: (
        update(mandates)
        .where(mandates.c.id == bindparam("mandate_id"))
        .values({name: bindparam(name) for name in ("signed_at", "way", "upload_id", "witness_id")})
    )
)
person_of = Prepared(
    lambda dialect: select(Person.name, Person.identity_kind, Person.identity_number, Person.phone).where(
        Person.id == bindparam("person_id")
    )
)
staff_at = Prepared(
    lambda dialect: (
        select(Person.id)
        .join(Position, Position.person_id == Person.id)
        .where(Person.phone == bindparam("phone"), Person.id != bindparam("principal_id"))
        .where(or_(Person.identity_number == "", Person.identity_number != bindparam("identity_number")))
        .limit(1)
    )
)
revoke_all = Prepared(
    lambda dialect: (
        update(mandates)
        .where(mandates.c.case_id == bindparam("of_case_id"), mandates.c.revoked_at.is_(None))
        .values(revoked_at=bindparam("revoked_at"), revoke_reason=bindparam("revoke_reason"))
    )
)


def rows_of(connection: Connection, root_id: int) -> list[Any]:
    """The mandates of a delegated case, the first one first; one statement."""
    return [MandateNow(*row) for row in mandates_of_case.rows(connection, {"of_case_id": root_id})]


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def as_value(row: Any) -> Mandate:
    """A row as the pure rules see it."""
    return Mandate(
        number=row.number, principal=row.principal_id, agent=row.agent_id, office=row.office_id,
        matters=frozenset(json.loads(row.scope)["matters"]), valid_from=_day(row.valid_from), valid_to=_day(row.valid_to),
        is_signed=row.signed_at is not None, is_revoked=row.revoked_at is not None,
    )  # fmt: skip


def standing(rows: Iterable[Any], on: date) -> Mandate | None:
    """The mandate that counts on a day: the newest in force, else the newest of all; None without any."""
    values = [as_value(row) for row in rows]
    return next((each for each in reversed(values) if each.in_force(on)), values[-1] if values else None)


def mandate_now(connection: Connection, root_id: int, on: date) -> Mandate | None:
    """The mandate of a delegated case that counts on a day; one statement."""
    return standing(rows_of(connection, root_id), on)


def mandate_of(unit: Unit, case: CaseNow) -> Mandate | None:
    """The mandate of a family as it stands now; no statement where no agent carries it."""
    root = unit.root_of(case)
    if root.definition.kind != DELEGATED:
        return None
    return standing(unit.mandate_rows(root), today_of(unit))


def today_of(unit: Unit) -> date:
    """The day of an action in the county."""
    return unit.now.astimezone(OFFICE_ZONE).date()


def principal_for(unit: Unit, acting: Acting, case: CaseNow) -> int | None:
    """For whom a person acts on a case of a family: whoever gave them, or the agent they stand in for, a mandate in force.

    No statement unless the person is an agent and the family is carried by one. Nobody acts for others on their own case.
    """
    if not acting.has_role(AGENT) or case.applicant_id == acting.person_id:
        return None
    mandate = mandate_of(unit, case)
    return mandate.principal if mandate is not None and acts_for(acting, mandate, today_of(unit)) else None


def refuse_beyond_mandate(case: CaseNow, action: Action, actor: Actor) -> None:
    """Raise Refusal where an agent would give up in the principal's name: a mandate covers filing, correcting and collecting."""
    if actor.on_behalf_of is None or APPLICANT not in action.by or not actor.roles.isdisjoint(set(action.by) - {APPLICANT}):
        return
    if gives_up(case.definition, action):
        raise Refusal(
            "beyond-mandate",
            {
                "zh": f"“{action.title['zh']}”不在委托范围内，只能由申请人本人办理。",
                "en": f"“{action.title['en']}” is beyond the mandate; only the applicant can do it.",
            },
        )


def gives_up(definition: Definition, action: Action) -> bool:
    """Whether an action ends a case without a result: no mandate covers that."""
    return any(definition.states[branch.dest].outcome == "withdrawn" for branch in action.branches if branch.dest != STAYS)


def acts_for(acting: Acting, mandate: Mandate | None, on: date) -> bool:
    """Whether a person may act on a mandate that day: its agent, or who stands in for them, with an agent's position today.

    Whoever drafted a mandate while they stood in for somebody is its agent themselves.
    """
    if mandate is None:
        return False
    held_here = [held for held in acting.positions if held.role == AGENT and held.office_id == mandate.office]
    persons = {held.for_person_id for held in held_here if held.for_person_id is not None}
    return acts(mandate, persons | {acting.person_id} if held_here else persons, on)


def text_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a principal signs: everything the mandate says. Its digest is kept with the signature."""
    names = ("principal_name", "identity_kind", "identity_number", "phone", "agent_name", "office_id", "valid_from", "valid_to")
    return {**{name: row[name] for name in names}, "scope": json.loads(row["scope"]), "number": row["number"]}


_PHONE_OF_STAFF = {
    "zh": "委托人留的是工作人员的手机号，签委托书的链接不能发到那里。请改成委托人自己的手机号；没有手机的留空，改签纸质委托书。",
    "en": "The principal's number is that of a member of staff, so no mandate is signed there. Enter their own, or none.",
}


def _row(unit: Unit, case: CaseNow, agent: Actor, form: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The row of a mandate that is drafted now for whoever the case is for."""
    today = today_of(unit)
    name, kind, identity_number, phone = person_of.rows(unit.connection, {"person_id": case.applicant_id})[0]
    of_principal = {"principal_id": case.applicant_id, "identity_number": identity_number}
    if phone and staff_at.rows(unit.connection, {"phone": phone, **of_principal}):
        raise Refusal("phone-of-staff", _PHONE_OF_STAFF)
    matters = sorted(openings_of(case.definition).intersection(case.chosen))
    row: dict[str, Any] = {
        "id": new_id(), "case_id": case.id, "number": number, "principal_id": case.applicant_id, "principal_name": name,
        "identity_kind": kind, "identity_number": identity_number, "phone": phone, "relation": str(form.get("relation") or ""),
        "agent_id": agent.person_id, "agent_name": agent.name, "office_id": case.offices["point"],
        "scope": canonical_json({"matters": matters, "acts": list(ACTS), "remark": str(form.get("remark") or "")}),
        "valid_from": today.isoformat(), "valid_to": _until(form, today).isoformat(), "way": "", "upload_id": None,
        "witness_id": None, "created_at": unit.at, "signed_at": None, "revoked_at": None, "revoke_reason": "",
    }  # fmt: skip
    row["digest"] = digest("", canonical_json({**text_of(row), "office": office_name_of(unit.connection, row["office_id"])}))
    return row


def _until(form: Mapping[str, Any], today: date) -> date:
    typed = str(form.get("valid_to") or "")
    until = date.fromisoformat(typed) if typed else today + timedelta(days=USUAL_DAYS)
    if until < today:
        raise Refusal("mandate-term", {"zh": "委托期限已经过去了，请选今天以后的日子。", "en": "The mandate would have ended already."})
    if until > today + timedelta(days=LONGEST_DAYS):
        raise Refusal(
            "mandate-term",
            {
                "zh": f"委托最长{LONGEST_DAYS}天，到期可以再签。",
                "en": f"A mandate lasts {LONGEST_DAYS} days at most; it can be renewed.",
            },
        )
    return until


@carries_out("draft_mandate")
def draft_mandate(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Draft the mandate that the principal is asked to sign; a redraft takes the place of what was not signed."""
    add(unit, case, actor, form, payload)


def add(unit: Unit, case: CaseNow, actor: Actor, form: Mapping[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    """Add a mandate to a delegated case; what stands of it goes into the event."""
    known = unit.mandate_rows(case)
    row = _row(unit, case, actor, form, number=len(known) + 1)
    known.append(MandateNow(**row))
    unit.add(insert_mandate, row)
    payload["mandate"] = {name: row[name] for name in _RECORDED}
    return row


@carries_out("sign_mandate")
def sign_mandate(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Put the newest mandate in force from now on: signed on the principal's own telephone, or on paper with a photo."""
    set_signed(unit, case, actor, form, payload, unit.mandate_rows(case)[-1])


def set_signed(unit: Unit, case: CaseNow, actor: Actor, form: Mapping[str, Any], payload: dict[str, Any], row: Any) -> None:
    """Note that a mandate was signed; a paper one needs its photo, and was taken in by ``actor``."""
    on_paper = form.get("way") == "paper"
    upload = str(form.get("upload") or "")
    if on_paper and not upload.isdecimal():
        raise Refusal("no-photo", {"zh": "请拍一张签好字的委托书，再登记。", "en": "Take a photo of the signed paper first."})
    values = {
        "signed_at": unit.at, "way": "paper" if on_paper else "online", "upload_id": int(upload) if on_paper else None,
        "witness_id": actor.person_id if on_paper else None,
    }  # fmt: skip
    rows = unit.mandate_rows(case)
    rows[rows.index(row)] = row._replace(**values)
    unit.add(sign, {"mandate_id": row.id, **values})
    payload["signed_mandate"] = row.number
