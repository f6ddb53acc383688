"""``approvals custody balance``: what the county holds, and an exit code for what does not balance."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from approvals.cli import main
from approvals.models import CustodyMove
from tests.custody.carrying import CARD, PROOF, SEAL, Carried


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(main, ["custody", "balance", *arguments])


def test_the_balance_counts_by_office_and_state(carried: Carried, run: Any) -> None:
    card, _seal, proof = carried.take(CARD, SEAL, PROOF)
    carried.send(card, proof)
    found = run("--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.output)
    assert told["held"] == {"古城社区便民服务点": 3} and told["originals"] == 2 and told["open_hand_overs"] == 1
    assert told["states"] == {"held": 1, "in_transit": 2, "missing": 0, "lost": 0, "given": 0} and told["imbalances"] == []
    assert "恰好有一个保管人" in run().output


def test_an_original_without_a_holder_is_named_and_ends_in_one(carried: Carried, run: Any) -> None:
    carried.take(CARD)
    carried.database.write(lambda session: session.execute(delete(CustodyMove)))
    found = run()
    assert found.exit_code == 1 and f"{carried.filed.number}: “身份证原件”没有保管人" in found.output
    assert json.loads(run("--json").output)["imbalances"][0]["case"] == carried.filed.number


def test_a_county_without_papers_balances(carried: Carried, run: Any) -> None:
    assert run().exit_code == 0
