"""Who has to confirm and sign an application, and whether somebody is one of them.

Everybody on the real-name list confirms who they are (市场主体登记管理条例实施细则 第十六条); shareholders sign the articles
(公司法 第四十六条); the legal representative signs the application (细则 第十四条). For a firm its representative signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .phones import normalise_phone
from .reading import Application, Row, comparable, normalise_number

REAL_NAME, ARTICLES, APPLICATION = "real-name", "articles", "application"
"""The acts: confirming who one is, signing the articles of association, signing the application."""

MANDATE, DELIVERY = "mandate", "delivery"
"""What whoever entrusts an agent signs: the mandate, and that the result arrived."""

LIST_POSITIONS = frozenset(
    {"legal-representative", "executive-director", "director", "manager", "deputy-manager", "supervisor", "finance-officer", "liaison"}
)


@dataclass(frozen=True, slots=True)
class Signatory:
    """A person who is asked. ``paths`` are the rows of the application that name them, ``firms`` those they sign for."""

    name: str
    phone: str
    email: str
    paths: tuple[str, ...]
    acts: tuple[str, ...]
    firms: tuple[str, ...] = ()


def _signer(row: Row) -> tuple[str, str]:
    """The name and the number of whoever signs for a row: its person, or the representative of its firm."""
    if is_firm(row):
        return row.text("representative"), normalise_number(row.text("representative_number"))
    return row.text("name"), normalise_number(row.text("id_number"))


def is_firm(row: Row) -> bool:
    """Whether a row of the shareholders names a firm or another body, for which a representative signs."""
    return row.text("kind") in ("enterprise", "other")


def asked_rows(application: Application) -> Iterator[tuple[Row, tuple[str, ...]]]:
    """Each row that names somebody who is asked, with the acts it calls for."""
    for row in application.shareholders:
        yield row, (REAL_NAME, ARTICLES)
    for row in application.people:
        positions = row.choices("positions")
        if "legal-representative" in positions:
            yield row, (REAL_NAME, APPLICATION)
        elif positions & LIST_POSITIONS:
            yield row, (REAL_NAME,)


def signatories(values: Mapping[str, Any]) -> tuple[Signatory, ...]:
    """Everybody who is asked, each once, in the order of the application."""
    rows: dict[tuple[str, str], list[tuple[Row, tuple[str, ...]]]] = {}
    for row, acts in asked_rows(Application(values)):
        name, number = _signer(row)
        rows.setdefault((number, "") if number else ("", comparable(name)), []).append((row, acts))
    return tuple(_merged(found) for found in rows.values())


def _merged(found: list[tuple[Row, tuple[str, ...]]]) -> Signatory:
    rows = [row for row, _ in found]
    owed = {act for _, acts in found for act in acts}
    return Signatory(
        name=next((name for row in rows if (name := _signer(row)[0])), ""),
        phone=next((phone for row in rows if (phone := normalise_phone(row.text("phone")))), ""),
        email=next((email for row in rows if (email := row.text("email"))), ""),
        paths=tuple(row.path for row in rows),
        acts=tuple(act for act in (REAL_NAME, ARTICLES, APPLICATION) if act in owed),
        firms=tuple(dict.fromkeys(row.text("name") for row in rows if is_firm(row))),
    )


def is_same_person(values: Mapping[str, Any], paths: tuple[str, ...], name: str, number: str) -> bool:
    """Whether a name and a number are those of the person whom these rows of the application name."""
    wanted = comparable(name), normalise_number(number)
    if not all(wanted):
        return False
    signers = (_signer(row) for row, _ in asked_rows(Application(values)) if row.path in paths)
    return any((comparable(signer), signed) == wanted for signer, signed in signers)


def person_of(values: Mapping[str, Any], paths: tuple[str, ...]) -> tuple[str, str]:
    """Name and number, as they are compared, of the person whom these rows name; ("", "") when nobody is named there."""
    signers = (_signer(row) for row, _ in asked_rows(Application(values)) if row.path in paths)
    return next(((comparable(name), number) for name, number in signers), ("", ""))
