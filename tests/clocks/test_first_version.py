"""Permits that began before the notice of a special procedure said how long it will take go on as their version says."""

from __future__ import annotations

import pytest

from approvals.db import Database
from tests.support.seed import Cast
from workflows.engine.catalogue import Catalogue
from workflows.engine.definition import Definition

from .permits import GROUND, WORKFLOW, Permit, at


def test_a_permit_of_the_first_version_is_inspected_without_a_length(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = Catalogue.latest

    def first(catalogue: Catalogue, key: str) -> Definition:
        return catalogue.version(key, 1) if key == WORKFLOW else latest(catalogue, key)

    with monkeypatch.context() as patched:
        patched.setattr(Catalogue, "latest", first)
        permit = Permit(database, cast, at("2026-03-02")).accepted("2026-03-03")
    assert permit.case.version == 1
    form = {"starts_on": "2026-03-05", "ground": GROUND, "inspectors": "宋许可、唐许可", "content": "看后厨"}
    assert permit.act("order_inspection", at("2026-03-05"), form) == "inspecting"
    assert [(row.kind, row.expected_days) for row in permit.ledger] == [("site_inspection", None)]
    assert permit.inspected_to("2026-03-06", at("2026-03-09")) == "evaluating"
    assert permit.due == ("2026-03-19", "2026-04-02")
    assert permit.faults() == []
