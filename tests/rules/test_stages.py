"""What runs when, in which order, and what holds for drafts, approvals and exact sums."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.applications import TODAY, ZHANG, shareholder, valid_application
from tests.rules.changes import add, both, changed, context, found, put
from workflows.rules import STAGES, RegisteredName, RuleContext, blocking, findings
from workflows.rules.reading import PAGES

BAD_DIGIT = ZHANG[:-1] + ("0" if ZHANG[-1] != "0" else "1")


@pytest.mark.parametrize("application", [{}, {page: {} for page in PAGES}, {"name": {"region": ""}, "capital": None}])
def test_an_empty_draft_has_no_findings(application: Mapping[str, object]) -> None:
    assert findings(application, context("draft")) == ()


def test_an_empty_submission_misses_something_on_every_page_but_the_chosen_matters() -> None:
    pages = {finding.field.partition(".")[0] for finding in blocking(findings({}, context()))}
    assert pages == set(PAGES) - {"matters"}


def test_findings_come_in_page_order() -> None:
    pages = [PAGES.index(finding.field.partition(".")[0]) for finding in findings({}, context())]
    assert pages == sorted(pages)
    assert len(set(pages)) > 1


def test_blocking_keeps_only_what_forbids_going_on() -> None:
    application = changed(put("name.trade_name", "惠民"), put("name.region", "阳信县"))
    kept = blocking(findings(application, context()))
    assert [finding.rule for finding in kept] == ["name.region"]


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="stage must be one of"):
        RuleContext(TODAY, "later")


def test_payment_within_five_years_of_submission_may_be_too_late_or_early_at_approval() -> None:
    application = changed(put("capital.shareholders.0.paid_by", "2031-11-24"))
    assert len(found("company.paid-by", application, context(today=date(2026, 11, 23)))) == 1
    assert found("company.paid-by", application, context("approval", today=date(2026, 11, 24))) == []


def test_five_years_from_a_leap_day_end_on_the_last_of_february() -> None:
    leap_day = date(2028, 2, 29)
    in_time, late = (changed(put("capital.shareholders.0.paid_by", day)) for day in ("2033-02-28", "2033-03-01"))
    assert found("company.paid-by", in_time, context("approval", today=leap_day)) == []
    assert len(found("company.paid-by", late, context("approval", today=leap_day))) == 1


def test_an_approval_that_lapsed_meanwhile_stops_the_approval() -> None:
    item = {"item": "S0002", "text": "食品经营", "licensed": True, "approval_number": "样001"}
    application = changed(put("premises.items", [item | {"approval_valid_until": TODAY.isoformat()}]))
    assert found("premises.licensed-item", application, context()) == []
    later = context("approval", today=TODAY + timedelta(days=1))
    assert [finding.severity for finding in found("premises.licensed-item", application, later)] == ["block"]


def test_as_on_my_card_may_be_submitted_and_waits_for_a_clerk() -> None:
    application = changed(
        put("people.people.0.id_number", BAD_DIGIT),
        put("people.people.0.id_as_on_card", True),
        put("capital.shareholders.0.id_number", BAD_DIGIT),
        put("capital.shareholders.0.id_as_on_card", True),
    )
    rule = "identity.check-digit"
    assert blocking(findings(application, context())) == ()
    assert {finding.severity for finding in found(rule, application, context())} == {"warn"}
    assert {finding.severity for finding in found(rule, application, context("approval"))} == {"block"}
    overridden = context("approval", identity_overrides=frozenset({BAD_DIGIT.lower()}))
    assert {finding.severity for finding in found(rule, application, overridden)} == {"record"}
    assert blocking(findings(application, overridden)) == ()


def test_neither_word_nor_clerk_helps_against_a_birth_in_the_future() -> None:
    application = changed(put("people.people.2.id_as_on_card", True), put("people.people.2.id_number", "371621203001010115"))
    overridden = context("approval", identity_overrides=frozenset({"371621203001010115"}))
    assert [finding.severity for finding in found("identity.birth-date", application, overridden)] == ["block"]


def test_sums_are_exact_to_the_cent() -> None:
    rows = [shareholder(f"股东{'甲' * (n + 1)}", "", amount) for n, amount in enumerate(["0.10"] * 3 + ["10.00", "0.20"])]
    exact = changed(put("capital.shareholders", rows), put("capital.capital", "10.50"))
    assert found("company.capital-sum", exact, context()) == []
    off = changed(put("capital.shareholders", rows), put("capital.capital", "10.51"))
    assert "0.01" in found("company.capital-sum", off, context())[0].message["zh"]


@given(st.lists(st.integers(min_value=1, max_value=10**15 - 1), min_size=1, max_size=50))
@settings(max_examples=40)
def test_capital_equals_its_parts_for_any_cents(cents: list[int]) -> None:
    rows = [shareholder(f"股东{'甲' * (n + 1)}", "", str(Decimal(each) / 100)) for n, each in enumerate(cents)]
    total = Decimal(sum(cents)) / 100
    if total >= 10**15:
        return
    equal, off = (
        changed(put("capital.shareholders", rows), put("capital.capital", f"{capital:.2f}"))
        for capital in (total, total + Decimal("0.01"))
    )
    assert found("company.capital-sum", equal, context()) == []
    assert len(found("company.capital-sum", off, context())) == 1


def test_a_draft_with_amounts_still_missing_is_not_told_about_the_sum() -> None:
    half = changed(put("capital.shareholders.1.amount", ""))
    assert found("company.capital-sum", half, context("draft")) == []
    above = changed(put("capital.shareholders.1.amount", ""), put("capital.capital", "500000.00"))
    assert len(found("company.capital-sum", above, context("draft"))) == 1


def test_one_shareholder_in_two_rows_counts_once() -> None:
    rows = [shareholder("张测试", ZHANG, "1.00"), shareholder("张测试", f" {ZHANG}", "1.00", method="goods")]
    application = changed(
        put("capital.shareholders", rows), put("capital.capital", "2.00"), put("name.company_type", "llc-natural-sole")
    )
    assert blocking(findings(application, context())) == ()


def test_the_last_day_of_a_reservation_still_holds() -> None:
    last = RegisteredName("惠民县禾样农产品销售有限公司", "禾样", "农产品销售", "reserved", date(2026, 9, 23), TODAY, "R1")
    application = changed(put("name.reservation_number", "R1"))
    assert found("name.reservation", application, context("approval", names=(last,))) == []
    later = context("approval", today=TODAY + timedelta(days=1), names=(last,))
    assert [finding.severity for finding in found("name.reservation", application, later)] == ["block"]


def test_the_liaison_is_told_which_of_phone_and_email_is_wrong() -> None:
    (phone,) = found("company.liaison", changed(put("people.people.2.phone", "")), context())
    (email,) = found("company.liaison", changed(put("people.people.2.email", "")), context())
    assert "电话" in phone.message["zh"] and "邮箱" in email.message["zh"]


def test_an_untouched_row_is_no_row() -> None:
    blank = {"name": " ", "id_number": "", "amount": None, "positions": [], "id_as_on_card": False}
    application = changed(add("capital.shareholders", blank), add("people.people", blank), add("premises.items", blank))
    assert blocking(findings(application, context())) == ()


def test_html_and_rare_characters_are_text() -> None:
    application = changed(put("premises.address", "<script>alert(1)</script> 䶮𫍯 😀"), put("people.people.1.name", "李䶮𫍯"))
    assert not [finding for finding in findings(application, context()) if finding.rule.startswith("text.")]


GARBAGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=12)
    | st.sampled_from(["9" * 400, "1e999999", "0000-00-00", "²²²", "３７１６２１", "\ud800", "NaN", "中华", "identity-card"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    f"{page}.{field}{column}"
    for page, fields in valid_application().items()
    for field, value in fields.items()
    for column in (
        [""] + [f".0.{name}" for name in value[0]] if isinstance(value, list) and isinstance(value[0:1] and value[0], dict) else [""]
    )
]


@given(st.sampled_from(FIELDS), GARBAGE, st.sampled_from(STAGES))
@settings(max_examples=300)
def test_garbage_in_any_field_never_raises(path: str, value: object, stage: str) -> None:
    for finding in findings(changed(put(path, value)), context(stage)):
        assert finding.message["zh"] and finding.message["en"]


@given(st.sampled_from(PAGES), GARBAGE, GARBAGE)
@settings(max_examples=60)
def test_garbage_instead_of_a_page_or_everything_never_raises(page: str, value: object, everything: object) -> None:
    findings(changed(put(page, value)), context())
    findings(everything, context())  # type: ignore[arg-type]


@given(st.sampled_from(["id_number", "id_kind", "kind", "positions", "paid_by", "amount", "share"]), GARBAGE, GARBAGE)
@settings(max_examples=100)
def test_two_rows_of_the_same_garbage_never_raise(column: str, value: object, other: object) -> None:
    row = {column: value, "name": other, "id_kind": "identity-card"} | {column: value}
    change = both(put("capital.shareholders", [row, dict(row)]), put("capital.owners", [row]), put("people.people", [row, dict(row)]))
    for stage in STAGES:
        findings(changed(change), context(stage, business_items={"S0001": True}, places=frozenset({"1"})))
