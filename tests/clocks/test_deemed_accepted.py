"""Counted as accepted after five working days, whether or not a worker was there to note it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from approvals.operations.errors import Overrun

from .permits import ZONE, Permit, at

LAST = at("2026-03-09", "17:30")
"""The fifth working day after the receipt on 2 March ends."""

CORRECTIONS = {"items": [{"page": "premises", "text": "写明门牌号"}]}
LATE: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("accept", {}),
    ("return_for_correction", CORRECTIONS),
    ("reject", {"reason": "不属于本机关职权范围"}),
)


@pytest.mark.parametrize(("action", "form"), LATE)
def test_nothing_is_done_instead_after_five_working_days(permit: Permit, action: str, form: Mapping[str, Any]) -> None:
    with pytest.raises(Overrun) as caught:
        permit.act(action, at("2026-03-20"), form)
    assert "视为受理" in caught.value.message["zh"] and "2026-03-09 17:30" in caught.value.message["en"]
    permit.database.write(caught.value.first)
    assert permit.case.state == "reviewing" and permit.papers() == ["receipt", "acceptance-notice"]
    assert permit.case.clock_started_at.astimezone(ZONE) == at("2026-03-02")
    assert permit.due == ("2026-03-11", "2026-03-16")
    assert permit.faults() == []


@pytest.mark.parametrize(("action", "form"), LATE)
def test_up_to_the_last_moment_it_is_decided(permit: Permit, action: str, form: Mapping[str, Any]) -> None:
    assert permit.act(action, LAST, form) in ("reviewing", "correcting", "not_accepted")
    assert permit.faults() == []
