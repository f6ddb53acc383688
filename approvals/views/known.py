"""What a page that nobody has saved yet is filled with: from the account, earlier applications, and the register of enterprises.

It is only shown, marked as such, until the applicant saves the page; what somebody typed is never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import flash

from approvals.language import _
from approvals.models import Draft, Person
from approvals.queries.known import earlier_applications, firms_by_code
from workflows.rules import comparable, normalise_number
from workflows.rules.reading import Application, Row

from . import request, window_defaults
from .applying import applicant_of, person_behind

IDENTITY = ("name", "id_kind", "id_number", "id_as_on_card")
REMEMBERED: Mapping[str, tuple[str, ...]] = {
    "premises": ("place", "address", "postcode"),
    "matters": ("bank", "taxpayer_kind", "housing_fund_ratio"),
    "delivery": ("way", "office", "address"),
    "people": ("director_term_years", "supervision"),
}
"""What a later application of the same person is likely to say again."""
Earlier = Sequence[Mapping[str, Any]]


def initial(page: str, draft: Draft, new_row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a page that was not saved yet; ``new_row`` is what a new row of its table begins with."""
    name, phone = applicant_of(draft)
    earlier: Earlier = [] if draft.office_id is not None else earlier_applications(request.session(), person_behind(draft))
    values = {**_remembered(page, earlier), **_from_account(page, draft, name, phone)}
    if draft.office_id is not None:
        values |= window_defaults.remembered(page, draft.office_id)
    if page == "capital":
        row = _walk_in(draft) or _principal(draft) or _own_identity(name, phone, earlier)
        if row:
            values["shareholders"] = [{**new_row, "kind": "natural", **row}]
    if page == "people":
        row = _own_row(name, phone, earlier) or _principal(draft)
        if row:
            values["people"] = [row]
    return values


def _from_account(page: str, draft: Draft, name: str, phone: str) -> dict[str, Any]:
    if page == "delivery":
        return {"recipient": name, "phone": phone}
    if page == "premises":
        return {"phone": phone}
    if page == "declaration" and draft.office_id is not None:
        return {"filed_by": "clerk"}
    if page == "declaration" and draft.delegated_id is not None:
        return {"filed_by": "agent"}
    return {}


def _remembered(page: str, earlier: Earlier) -> dict[str, Any]:
    for content in earlier:
        values = Application(content).page(page).values
        found = {name: values[name] for name in REMEMBERED.get(page, ()) if values.get(name) not in (None, "", [])}
        if found:
            return found
    return {}


def _walk_in(draft: Draft) -> dict[str, Any]:
    """The identity that the window has checked."""
    return {name: draft.walk_in[name] for name in IDENTITY if draft.walk_in.get(name)} if draft.office_id is not None else {}


def _principal(draft: Draft) -> dict[str, Any]:
    """Who entrusted the agent, as their paper says, which the agent has seen."""
    if draft.delegated_id is None:
        return {}
    person = request.session().get_one(Person, person_behind(draft))
    row: dict[str, Any] = {"name": person.name, "id_kind": person.identity_kind, "id_number": person.identity_number}
    return row | {"phone": person.phone}


def _own_rows(name: str, phone: str, earlier: Earlier) -> Iterator[Row]:
    """Rows of earlier applications that are the person's own, those of officers first: they also have telephone and e-mail.

    A namesake is somebody else: a row counts when it has the person's telephone too, or the number of a row that has.
    """
    rows = [
        row
        for content in earlier
        for application in (Application(content),)
        for row in (*application.people, *application.shareholders)
        if row.text("id_number") and comparable(row.text("name")) == comparable(name)
    ]
    known = {normalise_number(row.text("id_number")) for row in rows if phone and row.text("phone") == phone}
    yield from (row for row in rows if normalise_number(row.text("id_number")) in known)


def _own_identity(name: str, phone: str, earlier: Earlier) -> dict[str, Any]:
    row = next(_own_rows(name, phone, earlier), None)
    return {column: row.values[column] for column in IDENTITY if column in row.values} if row is not None else {}


def _own_row(name: str, phone: str, earlier: Earlier) -> dict[str, Any]:
    row = next((row for row in _own_rows(name, phone, earlier) if row.path.startswith("people.")), None)
    if row is None:
        return {}
    return {column: row.values[column] for column in (*IDENTITY, "phone", "email", "positions") if column in row.values}


def with_names_of_firms(page: str, values: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with the name of each enterprise whose code is in our register and whose name was left out."""
    rows = values.get("shareholders")
    if page != "capital" or not isinstance(rows, list):
        return values
    nameless = [row for row in rows if row.get("id_kind") == "credit-code" and row.get("id_number") and not row.get("name")]
    firms = firms_by_code(request.session(), {str(row["id_number"]) for row in nameless})
    found = []
    for row in nameless:
        firm = firms.get(str(row["id_number"]).strip().upper())
        if firm is not None:
            row["name"] = firm.name
            found.append(firm.name)
    if found:
        flash(_("已按统一社会信用代码填上企业名称：%(names)s，请核对。", names=_("、").join(found)), "info")
    return values
