"""What the shipped definitions promise to the rest of the product."""

from typing import Any

import pytest

from tests.rules.applications import valid_application
from workflows.county import county_catalogue
from workflows.engine.definition import Definition, Field
from workflows.engine.machine import automatic_actions
from workflows.engine.registry import EFFECTS, GUARDS
from workflows.rules.reading import PAGES

CATALOGUE = county_catalogue()
OPENING = CATALOGUE.latest("company-opening")
MATTERS = (
    "company-seal",
    "tax-registration",
    "social-insurance",
    "medical-insurance",
    "housing-fund",
    "bank-account",
)


def test_the_application_has_its_seven_pages_in_order() -> None:
    assert tuple(page.name for page in OPENING.pages) == PAGES == OPENING.reads


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_exactly_what_the_rules_read(name: str) -> None:
    filed = valid_application()[name]
    assert {field.name for field in OPENING.page(name).fields} == set(filed)
    for field in OPENING.page(name).fields:
        for row in filed[field.name] if field.kind == "table" else ():
            assert {column.name for column in field.columns} == set(row)
            for column in field.columns:
                assert fits(column, row[column.name]), (field.name, column.name)
        assert field.kind == "table" or fits(field, filed[field.name]), field.name


def fits(field: Field, value: Any) -> bool:
    """Whether a value that was filed is one that this field could have given."""
    options = {option for option, _ in field.options}
    if field.kind == "choice":
        return value in options
    if field.kind == "choices":
        return set(value) <= options
    if field.kind in ("yes", "declaration"):
        return isinstance(value, bool)
    if field.kind == "integer":
        return value is None or isinstance(value, int)
    return isinstance(value, str) and len(value) <= field.max_length


def test_the_chain_opens_the_registration_and_then_what_was_chosen() -> None:
    assert [opening.workflow for opening in OPENING.states["registering"].opens] == ["company-registration"]
    chosen = OPENING.states["processing"].opens
    assert tuple(opening.workflow for opening in chosen) == MATTERS
    assert {opening.workflow: opening.after for opening in chosen if opening.after} == {"bank-account": ("company-seal",)}
    assert all(opening.when == "chosen" for opening in chosen)


@pytest.mark.parametrize("key", MATTERS)
def test_a_matter_can_be_done_fail_be_withdrawn_and_start_again(key: str) -> None:
    definition = CATALOGUE.latest(key)
    assert {state.outcome for state in definition.states.values() if state.final} >= {"done", "failed", "withdrawn"}
    restart = definition.actions["restart"]
    unsuccessful = {state.name for state in definition.states.values() if state.final and state.outcome != "done"}
    assert set(restart.source) == unsuccessful and restart.branches[0].dest == "handling"
    completion = definition.forms[definition.actions["complete"].form]
    assert any(field.required for field in completion.fields)


def test_every_matter_issues_a_document_of_its_own() -> None:
    kinds = [
        effect.parameters["kind"]
        for key in MATTERS
        for effect in CATALOGUE.latest(key).actions["complete"].effects
        if effect.name == "issue_document"
    ]
    assert len(kinds) == len(set(kinds)) == len(MATTERS)


def test_the_bank_waits_for_the_seals_and_is_the_one_the_applicant_chose() -> None:
    bank = CATALOGUE.latest("bank-account")
    assert bank.initial == "waiting" and bank.states["waiting"].task is None
    assert [action.name for action in automatic_actions(bank, "waiting")] == ["begin", "not_open"]
    assert {guard.name for guard in bank.actions["restart"].guards} == {"predecessors_done"}
    task = bank.states["handling"].task
    assert task is not None
    assert (task.role, task.department, task.office) == ("officer", "bank", "matters.bank")


def every_definition() -> list[Definition]:
    return list(CATALOGUE)


@pytest.mark.parametrize("definition", every_definition(), ids=lambda each: each.key)
def test_nothing_is_charged_and_no_paper_is_asked(definition: Definition) -> None:
    assert definition.fees and all(fee.payer == "county" or fee.on_request for fee in definition.fees)
    assert definition.materials and all(material.source != "paper" for material in definition.materials)


@pytest.mark.parametrize("definition", every_definition(), ids=lambda each: each.key)
def test_every_name_is_registered_and_every_guard_refuses_in_both_languages(definition: Definition) -> None:
    for action in definition.actions.values():
        assert {effect.name for effect in action.effects} <= set(EFFECTS)
        assert {named.name for named in action.guards} <= set(GUARDS)
