"""The security manager's pages, the auditor's, and what somebody reads whose position has ended."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database, new_id
from approvals.models import AdministrationChange, Disclosure, Person, Position, StandIn
from approvals.operations.passwords import verify
from approvals.views import audit
from tests.permissions.conftest import Enter
from tests.support.seed import HALL, NOW, SINCE, TOWN, Cast, Member, file_case
from tests.support.statements import counted
from tests.support.web import Visitor

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
Look = Callable[[Member], Visitor]
NEW = {
    "name": "新来的", "sign_in_name": "New.Comer", "phone": "13911112222", "role": "agent", "department": "approval-bureau",
    "office": TOWN, "valid_from": "2026-11-23", "valid_to": "", "reason": "任命文件第2号", "key": "page-1",
}  # fmt: skip


def person_of(database: Database, sign_in_name: str) -> Person:
    with database.reading() as session:
        return session.scalars(select(Person).where(Person.sign_in_name == sign_in_name)).one()


def position_of(database: Database, member: Member) -> Position:
    with database.reading() as session:
        return session.scalars(select(Position).where(Position.person_id == member.person_id)).one()


def stand_ins(database: Database) -> list[StandIn]:
    with database.reading() as session:
        return list(session.scalars(select(StandIn)))


def first_password(text: str) -> str:
    found = re.search(r'class="first-password">([^<]+)<', text)
    assert found is not None
    return found.group(1)


def fault_at(text: str, field: str) -> str:
    found = re.search(rf'id="{field}-error">([^<]+)<', text)
    return found.group(1) if found else ""


# ---- accounts -------------------------------------------------------------------------------------------------------


def test_an_account_is_made_once_and_begins_with_changing_the_password(
    application: Any, database: Database, guardian: Member, look: Look
) -> None:
    visitor = look(guardian)
    page = visitor.post("/administration/people/new", NEW, status=200, page="/administration/people/new").text
    password = first_password(page)
    again = visitor.post("/administration/people/new", NEW, status=200, page="/administration/people/new").text
    assert first_password(again) == password, "sent twice it is one account with one password"
    person = person_of(database, "new.comer")
    assert person.name == "新来的" and person.password_is_first and verify(person.password_hash, password)
    with database.reading() as session:
        (position,) = session.scalars(select(Position).where(Position.person_id == person.id))
        lines = [line.subject for line in session.scalars(select(AdministrationChange).order_by(AdministrationChange.id))]
        stored = str([line.after for line in session.scalars(select(AdministrationChange))])
    assert position.role == "agent" and lines == ["account", "position"] and password not in stored

    newcomer = Visitor(application)
    signing_in = {"sign_in_name": "new.comer", "password": password}
    newcomer.post("/sign-in", signing_in, page="/sign-in")
    for path in ("/desk", "/applications", "/notices"):
        assert newcomer.get(path, status=303).location.endswith("/account"), path
    page = newcomer.get("/account").text
    assert "请先换掉初始密码" in page and "代办员" in page
    same = {"current": password, "password": password, "password_again": password}
    assert "和现在的一样" in newcomer.post("/account/password", same, status=422, page="/account").text, "the manager knows that one"
    assert person_of(database, "new.comer").password_is_first
    own = {"current": password, "password": "my own pass-phrase", "password_again": "my own pass-phrase"}
    newcomer.post("/account/password", own, page="/account")
    newcomer.get("/desk")
    assert not person_of(database, "new.comer").password_is_first


def test_a_new_account_that_cannot_stand_keeps_what_was_typed(database: Database, guardian: Member, look: Look, cast: Cast) -> None:
    visitor, path = look(guardian), "/administration/people/new"
    for changed, field, sentence in (
        ({"name": " "}, "name", "请填写姓名"),
        ({"sign_in_name": "a b"}, "sign_in_name", "登录名用 3 到 60 个"),
        ({"sign_in_name": "13800000001"}, "sign_in_name", "别人的电话"),
        ({"sign_in_name": "registrar"}, "sign_in_name", "已有人使用"),
        ({"phone": "123"}, "phone", "手机号应为"),
        ({"role": ""}, "role", "请选择岗位角色"),
        ({"role": "registrar"}, "office", "不能设在镇街便民服务中心"),
        ({"office": ""}, "office", "请选择服务点"),
        ({"valid_from": "soon"}, "valid_from", "请填从哪天起"),
        ({"valid_to": "2026-13-01"}, "valid_to", "最后一天写得不对"),
        ({"reason": ""}, "reason", "原因"),
    ):
        page = visitor.post(path, {**NEW, **changed}, status=422, page=path).text
        assert sentence in fault_at(page, f"new-{field}"), (changed, fault_at(page, f"new-{field}"))
        assert 'value="任命文件第2号"' in page or changed == {"reason": ""}
        assert f'href="#new-{field}"' in page, "the summary leads there"
    with database.reading() as session:
        assert session.scalars(select(Person).where(Person.name == "新来的")).all() == []


def test_a_password_is_reset_and_an_account_locked_and_opened(
    application: Any, database: Database, guardian: Member, cast: Cast, look: Look
) -> None:
    visitor, at = look(guardian), f"/administration/people/{cast.clerk.person_id}"
    clerk = look(cast.clerk)
    clerk.get("/desk")
    assert "原因" in visitor.post(f"{at}/password", {"key": "k"}, status=422, page=at).text
    password = first_password(visitor.post(f"{at}/password", {"reason": "忘记", "key": "k"}, status=200, page=at).text)
    again = visitor.post(f"{at}/password", {"reason": "忘记", "key": "k"}, status=200, page=at).text
    assert first_password(again) == password
    clerk.get("/desk", status=302)  # signed out
    other = first_password(visitor.post(f"{at}/password", {"reason": "又忘了", "key": "k2"}, status=200, page=at).text)
    assert other != password
    visitor.post(f"{at}/lock", {"reason": "离岗", "wanted": "locked"}, page=at, status=303)
    page = Visitor(application).post("/sign-in", {"sign_in_name": "clerk", "password": other}, status=422, page="/sign-in").text
    assert "账号已停用" in page and "安全管理员安全员（13900000000）" in page
    assert "已停用" in visitor.get(at).text
    visitor.post(f"{at}/lock", {"reason": "回岗", "wanted": "unlocked"}, page=at, status=303)
    Visitor(application).post("/sign-in", {"sign_in_name": "clerk", "password": other}, page="/sign-in")
    with database.reading() as session:
        lines = [line.reason for line in session.scalars(select(AdministrationChange).order_by(AdministrationChange.id))]
    assert lines == ["忘记", "又忘了", "离岗", "回岗"]


def test_a_manager_does_not_change_their_own_account_or_position_here(guardian: Member, look: Look, database: Database) -> None:
    visitor, at = look(guardian), f"/administration/people/{guardian.person_id}"
    page = visitor.get(at).text
    assert "这是您自己" in page and "/lock" not in page and "设一个新岗位" not in page
    assert "自己的账号" in visitor.post(f"{at}/lock", {"reason": "试", "wanted": "locked"}, status=422, page="/account").text
    assert person_of(database, "guardian").locked_at is None


# ---- positions ------------------------------------------------------------------------------------------------------


def test_a_position_is_granted_changed_stood_in_for_and_ended_on_its_pages(
    database: Database, guardian: Member, cast: Cast, look: Look
) -> None:
    visitor, at = look(guardian), f"/administration/people/{cast.town_clerk.person_id}"
    asked = {**NEW, "role": "coordinator"}
    visitor.post(f"{at}/positions", asked, page=at, status=303)
    assert "帮办协调员" in visitor.get(at).text
    page = visitor.post(f"{at}/positions", {**asked, "valid_to": "2026-12-31"}, status=422, page=at).text
    assert "时间不能重叠" in fault_at(page, "grant-valid_from") and 'value="2026-12-31"' in page
    registrar = position_of(database, cast.registrar)
    at = f"/administration/positions/{registrar.id}"
    assert "other-registrar" in visitor.get(at).text, "colleagues are suggested"
    visitor.post(f"{at}/dates", {"shown": f"{SINCE}/None", "valid_to": "2026年12月31日", "reason": "定期"}, page=at, status=303)
    page = visitor.post(f"{at}/dates", {"shown": f"{SINCE}/None", "valid_to": "", "reason": "改回"}, page=at, status=422).text
    assert "别的管理员刚刚改过" in page
    assert position_of(database, cast.registrar).valid_to == date(2026, 12, 31)
    naming = {"person": "周登记", "valid_from": "2026-11-23", "valid_to": "2026-11-27", "reason": "年休假"}
    assert "没有登录名或姓名" in visitor.post(f"{at}/stand-ins", {**naming, "person": "无此人"}, page=at, status=422).text
    visitor.post(f"{at}/stand-ins", naming, page=at, status=303)
    (row,) = stand_ins(database)
    assert row.person_id == cast.other_registrar.person_id and "周登记" in visitor.get(at).text and "年休假" in visitor.get(at).text
    end = f"/administration/stand-ins/{row.id}/end"
    assert "最后一天请填" in visitor.post(end, {"last_day": "2027-01-01", "reason": "早回"}, page=at, status=422).text
    visitor.post(end, {"last_day": "2026-11-24", "reason": "早回"}, page=at, status=303)
    assert stand_ins(database)[0].valid_to == date(2026, 11, 24)
    assert "最早填昨天" in visitor.post(f"{at}/end", {"last_day": "2026-11-01", "reason": "撤"}, page=at, status=422).text
    visitor.post(f"{at}/end", {"last_day": "2026-11-22", "reason": "撤"}, page=at, status=303)
    assert "已结束" in visitor.get(at).text


def test_an_office_has_a_page_of_its_positions(database: Database, guardian: Member, cast: Cast, look: Look, office: Any) -> None:
    visitor, town = look(guardian), cast.offices[TOWN]
    assert visitor.get(f"/administration/people/offices?office={TOWN}", status=302).location.endswith(f"/offices/{town}")
    at = f"/administration/people/offices/{town}"
    assert "钱窗口" in visitor.get(at).text
    asked = {**NEW, "person": "clerk"}
    visitor.post(f"{at}/positions", asked, page=at, status=303)
    assert "赵窗口" in visitor.get(at).text
    page = visitor.post(f"{at}/positions", {**asked, "role": "registrar"}, page=at, status=422).text
    assert "不能设在镇街便民服务中心" in page
    closed = office("shut", "village_point", valid_to=TODAY - DAY)
    page = visitor.get(f"/administration/people/offices/{closed}").text
    assert "已经撤并" in page and "设一个新岗位" not in page


def test_two_of_one_name_are_told_apart_by_their_sign_in_names(guardian: Member, cast: Cast, look: Look, enter: Enter) -> None:
    for key in ("wang-1", "wang-2"):
        enter("王同名", ("clerk", TOWN), sign_in_name=key)
    at = f"/administration/people/offices/{cast.offices[HALL]}"
    page = look(guardian).post(f"{at}/positions", {**NEW, "office": HALL, "person": "王同名"}, page=at, status=422).text
    assert "wang-1、wang-2" in fault_at(page, "grant-person")


def test_staff_are_found_and_applicants_are_no_list(guardian: Member, cast: Cast, look: Look) -> None:
    visitor = look(guardian)
    page = visitor.get("/administration/people").text
    assert "孙登记" in page and "张申请" not in page
    assert "张申请" not in visitor.get("/administration/people?q=张申").text
    assert "张申请" in visitor.get("/administration/people?q=applicant").text
    page = visitor.get("/administration/people?role=officer").text
    assert "王税务" in page and "孙登记" not in page
    for strange in ("?page=0", "?page=99999999999", "?role=king", "?q=%25", "?q=" + "长" * 200):
        visitor.get("/administration/people" + strange)


def test_unknown_rows_are_not_found(guardian: Member, look: Look) -> None:
    visitor = look(guardian)
    for number in (7, 1 << 62, 1 << 70):
        for path in ("people/{}", "people/offices/{}", "positions/{}"):
            visitor.get("/administration/" + path.format(number), status=404)
        for path in ("positions/{}/end", "stand-ins/{}/end", "people/{}/password", "people/{}/lock", "people/{}/positions"):
            visitor.post("/administration/" + path.format(number), {**NEW, "last_day": "2026-11-23"}, status=404)


def test_the_pages_cost_a_fixed_number_of_statements(
    database: Database, guardian: Member, auditor: Member, cast: Cast, look: Look, enter: Enter
) -> None:
    paths = {
        guardian: ("/administration/people", f"/administration/people/offices/{cast.offices[TOWN]}",
                   f"/administration/people/{cast.town_clerk.person_id}"),
        auditor: ("/audit/changes", "/audit/disclosures", "/audit/changes.csv"),
    }  # fmt: skip

    def measured() -> dict[str, int]:
        found = {}
        for member, addresses in paths.items():
            visitor = look(member)
            for path in addresses:
                visitor.get(path)
                with counted(database) as sent:
                    visitor.get(path)
                found[path] = len(sent)
        return found

    few = measured()
    for number in range(40):
        enter(f"多人{number}", ("agent", TOWN), ("clerk", HALL))

    def fill(session: Any) -> None:
        session.add_all(
            AdministrationChange(
                id=new_id(), changed_at=NOW, person_id=None, person_name="某", subject="position", subject_id=1, title="某",
                before={}, after={"role": "clerk"}, reason="",
            )
            for _ in range(40)
        )  # fmt: skip

    database.write(fill)
    assert measured() == few
    assert max(few.values()) <= 5, few


# ---- the auditor ----------------------------------------------------------------------------------------------------


@pytest.fixture
def looked(database: Database, cast: Cast) -> str:
    """Three looks at one case; its number."""
    filed = file_case(database, cast.applicant)

    def store(session: Any) -> None:
        for days, name, reason in ((0, "孙登记", "核对证件"), (1, "孙登记", "=1+1"), (40, "赵窗口", "联系本人")):
            session.add(
                Disclosure(
                    id=new_id(), root_id=filed.case_id, person_id=cast.registrar.person_id, person_name=name,
                    office_id=cast.offices[HALL], role="registrar", reason=reason, disclosed_at=NOW - days * DAY,
                )
            )  # fmt: skip

    database.write(store)
    return filed.number


def rows_of(text: str) -> int:
    return text[text.index("<tbody") :].count("<tr>") if "<tbody" in text else 0


def test_the_auditor_reads_who_looked_and_takes_it_along(auditor: Member, look: Look, looked: str) -> None:
    visitor = look(auditor)
    page = visitor.get("/audit/disclosures").text
    assert rows_of(page) == 3 and "联系本人" in page and looked in page
    for query, count in (
        ("person=赵", 1), ("since=2026-11-22", 2), ("until=2026-11-22", 2), ("since=2026-11-22&until=2026-11-22", 1),
        (f"words={looked}", 3), ("words=核对", 1), ("person=%25", 0), ("page=9", 0),
    ):  # fmt: skip
        assert rows_of(visitor.get(f"/audit/disclosures?{query}").text) == count, query
    page = visitor.get("/audit/disclosures?since=2026-11-23&until=2026-11-01").text
    assert "两个日期反了" in page
    assert "没看懂" in visitor.get("/audit/disclosures?since=tomorrow").text
    answer = visitor.get("/audit/disclosures.csv?person=孙")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert lines[0][0] == "时间" and len(lines) == 3
    assert lines[1][:4] == ["2026-11-23 09:00:00", "孙登记", "登记员", "惠民县政务服务中心"] and lines[2][-1] == "'=1+1"


def test_the_auditor_reads_what_managers_changed(auditor: Member, guardian: Member, cast: Cast, look: Look) -> None:
    at = f"/administration/people/{cast.town_clerk.person_id}"
    look(guardian).post(f"{at}/positions", {**NEW, "role": "coordinator"}, page=at, status=303)
    look(guardian).post(f"{at}/lock", {"reason": "离岗", "wanted": "locked"}, page=at, status=303)
    visitor = look(auditor)
    page = visitor.get("/audit/changes").text
    assert rows_of(page) == 2
    assert all(word in page for word in ("帮办协调员", "孙武街道便民服务中心", "任命文件第2号", "安全员"))
    wanted = {"subject=account": 1, "subject=position": 1, "words=离岗": 1, "person=韩": 0, "subject=x": 2}
    for query, count in wanted.items():
        assert rows_of(visitor.get(f"/audit/changes?{query}").text) == count, query
    lines = list(csv.reader(io.StringIO(visitor.get("/audit/changes.csv").text.lstrip("\ufeff"))))
    assert len(lines) == 3 and lines[1][2] == "账号" and "停用 否 → 是" in lines[1][4] and "帮办协调员" in lines[2][4]


def test_nothing_of_the_record_is_changed_by_the_auditor(application: Any) -> None:
    methods = {rule.rule: rule.methods for rule in application.url_map.iter_rules() if rule.rule.startswith("/audit")}
    assert len(methods) == 4 and all("POST" not in (found or ()) for found in methods.values())


# ---- whoever has no position any longer -----------------------------------------------------------------------------


def test_whose_position_ended_yesterday_reads_which_and_whom_to_ask(
    application: Any, cast: Cast, guardian: Member, enter: Enter, look: Look
) -> None:
    agent = enter("昨日代办", ("agent", TOWN, SINCE, TODAY))
    visitor = look(agent)
    visitor.get("/desk")
    application.config["NOW"] = lambda: NOW + timedelta(minutes=20)
    visitor.get("/desk")
    gone = enter("前日代办", ("agent", TOWN, SINCE, TODAY - DAY))
    page = look(gone).get("/desk", status=403).text
    assert "您在“孙武街道便民服务中心”的“代办员”岗位已于 2026年11月22日 结束" in page and "安全管理员安全员（13900000000）" in page
    page = look(gone).get("/cases/unknown", status=404).text
    assert "代办员”岗位已于 2026年11月22日 结束" in page
    assert "岗位已于 2026年11月22日 结束" in look(gone).get("/account").text
    for member in (cast.applicant, cast.clerk):
        assert "您的岗位有变动" not in look(member).get("/cases/unknown", status=404).text
    long_ago = enter("去年代办", ("agent", TOWN, SINCE, date(2025, 12, 31)))
    assert "您的岗位有变动" not in look(long_ago).get("/desk", status=403).text


def test_who_stood_in_or_whose_office_closed_reads_that(
    database: Database, cast: Cast, enter: Enter, look: Look, office: Any
) -> None:
    office("gone-point", "village_point", valid_to=TODAY - DAY, successor_id=cast.offices[TOWN])
    agent = enter("撤点代办", ("agent", "gone-point"))
    page = look(agent).get("/desk", status=403).text
    assert "岗位随服务点撤并" in page and "由“孙武街道便民服务中心”接着办" in page

    def stand(session: Any) -> None:
        position_id = session.scalars(select(Position.id).where(Position.person_id == cast.town_clerk.person_id)).one()
        session.add(
            StandIn(position_id=position_id, person_id=cast.applicant.person_id, valid_from=SINCE, valid_to=TODAY - DAY, reason="假")
        )

    database.write(stand)
    assert "替的“综合窗口人员”岗，已于 2026年11月22日 到期" in look(cast.applicant).get("/desk", status=403).text


# ---- where each role begins -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "office_code", "path"),
    [
        ("agent", TOWN, "/desk"),
        ("coordinator", TOWN, "/desk"),
        ("supervisor", TOWN, "/supervision"),
        ("administrator", HALL, "/administration"),
        ("security-administrator", HALL, "/administration/people"),
        ("auditor", HALL, "/audit/changes"),
        ("registrar", TOWN, "/applications"),  # there is no registrar in a town: such a row counts for nothing
    ],
)
def test_where_a_role_begins(application: Any, cast: Cast, enter: Enter, role: str, office_code: str, path: str) -> None:
    member = enter("某岗", (role, office_code))
    visitor = Visitor(application, member.person_id)
    assert visitor.get("/sign-in", status=302).location == path
    visitor.get(path)


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\t=1", "\n=1"])
def test_nothing_that_was_typed_runs_in_a_spreadsheet(application: Any, database: Database, cast: Cast, typed: str) -> None:
    with application.test_request_context():
        file = audit._file("changes", ["原因"], [[typed], ["联系本人"]]).get_data(as_text=True)
    assert [line[0] for line in csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline=""))] == ["原因", f"'{typed}", "联系本人"]
