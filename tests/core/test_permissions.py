"""Who may do what: every role against the actions of the chain. A role left out means denied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from approvals.db import Database
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries import cases
from approvals.views.case_access import Seen
from tests.support.driving import BANK, OFFICERS, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, OTHER_TOWN, Cast, Member

PEOPLE: dict[str, Callable[[Cast], Member]] = {
    name: (lambda cast, name=name: getattr(cast, name))  # type: ignore[misc]
    for name in (
        "applicant", "other_applicant", "clerk", "town_clerk", "outsider", "registrar", "registrar_head", "supervisor", "administrator",
        "bank_officer", "other_bank_officer",
    )
} | {
    f"officer-{department}": (lambda cast, department=department: cast.officers[department])  # type: ignore[misc]
    for department in OFFICERS.values() if department != "bank"
}  # fmt: skip

# Workflow and action: who may, and who has a role on the case but not this right (told so; everybody else finds no case).
MAY: dict[tuple[str, str], tuple[set[str], set[str]]] = {
    (REGISTRATION, "approve"): ({"registrar"}, {"applicant", "clerk", "registrar_head", "supervisor", "administrator"}),
    (REGISTRATION, "return_for_correction"): ({"registrar"}, {"applicant", "clerk", "registrar_head", "supervisor", "administrator"}),
    (REGISTRATION, "refuse"): ({"registrar"}, {"applicant", "clerk", "registrar_head", "supervisor", "administrator"}),
    (REGISTRATION, "override_identity"): (
        {"registrar", "clerk"}, {"applicant", "registrar_head", "supervisor", "administrator"},
    ),
    (REGISTRATION, "withdraw"): ({"applicant"}, {"clerk", "registrar", "registrar_head", "supervisor", "administrator"}),
    (SEAL, "complete"): ({"officer-public-security"}, {"applicant", "clerk"}),
    (SEAL, "withdraw"): ({"applicant"}, {"clerk", "officer-public-security"}),
    ("tax-registration", "fail"): ({"officer-tax"}, {"applicant", "clerk"}),
    ("housing-fund", "complete"): ({"officer-housing-fund"}, {"applicant", "clerk"}),
    (BANK, "complete"): ({"bank_officer"}, {"applicant", "clerk"}),
    (ROOT, "hand_out"): ({"clerk"}, {"applicant", "registrar", "registrar_head", "supervisor", "administrator"}),
}  # fmt: skip


def prepared(database: Database, cast: Cast, workflow: str, action: str) -> Chain:
    """A chain on which that action is due."""
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": HALL}))
    if workflow != REGISTRATION:
        chain.act(REGISTRATION, "approve")
    if workflow == BANK:
        chain.act(SEAL, "complete")
    if workflow == ROOT:
        chain.settle_matters(BANK)
        chain.act(BANK, "complete")
    return chain


@pytest.mark.parametrize(("workflow", "action"), MAY)
def test_every_person_against_an_action(database: Database, cast: Cast, workflow: str, action: str) -> None:
    may, told = MAY[workflow, action]
    chain = prepared(database, cast, workflow, action)
    for name in sorted(PEOPLE.keys() - may):
        member = PEOPLE[name](cast)
        with pytest.raises((Refusal, NotFound)) as refused:
            chain.act(workflow, action, member)
        if name in told:
            assert isinstance(refused.value, Refusal) and refused.value.reason == "not-permitted", name
        else:
            assert isinstance(refused.value, NotFound), f"{name} learns that the case exists"
    before = chain.case(workflow).position
    for name in sorted(may):
        chain.act(workflow, action, PEOPLE[name](cast))
    assert chain.case(workflow).position == before + len(may)
    assert chain.faults() == []


def test_an_unknown_case_and_a_foreign_one_are_the_same(chain: Chain) -> None:
    from approvals.operations import moving

    request = chain.request(REGISTRATION, "approve")
    unknown = moving.Request(7, "approve", request.task_id, "some-key", request.form)
    for member, asked in ((chain.cast.outsider, request), (chain.cast.registrar, unknown)):
        with pytest.raises(NotFound) as refused:
            chain.database.write(moving.act, member.acting, asked, chain.now)
        assert refused.value.args == ()


@pytest.mark.parametrize("name", ["applicant", "clerk", "registrar_head", "supervisor"])
def test_a_task_is_claimed_by_those_it_is_addressed_to(chain: Chain, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        chain.claim(REGISTRATION, PEOPLE[name](chain.cast))
    assert not isinstance(refused.value, Outdated) and refused.value.reason == "not-permitted"


def test_an_applicant_does_not_claim_a_correction(chain: Chain) -> None:
    chain.act(REGISTRATION, "return_for_correction")
    with pytest.raises(Refusal) as refused:
        chain.claim(REGISTRATION, chain.cast.applicant)
    assert refused.value.reason == "not-permitted"


def test_nobody_does_what_belongs_to_the_system(chain: Chain) -> None:
    for member in (chain.cast.registrar, chain.cast.applicant, chain.cast.clerk):
        with pytest.raises(Refusal) as refused:
            chain.act(ROOT, "registered", member)
        assert refused.value.reason == "not-permitted"


def test_an_unknown_action_is_refused(chain: Chain) -> None:
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "to_registered")
    assert refused.value.reason == "unknown-action"


def test_nobody_decides_their_own_application(chain: Chain) -> None:
    applicant, registrar = chain.cast.applicant, chain.cast.registrar
    both = Member(
        applicant.person_id, applicant.sign_in_name, applicant.name, replace(applicant.acting, positions=registrar.acting.positions)
    )
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve", both)
    assert refused.value.reason == "not-permitted"


# A walk-in's case, its results collected in a town: who took it in, workflow and action, who may, and who may only read.
AT_AN_OFFICE: tuple[tuple[str, str, str, set[str], set[str]], ...] = (
    ("clerk", ROOT, "hand_out", {"outsider"}, {"clerk"}),
    ("town_clerk", ROOT, "hand_out", {"outsider"}, {"town_clerk"}),
    ("town_clerk", REGISTRATION, "override_identity", {"registrar", "clerk", "town_clerk"}, set()),
    ("clerk", BANK, "complete", {"bank_officer"}, {"clerk"}),
    ("town_clerk", BANK, "complete", {"bank_officer"}, {"town_clerk"}),
)


@pytest.mark.parametrize(("taken_in_by", "workflow", "action", "may", "told"), AT_AN_OFFICE)
def test_a_task_is_done_at_the_office_it_is_addressed_to(
    database: Database, cast: Cast, taken_in_by: str, workflow: str, action: str, may: set[str], told: set[str]
) -> None:
    content = content_with(delivery={"way": "point", "office": OTHER_TOWN})
    member = PEOPLE[taken_in_by](cast)
    chain = Chain(database, cast, content, member=member, office_id=member.acting.positions[0].office_id)
    if workflow != REGISTRATION:
        chain.act(REGISTRATION, "approve")
    if workflow in (BANK, ROOT):
        chain.settle_matters(BANK)
    if workflow == ROOT:
        chain.act(BANK, "complete")
    case = chain.case(workflow)
    for name in ("clerk", "town_clerk", "outsider", "registrar", "bank_officer", "other_bank_officer"):
        member = PEOPLE[name](cast)
        if name in may:
            continue
        for verb in (lambda member=member: chain.act(workflow, action, member), lambda member=member: chain.claim(workflow, member)):
            with pytest.raises((Refusal, NotFound)) as refused:
                verb()
            assert name not in told or (isinstance(refused.value, Refusal) and refused.value.reason == "not-permitted"), name
        with database.reading() as session:
            family = cases.family_of(session, case.token)
        assert family is not None
        view = Seen(family, member.acting)
        assert not [each for each in view.doable(family.subject) if each.action.name == action]
        assert name not in told or view.may_read(family.subject), name
    for name in sorted(may):
        chain.act(workflow, action, PEOPLE[name](cast))
    assert chain.faults() == []
