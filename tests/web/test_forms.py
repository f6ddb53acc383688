"""Forms made from definitions: reading what was typed, saying what is wrong, and showing it all again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from werkzeug.datastructures import MultiDict

from approvals.forms import (
    added_row,
    answers,
    canonical,
    faults,
    fill,
    form_class,
    lenient,
    rearranged,
    small_number,
    without_removed,
)
from approvals.forms.reading import read
from tests.rules.applications import PLACE
from tests.support import seed
from tests.support.filing import sent
from workflows.county import county_catalogue
from workflows.engine.definition import FIELD_KINDS, Field, Form

CHOICES = {
    "places": (("孙武街道", ((PLACE, "古城社区"),)),),
    "business_items": (("", tuple((code, text) for code, text, _ in seed.ITEMS)),),
    "banks": (("", ((seed.BANK, "示例银行"),)),),
    "offices": (("县政务服务大厅", ((seed.HALL, "大厅"),)),),
}
TEXT = {"zh": "问题", "en": "Question"}


@pytest.fixture(autouse=True)
def request_context() -> Iterator[None]:
    application = Flask("approvals")
    application.config.update(SECRET_KEY="tests-only", WTF_CSRF_ENABLED=False)
    Babel(application, default_locale="zh")
    with application.test_request_context("/"):
        yield


def page(name: str) -> Form:
    return county_catalogue().latest("company-opening").page(name)


def asked(kind: str, **more: Any) -> Field:
    return Field("question", kind, TEXT, **more)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("money", "100000", "100000.00"),
        ("money", "１００，０００．５元", "100000.50"),
        ("money", "￥1,000.10", "1000.10"),
        ("money", "十万", "十万"),
        ("money", "1e9", "1e9"),
        ("money", "9" * 20, "9" * 20),
        ("percent", "33.33％", "33.33"),
        ("percent", "三成", "三成"),
        ("integer", "１２", 12),
        ("integer", "0", 0),
        ("integer", "1.5", "1.5"),
        ("integer", "9" * 5000, "9" * 5000),
        ("integer", "²", 2),
        ("date", "2030-06-30", "2030-06-30"),
        ("date", "２０３０年6月3日", "2030-06-03"),
        ("date", "2030/6/3", "2030-06-03"),
        ("date", "2030-02-30", "2030-02-30"),
        ("date", "0000-00-00", "0000-00-00"),
        ("date", "明天", "明天"),
        ("identity", "３７２３２１ 19850612 011x", "37232119850612011X"),
        ("identity", "张三", "张三"),
        ("phone", "０５４３－５３２１０００", "0543-5321000"),
        ("text", "  䶮𫍯😀  ", "䶮𫍯😀"),
        ("text", "a\u202eb", "a\u202eb"),
        ("text", "<b>&amp;", "<b>&amp;"),
        ("long_text", "一\r\n二", "一\n二"),
        ("yes", "y", True),
        ("declaration", "", False),
        ("choice", "nonsense", "nonsense"),
    ],
)
def test_what_is_understood_is_canonical_and_the_rest_stays_as_typed(kind: str, typed: str, value: Any) -> None:
    assert read(asked(kind), [typed]) == value


@pytest.mark.parametrize("kind", [kind for kind in FIELD_KINDS if kind != "table"])
def test_nothing_typed_is_no_answer(kind: str) -> None:
    assert read(asked(kind), []) in ("", False, [])


def test_choices_come_in_the_order_of_the_definition_and_keep_strangers() -> None:
    field = asked("choices", options=(("a", TEXT), ("b", TEXT)))
    assert read(field, ["b", "x", "a", "b", ""]) == ["a", "b", "x"]


@pytest.mark.parametrize("name", ["name", "premises", "capital", "people", "matters", "delivery", "declaration"])
def test_a_valid_page_survives_the_browser(name: str) -> None:
    """Typing a valid application gives the same application, less what its other answers rule out."""
    content = seed.application()
    values = lenient(sent(content[name]), page(name))
    form = form_class(page(name), CHOICES)(sent(content[name]))
    assert form.validate(), form.noted()
    assert values == canonical(form)
    assert faults(page(name), values, CHOICES) == []
    for key, value in values.items():
        expected = content[name][key]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            assert [{column: row[column] for column in row} for row in value] == [
                {column: expected[number][column] for column in row} for number, row in enumerate(value)
            ]
        else:
            assert value == (expected if expected is not None else "")


def test_answers_to_questions_that_are_not_asked_have_no_effect() -> None:
    typed = {"way": "electronic", "recipient": "张测试", "phone": "1", "address": "示例路", "office": seed.HALL}
    assert set(lenient(MultiDict(typed), page("delivery"))) == {"way", "recipient", "phone", "address"}
    at_window = set(lenient(MultiDict({**typed, "way": "window"}), page("delivery")))
    assert at_window == {"way", "recipient", "phone", "office", "paper_copies"}


def test_blank_rows_and_rows_as_they_were_offered_are_left_out() -> None:
    offered = {"shareholders": {"paid_by": "2031-11-23"}}
    typed = MultiDict(
        {
            "shareholders-0-kind": "natural",
            "shareholders-0-paid_by": "2031-11-23",
            "shareholders-5-name": "李样例",
            "shareholders-5-kind": "natural",
        }
    )
    rows = lenient(typed, page("capital"), offered)["shareholders"]
    assert [row["name"] for row in rows] == ["李样例"]


def test_strange_row_numbers_are_no_rows() -> None:
    typed = MultiDict({f"shareholders-{number}-name": "x" for number in ("²", "-1", "9" * 5000, "1e9", "a", "")})
    assert lenient(typed, page("capital"))["shareholders"] == []
    form = form_class(page("capital"), CHOICES)(typed)
    assert canonical(form)["shareholders"] == []


def test_more_rows_than_the_definition_allows_are_cut() -> None:
    typed = MultiDict({f"people-{number}-name": f"张{number}" for number in range(500)})
    assert len(lenient(typed, page("people"))["people"]) == 60
    assert len(canonical(form_class(page("people"), CHOICES)(typed))["people"]) == 60
    typed = MultiDict({"shareholders-999999999-name": "张测试"})
    assert len(lenient(typed, page("capital"))["shareholders"]) == 1


@pytest.mark.parametrize(
    ("name", "values", "path"),
    [
        ("name", {"trade_name": ""}, "trade_name"),
        ("name", {"trade_name": "字" * 200}, "trade_name"),
        ("name", {"organisation": "无限公司"}, "organisation"),
        ("premises", {"place": "110101001001"}, "place"),
        ("premises", {"staff_number": "几个"}, "staff_number"),
        ("premises", {"staff_number": 0}, "staff_number"),
        ("premises", {"commitment": False}, "commitment"),
        ("premises", {"items": []}, "items"),
        ("premises", {"items": "不是表"}, "items"),
        ("premises", {"term": "years"}, "term_years"),
        ("capital", {"capital": "很多"}, "capital"),
        ("people", {"people": [{"name": "张测试", "email": "a@b"}]}, "people.0.email"),
        ("people", {"people": [{"name": "张测试", "positions": ["king"]}]}, "people.0.positions"),
        ("matters", {"chosen": ["bank-account"], "bank": "别的银行"}, "bank"),
        ("delivery", {"way": "post", "address": ""}, "address"),
        ("premises", {"phone": "abc"}, "phone"),
        ("people", {"people": [{"name": "张测试", "phone": "1380000"}]}, "people.0.phone"),
    ],
)
def test_what_the_definition_does_not_allow_is_said_at_its_field(name: str, values: dict[str, Any], path: str) -> None:
    content = {**seed.application()[name], **values}
    found = {fault.path: fault.message for fault in faults(page(name), content, CHOICES)}
    assert found.get(path, "").endswith("。")


@pytest.mark.parametrize("nonsense", [None, 5, "x", [], [1], {"a": 1}, True, [{"x": {}}]])
def test_nonsense_in_a_draft_never_raises(nonsense: Any) -> None:
    for each in county_catalogue().latest("company-opening").pages:
        content = {field.name: nonsense for field in each.fields}
        faults(each, content, CHOICES)
        answers(each, content, CHOICES)
        form = form_class(each, CHOICES)(formdata=None)
        fill(form, content)
        form.validate()
        render_fields(form)


def render_fields(form: Any) -> str:
    return render_template_string(
        "{% for f in form.questions() %}{{ f._value() if f.definition.kind != 'table' }}{% endfor %}", form=form
    )


def test_faults_lead_to_the_row_on_the_page() -> None:
    """A blank row above is not counted as answered, but the fault is shown at the row where it was typed."""
    form = form_class(page("people"), CHOICES)(MultiDict({"people-0-name": "", "people-1-name": "李样例", "people-1-email": "x"}))
    assert not form.validate()
    noted = dict(form.noted())
    assert "people-1-email" in noted
    assert not any(place.startswith("people-0-") for place in noted)


def test_rows_are_added_and_removed_without_scripts() -> None:
    typed = MultiDict({"people-0-name": "张测试", "people-1-name": "李样例", "add": "people"})
    form = form_class(page("people"), CHOICES)(typed)
    assert rearranged(form, typed)
    assert [entry.form["name"].data for entry in form["people"].entries] == ["张测试", "李样例", None]
    assert added_row(typed, page("people")) == ("people", 1)
    typed = MultiDict({"people-0-name": "张测试", "people-1-name": "李样例", "remove": "people.0"})
    form = form_class(page("people"), CHOICES)(typed)
    assert rearranged(form, typed)
    assert [entry.form["name"].data for entry in form["people"].entries] == ["李样例"]
    assert [row["name"] for row in lenient(without_removed(typed, page("people")), page("people"))["people"]] == ["李样例"]


@pytest.mark.parametrize(
    "pressed", [{"remove": "people.²"}, {"remove": "nothing.0"}, {"remove": "people"}, {"add": "name"}, {"add": "<b>"}]
)
def test_strange_buttons_change_nothing(pressed: dict[str, str]) -> None:
    typed = MultiDict({"people-0-name": "张测试", **pressed})
    form = form_class(page("people"), CHOICES)(typed)
    rearranged(form, typed)
    assert [row["name"] for row in canonical(form)["people"]] == ["张测试"]
    assert added_row(typed, page("people")) is None


def test_answers_are_said_in_words() -> None:
    lines = {line.path: line for line in answers(page("premises"), seed.application()["premises"], CHOICES)}
    assert lines["place"].text == "孙武街道 古城社区"
    assert lines["right"].text == "租的"
    assert lines["commitment"].text == "已承诺"
    assert "term_years" not in lines
    capital = {line.path: line for line in answers(page("capital"), seed.application()["capital"], CHOICES)}
    assert capital["capital"].text == "1,000,000.00元"
    assert [cell.text for cell in capital["shareholders"].rows[1]][:3] == ["李样例", "自然人", "居民身份证"]


@pytest.mark.parametrize("typed", ["", "²", "٣", "-1", "1.0", "9" * 19, "9" * 5000])
def test_what_is_no_plain_number_is_none(typed: str) -> None:
    assert small_number(typed) is None


def test_a_strange_place_of_a_row_leads_to_the_table() -> None:
    form = form_class(county_catalogue().latest("company-opening").page("people"), CHOICES)(formdata=None)
    assert form.at("people.²") is form["people"]
    assert form.at("people.².name") is form["people"]
    assert not rearranged(form, MultiDict([("remove", "x.²")]))
    assert small_number("12") == 12
