"""What may be filed for a permit: every rule of the matter finds what it is for, and says it in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.clocks.permits import application
from workflows.rules import FOOD_PERMIT, FOOD_RULES, RuleContext, findings_for, permit_facts, permit_number, subject_name
from workflows.rules.citing import cited_in_english

TODAY = date(2026, 3, 2)
CONTEXT = RuleContext(TODAY, "submission", places=frozenset({"371621001020"}))

FAULTS: tuple[tuple[str, str, str, Any], ...] = (
    ("food.control-characters", "business", "name", "样例\x00店"),
    ("food.invisible-characters", "business", "name", "样例\u200b店"),
    ("food.private-characters", "business", "name", "样例\ue000店"),
    ("food.place", "premises", "place", "110101001001"),
    ("food.credit-code", "business", "credit_code", "91371621MA0000001N"),
    ("food.phone", "business", "phone", "12345"),
    ("food.items-of-kind", "business", "kind", "sales"),
    ("food.permit-needed", "food", "items", ["prepackaged"]),
    ("food.safety-manager", "food", "safety_manager", ""),
    ("food.complete", "premises", "address", ""),
    ("food.truthful", "declaration", "truthful", False),
    ("food.signature", "declaration", "signature", "李某"),
)


def found(content: Mapping[str, Any]) -> list[str]:
    return [finding.rule for finding in findings_for(FOOD_PERMIT, content, CONTEXT)]


def test_a_complete_application_is_fit() -> None:
    context = RuleContext(TODAY, "submission")
    assert findings_for(FOOD_PERMIT, application(), context) == ()


@pytest.mark.parametrize(("rule", "page", "name", "value"), FAULTS)
def test_each_rule_finds_its_fault(rule: str, page: str, name: str, value: Any) -> None:
    content = application(**{page: {name: value}})
    if rule == "food.permit-needed":
        content["business"]["kind"] = "sales"
    assert rule in found(content)
    (finding, *_) = [each for each in findings_for(FOOD_PERMIT, content, CONTEXT) if each.rule == rule]
    assert finding.message["zh"].endswith("。") and finding.message["en"].endswith(".")
    assert "Law" in cited_in_english(finding.source)


def test_every_rule_has_a_fault() -> None:
    assert {rule for rule, *_ in FAULTS} == set(FOOD_RULES)


@pytest.mark.parametrize("content", [{}, {"business": None, "food": [], "premises": 5}, {"food": {"items": "hot"}}])
def test_nonsense_is_no_error(content: Any) -> None:
    assert "food.complete" in found(content)
    assert isinstance(subject_name(content), str)


def test_numbers_count_up_and_hold_a_check_digit() -> None:
    numbers = [permit_number("catering", serial) for serial in range(1, 200)]
    assert len(set(numbers)) == 199 and all(len(number) == 16 and number.startswith("JY2371621") for number in numbers)
    # A wrong digit shows: ISO 7064 finds every single one.
    assert len({number[:-1] for number in numbers}) == 199


def test_a_permit_is_good_for_five_years_to_the_day_before() -> None:
    facts = permit_facts(application(), place="惠民县孙武街道古城社区", issued_by="样例局", granted_on=date(2028, 2, 29), number="JY1")
    assert (facts["granted_on"], facts["valid_until"]) == ("2028-02-29", "2033-02-28")
    assert facts["items"] == "热食类食品制售、冷食类食品制售" and facts["business_kind"] == "餐饮服务经营者"
