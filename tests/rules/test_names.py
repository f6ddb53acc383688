"""Full names, the comparison of names, and how long others' names stand in the way."""

from datetime import date

import pytest

from tests.rules.applications import FIRM, TODAY, shareholder, valid_application
from tests.rules.changes import Change, both, changed, context, found, put
from workflows.rules import RegisteredName, comparable, compose_name

NOTHING = both()


def registered(status: str = "registered", since: date = date(2020, 1, 1), **changes: object) -> RegisteredName:
    values: dict[str, object] = {
        "full_name": "惠民县禾样农产品销售有限公司",
        "trade_name": "禾样",
        "industry": "农产品销售",
        "status": status,
        "since": since,
        "until": None,
        "holder": "",
    }
    return RegisteredName(**(values | changes))  # type: ignore[arg-type]


def severities(entry: RegisteredName, change: Change = NOTHING, today: date = TODAY) -> list[str]:
    within = context(today=today, names=(entry,))
    return [finding.severity for finding in found("name.identical", changed(change), within)]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (both(), "惠民县禾样农产品销售有限公司"),
        (put("name.industry", ""), "惠民县禾样有限公司"),
        (put("name.trade_name", " 䶮𫍯 "), "惠民县䶮𫍯农产品销售有限公司"),
        (put("name.trade_name", 7), "惠民县农产品销售有限公司"),
    ],
)
def test_full_name(change: Change, name: str) -> None:
    assert compose_name(changed(change)["name"]) == name


@pytest.mark.parametrize("other", ["禾\u200b样", " 禾 样", "禾样\ufeff", "禾样\ufe00"])
def test_names_that_look_the_same_are_compared_as_the_same(other: str) -> None:
    assert comparable(other) == comparable("禾样")
    assert severities(registered(), put("name.trade_name", other)) == ["block"]


def test_compatibility_characters_are_compared_as_the_usual_ones() -> None:
    assert comparable("\uf9e4ＡＢ") == comparable("理ab")
    assert comparable("䶮") != comparable("龑")


@pytest.mark.parametrize("status", ["cancelled", "changed", "revoked"])
def test_names_given_up_are_free_after_a_year(status: str) -> None:
    assert severities(registered(status, date(2025, 11, 23))) == ["block"]
    assert severities(registered(status, date(2025, 11, 22))) == []


def test_reservations_of_others_count_until_they_end() -> None:
    reserved = registered("reserved", date(2026, 10, 1), until=TODAY, holder="R1")
    assert severities(reserved) == ["block"]
    assert severities(reserved, put("name.reservation_number", "R2")) == ["block"]
    assert severities(reserved, put("name.reservation_number", "R1")) == []
    assert severities(reserved, today=date(2026, 11, 24)) == []


def test_another_industry_is_free_but_a_name_without_industry_stands_against_all() -> None:
    elsewhere = registered(full_name="惠民县禾样木业有限公司", industry="木业")
    assert severities(elsewhere) == []
    everywhere = registered(full_name="惠民县禾样有限公司", industry="")
    assert severities(everywhere) == ["block"]


def test_an_investor_may_share_its_trade_name_but_not_its_whole_name() -> None:
    investor = shareholder("示例有限公司", FIRM, "400000.00", kind="enterprise", id_kind="credit-code")
    invested = put("capital.shareholders.1", investor)
    sister = registered(full_name="山东禾样农产品销售有限公司", holder=FIRM)
    assert severities(sister) == ["block"]
    assert severities(sister, invested) == ["warn"]
    assert severities(registered(holder=FIRM), invested) == ["block"]


def test_a_reservation_is_over_after_its_last_day_and_never_without_one() -> None:
    plain = changed(put("name.reservation_number", "R1"))
    for until, problems in ((date(2026, 11, 1), 1), (date(2030, 1, 1), 0), (None, 0)):
        reserved = registered("reserved", date(2026, 8, 1), until=until, holder="R1")
        assert len(found("name.reservation", plain, context(names=(reserved,)))) == problems


def test_a_reservation_number_that_nobody_knows_is_pointed_out() -> None:
    (finding,) = found("name.reservation", changed(put("name.reservation_number", "R1")), context())
    assert finding.severity == "warn" and "没有查到" in finding.message["zh"]


def test_a_reservation_that_became_a_company_protects_nothing_by_itself() -> None:
    assert severities(registered("used", date(2026, 11, 1), holder="R1")) == []


@pytest.mark.parametrize(
    ("trade_name", "is_shown"),
    [
        ("禾例", True),
        ("样样", True),
        ("新禾样", True),
        ("禾样园", True),
        ("禾新样", True),
        ("禾样", False),
        ("样禾", False),
        ("青苗", False),
        ("禾", False),
    ],
)
def test_similar_names_differ_by_one_character_or_hold_one_another(trade_name: str, is_shown: bool) -> None:
    entry = registered(full_name=f"惠民县{trade_name}农产品销售有限公司", trade_name=trade_name)
    shown = found("name.similar", changed(), context(names=(entry,)))
    assert [finding.severity for finding in shown] == ["warn"] * is_shown
    assert all(entry.full_name in finding.message["zh"] for finding in shown)


def test_similar_names_of_another_industry_are_not_shown() -> None:
    other = registered(trade_name="禾例", industry="木业")
    everywhere = registered(trade_name="禾例", industry="")
    assert found("name.similar", changed(), context(names=(other,))) == []
    assert len(found("name.similar", changed(), context(names=(everywhere,)))) == 1
    assert len(found("name.similar", changed(put("name.industry", "")), context(names=(other,)))) == 1


def test_many_similar_names_are_one_sentence_that_counts_them() -> None:
    entries = tuple(registered(full_name=f"惠民县禾{last}农产品销售有限公司", trade_name=f"禾{last}") for last in "甲乙丙丁戊己庚")
    (finding,) = found("name.similar", changed(), context(names=entries))
    assert "等 7 个" in finding.message["zh"] and "and 2 more" in finding.message["en"]
    assert "惠民县禾戊" in finding.message["zh"] and "惠民县禾己" not in finding.message["zh"]


def test_the_valid_application_is_new_each_time() -> None:
    first = valid_application()
    first["name"]["trade_name"] = "改"
    assert valid_application()["name"]["trade_name"] == "禾样"


def test_names_are_compared_by_their_beginning() -> None:
    """Dozens of rules compare every name: one without end must not cost seconds."""
    assert comparable("禾" * 2_000_000) == "禾" * 1000
