"""The invented applications break no rule, whatever the day."""

import random
from datetime import date

import pytest

from approvals.demo import invented
from approvals.demo.applications import TRADES, Generator
from approvals.demo.people import PASSWORD, STAFF
from approvals.operations import passwords
from approvals.operations.network import read_data
from workflows.county import county_catalogue
from workflows.engine.definition import OUTSIDE_ROLES
from workflows.rules import RuleContext, blocking, compose_name, findings, identity_faults
from workflows.rules.name_words import place_names

PLACES = frozenset(row["code"] for row in read_data("places")["places"])
ITEMS = {row["code"]: row["licensed"] for row in read_data("business_items")["items"]}
FIRMS = 250


def context(day: date) -> RuleContext:
    return RuleContext(
        today=day, stage="submission", names=(), places=PLACES, business_items=ITEMS, identity_overrides=frozenset()
    )  # fmt: skip


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2028, 3, 1)])
def test_applications_are_varied_and_free_of_faults(day: date) -> None:
    generator = Generator(random.Random(1), ["bank-a", "bank-b"])
    firms = [generator.firm(day, founder="张演示", filed_by="applicant") for _ in range(FIRMS)]
    faults = {(found.rule, found.field) for firm in firms for found in blocking(findings(firm.content, context(day)))}
    assert not faults
    assert len({compose_name(firm.content["name"]) for firm in firms}) == FIRMS
    assert {len(firm.content["capital"]["shareholders"]) for firm in firms} == {1, 2, 3, 4, 5}
    assert len({firm.town for firm in firms}) == len({code[:9] for code in PLACES if len(code) > 9})
    assert {firm.content["delivery"]["way"] for firm in firms} == {"electronic", "post", "point", "window"}
    assert {firm.content["name"]["company_type"] for firm in firms} == {"llc-natural-persons", "llc-natural-sole", "llc-other"}


def test_a_card_with_a_wrong_check_digit_is_filed_as_it_is_on_the_card() -> None:
    day = date(2026, 11, 23)
    firm = Generator(random.Random(1), ["bank-a"]).firm(day, founder="张演示", filed_by="applicant", odd_card=True)
    assert "check-digit" in identity_faults("identity-card", firm.misprinted, day)
    assert not blocking(findings(firm.content, context(day)))


def test_invented_numbers_and_names_belong_to_nobody() -> None:
    source = random.Random(2)
    for _ in range(50):
        number = invented.random_identity_number(source)
        assert number[14:17] == "000"
        assert identity_faults("identity-card", number, date(2026, 11, 23)) == ()
        assert identity_faults("credit-code", invented.firm_number(source), date(2026, 11, 23)) == ()
    assert all(len(name) == 3 and name[1:] in invented.GIVEN for name in invented.PERSON_NAMES)
    assert not set(invented.trade_names(source)) & place_names()


def test_every_item_of_a_trade_is_on_the_list_and_each_list_says_where_it_comes_from() -> None:
    texts = {row["text"] for row in read_data("business_items")["items"]}
    assert {item for _, items in TRADES for item in items} <= texts
    assert len(texts) == len(ITEMS)
    assert any(ITEMS.values())
    assert "示例" in read_data("business_items")["source"]
    assert "示例" in read_data("example_banks")["source"]


def test_there_is_staff_for_every_role_and_department_that_a_definition_names() -> None:
    needed = {
        (state.task.role, state.task.department or definition.department)
        for definition in county_catalogue()
        for state in definition.states.values()
        if state.task is not None and state.task.role not in OUTSIDE_ROLES
    }
    # Agents stand at every point of the network, so the list of staff does not name them.
    held = {(post.role, post.department) for post in STAFF} | {("agent", "approval-bureau")}
    assert needed <= held
    # One sign-in at least for each role, and each is told what it shows.
    assert {post.role for post in STAFF} == {post.role for post in STAFF if post.sign_in_name and post.title}


def test_the_demo_password_would_pass_as_a_password() -> None:
    assert all(passwords.faults(PASSWORD, post.sign_in_name, "") == "" for post in STAFF if post.sign_in_name)
