"""Every role × every kind of office × every action against the matrix that was written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from approvals.operations import permissions
from approvals.operations.acting import Acting, Held, roles_on_case, with_inherited
from approvals.operations.administration.kinds import KIND_TITLES
from approvals.operations.permissions import COUNTY, Jurisdiction
from tests.permissions.matrix import KINDS, MATRIX, cells
from workflows import network
from workflows.county import county_catalogue
from workflows.network import Network, Office

WORDS = {"own": Jurisdiction.OWN, "sub": Jurisdiction.SUBTREE, "all": Jurisdiction.COUNTY, "-": None}
ROLES = tuple(county_catalogue().vocabulary["roles"])
TODAY, SINCE = date(2026, 11, 23), date(2019, 1, 1)
HALL, TOWN, POINT, OTHER_TOWN, OTHER_POINT, CLOSED, CLOSED_BELOW = range(1, 8)


def office(number: int, kind: str, parent: int | None, **values: object) -> Office:
    return Office(number, f"office-{number}", f"第{number}号", kind, "371621", parent, SINCE, **values)  # type: ignore[arg-type]


COUNTY_TREE = Network(
    [
        office(HALL, "county_hall", None),
        office(TOWN, "town_centre", HALL),
        office(POINT, "village_point", TOWN),
        office(OTHER_TOWN, "town_centre", HALL),
        office(OTHER_POINT, "village_point", OTHER_TOWN),
        office(CLOSED, "village_point", OTHER_TOWN, valid_to=date(2026, 10, 31), successor_id=POINT),
        office(CLOSED_BELOW, "town_centre", HALL, valid_to=date(2026, 10, 31), successor_id=OTHER_TOWN),
    ]
)


def placing_faults(text: str = MATRIX) -> list[str]:
    """Roles, kinds and actions of the product that the matrix does not place, and cells of it that the product does not know."""
    placed = cells(text)
    wanted = {(role, kind, action) for role in ROLES for kind in network.KINDS for action in permissions.ACTIONS}
    return [
        *(f"{cell} is not placed" for cell in sorted(wanted - placed.keys())),
        *(f"{cell} is placed and not known" for cell in sorted(placed.keys() - wanted)),
    ]


def test_every_role_kind_and_action_is_placed() -> None:
    assert len(ROLES) * len(network.KINDS) * len(permissions.ACTIONS) == len(cells()) > 2500
    assert placing_faults() == []


def test_what_is_not_placed_is_found() -> None:
    assert placing_faults(MATRIX.replace("  read_disclosures         all", "  read_secrets             all", 1)) != []
    assert placing_faults(MATRIX.replace("never take_in", "never", 1)) != []
    without_auditor = MATRIX[: MATRIX.index("auditor ")]
    assert len(placing_faults(without_auditor)) == len(network.KINDS) * len(permissions.ACTIONS)
    with pytest.raises(ValueError, match="agent"):
        cells(MATRIX.replace("agent                      hall", "agent                      HALL"))


@pytest.mark.parametrize("role", ROLES)
def test_the_table_is_the_matrix(role: str) -> None:
    placed = cells()
    for kind in KINDS:
        for action in permissions.ACTIONS:
            assert permissions.reach(role, kind, action) is WORDS[placed[role, kind, action]], f"{role} at {kind}: {action}"


@pytest.mark.parametrize("role", ROLES)
def test_each_cell_opens_just_the_offices_of_its_reach(role: str) -> None:
    """Somebody with that role at one office, asked about every office of a small county."""
    placed = cells()
    for kind in KINDS:
        tree = Network([*COUNTY_TREE.offices.values(), office(20, kind, HALL), office(21, "village_point", 20)])
        acting = Acting(1, "某人", (Held(role, "approval-bureau", 20, kind),))
        for action in permissions.ACTIONS:
            allowed = {number for number in (*tree.offices, 99) if permissions.may(acting, action, number, tree, TODAY)}
            expected = {"own": {20}, "sub": {20, 21}, "all": {*tree.offices, 99}, "-": set()}[placed[role, kind, action]]
            assert allowed == expected, f"{role} at {kind}: {action}"
            assert permissions.holds(acting, action) == bool(expected)


def test_an_unknown_kind_or_role_may_nothing_and_an_unknown_action_is_an_error() -> None:
    for acting in (Acting(1, "某人"), Acting(1, "某人", (Held("clerk", "approval-bureau", 1, "railway_station"),))):
        for action in permissions.ACTIONS:
            assert permissions.jurisdiction(acting, action, COUNTY_TREE) == frozenset()
    assert permissions.reach("mayor", "county_hall", "supervise") is None
    for ask in (permissions.roles_with, lambda action: permissions.reach("clerk", "county_hall", action)):
        with pytest.raises(KeyError):
            ask("fly")


def test_several_positions_add_up() -> None:
    both = Acting(
        1, "某人", (Held("supervisor", "approval-bureau", TOWN, "town_centre"), Held("clerk", "approval-bureau", HALL, "county_hall"))
    )
    assert permissions.jurisdiction(both, "supervise", COUNTY_TREE) == {TOWN, POINT}
    assert permissions.jurisdiction(both, "take_in", COUNTY_TREE) == {HALL}
    assert permissions.jurisdiction(both, "read_case", COUNTY_TREE) == {TOWN, POINT, HALL}


def test_what_a_closed_office_left_behind_goes_to_its_successor_and_who_supervises_that() -> None:
    supervisor = Acting(1, "某人", (Held("supervisor", "approval-bureau", TOWN, "town_centre"),))
    assert permissions.jurisdiction(supervisor, "supervise", COUNTY_TREE, TODAY) == {TOWN, POINT, CLOSED}
    assert permissions.jurisdiction(supervisor, "supervise", COUNTY_TREE, date(2026, 10, 31)) == {TOWN, POINT}
    held = with_inherited((Held("agent", "approval-bureau", POINT, "village_point"),), COUNTY_TREE, TODAY)
    assert [(each.office_id, each.inherited) for each in held] == [(POINT, False), (CLOSED, True)]
    agent = Acting(2, "某人", held)
    asked = {"applicant_id": 9, "department": "approval-bureau", "task_role": "agent", "task_office_id": CLOSED}
    assert roles_on_case(agent, offices=[CLOSED], **asked) == {"agent"}  # type: ignore[arg-type]


@pytest.mark.parametrize("role", sorted(permissions.DESK_ROLES))
def test_the_verbs_count_a_role_only_where_the_matrix_has_it(role: str) -> None:
    """Whoever holds a role at a kind of office that has no such role has none on the cases of that office."""
    placed = cells()
    for kind in KINDS:
        acting = Acting(1, "某人", (Held(role, "approval-bureau", 20, kind),))
        found = roles_on_case(acting, applicant_id=9, department="approval-bureau", offices=[20])
        assert found == (frozenset() if placed[role, kind, "work_on_case"] == "-" else {role}), f"{role} at {kind}"
        assert roles_on_case(acting, applicant_id=9, department="approval-bureau", offices=[21]) == frozenset()


def test_the_three_managers_have_nothing_in_common_and_work_on_no_case() -> None:
    actions = [
        {action for name, _, action in ((*cell,) for cell, reach in cells().items() if reach != "-") if name == role}
        for role in sorted(permissions.MANAGERS)
    ]
    assert all(actions) and not actions[0] & actions[1] and not actions[0] & actions[2] and not actions[1] & actions[2]
    every = set().union(*actions)
    others = {action for (role, _, action), reach in cells().items() if reach != "-" and role not in permissions.MANAGERS}
    assert not every & others


def test_kinds_of_offices_are_called_the_same_everywhere() -> None:
    assert permissions.OFFICE_KINDS == network.KINDS == KINDS
    assert set(KIND_TITLES) == set(KINDS)
    assert tuple(role for role in ROLES if role not in ("applicant", "signatory")) == permissions.STAFF_ROLES
    assert COUNTY is Jurisdiction.COUNTY
