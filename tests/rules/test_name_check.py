"""The check of a name while it is typed: quoted findings, names that only look different, numbers and ends of reservations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.rules.applications import valid_application
from tests.rules.changes import context
from workflows.rules import (
    CheckedName,
    RegisteredName,
    RuleContext,
    check_name,
    comparable,
    last_day_of_reservation,
    name_page,
    readable_reservation_number,
    reservation_number,
)
from workflows.rules.name_law import ARTICLES, quoted
from workflows.rules.name_words import BANS
from workflows.rules.registry import RULES
from workflows.rules.reservations import is_mistyped_reservation_number
from workflows.rules.spelling import differences, same_name_sentence
from workflows.rules.traditional import STANDARD, in_standard_characters, traditional_in

TRADITIONAL_OF = {standard: chr(code) for code, standard in STANDARD.items()}


def checked(names: tuple[RegisteredName, ...] = (), **changes: Any) -> CheckedName:
    page = valid_application()["name"] | changes
    return check_name(name_page(page), context(names=names))


def registered(trade_name: str, industry: str = "农产品销售") -> RegisteredName:
    return RegisteredName(f"惠民县{trade_name}{industry}有限公司", trade_name, industry, "registered", date(2020, 1, 1), None, "")


def test_a_good_name_is_composed_and_nothing_is_found() -> None:
    good = checked(trade_name="青禾")
    assert good.full_name == "惠民县青禾农产品销售有限公司"
    assert [part for part, _ in good.parts] == ["region", "trade_name", "industry", "organisation"]
    assert good.found == () and not good.blocked and not good.identical


@pytest.mark.parametrize(
    ("changes", "article", "blocks"),
    [
        ({"region": "北京市"}, "第七条", True),
        ({"trade_name": "禾"}, "第八条", True),
        ({"trade_name": "Ａ禾"}, "第八条", True),
        ({"trade_name": "樂禾"}, "第五条", False),
        ({"trade_name": "惠民"}, "第八条", False),
        ({"trade_name": "中国禾"}, "第十二条", True),
        ({"organisation": "集团"}, "第十条", True),
        *(({"trade_name": ban.plain[0] + "样禾"}, f"第十一条第{'一二三四五六七八九'[ban.number - 1]}项", True) for ban in BANS),
        *(({"trade_name": ban.doubtful[0] + "样禾"}, f"第十一条第{'一二三四五六七八九'[ban.number - 1]}项", False) for ban in BANS),
        ({"trade_name": "國務院禾"}, "第十一条第三项", True),
    ],
)
def test_each_finding_quotes_its_article(changes: dict[str, Any], article: str, blocks: bool) -> None:
    found = checked(**changes)
    mine = [each for each in found.found if article in [name for name, _ in each.articles]]
    assert mine and mine[0].blocks is blocks and all(words for _, words in mine[0].articles)
    assert [each.blocks for each in found.found] == sorted((each.blocks for each in found.found), reverse=True)


def test_every_article_that_a_rule_of_names_cites_can_be_quoted() -> None:
    own = [rule for rule in RULES.values() if rule.name.startswith("name.")]
    assert own and all(quoted(rule.source) for rule in own)
    assert quoted("公司法 第七条") == ()
    assert all(words.endswith("。") for words in ARTICLES.values())


def test_without_a_trade_name_there_is_no_full_name_and_no_complaint() -> None:
    empty = check_name(name_page({"region": "惠民县", "organisation": "有限公司"}), context())
    assert empty.full_name == "" and not empty.blocked


def test_a_name_that_leaves_the_industry_out_is_checked_without_it() -> None:
    assert checked(trade_name="青禾", multi_industry=True).full_name == "惠民县青禾有限公司"


HOSTILE: tuple[Any, ...] = (
    "\ud800\udfff", "\0", "禾" * 100_000, "<script>", "‮禾", "%00", "𠮷" * 300, "\ufdfa" * 500, 7, None, ["禾"],
)  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_typed_makes_the_check_fail(hostile: Any) -> None:
    for field in ("region", "trade_name", "industry", "organisation", "reservation_number", "multi_industry"):
        checked((registered("禾样"),), **{field: hostile})
    check_name(name_page({hostile: hostile} if isinstance(hostile, str) else {}), context())


# ---- names that only look different ------------------------------------------------------------------------------------


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)


UNSEEN = "\u200b\u200d\ufeff\u2060\ufe00\u00ad \u3000"
names = st.text(st.sampled_from("青禾乐业农惠东风云龙华丰国兴达Ab7"), min_size=2, max_size=12)


@given(name=names, places=st.lists(st.integers(0, 12), max_size=4), unseen=st.sampled_from(UNSEEN))
def test_a_name_stays_itself_in_traditional_wide_and_with_invisible_characters(name: str, places: list[int], unseen: str) -> None:
    disguised = wide("".join(TRADITIONAL_OF.get(character, character) for character in name))
    for place in places:
        disguised = disguised[:place] + unseen + disguised[place:]
    assert comparable(disguised) == comparable(name)
    assert bool(differences(disguised, name)) == (disguised != name)
    if any("\u4e00" <= character <= "\u9fff" for character in name):
        found = checked((registered(name),), trade_name=disguised)
        assert found.identical
        sentences = [each.finding.message["zh"] for each in found.found if each.finding.rule == "name.identical"]
        assert disguised.strip() == name or "只有写法不同" in sentences[0]


@pytest.mark.parametrize(
    ("typed", "taken", "word"),
    [
        ("樂禾", "乐禾", "繁体字"),
        ("乐\u200b禾", "乐禾", "看不见"),
        ("乐 禾", "乐禾", "空格"),
        ("乐禾Ａ", "乐禾A", "全角"),
        ("乐禾a", "乐禾A", "大小写"),
        ("\uf9e4禾", "理禾", "兼容"),
    ],
)
def test_the_sentence_says_what_is_different(typed: str, taken: str, word: str) -> None:
    zh, en = same_name_sentence(typed, taken)
    assert word in zh and "算同一个名称" in zh and en
    assert same_name_sentence(taken, taken) == ("", "") == same_name_sentence("青禾", taken)


def test_the_table_leads_to_standard_characters_in_one_step() -> None:
    assert len(STANDARD) > 2500
    assert not [standard for standard in STANDARD.values() if ord(standard) in STANDARD]
    assert in_standard_characters("惠民縣農產品銷售") == "惠民县农产品销售"
    assert traditional_in("樂樂農禾") == (("樂", "乐"), ("農", "农"))
    assert comparable("乾元") != comparable("干元")


def test_a_name_set_free_protects_nothing() -> None:
    entry = registered("青禾")
    free = RegisteredName(entry.full_name, entry.trade_name, entry.industry, "released", date(2026, 11, 1), None, "R1")
    assert checked((entry,), trade_name="青禾").identical
    assert not checked((free,), trade_name="青禾").identical


# ---- reservations ------------------------------------------------------------------------------------------------------


@given(serial=st.integers(1, 99_999_999), place=st.integers(0, 30), digit=st.integers(0, 9))
def test_a_wrong_digit_of_a_number_is_noticed(serial: int, place: int, digit: int) -> None:
    number = reservation_number(2026, serial)
    assert not is_mistyped_reservation_number(number)
    shown = readable_reservation_number(number)
    assert not is_mistyped_reservation_number(shown) and shown.replace("-", "") == number
    place = 2 + place % (len(number) - 2)
    changed = number[:place] + str(digit) + number[place + 1 :]
    assert is_mistyped_reservation_number(changed) == (changed != number)


def test_numbers_have_bounds_and_other_texts_stay_as_they_are() -> None:
    with pytest.raises(ValueError):
        reservation_number(2026, 0)
    assert readable_reservation_number("名留-1") == "名留-1" and not is_mistyped_reservation_number("名留-1")
    assert readable_reservation_number(reservation_number(2026, 12)).startswith("MB2026-00012-")


def test_a_mistyped_number_is_told_from_an_unknown_one() -> None:
    right = reservation_number(2026, 12)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    said = {
        number: "".join(each.finding.message["zh"] for each in checked(reservation_number=number).found)
        for number in (right, wrong)
    }
    assert "没有查到" in said[right] and "校验位" in said[wrong]


@pytest.mark.parametrize(
    ("since", "prior_approval", "last"),
    [
        (datetime(2026, 11, 23, 1, tzinfo=UTC), False, date(2027, 1, 25)),  # 2027-01-23 is a Saturday
        (datetime(2026, 11, 25, 1, tzinfo=UTC), False, date(2027, 1, 25)),
        (datetime(2026, 12, 31, 1, tzinfo=UTC), False, date(2027, 3, 1)),  # 28 February is a Sunday
        (datetime(2026, 7, 1, 1, tzinfo=UTC), False, date(2026, 9, 1)),
        (datetime(2026, 11, 22, 17, tzinfo=UTC), True, date(2027, 11, 23)),  # the 23rd already in the county
    ],
)
def test_the_last_day_of_a_reservation(since: datetime, prior_approval: bool, last: date) -> None:
    assert last_day_of_reservation(county_calendar(), since, prior_approval) == last


def test_the_context_may_be_of_any_stage() -> None:
    within = RuleContext(today=date(2026, 11, 23), stage="submission")
    complete = check_name({"region": "惠民县", "trade_name": "青禾", "organisation": "有限公司"}, within, "submission")
    assert [each.finding.rule for each in complete.found] == ["name.industry"]
