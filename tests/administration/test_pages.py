"""The system manager's pages without scripts: what they show, what a refusal keeps, and what they cost."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import AdministrationChange, Competence, Office, OfficeClosure, OfficeDepartment
from approvals.operations import reference
from tests.administration.conftest import POINT, SUB, build_tree
from tests.support.seed import Cast, seed
from tests.support.statements import counted
from tests.support.web import Visitor
from tests.web.people import NOW

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
GRID = {
    "code": "grid-01", "name": "第一网格点", "kind": "grid_point", "place": "371621105201", "parent": POINT, "address": "", "phone": "",
    "hours": "", "valid_from": "2026-11-20", "reason": "",
}  # fmt: skip


@pytest.fixture
def database(application: Any) -> Database:
    found: Database = application.extensions["database"]
    application.config["NOW"] = lambda: NOW
    return found


@pytest.fixture
def cast(database: Database) -> Cast:
    found = seed(database)
    database.write(build_tree)
    return found


@pytest.fixture
def manager(application: Any, cast: Cast) -> Visitor:
    return Visitor(application, cast.administrator.person_id)


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, name
    return unescape(found[1])


# ---- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/offices", "/offices/hall", "/new-office", "/competences", "/new-competence", "/import"])
def test_only_the_system_manager_enters(application: Any, cast: Cast, path: str) -> None:
    for member in (cast.applicant, cast.clerk, cast.registrar_head, cast.supervisor):
        Visitor(application, member.person_id).get(f"/administration{path}", 403)
    Visitor(application, cast.administrator.person_id).get(f"/administration{path}")


def test_the_manager_begins_at_the_home_of_administration(application: Any, cast: Cast) -> None:
    page = Visitor(application, cast.administrator.person_id).get("/administration")
    assert "/administration/deliveries" in page.text and "/administration/import" in page.text
    assert 'href="/administration"' in page.text.split("</header>")[0]


# ---- the tree -------------------------------------------------------------------------------------------------------


def test_the_tree_shows_what_hangs_where_and_what_hangs_nowhere(manager: Visitor, database: Database, cast: Cast) -> None:
    page = text_of(manager.get("/administration/offices"))
    names = ("惠民县政务服务中心", "李庄镇审批服务分中心", "李庄镇便民服务中心", "样例村帮办代办点")
    assert [page.index(name) for name in names] == sorted(page.index(name) for name in names)
    assert "没有挂到县政务服务大厅下面的" not in page

    def break_it(session: Session) -> None:
        offices = {office.code: office for office in session.scalars(select(Office))}
        offices["bank-example"].parent_id = None
        offices[SUB].parent_id, offices["town-lizhuang"].parent_id = offices["town-lizhuang"].id, offices[SUB].id

        reference.network_changed(session)

    database.write(break_it)
    page = manager.get("/administration/offices").text
    assert "没有挂到县政务服务大厅下面的" in page
    for code in ("bank-example", SUB, "town-lizhuang", POINT):
        assert page.count(f'href="/administration/offices/{code}"') == 1, code


def test_the_tree_is_searched_in_pinyin_by_kind_and_with_the_closed(manager: Visitor, cast: Cast) -> None:
    page = text_of(manager.get("/administration/offices?q=yangli"))
    assert "找到" in page and "样例银行惠民支行" in page and "孙武街道便民服务中心" not in page
    page = text_of(manager.get("/administration/offices?kind=village_point"))
    assert "找到 1 个服务点" in page and "李庄镇便民服务中心" in page
    close = {"valid_to": "2026-11-19", "successor": "", "reason": "并点", "shown": ""}
    manager.post(f"/administration/offices/{POINT}/close", close, 303, page="/administration/new-office")
    assert "样例村帮办代办点" not in text_of(manager.get("/administration/offices"))
    page = text_of(manager.get("/administration/offices?closed=1"))
    assert "样例村帮办代办点" in page and "已关闭" in page
    assert "没有找到" in text_of(manager.get("/administration/offices?q=没有这样的"))


def fill(database: Database, cast: Cast, points: int) -> None:
    def add(session: Session) -> None:
        town = cast.offices["town-sunwu"]
        session.add_all(
            Office(
                code=f"many-{number}", name=f"网格点{number}", kind="grid_point", place_code="371621001", parent_id=town,
                valid_from=date(2020, 1, 1),
            )
            for number in range(points)
        )  # fmt: skip
        session.flush()
        ids = session.scalars(select(Office.id).where(Office.code.startswith("many-")))
        session.add_all(
            Competence(office_id=office, matter="company-opening", power="take-in", basis="", valid_from=date(2020, 1, 1))
            for office in ids
        )

    database.write(add)


@pytest.mark.parametrize(
    "path", ["/administration", "/administration/offices", "/administration/competences", "/administration/competences?kind=grid_point"]
)
def test_pages_of_the_whole_network_cost_the_same_with_150_offices(manager: Visitor, database: Database, cast: Cast, path: str) -> None:
    from approvals.queries import county_network

    cost = []
    for points in (0, 150):
        fill(database, cast, points)
        county_network.forget()
        with counted(database) as cold:
            manager.get(path)
        with counted(database) as warm:
            manager.get(path)
        cost.append((len(cold), len(warm)))
    # Who asks, with the network's version, and nothing else; a process that has no network yet reads it once.
    assert cost[0] == cost[1]
    assert cost[1][1] <= 2 and cost[1][0] <= cost[1][1] + 5


def test_the_page_of_an_office_costs_the_same_however_much_it_has(manager: Visitor, database: Database, cast: Cast) -> None:
    manager.get("/administration/offices/hall")
    with counted(database) as before:
        manager.get("/administration/offices/hall")
    fill(database, cast, 40)
    manager.get("/administration/offices/hall")
    with counted(database) as after:
        manager.get("/administration/offices/hall")
    assert len(before) == len(after) <= 8


# ---- forms ----------------------------------------------------------------------------------------------------------


def test_an_office_is_added_once_and_another_of_its_code_is_told(manager: Visitor, database: Database) -> None:
    for _click in range(2):
        sent = manager.post("/administration/new-office", GRID, 303, page="/administration/new-office")
        assert sent.location == "/administration/offices/grid-01"
    again = manager.post("/administration/new-office", GRID | {"name": "另一个"}, 422, page="/administration/new-office")
    assert "已经是“第一网格点”的" in again.text and 'value="另一个"' in again.text
    assert len([each for each in rows(database, AdministrationChange) if each.title == "第一网格点"]) == 1
    assert len([each for each in rows(database, Office) if each.code == "grid-01"]) == 1
    page = text_of(manager.get("/administration/offices/grid-01"))
    assert "第一网格点" in page and "样例村帮办代办点" in page and "最近的改动" in page


def test_what_cannot_be_comes_back_with_everything_typed(manager: Visitor) -> None:
    typed = GRID | {"name": "名称<script>", "place": "999", "parent": "nowhere", "valid_from": "明天", "hours": "早上"}
    page = manager.post("/administration/new-office", typed, 422, page="/administration/new-office")
    for kept in ("名称&lt;script&gt;", 'value="999" selected', 'value="nowhere" selected', 'value="明天"', 'value="早上"'):
        assert kept in page.text, kept
    assert "有4处需要补填或修改" in page.text


def test_the_second_manager_sees_what_the_first_changed_and_loses_nothing(manager: Visitor, database: Database) -> None:
    path = f"/administration/offices/{POINT}/change"
    shown = json.loads(hidden(manager.get(path), "shown"))
    values = {name: shown[name] for name in GRID if name in shown} | {"reason": ""}
    mark = {"shown": json.dumps(shown)}
    manager.post(path, values | mark | {"phone": "0543-1111111", "address": "旧址"}, 303, page=path)
    second = manager.post(path, values | mark | {"address": "新址"}, 409, page=path)
    assert "韩管理" in second.text and "0543-1111111" in second.text
    assert 'value="新址"' in second.text and "有人先改了" in second.text
    # What the second left alone is the first's now; what both typed stays as the second typed it.
    assert re.search(r'name="phone"[^>]*value="0543-1111111"', second.text)
    again = values | {"shown": hidden(second, "shown"), "address": "新址", "phone": "0543-1111111"}
    manager.post(path, again, 303, page=path)
    office = next(each for each in rows(database, Office) if each.code == POINT)
    assert (office.address, office.phone) == ("新址", "0543-1111111")


def test_a_mark_that_is_none_does_no_harm(manager: Visitor) -> None:
    path = f"/administration/offices/{POINT}/change"
    values = GRID | {"code": POINT, "kind": "village_point", "parent": "town-lizhuang", "valid_from": "2020-06-30"}
    for mark in ("", "{", "[1]", '{"phone": 5}', '{"code": "x"}'):
        answer = manager.post(path, values | {"shown": mark}, None, page=path)
        assert answer.status_code in (303, 409)


def test_closing_tells_what_is_left_and_moves_what_is_below(manager: Visitor, database: Database) -> None:
    path = "/administration/offices/town-lizhuang/close"
    page = manager.get(path)
    assert "下级服务点：" in text_of(page).replace(" ", "") and "保存时就改由接替的服务点管" in page.text
    typed = {"valid_to": "2026-12-31", "successor": "", "reason": "", "shown": hidden(page, "shown")}
    refused = manager.post(path, typed, 422, page=path)
    assert "请写明为什么关闭" in refused.text and 'value="2026-12-31"' in refused.text
    for _click in range(2):
        manager.post(path, typed | {"successor": "town-sunwu", "reason": "撤并"}, 303, page=path)
    page = text_of(manager.get("/administration/offices/town-lizhuang"))
    assert "12月31日后关闭" in page and "孙武街道便民服务中心" in page
    assert "孙武街道便民服务中心" in text_of(manager.get(f"/administration/offices/{POINT}"))
    manager.post("/administration/offices/town-lizhuang/reopen", {"reason": ""}, 422, page=path)
    manager.post("/administration/offices/town-lizhuang/reopen", {"reason": "不撤了"}, 303, page=path)
    assert next(each for each in rows(database, Office) if each.code == "town-lizhuang").valid_to is None


def test_closures_and_departments_on_the_page_of_an_office(manager: Visitor, database: Database) -> None:
    page = f"/administration/offices/{SUB}"
    bad = manager.post(f"{page}/closures", {"closed_from": "2026-12-02", "closed_to": "2026-12-01", "why": "检修"}, 422, page=page)
    assert "两个日期反了" in bad.text and 'value="检修"' in bad.text and "<details open>" in bad.text
    for _click in range(2):
        manager.post(f"{page}/closures", {"closed_from": "2026-12-01", "closed_to": "2026-12-02", "why": "检修"}, 303, page=page)
    (closure,) = rows(database, OfficeClosure)
    assert "检修" in manager.get(page).text
    for _click in range(2):
        manager.post(f"{page}/closures/{closure.id}/end", {}, 303, page=page)
    assert rows(database, OfficeClosure) == []
    manager.post(f"{page}/closures/{1 << 64}/end", {}, 404, page=page)
    manager.post(f"{page}/departments", {"department": "", "valid_from": "", "valid_to": ""}, 422, page=page)
    for _click in range(2):
        manager.post(f"{page}/departments", {"department": "tax", "valid_from": "2026-12-01", "valid_to": ""}, 303, page=page)
    (row,) = rows(database, OfficeDepartment)
    answer = manager.post(f"{page}/departments/{row.id}/end", {"last_day": "2026-01-01"}, 303, page=page)
    assert "之前" in manager.get(answer.location).text
    manager.post(f"{page}/departments/{row.id}/end", {"last_day": "2026-12-31"}, 303, page=page)
    assert rows(database, OfficeDepartment)[0].valid_to == date(2026, 12, 31)


# ---- competences ----------------------------------------------------------------------------------------------------

POWER = {
    "office": SUB, "matter": "company-registration", "power": "decide", "basis": "惠政发〔2026〕1号", "valid_from": "2026-11-20",
    "valid_to": "",
}  # fmt: skip


def test_a_competence_is_previewed_and_then_saved(manager: Visitor, database: Database) -> None:
    path, before = "/administration/new-competence", len(rows(database, Competence))
    preview = manager.post(path, POWER, 200, page=path)
    said = text_of(preview)
    assert "从今天起" in said and "李庄镇的企业设立登记由李庄镇审批服务分中心决定，原来是惠民县政务服务中心。" in said
    assert len(rows(database, Competence)) == before
    confirmed = {"confirmed": hidden(preview, "confirmed")}
    other = manager.post(path, POWER | confirmed | {"valid_from": "2026-12-01"}, 200, page=path)
    assert "从2026年12月1日起" in text_of(other) and len(rows(database, Competence)) == before
    for _click in range(2):
        manager.post(path, POWER | confirmed, 303, page=path)
    assert len(rows(database, Competence)) == before + 1
    other = manager.post(path, POWER | {"basis": "另一份文件"}, 422, page=path)
    assert "日期重叠" in other.text and 'value="另一份文件"' in other.text
    page = text_of(manager.get("/administration/competences"))
    assert "李庄镇审批服务分中心" in page


def test_a_competence_is_ended_after_a_look(manager: Visitor, database: Database) -> None:
    path = "/administration/new-competence"
    manager.post(path, POWER | {"confirmed": hidden(manager.post(path, POWER, 200, page=path), "confirmed")}, 303, page=path)
    row = rows(database, Competence)[-1]
    path = f"/administration/competences/{row.id}/end"
    assert "惠政发" in manager.get(path).text
    manager.post(path, {"valid_to": "", "reason": ""}, 422, page=path)
    preview = manager.post(path, {"valid_to": "2026-11-30", "reason": "收回"}, 200, page=path)
    assert "从2026年12月1日起" in text_of(preview) and "由惠民县政务服务中心决定，原来是李庄镇审批服务分中心" in text_of(preview)
    manager.post(path, {"valid_to": "2026-11-30", "reason": "收回", "confirmed": "2026-11-30"}, 303, page=path)
    assert rows(database, Competence)[-1].valid_to == date(2026, 11, 30)
    manager.get("/administration/competences/5/end", 404)
    manager.post("/administration/competences/5/end", {"valid_to": "2026-11-30"}, 303, page=path)
    manager.get(f"/administration/competences/{1 << 64}/end", 404)


def test_taking_the_last_power_away_says_that_cases_would_wait(manager: Visitor, database: Database, cast: Cast) -> None:
    held = [each for each in rows(database, Competence) if each.office_id == cast.offices["hall"] and each.power == "decide"]
    for number, each in enumerate(held, 1):
        path, typed = f"/administration/competences/{each.id}/end", {"valid_to": "2026-11-20", "reason": "清理"}
        preview = text_of(manager.post(path, typed, 200, page=path))
        assert ("没有服务点有权决定" in preview) == (number == len(held))
        manager.post(path, typed | {"confirmed": "2026-11-20"}, 303, page=path)


# ---- files ----------------------------------------------------------------------------------------------------------

HEADING = "代码,名称,类型,地点代码,上级代码,地址,电话,启用日期\n"
GOOD = f"grid-01,第一网格点,网格,371621105201,{POINT},,,2026-12-01\n"
BAD = "grid-02,第二网格点,网格,371621105201,nowhere,,,2026-12-01\n"
UPLOAD = "/administration/import"


def look(manager: Visitor, content: bytes, status: int = 200) -> Any:
    return manager.post(UPLOAD, {"file": (io.BytesIO(content), "points.csv")}, status, page=UPLOAD, content_type="multipart/form-data")


def test_a_file_is_looked_at_then_confirmed_once(manager: Visitor, database: Database) -> None:
    preview = look(manager, (HEADING + GOOD + BAD).encode("gb18030"))
    said = text_of(preview)
    assert "没有代码为“nowhere”的服务点" in said and "确认导入这 1 个" in said
    assert not [each for each in rows(database, Office) if each.code == "grid-01"]
    sent = {"text": hidden(preview, "text"), "codes": hidden(preview, "codes")}
    manager.post(f"{UPLOAD}/confirm", sent, 303, page=UPLOAD)
    assert "第 3 行有问题，没有导入" in manager.get("/administration/offices").text
    again = manager.post(f"{UPLOAD}/confirm", sent, 200, page=UPLOAD)
    assert "没有重复添加" in again.text
    assert len([each for each in rows(database, Office) if each.code == "grid-01"]) == 1
    assert len([each for each in rows(database, AdministrationChange) if each.title == "第一网格点"]) == 1


def test_a_network_that_changed_meanwhile_is_looked_at_anew(manager: Visitor, database: Database) -> None:
    preview = look(manager, (HEADING + GOOD + GOOD.replace("grid-01", "grid-03")).encode())
    manager.post("/administration/new-office", GRID | {"name": "别的"}, 303, page="/administration/new-office")
    sent = {"text": hidden(preview, "text"), "codes": hidden(preview, "codes")}
    answer = manager.post(f"{UPLOAD}/confirm", sent, 409, page=UPLOAD)
    assert "已经是“别的”的" in answer.text and "这次还没有导入" in answer.text
    assert not [each for each in rows(database, Office) if each.code == "grid-03"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xff\xff\xff", "代码,名称\nx,y\n".encode(), HEADING.encode()])
def test_a_file_that_is_none_is_told_at_its_field(manager: Visitor, content: bytes) -> None:
    page = look(manager, content, 422)
    assert 'id="file-error"' in page.text


def test_a_confirmation_of_nonsense_is_told(manager: Visitor) -> None:
    manager.post(f"{UPLOAD}/confirm", {"text": "x", "codes": ""}, 422, page=UPLOAD)
    manager.post(f"{UPLOAD}/confirm", {}, 422, page=UPLOAD)


def test_the_template_comes_as_a_file(manager: Visitor) -> None:
    answer = manager.get("/administration/import/template.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith("\ufeff代码,名称,类型,地点代码,上级代码,地址,电话,启用日期\r\n".encode())


def test_hostile_addresses_are_answered(manager: Visitor) -> None:
    for path in ("offices/%3Cscript%3E", "offices/nowhere/change", "offices/nowhere/close"):
        manager.get(f"/administration/{path}", 404)
    for path in ("competences?on=0000-99-99&kind=x", "offices?kind=x&closed=2", "new-office?parent=x&kind=y&place=z"):
        manager.get(f"/administration/{path}")

