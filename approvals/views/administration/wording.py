"""What the manager's pages and the record of administration call columns, kinds, powers and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from approvals.language import _, day_in_words, say
from approvals.models import AdministrationChange
from approvals.operations.administration.kinds import COLUMN_TITLES, KIND_TITLES, POWER_TITLES, SUBJECT_TITLES
from approvals.queries.competence_matrix import matters
from workflows.county import county_catalogue
from workflows.network import EVERY_MATTER, KINDS, Network
from workflows.network import Office as NetworkOffice

TOWN_DIGITS = 9
_OFFICES = ("parent", "successor", "office")


def kind(key: str) -> str:
    """A kind of office; the key itself for one that has no name."""
    return say(KIND_TITLES.get(key)) or key


def subject(key: str) -> str:
    """A kind of row in the record."""
    return say(SUBJECT_TITLES.get(key)) or key


def column(key: str) -> str:
    return say(COLUMN_TITLES.get(key)) or key


def power(key: str) -> str:
    return say(POWER_TITLES.get(key)) or key


def matter(key: str) -> str:
    """A matter by its key, or every one."""
    if key == EVERY_MATTER:
        return _("全部事项")
    try:
        return say(county_catalogue().latest(key).title)
    except KeyError:
        return key


def department(key: str) -> str:
    try:
        return say(county_catalogue().text("departments", key))
    except KeyError:
        return key


def role(key: str) -> str:
    try:
        return say(county_catalogue().text("roles", key))
    except KeyError:
        return key


def value(network: Network, name: str, stored: object) -> str:
    """A value of a column as people read it; "" for none."""
    if stored is None or stored == "":
        return ""
    text = str(stored)
    if name in _OFFICES:
        office = network.by_code(text)
        return office.name if office is not None else text
    if name == "place":
        place = network.places.get(text)
        return f"{place.name} {text}" if place is not None else text
    if name in ("valid_from", "valid_to", "closed_from", "closed_to"):
        try:
            return day_in_words(date.fromisoformat(text))
        except ValueError:
            return text
    if isinstance(stored, bool):
        return _("是") if stored else _("否")
    if name == "password":
        return _("已重设")
    readers = {"kind": kind, "matter": matter, "power": power, "department": department, "role": role}
    return readers[name](text) if name in readers else text


def changed_columns(network: Network, change: AdministrationChange) -> Iterator[tuple[str, str, str]]:
    """The columns of a line of the record: what each is called, what it was and what it is; "" where there was or is nothing."""
    for name in dict.fromkeys([*change.before, *change.after]):
        was, now = value(network, name, change.before.get(name)), value(network, name, change.after.get(name))
        if was or now:
            yield column(name), was, now


# ---- choices --------------------------------------------------------------------------------------------------------

Choices = list[tuple[str, list[tuple[str, str]]]]
"""Groups of (value, text) as a field of choice lists them; "" is no group."""


def kind_choices() -> Choices:
    return [("", [("", _("请选择")), *((each, kind(each)) for each in KINDS)])]


def office_choices(offices: Iterable[NetworkOffice], empty: str) -> Choices:
    """Offices by kind; ``empty`` is what choosing none is called."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for office in offices:
        grouped.setdefault(office.kind, []).append((office.code, f"{office.name} · {office.code}"))
    return [("", [("", empty)]), *((kind(key), rows) for key, rows in grouped.items())]


def place_choices(network: Network, on: date) -> Choices:
    """The units that stand on a day, by town; the county comes first."""
    standing = [place for place in network.places.values() if place.stands_on(on)]
    grouped: dict[str, list[tuple[str, str]]] = {"": [("", _("请选择"))]}
    for place in sorted(standing, key=lambda each: each.code):
        town = network.places.get(place.code[:TOWN_DIGITS])
        label = town.name if town is not None and len(place.code) >= TOWN_DIGITS else ""
        grouped.setdefault(label, []).append((place.code, f"{place.name} · {place.code}"))
    return list(grouped.items())


def matter_choices() -> Choices:
    return [("", [("", _("请选择")), (EVERY_MATTER, _("全部事项")), *((each.key, say(each.title)) for each in matters())])]


def department_choices() -> Choices:
    return [("", [("", _("请选择")), *((key, say(text)) for key, text in county_catalogue().vocabulary["departments"].items())])]
