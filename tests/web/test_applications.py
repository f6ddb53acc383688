"""An applicant's pages: the task list, pages that never refuse to save, checking, filing once, the receipt, claiming."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from approvals.models import Case, Draft, Submission
from approvals.operations import drafts
from tests.rules.applications import LI, ZHANG
from tests.support import seed
from tests.support.driving import sign_all
from tests.support.filing import County, began, county_on, sent, store, submitted, typed
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.clock import OFFICE_ZONE

BUDGET = 6
"""Statements of one page."""

RARE = "䶮𫍯😀\u202e<script>alert(1)</script>&\"'"


@pytest.fixture
def county(database_url: str) -> Iterator[County]:
    made = county_on(database_url)
    yield made
    made.database.engine.dispose()
    made.served.engine.dispose()


@pytest.fixture
def on_sqlite(sqlite_databases: Any) -> Iterator[County]:
    """For what does not depend on storage."""
    url = sqlite_databases.create()
    yield county_on(url)
    sqlite_databases.drop(url)


@pytest.fixture
def visitor(on_sqlite: County) -> Visitor:
    return on_sqlite.visitor(on_sqlite.cast.applicant)


def states(html: str) -> list[str]:
    """The states of the task list, in order."""
    words = ("已完成", "需要修改", "填写中", "未开始")
    lines = html.split('<ol class="task-list">')[1].split("</ol>")[0].split("<li>")[1:]
    return [next(word for word in words if word in line) for line in lines]


def test_from_start_to_receipt(county: County) -> None:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    assert states(visitor.get(f"/applications/{token}").text) == ["未开始"] * 7
    typed(visitor, token, seed.application())
    assert states(visitor.get(f"/applications/{token}").text) == ["已完成"] * 7
    answer = submitted(visitor, token)
    receipt = visitor.get(answer.location).text
    case = next(case for case in county.rows(Case) if case.parent_id is None)
    assert case.number in receipt
    assert "惠民县禾样农产品销售有限公司" in receipt
    assert "还差3人" in receipt, "the clock begins when everybody has signed"
    sign_all(county.database, case.id, county.now)
    receipt = visitor.get(answer.location).text
    case = next(case for case in county.rows(Case) if case.parent_id is None)
    assert case.promised_due_at is not None
    assert f"{case.promised_due_at.astimezone(OFFICE_ZONE):%Y年%-m月%-d日 %H:%M}" in receipt
    assert case.applicant_id == county.cast.applicant.person_id
    filed = county.rows(Submission)[0].content
    assert filed["capital"]["capital"] == "1000000.00"
    assert filed["premises"]["staff_number"] == 5


def test_what_was_filed_again_gives_the_same_receipt(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, seed.application())
    first = submitted(visitor, token).location
    again = visitor.post(f"/applications/{token}/submit", {"revision": "7"}, status=303)
    assert again.location == first
    for path in (f"/applications/{token}", f"/applications/{token}/name", f"/applications/{token}/check"):
        assert visitor.get(path, status=303).location == first
    late = visitor.post(f"/applications/{token}/name", {"trade_name": "晚样"}, status=303)
    assert late.location == first
    assert len(on_sqlite.rows(Submission)) == 1


def test_every_page_stays_within_its_statements(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, seed.application())
    paths = ["/applications", f"/applications/{token}", f"/applications/{token}/check", "/cases/claim"]
    paths += [f"/applications/{token}/{page}" for page in seed.application()]
    fresh = began(visitor)
    paths += [f"/applications/{fresh}/{page}" for page in seed.application()]
    visitor.get(paths[0])
    for path in paths:
        with counted(on_sqlite.served) as statements:
            visitor.get(path)
        assert len(statements) <= BUDGET, (path, statements)
    receipt = submitted(visitor, token).location
    with counted(on_sqlite.served) as statements:
        visitor.get(receipt)
    assert len(statements) <= BUDGET


def test_invalid_and_half_filled_pages_are_saved_and_say_what_has_to_change(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    again = visitor.post(f"/applications/{token}/name", {"trade_name": "A", "organisation": "无限公司"}, status=303)
    assert again.location.endswith(f"/applications/{token}/name")
    html = visitor.get(again.location).text
    assert 'href="#trade_name"' in html
    assert "企业名称登记管理规定 第五条、第八条" in html
    assert 'value="A"' in html
    assert "无限公司" in html
    assert states(visitor.get(f"/applications/{token}").text)[0] == "需要修改"
    assert on_sqlite.draft(token).content["name"]["trade_name"] == "A"


def test_a_page_with_only_gaps_is_in_progress(visitor: Visitor) -> None:
    token = began(visitor)
    visitor.post(f"/applications/{token}/name", {"trade_name": "禾样", "region": "惠民县"}, status=303)
    assert states(visitor.get(f"/applications/{token}").text)[0] == "填写中"


@pytest.mark.parametrize("text", [RARE, "字" * 200, "\u202eabc", "\ufeff", "' OR 1=1 --", "\x01\x1f", "{{ 7*7 }}"])
def test_strange_texts_are_kept_and_shown_as_typed(county: County, text: str) -> None:
    visitor = county.visitor(county.cast.applicant)
    token = began(visitor)
    visitor.post(f"/applications/{token}/name", {"trade_name": text, "industry": text}, status=303)
    visitor.post(f"/applications/{token}/capital", {"shareholders-0-name": text, "capital": text}, status=303)
    visitor.post(f"/applications/{token}/delivery", {"way": "post", "address": text, "recipient": text}, status=303)
    assert county.draft(token).content["name"]["trade_name"] == text.strip()
    assert county.draft(token).content["capital"]["shareholders"][0]["name"] == text.strip()
    for path in ("name", "capital", "delivery", "check"):
        html = visitor.get(f"/applications/{token}/{path}").text
        assert "<script>alert" not in html
    visitor.get("/applications")


def test_a_nul_is_refused_with_a_sentence_and_the_rest_is_kept(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    answer = visitor.post(f"/applications/{token}/name", {"trade_name": "禾\0样", "industry": "商贸"}, status=400)
    assert "商贸" in answer.text
    assert on_sqlite.draft(token).content == {}


def test_odd_form_data_never_breaks_a_page(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    odd = {
        "shareholders-999999999-name": "张测试",
        "shareholders-²-name": "x",
        "shareholders-1e9-name": "x",
        f"shareholders-{'9' * 5000}-name": "x",
        "capital": "９" * 300,
        "owners": "x",
        "owners-0": "x",
        "add": "<b>",
        "remove": "shareholders.²",
        "copy": "x",
        "then": "x",
        "seen": "x" * 5000,
        "revision": "x",
    }
    visitor.post(f"/applications/{token}/capital", odd, status=303)
    visitor.get(f"/applications/{token}/capital")
    visitor.get(f"/applications/{token}/capital?row=shareholders&blanks=1000000000")
    visitor.get(f"/applications/{token}/capital?row=capital&blanks=x")
    visitor.post(f"/applications/{token}/submit", {"revision": "x"}, status=422)
    assert [row["name"] for row in on_sqlite.draft(token).content["capital"]["shareholders"]] == ["张测试"]


def test_drafts_with_nonsense_in_them_are_shown(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    nonsense = {"name": 5, "premises": {"items": "x", "place": []}, "capital": {"shareholders": [1, {"amount": {}}]}, "people": None}
    store(on_sqlite, token, content=nonsense)
    for path in ("", "/check", *(f"/{page}" for page in seed.application())):
        visitor.get(f"/applications/{token}{path}")


def test_other_peoples_drafts_and_receipts_do_not_exist(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, seed.application())
    other = on_sqlite.visitor(on_sqlite.cast.other_applicant)
    for path in ("", "/name", "/check", "/no-such-page"):
        other.get(f"/applications/{token}{path}", status=404)
    for path in ("/name", "/submit", "/discard"):
        other.post(f"/applications/{token}{path}", {"trade_name": "x"}, status=404)
    visitor.get(f"/applications/{token}/no-such-page", status=404)
    visitor.get("/applications/unknown", status=404)
    receipt = submitted(visitor, token).location
    other.get(receipt, status=404)
    on_sqlite.visitor(on_sqlite.cast.outsider).get(receipt, status=404)
    visitor.get("/receipts/unknown", status=404)


def test_rows_are_added_and_removed_without_scripts_and_nothing_typed_is_lost(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    first = {"shareholders-0-name": "张测试", "shareholders-0-amount": "五万"}
    more = visitor.post(f"/applications/{token}/capital", {**first, "add": "shareholders"}, status=303)
    html = visitor.get(more.location.split("#")[0]).text
    assert 'name="shareholders-1-name"' in html
    assert 'value="五万"' in html
    assert "error-summary" not in html
    both = {**first, "shareholders-1-name": "李样例"}
    fewer = visitor.post(f"/applications/{token}/capital", {**both, "remove": "shareholders.0"}, status=303)
    assert "#shareholders-group" in fewer.location
    assert [row["name"] for row in on_sqlite.draft(token).content["capital"]["shareholders"]] == ["李样例"]


def test_without_scripts_new_questions_are_shown_before_going_on(visitor: Visitor) -> None:
    token = began(visitor)
    page = f"/applications/{token}/delivery"
    known = {"recipient": "张测试", "phone": "13800000001", "way": "post", "address": "示例路1号"}
    assert visitor.post(page, known, status=303).location.endswith("/delivery")
    assert 'name="paper_copies"' in visitor.get(page).text
    assert visitor.post(page, {**known, "paper_copies": "1"}, status=303).location.endswith("/declaration")


def test_with_scripts_the_questions_were_there_already(visitor: Visitor) -> None:
    token = began(visitor)
    known = {"recipient": "张测试", "phone": "13800000001", "way": "post", "address": "示例路1号", "scripts": "1"}
    assert visitor.post(f"/applications/{token}/delivery", known, status=303).location.endswith("/declaration")


def test_known_things_are_filled_in(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    delivery = visitor.get(f"/applications/{token}/delivery").text
    assert 'value="张申请"' in delivery
    assert 'value="13800000001"' in delivery
    assert 'value="2031-11-23"' in visitor.get(f"/applications/{token}/capital").text


def test_a_business_item_brings_its_wording_and_its_licence(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    visitor.post(
        f"/applications/{token}/premises", {"items-0-item": "S0003", "items-1-item": "S0001", "items-1-text": "卖菜"}, status=303
    )
    items = on_sqlite.draft(token).content["premises"]["items"]
    assert [(row["text"], row["licensed"]) for row in items] == [("餐饮服务", True), ("卖菜", False)]
    visitor.post(f"/applications/{token}/premises", {"items-0-item": "S0002", "items-0-text": "餐饮服务"}, status=303)
    assert on_sqlite.draft(token).content["premises"]["items"][0]["text"] == "软件开发"


def test_the_bank_brings_the_seal(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    visitor.post(f"/applications/{token}/matters", {"chosen": ["bank-account"]}, status=303)
    assert on_sqlite.draft(token).content["matters"]["chosen"] == ["company-seal", "bank-account"]


def test_shareholders_are_copied_into_the_people(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    visitor.post(f"/applications/{token}/capital", sent(seed.application()["capital"]), status=303)
    assert "填入李样例" in visitor.get(f"/applications/{token}/people").text
    visitor.post(f"/applications/{token}/people", {"people-0-name": "王示范", "copy": "1"}, status=303)
    people = on_sqlite.draft(token).content["people"]["people"]
    assert [row["name"] for row in people] == ["王示范", "李样例"]
    assert people[1]["id_number"] == LI
    html = visitor.get(f"/applications/{token}/people").text
    assert "填入李样例" not in html
    assert "填入张测试" in html


def test_the_sum_of_the_contributions_stands_beside_the_form(visitor: Visitor) -> None:
    token = began(visitor)
    capital = seed.application()["capital"]
    capital["shareholders"][1]["amount"] = "300000.00"
    visitor.post(f"/applications/{token}/capital", sent(capital), status=303)
    html = visitor.get(f"/applications/{token}/capital").text
    for figure in ("1,000,000.00", "900,000.00", "100,000.00", "66.67%", "33.33%"):
        assert figure in html


def test_two_devices_are_told_of_each_other(visitor: Visitor) -> None:
    token = began(visitor)
    shown = visitor.get(f"/applications/{token}/name").text
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    visitor.post(f"/applications/{token}/name", {"trade_name": "甲样", "seen": seen}, status=303)
    answer = visitor.post(f"/applications/{token}/name", {"trade_name": "乙样", "seen": seen}, status=200)
    assert "另一台设备" in answer.text
    assert "甲样" in answer.text
    assert 'value="乙样"' in answer.text


def test_checking_groups_what_is_missing_by_page_and_offers_no_submission(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    content = seed.application()
    content["people"]["people"][0]["id_number"] = ZHANG[:-1] + ("0" if ZHANG[-1] != "0" else "1")
    del content["matters"]
    typed(visitor, token, content)
    html = visitor.get(f"/applications/{token}/check").text
    assert 'href="#page-people"' in html
    assert "这一页还没有填写" in html
    assert 'name="revision"' not in html
    refused = visitor.post(f"/applications/{token}/submit", {"revision": str(on_sqlite.draft(token).revision)}, status=422)
    assert "改好后才能提交" in refused.text
    assert on_sqlite.rows(Submission) == []


def test_change_links_lead_back_to_the_check(visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, seed.application())
    html = visitor.get(f"/applications/{token}/check").text
    assert f"/applications/{token}/capital?from=check#shareholders-group" in html
    assert 'name="from" value="check"' in visitor.get(f"/applications/{token}/name?from=check").text
    saved = visitor.post(f"/applications/{token}/name", {**sent(seed.application()["name"]), "from": "check"}, status=303)
    assert saved.location.endswith(f"/applications/{token}/check")


def test_who_has_to_confirm_is_derived(visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, seed.application())
    html = visitor.get(f"/applications/{token}/check").text
    assert "“张测试”（股东、法定代表人、" in html
    assert "须在公司章程上签名" in html


def test_a_changed_draft_is_not_filed_unseen(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    typed(visitor, token, seed.application())
    before = on_sqlite.draft(token).revision
    visitor.post(f"/applications/{token}/name", sent({**seed.application()["name"], "trade_name": "新样"}), status=303)
    answer = visitor.post(f"/applications/{token}/submit", {"revision": str(before)}, status=409)
    assert "又改过" in answer.text
    assert 'name="revision"' in answer.text
    assert on_sqlite.rows(Submission) == []


def test_a_draft_can_be_thrown_away(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    visitor.post(f"/applications/{token}/discard", status=303)
    assert on_sqlite.rows(Draft) == []
    visitor.get(f"/applications/{token}", status=404)


def test_what_was_filed_and_begun_is_listed(on_sqlite: County, visitor: Visitor) -> None:
    filed = seed.file_case(on_sqlite.database, on_sqlite.cast.applicant)
    seed.file_case(on_sqlite.database, on_sqlite.cast.other_applicant)
    token = began(visitor)
    visitor.post(f"/applications/{token}/name", {"trade_name": "草样", "region": "惠民县"}, status=303)
    html = visitor.get("/applications").text
    assert filed.number in html
    assert "草样" in html
    assert html.count("HM2026") == 1


def test_typed_dates_that_are_none_are_shown_again(visitor: Visitor) -> None:
    token = began(visitor)
    visitor.post(f"/applications/{token}/capital", {"shareholders-0-name": "张测试", "shareholders-0-paid_by": "五年后"}, status=303)
    assert 'value="五年后"' in visitor.get(f"/applications/{token}/capital").text


def test_rows_over_the_limit_are_told_of(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    rows = {f"people-{number}-name": f"张测试{number}" for number in range(70)}
    again = visitor.post(f"/applications/{token}/people", rows, status=303)
    assert "最多60行，多出的没有保存" in visitor.get(again.location).text
    assert len(on_sqlite.draft(token).content["people"]["people"]) == 60


def test_a_text_that_nobody_can_read_is_not_saved_and_the_rest_of_the_page_is(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    typed_before = {**seed.application()["name"], "trade_name": "青禾"}
    visitor.post(f"/applications/{token}/name", sent(typed_before), status=303)
    endless = "长" * 20_001
    changed = {**typed_before, "trade_name": endless, "industry": "软件"}
    answer = visitor.post(f"/applications/{token}/name", sent(changed), status=422)
    assert "这里填得太长" in answer.text and 'href="#trade_name"' in answer.text
    assert endless in answer.text, "what was typed is shown again"
    stored = on_sqlite.draft(token).content["name"]
    assert (stored["trade_name"], stored["industry"]) == ("青禾", "软件")


def test_a_table_of_endless_texts_keeps_what_fits(on_sqlite: County, visitor: Visitor) -> None:
    token = began(visitor)
    rows = [{"name": "长" * 19_000, "phone": "13900000001"} for _ in range(11)]
    answer = visitor.post(f"/applications/{token}/people", sent({"people": rows}), status=422)
    assert 'href="#people-10-name"' in answer.text
    kept = on_sqlite.draft(token).content["people"]["people"]
    assert ["name" in row for row in kept] == [True] * 10 + [False]
    assert [row["phone"] for row in kept] == ["13900000001"] * 11


def test_drafts_are_begun_up_to_a_number(on_sqlite: County, visitor: Visitor) -> None:
    for number in range(drafts.MOST_DRAFTS):
        token = began(visitor)
        store(on_sqlite, token, content={"name": {"trade_name": f"样例{number}"}})
    answer = visitor.post("/applications/start", status=409)
    assert "请先提交或删除不用的草稿" in answer.text
    visitor.post(f"/applications/{token}/discard", status=303)
    began(visitor)
