"""Nothing comes into force that the verbs would not carry out."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.operations import carrying
from approvals.operations.effects import EFFECTS
from tests.engine.test_machine import TASK, action, final, state, workflow
from tests.support.web import application_settings
from workflows.county import county_catalogue
from workflows.engine.registry import EFFECTS as DECLARED


def test_every_effect_of_a_shipped_definition_is_carried_out() -> None:
    used = {effect.name for definition in county_catalogue() for each in definition.actions.values() for effect in each.effects}
    assert used and used <= set(EFFECTS)
    carrying.refuse_not_carried_out(county_catalogue())


def test_what_is_carried_out_is_declared_for_definitions() -> None:
    assert set(EFFECTS) <= set(DECLARED)


@pytest.mark.parametrize(
    ("states", "actions", "said"),
    [
        ({}, {"go": action("start", "end", effects=["paint_it"])}, "'go' has the effect 'paint_it'"),
        ({"start": state(task=TASK, sign_off={"rule": "all"})}, {"go": action("start", "end")}, "'start' asks others than signatories"),
    ],
)  # fmt: skip
def test_what_is_not_carried_out_is_refused(states: dict[str, Any], actions: dict[str, Any], said: str) -> None:
    definition = workflow({"start": state(task=TASK), "end": final(), **states}, actions)
    with pytest.raises(carrying.NotCarriedOut, match=said) as refused:
        carrying.refuse_not_carried_out([*county_catalogue(), definition])
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_product_does_not_start_with_such_a_definition(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from approvals.app import create_app

    monkeypatch.delitem(EFFECTS, "issue_document")
    carrying.catalogue_in_force.cache_clear()
    with pytest.raises(carrying.NotCarriedOut, match="'issue_document'"):
        create_app(application_settings(database_url))
