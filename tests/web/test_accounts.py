"""Signing up, in and out: what is asked, what is refused, and what a session is worth."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import PasswordTries, Person
from approvals.operations import accounts, passwords
from tests.support.pages import token_in
from tests.support.web import Visitor
from tests.web.people import NEWCOMER, PASSWORD, enter, persons


class Clock:
    """The time of an application, moved by the test."""

    def __init__(self, application: Any) -> None:
        self.now = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
        application.config["NOW"] = lambda: self.now

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def clock(application: Any) -> Clock:
    return Clock(application)


@pytest.fixture
def visitor(application: Any) -> Visitor:
    return Visitor(application)


def signed_in(visitor: Visitor) -> bool:
    return bool(visitor.client.get("/account").status_code == 200)


def sign_in(visitor: Visitor, name: str, password: str = PASSWORD, status: int = 302, **more: str) -> Any:
    return visitor.post("/sign-in", {"sign_in_name": name, "password": password, **more}, status=status)


def test_a_newcomer_signs_up_and_is_signed_in(application: Any, visitor: Visitor) -> None:
    answer = visitor.post("/sign-up", {**NEWCOMER, "next": "/notices"})
    assert answer.headers["Location"] == "/notices"
    page = visitor.get("/notices").text
    assert "张测试" in page and "退出" in page
    [person] = persons(application)
    assert (person.sign_in_name, person.name, person.phone, person.demo) == ("13800000001", "张测试", "13800000001", False)
    assert person.password_hash is not None and person.password_hash.startswith("$argon2id$")


def test_a_sign_in_name_of_ones_own_is_compared_without_capitals_and_width(application: Any, visitor: Visitor) -> None:
    visitor.post("/sign-up", {**NEWCOMER, "sign_in_name": "Ｌi-Yangli"})
    again = Visitor(application)
    sign_in(again, "LI-yangLI")
    assert signed_in(again)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "  "}, "请填写您的姓名"),
        ({"name": "长" * 201}, "姓名太长"),
        ({"phone": "电话"}, "手机号应为1开头的11位数字"),
        ({"phone": "1380000"}, "手机号应为1开头的11位数字"),
        ({"phone": ""}, "请填写手机号"),
        ({"sign_in_name": "a b"}, "登录名用 3 到 60 个"),
        ({"password": "short", "password_again": "short"}, "密码太短"),
        ({"password": "1234567890", "password_again": "1234567890"}, "不能全是数字"),
        ({"password": "x13800000001", "password_again": "x13800000001"}, "太容易猜到"),
        ({"password": "aaaaaaaaaaaa", "password_again": "aaaaaaaaaaaa"}, "太容易猜到"),
        ({"password": "长" * 129, "password_again": "长" * 129}, "密码太长"),
        ({"password_again": "another one"}, "两次输入的密码不一样"),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_and_the_rest_is_kept(
    application: Any, visitor: Visitor, changed: dict[str, str], sentence: str
) -> None:
    answer = visitor.post("/sign-up", {**NEWCOMER, **changed}, status=422)
    assert sentence in answer.text
    kept = {**NEWCOMER, **changed}
    if kept["name"].strip():
        assert kept["name"] in answer.text
    assert kept["password"] not in answer.text or kept["password"] == "13800000001"
    assert persons(application) == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_faults_are_listed_in_the_order_of_the_page(visitor: Visitor) -> None:
    page = visitor.post("/sign-up", {}, status=422).text
    listed = page[page.index('role="alert"') : page.index("</ul>", page.index('role="alert"'))]
    places = [listed.index(f'href="#{name}"') for name in ("name", "phone", "password", "password_again")]
    assert places == sorted(places)


def test_a_taken_sign_in_name_is_refused_with_a_sentence(application: Any, visitor: Visitor) -> None:
    visitor.post("/sign-up", NEWCOMER)
    answer = Visitor(application).post("/sign-up", {**NEWCOMER, "name": "李样例"}, status=422)
    assert "这个登录名已有人使用" in answer.text and "李样例" in answer.text
    assert len(persons(application)) == 1


@pytest.mark.parametrize("name", ["张" * 200, "䶮𫍯", "‮反向", "<b>张</b>", "👩‍🌾"])
def test_rare_names_are_stored_and_shown_as_typed(application: Any, visitor: Visitor, name: str) -> None:
    visitor.post("/sign-up", {**NEWCOMER, "name": name})
    assert [person.name for person in persons(application)] == [name]
    page = visitor.get("/account").text
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<b>张</b>" not in page


def test_wrong_password_and_unknown_name_read_the_same(application: Any, visitor: Visitor) -> None:
    enter(application, "张测试", sign_in_name="zhang")
    wrong = sign_in(visitor, "zhang", "not the password", status=422).text
    unknown = sign_in(visitor, "somebody", "not the password", status=422).text
    plain = [re.sub(r'value="[^"]*"', "", page) for page in (wrong, unknown)]
    assert plain[0] == plain[1]
    assert "登录名或密码不对" in wrong
    assert not signed_in(visitor)


def test_an_unknown_name_costs_a_hash_as_well(application: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(passwords, "verify", lambda password_hash, password: asked.append(password_hash) or False)
    sign_in(visitor, "somebody", status=422)
    assert asked == [None]


def test_a_person_without_a_password_cannot_sign_in(application: Any, visitor: Visitor) -> None:
    assert not passwords.verify(None, "nobody has this password")
    database: Database = application.extensions["database"]
    number = enter(application, "张测试", sign_in_name="zhang")

    def forget(session: Any) -> None:
        session.get(Person, number).password_hash = None

    database.write(forget)
    sign_in(visitor, "zhang", "nobody has this password", status=422)
    assert not signed_in(visitor)


def test_five_wrong_passwords_lock_for_ten_minutes(application: Any, visitor: Visitor, clock: Clock) -> None:
    enter(application, "张测试", sign_in_name="zhang")
    for _ in range(accounts.ATTEMPTS):
        assert "登录名或密码不对" in sign_in(visitor, "zhang", "wrong", status=422).text
    refused = sign_in(visitor, "zhang", status=422).text
    assert "已锁定" in refused and "今天 09:10" in refused
    clock.pass_by(minutes=9, seconds=59)
    assert "已锁定" in sign_in(visitor, "zhang", status=422).text
    clock.pass_by(seconds=2)
    sign_in(visitor, "zhang")
    assert signed_in(visitor)


def test_a_right_password_forgets_the_wrong_ones(application: Any, visitor: Visitor, clock: Clock) -> None:
    enter(application, "张测试", sign_in_name="zhang")
    for _ in range(3):
        for _ in range(accounts.ATTEMPTS - 1):
            sign_in(visitor, "zhang", "wrong", status=422)
        sign_in(visitor, "zhang")
        visitor.post("/sign-out")
    with application.extensions["database"].reading() as session:
        assert session.scalars(select(PasswordTries)).all() == []


def test_attempts_count_before_the_password_is_looked_at(application: Any, clock: Clock) -> None:
    """So that many attempts at once are worth no more than five one after the other."""
    database: Database = application.extensions["database"]
    answers = [database.write(accounts.begin_attempt, accounts.tries_of_name("zhang"), clock.now) for _ in range(accounts.ATTEMPTS + 1)]
    assert answers == [None] * accounts.ATTEMPTS + [clock.now + accounts.LOCKED_FOR]


def test_no_password_is_hashed_inside_a_transaction(application: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, hashed = [False], []
    whole = Database.write

    def watched(self: Database, *args: Any, **kwargs: Any) -> Any:
        inside[0] = True
        try:
            return whole(self, *args, **kwargs)
        finally:
            inside[0] = False

    def watch(name: str) -> None:
        real = getattr(passwords, name)
        monkeypatch.setattr(passwords, name, lambda *given: (hashed.append((name, inside[0])), real(*given))[1])

    monkeypatch.setattr(Database, "write", watched)
    watch("hash_password")
    watch("verify")
    visitor.post("/sign-up", NEWCOMER)
    sign_in(Visitor(application), "13800000001")
    change = {"current": PASSWORD, "password": "another plum tree", "password_again": "another plum tree"}
    visitor.post("/account/password", change)
    assert hashed == [("hash_password", False), ("verify", False), ("verify", False), ("hash_password", False)]


def test_signing_in_begins_a_new_session(application: Any, visitor: Visitor) -> None:
    """Whoever planted a cookie beforehand knows nothing of the one after."""
    enter(application, "张测试", sign_in_name="zhang")
    with visitor.client.session_transaction() as cookie:
        cookie["planted"] = "by a stranger"
    before = token_in(visitor.get("/sign-in").text)
    with visitor.client.session_transaction() as cookie:
        secret = cookie["csrf_token"]
    sign_in(visitor, "zhang")
    visitor.get("/account")
    with visitor.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["csrf_token"] != secret
    assert visitor.client.post("/sign-out", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/notices", "/notices"),
        ("/notices?page=2", "/notices?page=2"),
        ("https://example.cn/", "/applications"),
        ("//example.cn/", "/applications"),
        ("/\\example.cn", "/applications"),
        ("/\t/example.cn", "/applications"),
        ("javascript:alert(1)", "/applications"),
        ("", "/applications"),
    ],
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_after_signing_in_one_stays_in_the_product(application: Any, visitor: Visitor, asked: str, reached: str) -> None:
    enter(application, "张测试", sign_in_name="zhang")
    assert sign_in(visitor, "zhang", next=asked).headers["Location"] == reached


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("role", "department", "page"),
    [("registrar", "approval-bureau", "/desk"), ("supervisor", "approval-bureau", "/supervision"), ("officer", "tax", "/desk")],
)
def test_staff_begin_at_their_own_page(application: Any, visitor: Visitor, role: str, department: str, page: str) -> None:
    enter(application, "李样例", (role, department), sign_in_name="staff")
    assert sign_in(visitor, "staff").headers["Location"] == page


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_staff_are_signed_out_after_half_an_hour_and_applicants_after_twelve_hours(application: Any, clock: Clock) -> None:
    staff = Visitor(application, enter(application, "李登记", ("registrar", "approval-bureau")))
    applicant = Visitor(application, enter(application, "张测试"))
    for _ in range(3):
        clock.pass_by(minutes=29)
        assert signed_in(staff) and signed_in(applicant)
    clock.pass_by(minutes=31)
    assert not signed_in(staff) and signed_in(applicant)
    clock.pass_by(hours=12, seconds=1)
    assert not signed_in(applicant)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_timed_out_visitor_is_told_so_and_returns_to_the_page(application: Any, clock: Clock) -> None:
    visitor = Visitor(application, enter(application, "李登记", ("registrar", "approval-bureau")))
    clock.pass_by(hours=1)
    page = visitor.get("/notices?page=2", follow_redirects=True)
    assert "您已自动退出" in page.text and 'value="/notices?page=2"' in page.text
    assert "您已自动退出" not in visitor.get("/sign-in").text, "said once, not for ever"


def test_a_new_password_ends_the_other_sessions(application: Any) -> None:
    number = enter(application, "张测试", sign_in_name="zhang")
    here, there = Visitor(application, number), Visitor(application, number)
    change = {"current": "wrong", "password": "another plum tree", "password_again": "another plum tree"}
    assert "现在的密码不对" in here.post("/account/password", change, status=422).text
    here.post("/account/password", {**change, "current": PASSWORD})
    assert signed_in(here) and not signed_in(there)
    sign_in(there, "zhang", status=422)
    sign_in(there, "zhang", "another plum tree")


def test_signing_out_everywhere_ends_all_sessions(application: Any) -> None:
    number = enter(application, "张测试")
    here, there = Visitor(application, number), Visitor(application, number)
    here.post("/account/sign-out-everywhere")
    assert not signed_in(here) and not signed_in(there)


def test_a_copied_cookie_is_worth_nothing_after_signing_out(application: Any) -> None:
    number = enter(application, "张测试")
    here, copied = Visitor(application, number), Visitor(application, number)
    here.post("/sign-out")
    assert "其他设备上的登录也一并退出了" in here.get("/").text
    assert not signed_in(here) and not signed_in(copied)
    again = Visitor(application, number, session_version=1)
    copied.post("/sign-out")
    assert signed_in(again), "an ended session signs nobody out"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_account_shows_positions_with_their_office(application: Any) -> None:
    page = Visitor(application, enter(application, "李登记", ("registrar", "approval-bureau"))).get("/account").text
    assert "县政务服务大厅 · 行政审批服务局 · 登记员" in page


def test_a_phone_number_is_one_account_however_it_is_typed(application: Any) -> None:
    first = Visitor(application)
    first.post("/sign-up", {**NEWCOMER, "phone": "138 0000 1234"})
    for typed in ("138 0000 1234", "13800001234", "+86 138-0000-1234"):
        Visitor(application).post("/sign-in", {"sign_in_name": typed, "password": PASSWORD})
    again = Visitor(application).post("/sign-up", {**NEWCOMER, "phone": "+8613800001234"}, status=422)
    assert "已有人使用" in again.text


def test_a_name_that_nobody_has_is_locked_alike(application: Any, visitor: Visitor, clock: Clock) -> None:
    """Else the lock would tell who has an account here."""
    enter(application, "张测试", sign_in_name="zhang")
    told = {}
    for name in ("zhang", "nobody"):
        pages = [sign_in(visitor, name, "wrong", status=422).text for _ in range(accounts.ATTEMPTS + 1)]
        told[name] = [re.findall(r"登录名或密码不对|账号已锁定，请在 [^ ]+ [^ ]+ 之后再试", page) for page in pages]
        told[name].append(re.findall("账号已锁定", sign_in(visitor, f" {name.upper()} ", "wrong", status=422).text))
    assert told["zhang"] == told["nobody"]
    assert told["nobody"][-1] == ["账号已锁定"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_locked_name_costs_a_hash_as_well(visitor: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(passwords, "verify", lambda password_hash, password: asked.append(password_hash) or False)
    for _ in range(accounts.ATTEMPTS + 1):
        sign_in(visitor, "nobody", status=422)
    assert asked == [None] * (accounts.ATTEMPTS + 1)


def test_tries_of_a_password_are_forgotten_after_a_day(application: Any, clock: Clock) -> None:
    database: Database = application.extensions["database"]
    for number in range(3):
        database.write(accounts.begin_attempt, accounts.tries_of_name(f"nobody-{number}"), clock.now)
    clock.pass_by(days=2)
    database.write(accounts.begin_attempt, accounts.tries_of_name("zhang"), clock.now)
    with database.reading() as session:
        assert len(session.scalars(select(PasswordTries)).all()) == 1


def test_the_present_password_can_be_guessed_five_times(application: Any, clock: Clock) -> None:
    visitor = Visitor(application, enter(application, "张测试", sign_in_name="zhang"))
    change = {"current": "wrong", "password": "another plum tree", "password_again": "another plum tree"}
    for _ in range(accounts.ATTEMPTS):
        assert "现在的密码不对" in visitor.post("/account/password", change, status=422).text
    assert "已锁定" in visitor.post("/account/password", {**change, "current": PASSWORD}, status=422).text
    clock.pass_by(minutes=11)
    visitor.post("/account/password", {**change, "current": PASSWORD})


@pytest.mark.parametrize("name", ["13900009999", "+8613900009999", "１３９００００９９９９"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nobody_takes_the_telephone_number_of_somebody_else(application: Any, visitor: Visitor, name: str) -> None:
    page = visitor.post("/sign-up", {**NEWCOMER, "sign_in_name": name}, status=422).text
    assert "不能是别人的电话号码" in page and NEWCOMER["name"] in page
    assert persons(application) == []
    visitor.post("/sign-up", {**NEWCOMER, "sign_in_name": NEWCOMER["phone"]})


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_refused_sign_in_keeps_the_name_and_where_one_wanted_to_go(visitor: Visitor) -> None:
    for password in ("wrong", "", "长" * 201):
        page = sign_in(visitor, "li-<b>", password, status=422, next="/notices").text
        assert 'value="li-&lt;b&gt;"' in page and 'value="/notices"' in page
