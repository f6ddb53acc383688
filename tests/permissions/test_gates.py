"""The pages and verbs really ask the table: each role at each kind of office against what the matrix says of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Case, Person, Position
from approvals.operations import claiming, moving, positions, staff, stand_ins, walk_ins
from approvals.operations.acting import Acting, Held
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.permissions import STAFF_ROLES
from approvals.operations.position_rules import Wanted
from approvals.views.access import GATES
from tests.permissions.matrix import KINDS, cells
from tests.support.driving import REGISTRATION, Chain
from tests.support.seed import HALL, NOW, SINCE, TOWN, Cast
from tests.support.web import Visitor

PAGES = {
    "/desk": "work_on_case",
    "/supervision": "supervise",
    "/administration": "manage_offices",
    "/administration/competences": "manage_competences",
    "/administration/calendar": "manage_calendar",
    "/administration/import": "import_points",
    "/administration/deliveries": "manage_deliveries",
    "/administration/people": "manage_positions",
    "/administration/people/new": "manage_accounts",
    "/audit/changes": "read_administration_log",
    "/audit/changes.csv": "read_administration_log",
    "/audit/disclosures": "read_disclosures",
    "/audit/disclosures.csv": "read_disclosures",
}
SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
DENIED = (Refusal, NotFound)


@pytest.fixture
def at(database: Database, cast: Cast, office: Callable[..., int]) -> dict[str, int]:
    """An office of each kind."""
    found = {"county_hall": cast.offices[HALL], "town_centre": cast.offices[TOWN], "bank": cast.offices["bank-example"]}
    for kind in KINDS:
        found.setdefault(kind, 0) or found.update({kind: office(f"a-{kind.replace('_', '-')}", kind)})
    return found


def enter(database: Database, role: str, office_id: int) -> int:
    def store(session: Session) -> int:
        person = Person(name="某岗", sign_in_name=f"{role}-{office_id}", password_hash=None, phone="", created_at=NOW)
        session.add(person)
        session.flush()
        department = "approval-bureau"
        session.add(Position(person_id=person.id, role=role, department=department, office_id=office_id, valid_from=SINCE))
        session.flush()
        return person.id

    return database.write(store)


@SQLITE
@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_page_opens_where_the_matrix_says_so(application: Any, database: Database, at: dict[str, int], role: str) -> None:
    placed = cells()
    for kind in KINDS:
        visitor = Visitor(application, enter(database, role, at[kind]))
        for path, action in PAGES.items():
            allowed = placed[role, kind, action] != "-"
            answer = visitor.client.get(path)
            assert answer.status_code == (200 if allowed else 403), f"{role} at {kind}: {path}"


def test_every_gate_is_tried_and_opens_for_one_action(application: Any) -> None:
    used = {getattr(view, "permission", None) for view in application.view_functions.values()}
    assert used - {"public", "applicant"} <= GATES.keys()
    assert {"desk", "supervise", "administer", "calendar", "secure", "audit"} <= used


def test_whoever_looks_at_what_a_notice_would_move_may_enter_it(application: Any) -> None:
    views = {name: view for name, view in application.view_functions.items() if "calendar" in name}
    assert len(views) == 4 and {GATES[view.permission] for view in views.values()} == {"manage_calendar"}


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_the_verbs_of_managers_ask_the_table(database: Database, cast: Cast, at: dict[str, int], role: str) -> None:
    placed, today = cells(), date(2026, 11, 23)
    wanted = Wanted(cast.applicant.person_id, "agent", "approval-bureau", TOWN, today)
    verbs: dict[str, list[Callable[[Acting], object]]] = {
        "manage_positions": [
            lambda acting: database.write(positions.grant, acting, wanted, "试", NOW),
            lambda acting: database.write(positions.end, acting, 1, today, "试", NOW),
            lambda acting: database.write(stand_ins.name_stand_in, acting, 1, 1, today, today, "试", NOW),
        ],
        "manage_accounts": [
            lambda acting: database.write(staff.reset_password, acting, cast.clerk.person_id, "hash", "试", NOW),
            lambda acting: database.write(staff.lock, acting, cast.clerk.person_id, "试", NOW),
        ],
    }
    for kind in KINDS:
        acting = Acting(cast.outsider.person_id, "某岗", (Held(role, "approval-bureau", at[kind], kind),))
        for action, calls in verbs.items():
            for call in calls:
                if placed[role, kind, action] == "-":
                    with pytest.raises(Refusal) as refused:
                        call(acting)
                    assert refused.value.reason == "not-permitted", f"{role} at {kind}: {action}"
                else:
                    with suppress(NotFound):  # no such row, but it was theirs to ask for
                        call(acting)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_windows_and_claim_codes_ask_the_table(database: Database, cast: Cast, at: dict[str, int], role: str) -> None:
    placed = cells()
    for kind in KINDS:
        acting = Acting(1, "某岗", (Held(role, "approval-bureau", at[kind], kind),))
        allowed = placed[role, kind, "take_in"] != "-"
        assert walk_ins.windows_of(acting) == ((at[kind],) if allowed else ())
        if not allowed:
            with pytest.raises(Refusal):
                walk_ins.refuse_other_than_clerk(acting, at[kind])
        else:
            walk_ins.refuse_other_than_clerk(acting, at[kind])
            with pytest.raises(Refusal):
                walk_ins.refuse_other_than_clerk(acting, 99)


def test_a_task_is_claimed_where_the_matrix_has_the_role(database: Database, cast: Cast, at: dict[str, int]) -> None:
    """The registrar's task of a case, moved to an office of each kind in turn."""
    placed, chain = cells(), Chain(database, cast)
    task = chain.task(REGISTRATION)
    assert task is not None
    for kind in KINDS:

        def move(session: Session, office_id: int = at[kind]) -> None:
            case = session.get_one(Case, task.case_id)
            case.deciding_office_id, case.offices = office_id, {"deciding": office_id}
            session.get_one(type(task), task.id).office_id = office_id

        database.write(move)
        acting = Acting(cast.registrar.person_id, "孙登记", (Held("registrar", "approval-bureau", at[kind], kind),))
        for verb in (moving.claim, moving.release):
            if placed["registrar", kind, "work_on_case"] == "-":
                with pytest.raises(DENIED):
                    database.write(verb, acting, task.case_id, task.id, NOW)
            else:
                database.write(verb, acting, task.case_id, task.id, NOW)


def test_only_the_window_of_a_case_renews_its_claim_code(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, member=cast.town_clerk, office_id=cast.offices[TOWN])
    token = chain.case().token
    for role, kind, allowed in (("clerk", "town_centre", True), ("clerk", "bank", False), ("agent", "town_centre", False)):
        acting = Acting(1, "某岗", (Held(role, "approval-bureau", cast.offices[TOWN], kind),))
        if allowed:
            assert database.write(claiming.new_claim_code, cast.town_clerk.acting, token, NOW)
        else:
            with pytest.raises(NotFound):
                database.write(claiming.new_claim_code, acting, token, NOW)
