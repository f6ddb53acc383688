"""A small network for tests of the pure part: built by code, with everything left out that a test does not ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from workflows.network import DECIDE, Competence, Network, Office, Place

SINCE, TODAY = date(2020, 6, 30), date(2026, 11, 23)
COUNTY, TOWN, OTHER_TOWN = "371621", "371621105", "371621001"
VILLAGE, OTHER_VILLAGE = "371621105305", "371621001020"
MATTER = "company-registration"

IDS = {"hall": 1, "sub": 2, "town": 3, "other-town": 4, "point": 5, "other-point": 6}
_AT = {"hall": COUNTY, "sub": TOWN, "town": TOWN, "other-town": OTHER_TOWN, "point": VILLAGE, "other-point": OTHER_VILLAGE}
_KINDS = {"hall": "county_hall", "sub": "sub_centre", "town": "town_centre", "other-town": "town_centre"}
_PARENTS = {"sub": "hall", "town": "sub", "other-town": "hall", "point": "town", "other-point": "other-town"}
NAMES = {COUNTY: "惠民县", TOWN: "李庄镇", OTHER_TOWN: "孙武街道", VILLAGE: "李庄社区", OTHER_VILLAGE: "古城社区"}


def office(code: str, **changes: Any) -> Office:
    """One of the offices above, with what a test changes of it."""
    parent = _PARENTS.get(code)
    values: dict[str, Any] = {
        "id": IDS[code], "code": code, "name": f"{code}办", "kind": _KINDS.get(code, "village_point"), "place": _AT[code],
        "parent_id": IDS[parent] if parent else None, "valid_from": SINCE,
    }  # fmt: skip
    return Office(**(values | changes))


def places(**changes: dict[str, Any]) -> list[Place]:
    """The units above; ``changes`` by "c" and the code."""
    levels = {6: "county", 9: "town", 12: "village"}
    found = []
    for code, name in NAMES.items():
        parent = {6: "3716", 9: COUNTY, 12: code[:9]}[len(code)]
        values: dict[str, Any] = {"code": code, "name": name, "level": levels[len(code)], "parent": parent, "valid_from": SINCE}
        found.append(Place(**(values | changes.get(f"c{code}", {}))))
    return found


def decides(code: str, matter: str = MATTER, **changes: Any) -> Competence:
    values: dict[str, Any] = {
        "office_id": IDS[code], "matter": matter, "power": DECIDE, "basis": f"{code}依据", "valid_from": SINCE
    }  # fmt: skip
    return Competence(**(values | changes))


def network(
    offices: Iterable[Office] | None = None, competences: Iterable[Competence] | None = None, units: Iterable[Place] | None = None
) -> Network:
    """The whole county: the hall decides every matter, the sub-centre of 李庄镇 the registration."""
    return Network(
        [office(code) for code in IDS] if offices is None else offices,
        [decides("hall", "*"), decides("sub")] if competences is None else competences,
        places() if units is None else units,
    )


def replacing(**changes: dict[str, Any]) -> list[Office]:
    """All offices, with what a test changes of some, by their codes with underscores."""
    return [office(code, **changes.get(code.replace("-", "_"), {})) for code in IDS]
