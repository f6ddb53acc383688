"""Checking and reserving names on their pages, as people without scripts do, and what the script is answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import CompanyName, Counter
from approvals.operations import name_limits
from approvals.queries.names import MOST_SHOWN
from approvals.views import names as pages
from approvals.views.progress import visitor_mark
from tests.support.seed import NOW, Cast, Member, seed
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.rules import comparable

LICENSED = "S0003"
PAGE = {"region": "惠民县", "trade_name": "青禾", "industry": "农产品销售", "organisation": "有限公司"}


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pages, "limits", name_limits.NameLimits())
    yield


@pytest.fixture
def cast(application: Any, database: Database) -> Cast:
    application.config["NOW"] = lambda: NOW
    return seed(database)


def enter(database: Database, *trade_names: str, industry: str = "农产品销售", status: str = "registered") -> None:
    def store(session: Session) -> None:
        for trade_name in trade_names:
            full = f"惠民县{trade_name}{industry}有限公司"
            session.add(
                CompanyName(
                    full_name=full, trade_name=trade_name, comparable_full=comparable(full), comparable_trade=comparable(trade_name),
                    industry=industry, status=status, since="2020-01-01", holder="",
                )
            )  # fmt: skip

    database.write(store)


def address(path: str = "/names", **changes: str) -> str:
    return f"{path}?{urlencode(PAGE | changes)}"


def visitor(application: Any, member: Member | None = None) -> Visitor:
    return Visitor(application, member.person_id if member else None)


def test_anybody_checks_a_name_with_a_button(application: Any, database: Database, cast: Cast) -> None:
    enter(database, "青和", "青苗")
    nobody = visitor(application)
    assert "查一查" in nobody.get("/names").text
    page = nobody.get(address()).text
    assert "惠民县青禾农产品销售有限公司" in page and "没有发现不能使用的情形" in page
    assert page.index("惠民县青和农产品销售有限公司") < page.index("惠民县青苗农产品销售有限公司")
    assert "音近" in page and "字近" in page and "第十六条" in page and 'value="青禾"' in page
    assert "请先填写字号" in nobody.get(address(trade_name=" ")).text


def test_a_name_that_is_only_written_otherwise_is_taken_and_the_page_says_why(
    application: Any, database: Database, cast: Cast
) -> None:
    enter(database, "乐禾")
    for written, why in (("樂禾", "繁体字"), ("乐\u200b禾", "看不见"), ("乐\u3000禾", "空格")):
        page = visitor(application).get(address(trade_name=written)).text
        assert "不可使用" in page and "只有写法不同" in page and why in page and "第十七条" in page
        assert "保留这个名称" not in page


HOSTILE = (
    "\ud800", "%ff", "<script>alert(1)</script>", "禾" * 5000, "\u202e禾青", "'; DROP TABLE cases; --", "𠮷" * 40,
    "\ufdfa" * 60,
)  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_is_answered_and_escaped(application: Any, database: Database, cast: Cast, typed: str) -> None:
    enter(database, "青禾")
    for path in ("/names", "/names/check.json"):
        query = urlencode(PAGE | {"trade_name": typed, "region": typed}, errors="replace")
        answer = visitor(application).get(f"{path}?{query}")
        assert "<script>alert" not in answer.text.replace("\\u003c", "<") or path.endswith("json")
        if path.endswith("json"):
            assert "<script>alert" not in answer.json["html"]


def test_each_visitor_is_answered_in_their_language(application: Any, database: Database, cast: Cast) -> None:
    enter(database, "青和")
    chinese, english = visitor(application), visitor(application)
    english.post("/language", {"language": "en", "next": "/"}, status=None)
    assert "行政区划" in chinese.get(address("/names/check.json")).json["html"]
    said = english.get(address("/names/check.json", trade_name="共产党")).json
    assert "行政区划" not in said["html"] and "cannot be used" in said["html"]
    assert "行政区划" in chinese.get(address("/names/check.json")).json["html"]


def test_the_script_is_answered_with_findings_and_the_part_of_the_page(application: Any, database: Database, cast: Cast) -> None:
    enter(database, "青禾", *(f"青禾{last}" for last in "一二三四五六七八九十"))
    said = visitor(application).get(address("/names/check.json")).json
    assert said["name"] == "惠民县青禾农产品销售有限公司" and said["usable"] is False and said["summary"]
    identical = next(each for each in said["found"] if each["rule"] == "name.identical")
    assert identical["blocks"] and "第十七条" in identical["articles"] and "已经登记" in identical["message"]
    scores = [each["score"] for each in said["similar"]]
    assert len(scores) == MOST_SHOWN - 1 and scores == sorted(scores, reverse=True) and scores[0] < 100
    assert "checked-name" in said["html"]
    nothing = visitor(application).get("/names/check.json").json
    assert (nothing["html"], nothing["name"], nothing["usable"]) == ("", "", False)


def test_a_check_costs_few_statements_however_many_names_there_are(application: Any, database: Database, cast: Cast) -> None:
    nobody = visitor(application)
    enter(database, "青禾")
    nobody.get(address("/names/check.json"))
    with counted(database) as few:
        nobody.get(address("/names/check.json"))
    enter(database, *(f"青{chr(0xAC00 + number)}" for number in range(300)))
    nobody.get(address("/names/check.json"))
    with counted(database) as many:
        nobody.get(address("/names/check.json"))
    assert len(few) == len(many) <= 3


def test_whoever_asks_without_end_is_told_to_wait_and_others_are_not(
    application: Any, database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_limits, "MOST_OF_AN_ADDRESS", 40)
    nobody, path = visitor(application), address("/names/check.json")
    answers = [nobody.get(path, status=None) for _ in range(60)]
    admitted = [answer for answer in answers if answer.status_code == 200]
    assert 40 <= len(admitted) < 60
    late = answers[-1]
    assert late.status_code == 429 and "请过一分钟" in late.json["summary"] and 0 < int(late.headers["Retry-After"]) <= 60
    page = nobody.get(address(), status=429).text
    assert "请过一分钟" in page and 'value="青禾"' in page
    assert visitor(application, cast.applicant).get(path).status_code == 200
    # Another process knows what this one has told.
    monkeypatch.setattr(pages, "limits", name_limits.NameLimits())
    assert [nobody.get(path, status=None).status_code for _ in range(16)][-1] == 429
    application.config["NOW"] = lambda: NOW + timedelta(minutes=1)
    assert nobody.get(path).status_code == 200
    for _ in range(name_limits._STEP):
        nobody.get(path)
    with database.reading() as session:
        kept = [name for name in session.scalars(select(Counter.name)) if name.startswith("name-checks")]
    assert len(kept) == 1 and "127.0.0.1" not in kept[0]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("203.0.113.7", "::ffff:203.0.113.7", True), ("203.0.113.7", "203.0.113.8", False),
])  # fmt: skip
def test_one_line_is_one_visitor(application: Any, one: str, other: str, same: bool) -> None:
    def mark(**environment: Any) -> str:
        with application.test_request_context("/names", environ_base=environment):
            return visitor_mark()

    assert (mark(REMOTE_ADDR=one) == mark(REMOTE_ADDR=other)) is same
    proxied = mark(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"198.51.100.1, {one}")
    assert proxied == mark(REMOTE_ADDR=one)


def test_visitors_behind_the_same_proxy_are_told_apart(
    application: Any, database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_limits, "MOST_OF_AN_ADDRESS", 20)

    def last(address_of_visitor: str, tries: int) -> int:
        headers = {"X-Forwarded-For": address_of_visitor}
        return [application.test_client().get(address("/names/check.json"), headers=headers).status_code for _ in range(tries)][-1]

    assert last("203.0.113.7", 40) == 429 and last("203.0.113.8", 1) == 200


# ---- reserving ---------------------------------------------------------------------------------------------------------


def test_a_visitor_signs_in_and_finds_the_name_again(application: Any, database: Database, cast: Cast) -> None:
    answer = visitor(application).get(address("/names/reserve"), status=302)
    assert "/sign-in" in answer.location and quote(quote("青禾")) in answer.location


def test_a_name_is_reserved_cancelled_restored_and_applied_with(application: Any, database: Database, cast: Cast) -> None:
    mine = visitor(application, cast.applicant)
    assert "还没有保留名称" in mine.get("/names/mine").text
    page = mine.get(address("/names/reserve")).text
    assert "登记前须先办许可" in page
    mine.post("/names/reserve", PAGE, status=303)
    listed = mine.get("/names/mine").text
    assert "惠民县青禾农产品销售有限公司" in listed and "MB2026-00001-" in listed and "2027年1月25日" in listed and "还有63天" in listed
    with database.reading() as session:
        number = session.scalars(select(CompanyName.holder)).one()
    assert "不可使用" in visitor(application).get(address()).text
    mine.post(f"/names/mine/{number}/cancel", status=303)
    assert "撤回取消" in mine.get("/names/mine").text
    mine.post(f"/names/mine/{number}/restore", status=303)
    begun = mine.post(f"/names/mine/{number}/apply", status=303)
    page = mine.get(begun.location).text
    assert "MB2026-00001-" in page and 'value="青禾"' in page and "没有发现不能使用的情形" in page
    for verb in ("cancel", "restore", "apply"):
        visitor(application, cast.other_applicant).post(f"/names/mine/{number}/{verb}", status=404)


def test_a_year_needs_the_approval_named(application: Any, database: Database, cast: Cast) -> None:
    mine = visitor(application, cast.applicant)
    page = mine.post("/names/reserve", PAGE | {"needs_approval": "y", "prior_approval": " "}, status=422).text
    assert "并写明是哪一项许可" in page and "checked" in page
    year = {"needs_approval": "y", "prior_approval": "民办学校办学许可", "prior_item": LICENSED}
    mine.post("/names/reserve", PAGE | year, status=303)
    assert "民办学校办学许可" in mine.get("/names/mine").text and "2027年11月23日" in mine.get("/names/mine").text


def test_a_name_taken_in_between_is_refused_on_the_same_page(application: Any, database: Database, cast: Cast) -> None:
    visitor(application, cast.other_applicant).post("/names/reserve", PAGE, status=303)
    mine = visitor(application, cast.applicant)
    page = mine.post("/names/reserve", PAGE, status=409).text
    assert "没有保留成" in page and "正在保留期内" in page and "第十七条" in page
    mine.post("/names/reserve", {"trade_name": ""}, status=303)


def test_the_fourth_name_is_refused_with_the_way_out(application: Any, database: Database, cast: Cast) -> None:
    mine = visitor(application, cast.applicant)
    for trade_name in ("青山", "青石", "青田"):
        mine.post("/names/reserve", PAGE | {"trade_name": trade_name}, status=303)
    assert "您已经保留了3个名称" in mine.get(address("/names/reserve")).text
    assert "每人最多同时保留3个" in mine.post("/names/reserve", PAGE, status=409).text


def test_the_page_of_an_application_shows_the_same_check(application: Any, database: Database, cast: Cast) -> None:
    enter(database, "青和")
    mine = visitor(application, cast.applicant)
    token = mine.post("/applications/start", status=303).location.rsplit("/", 1)[-1]
    path = f"/applications/{token}/name"
    assert "填写字号后" in mine.get(path).text
    mine.post(path, PAGE | {"company_type": "llc-natural-persons", "then": "list"}, status=303)
    page = mine.get(path).text
    assert "惠民县青和农产品销售有限公司" in page and "相似度 87" in page and "data-name-board" in page


def test_a_registered_name_is_not_said_to_be_usable_nor_like_itself(application: Any, database: Database, cast: Cast) -> None:
    enter(database, "青禾", "青禾一")
    page = visitor(application, cast.applicant).get(address()).text
    assert "不可使用" in page and "可以继续使用" not in page and "惠民县青禾农产品销售有限公司</bdi> <span" not in page
    assert "您自己开办的公司" not in page
