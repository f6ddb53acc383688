"""The supervisor's statistics: the figures of tiles, tables, heat map and lists against cases driven by hand, and their files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import Case, Person, Position, Task
from approvals.queries.statistics import drill
from approvals.views.statistics import behind, overview, steps
from approvals.views.statistics.asking import counted_alone
from approvals.views.statistics.part import hours, said
from approvals.views.statistics.sheets import Cell, Column, Sheet, as_file
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.seed import HALL, NOW, OTHER_TOWN, SINCE, TOWN, Member, seed
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.clock import OFFICE_ZONE, format_length
from workflows.county import county_catalogue

Visit = Callable[[Member], Visitor]
PAGES = ("/statistics", "/statistics/steps", "/statistics/steps?measure=late", "/statistics/cases")
ROW, CELL = re.compile(r"<tr>(.*?)</tr>", re.DOTALL), re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def table_of(page: str, title: str) -> list[list[str]]:
    """The cells, as plain text without their samples, of the table of that title; the headings first."""
    part = page[page.index(f'aria-label="{title}"') :]
    part = part[: part.index("</table>")]
    return [[plain(cell.split('<span class="cell-note">')[0]) for cell in CELL.findall(row)] for row in ROW.findall(part)]


def tiles_of(page: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r'<dt>([^<]*)</dt><dd><span class="tile-figure">([^<]*)</span><span class="tile-sample">([^<]*)</span>', page)
    return {title: (figure, sample) for title, figure, sample in found}


def links_of(page: str, within: str) -> list[str]:
    part = page[page.index(f'aria-label="{within}"') :]
    return [each.replace("&amp;", "&") for each in re.findall(r'<td[^>]*><a href="([^"]+)"', part[: part.index("</table>")])]


@pytest.fixture
def driven(chain: Chain) -> Chain:
    """A company opening in which the registrar took twenty minutes and the seal was late, handed out in a town."""
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.now += timedelta(hours=1, minutes=40)
    chain.act(SEAL, "complete")
    chain.settle_matters()
    return chain


def test_the_tiles_say_what_was_received_closed_open_and_kept(visit: Visit, driven: Chain, database: Database) -> None:
    Chain(database, driven.cast, content_with(name={"trade_name": "麦样"}), now=driven.now)
    driven.settle_matters()
    page = visit(driven.cast.supervisor).get("/statistics").text
    tiles = tiles_of(page)
    assert tiles["收件"][0] == "2" and tiles["办结"][0] == "1" and tiles["在办"][0] == "1" and tiles["暂停计时"][0] == "0"
    assert tiles["按时办结率"] == ("100.0%", "n=1，答复了申请人的办结件")
    assert tiles["一次办结率"][0] == "100.0%" and tiles["代办率"] == ("0.0%", "n=1，办结件")
    case = driven.case()
    assert case.closed_at is not None
    taken = county_calendar().working_seconds(case.opened_at, case.closed_at)
    assert tiles["净工作时间（中位数）"][0] == format_length(taken, "zh", county_calendar().hours.seconds_per_day)
    length = said(hours(taken))
    head, november = table_of(page, "按月统计")
    assert dict(zip(head, november, strict=True)) == {
        "月份": "2026-11", "收件": "2", "办结": "1", "月末在办": "1", "按时办结率（%）": "100", "有时限的 n": "1",
        "中位数（工作小时）": length, "90 分位数（工作小时）": length, "一次办结率（%）": "100", "代办率（%）": "0",
    }  # fmt: skip
    rows = {row[0]: row[1:] for row in table_of(page, "按事项统计")[1:]}
    assert rows["企业开办（一链办理）"][:3] == ["2", "1", "1"] and rows["公章刻制备案"][:5] == ["1", "1", "0", "0", "1"]
    assert rows["企业设立登记"][:3] == ["2", "1", "1"], "what the chain opened is no case of its own above, and one below"


def test_months_gone_by_say_what_was_open_at_their_end_and_nothing_of_now(visit: Visit, driven: Chain, database: Database) -> None:
    returned = Chain(database, driven.cast, content_with(name={"trade_name": "麦样"}), now=driven.now)
    returned.act(REGISTRATION, "return_for_correction")
    visitor = visit(driven.cast.supervisor)
    assert tiles_of(visitor.get("/statistics").text)["暂停计时"] == ("1", "n=1，在办件里现在等申请人或在特别程序中的")
    before = visitor.get("/statistics?from=2026-01&to=2026-10").text
    assert "这些条件下还没有办件" in before
    driven.now += timedelta(days=40)
    late = visit(driven.cast.supervisor)
    tiles = tiles_of(late.get("/statistics?to=2026-11").text)
    assert tiles["在办"] == ("1", "2026-11月末还没办结的") and tiles["暂停计时"] == ("—", "看到本月才有：它说的是现在")
    assert tiles_of(late.get("/statistics?from=2027-01").text)["收件"][0] == "0", "and it is still open"


def test_a_month_to_come_ends_with_the_present_one(visit: Visit, driven: Chain, database: Database) -> None:
    """What is open is known of the last month that there is: a later one said that nothing is."""
    Chain(database, driven.cast, content_with(name={"trade_name": "麦样"}), now=driven.now)
    driven.settle_matters()
    visitor = visit(driven.cast.supervisor)
    now = visitor.get("/statistics").text
    for months in ("to=2027-03", "from=2026-12&to=2027-03", "from=2027-03", "from=2026-12"):
        page = visitor.get(f"/statistics?{months}").text
        assert "以后的月份还没有数，已经统计到2026-11为止。" in page
        assert tiles_of(page)["在办"] == tiles_of(now)["在办"] == ("1", "现在还没办结的")
    assert "以后的月份" not in visitor.get("/statistics?to=2026-11").text


def test_the_heat_map_counts_each_step_at_each_office(visit: Visit, driven: Chain) -> None:
    page = visit(driven.cast.supervisor).get("/statistics/steps").text
    head, *rows = table_of(page, "步骤和服务点：90 分位数（工作小时）")
    assert head[:3] == ["步骤", "时限（工作小时）", "合计"] and "惠民县政务服务中心（本级）" in head[3]
    found = {row[0]: row[1:4] for row in rows}
    assert found["企业设立登记 · 登记审查"] == ["1.5", "0.35", "0.35"]
    assert found["公章刻制备案 · 刻章备案中"] == ["1", "1.68", "1.68"]
    assert "企业设立登记 · 签署中" not in found, "the applicant's time is no department's"
    late = table_of(visit(driven.cast.supervisor).get("/statistics/steps?measure=late").text, "步骤和服务点：超期占比（%）")
    assert {row[0]: row[2] for row in late[1:]}["公章刻制备案 · 刻章备案中"] == "100"
    count = table_of(visit(driven.cast.supervisor).get("/statistics/steps?measure=count").text, "步骤和服务点：办完的步骤数")
    assert {row[0]: row[2] for row in count[1:]}["企业设立登记 · 登记审查"] == "1"


def test_a_cell_leads_to_its_list_and_the_list_to_the_case(visit: Visit, driven: Chain, database: Database) -> None:
    visitor = visit(driven.cast.supervisor)
    page = visitor.get("/statistics/steps?measure=late").text
    cell = next(each for each in links_of(page, "步骤和服务点：超期占比（%）") if "alone=1" in each and SEAL in each)
    listed = visitor.get(cell).text
    head, row = table_of(listed, "公章刻制备案 · 刻章备案中，惠民县政务服务中心（超期的）")
    assert head == ["办件号", "企业", "服务点", "进入这一步", "离开这一步", "到期", "用时（工作小时）", "结果"]
    case = driven.case(SEAL)
    assert row[0] == case.number and row[2] == "惠民县政务服务中心" and row[6:] == ["1.68", "超期"]
    with database.reading() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id, Task.state == "handling")).one()
    assert row[3:6] == [f"{at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" for at in (task.opened_at, task.closed_at, task.due_at)]
    assert "共 1 步" in listed and f"/cases/{case.token}" in links_or_names(listed)
    visitor.get(f"/cases/{case.token}")
    every = visitor.get("/statistics/cases").text
    assert table_of(every, "办完的步骤")[0][2] == "步骤", "steps of several kinds are named"


def links_or_names(page: str) -> str:
    return page[page.index("sheet-texts") :]


def test_a_list_is_shown_a_page_at_a_time_and_its_file_is_all_of_it(
    visit: Visit, driven: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven.settle_matters()
    visitor = visit(driven.cast.supervisor)
    rows = list(csv.reader(io.StringIO(visitor.get("/statistics/cases.csv").text.lstrip("\ufeff"))))
    monkeypatch.setattr(drill.steps_behind, "__kwdefaults__", {**(drill.steps_behind.__kwdefaults__ or {}), "size": 3})
    address, seen = "/statistics/cases", []
    while address:
        page = visitor.get(address).text
        seen += table_of(page, "办完的步骤")[1:]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    count = len(seen)
    assert count > 3 and [row[0] for row in rows[1 : 1 + count]] == [row[0] for row in seen] and rows[1 + count] == []
    assert "文件里是整个列表" in page and "回到最近的" in page


def test_a_list_too_long_to_work_out_has_the_figures_of_the_heat_map(
    visit: Visit, driven: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit(driven.cast.supervisor)
    address = "/statistics/cases?workflow=company-seal&state=handling"
    exact = visitor.get(address).text
    assert "共 1 步；用时（工作小时，逐件算出）" in exact
    monkeypatch.setattr(behind, "MOST_EXACT", 0)
    close = visitor.get(address).text
    assert "共 1 步；用时（工作小时，中位数和 90 分位数误差不超过百分之一）" in close
    assert re.findall(r"<strong>([\d.]+)</strong>", exact) == re.findall(r"<strong>([\d.]+)</strong>", close) == ["1.68"] * 5
    assert "把月份或条件缩小" in visitor.get(address + "&timing=late").text


@pytest.mark.parametrize(
    ("page", "title", "file"),
    [
        ("/statistics?workflow=company-registration", "按月统计", "/statistics/months"),
        ("/statistics", "按事项统计", "/statistics/workflows"),
        ("/statistics/steps?measure=p90", "步骤和服务点：90 分位数（工作小时）", "/statistics/steps"),
        ("/statistics/steps?measure=late&office=hall", "步骤和服务点：超期占比（%）", "/statistics/steps"),
        ("/statistics/cases?workflow=company-seal&state=handling", "公章刻制备案 · 刻章备案中", "/statistics/cases"),
    ],
)  # fmt: skip
def test_a_file_says_what_the_page_says(visit: Visit, driven: Chain, page: str, title: str, file: str) -> None:
    visitor = visit(driven.cast.supervisor)
    text = visitor.get(page).text
    shown = table_of(text, title)
    addresses = {kind: found.replace("&amp;", "&") for found, kind in re.findall(rf'href="({file}\.(xlsx|csv)[^"]*)"', text)}
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.get(addresses["xlsx"]).data)).active
    assert sheet is not None
    excel = [list(row[: len(shown[0])]) for row in sheet.iter_rows(max_row=len(shown), values_only=True)]
    assert [[said(value) if not isinstance(value, str) else value for value in row] for row in excel] == shown
    assert any(isinstance(value, int | float) for row in excel[1:] for value in row), "figures are numbers in the file"
    values = list(csv.reader(io.StringIO(visitor.get(addresses["csv"]).text.lstrip("\ufeff"))))
    assert [[value.replace(",", "") or "—" for value in row] for row in values[: len(shown)]] == [
        [re.sub(r"(?<=\d),(?=\d)", "", value) for value in row] for row in shown
    ]
    foot = "2025-12至2026-11"
    assert foot in str(sheet.cell(len(shown) + 2, 1).value) and foot in values[-1][0]


def test_a_name_that_looks_like_a_formula_stays_a_name(visit: Visit, driven: Chain, database: Database) -> None:
    database.write(lambda session: session.execute(update(Case).values(company="=HYPERLINK(1)")))
    visitor = visit(driven.cast.supervisor)
    book = openpyxl.load_workbook(io.BytesIO(visitor.get("/statistics/cases.xlsx").data)).active
    assert book is not None and book.cell(2, 2).value == "=HYPERLINK(1)" and book.cell(2, 2).data_type == "s"
    assert "\n" not in visitor.get("/statistics/cases.csv").headers["Content-Disposition"]
    row = list(csv.reader(io.StringIO(visitor.get("/statistics/cases.csv").text)))[1]
    assert row[1] == "'=HYPERLINK(1)"


def test_a_negative_figure_is_a_number_and_a_dash_is_empty(application: Any) -> None:
    sheet = Sheet("表", [Column("甲"), Column("乙"), Column("丙")], [[Cell("-1"), Cell(-12.5), Cell(None)]])
    with application.test_request_context("/"):
        assert as_file(sheet, "csv", "x").get_data(as_text=True).splitlines()[1] == "'-1,-12.5,"
        book = openpyxl.load_workbook(io.BytesIO(as_file(sheet, "xlsx", "x").get_data())).active
        assert book is not None and [cell.value for cell in book[2]] == ["-1", -12.5, "—"]


def test_conditions_stand_in_every_link_and_in_the_form(visit: Visit, driven: Chain) -> None:
    asked = "from=2026-01&to=2026-11&workflow=company-seal&office=hall&department=public-security&channel=online"
    visitor = visit(driven.cast.supervisor)
    for path in PAGES:
        page = visitor.get(f"{path}{'&' if '?' in path else '?'}{asked}").text
        part = page[page.index("<main") : page.index("</main>")]
        links = [each.replace("&amp;", "&") for each in re.findall(r'href="(/statistics[^"]*)"', part)]
        kept = [each for each in links if "?" in each]
        assert len(kept) > 3
        for link in kept:
            for pair in asked.split("&"):
                name = pair.split("=")[0]
                # Only a link that is about another value of a condition has another one.
                assert f"{name}=" in link or (name in ("office", "department", "channel") and "workflow=" in link), (path, link)
        assert 'value="company-seal" selected' in page and 'value="hall" selected' in page and 'value="2026-01"' in page
        assert 'value="public-security" selected' in page and 'value="online" selected' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "月份请按 2026-11 这样填写"),
        ("from=2026-13", "月份请按 2026-11 这样填写"),
        ("from=2026-11&to=2026-01", "开始月份在结束月份之后，已经对调"),
        ("from=1990-01&to=2026-11", "一次最多统计十年，已经从2016-12起统计"),
        ("workflow=no-such", "没有这个事项"),
        ("office=no-such", "没有这个服务点"),
        ("department=no-such", "没有这个部门"),
        ("channel=no-such", "没有这种申办渠道"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence_and_the_rest_is_shown(visit: Visit, driven: Chain, query: str, sentence: str) -> None:
    visitor = visit(driven.cast.supervisor)
    for path in ("/statistics", "/statistics/steps", "/statistics/cases"):
        page = visitor.get(f"{path}?{query}").text
        assert sentence in page and 'role="alert"' in page
    page = visitor.get("/statistics?" + query).text
    assert tiles_of(page)["收件"][0] in ("1",), "the rest of the conditions still counts"


@pytest.mark.parametrize(
    "query",
    ["measure=x&columns=999999", "columns=-1", "columns=²", "after=1-2", "after=x", "state=no-such", "alone=1", "alone=1&office=hall"],
)
def test_nonsense_in_an_address_shows_the_page(visit: Visit, driven: Chain, query: str) -> None:
    visitor = visit(driven.cast.supervisor)
    for path in ("/statistics", "/statistics/steps", "/statistics/cases", "/statistics/steps.csv", "/statistics/cases.xlsx"):
        visitor.get(f"{path}?{query}")
    visitor.get("/statistics/steps.pdf", status=404)


def town_supervisor(database: Database, office_id: int) -> int:
    def store(session: Any) -> int:
        person = Person(name="镇督查", sign_in_name=f"town-supervisor-{office_id}", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(
            Position(person_id=person.id, role="supervisor", department="approval-bureau", office_id=office_id, valid_from=SINCE)
        )
        return person.id

    return database.write(store)


def test_a_town_sees_its_own_offices_alone(application: Any, database: Database) -> None:
    cast = seed(database)
    chain = Chain(database, cast, content_with(delivery={"way": "point", "office": TOWN}))
    application.config["NOW"] = lambda: chain.now
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    database.write(lambda session: session.execute(update(Task).where(Task.state == "reviewing").values(office_id=cast.offices[TOWN])))
    town, other = (Visitor(application, town_supervisor(database, cast.offices[code])) for code in (TOWN, OTHER_TOWN))
    (row,) = table_of(town.get("/statistics/steps?measure=count").text, "步骤和服务点：办完的步骤数")[1:]
    assert row[0] == "企业设立登记 · 登记审查" and row[2] == "1"
    assert "这些条件下没有办完的步骤" in other.get("/statistics/steps").text
    number = chain.case(REGISTRATION).number
    assert number in town.get("/statistics/cases").text
    for path in ("/statistics/cases", f"/statistics/cases?office={TOWN}", f"/statistics/cases?office={TOWN}&alone=1"):
        assert number not in other.get(path).text
        assert number not in other.get(path.replace("cases", "cases.csv")).text
    assert "不在您的督查范围内" in other.get(f"/statistics?office={TOWN}").text
    page = other.get("/statistics").text
    assert "孙武街道便民服务中心" not in page and "李庄镇便民服务中心" in page


def test_statistics_are_for_supervisors(application: Any, chain: Chain) -> None:
    for member in (chain.cast.registrar, chain.cast.applicant, chain.cast.administrator):
        visitor = Visitor(application, member.person_id)
        for path in (*PAGES, "/statistics/months.csv", "/statistics/workflows.csv", "/statistics/steps.csv", "/statistics/cases.csv"):
            visitor.get(path, status=403)


def test_the_overview_of_supervision_leads_here(visit: Visit, chain: Chain) -> None:
    assert 'href="/statistics"' in visit(chain.cast.supervisor).get("/supervision").text


def test_an_empty_county_is_told_what_to_do(application: Any, database: Database) -> None:
    cast = seed(database)
    application.config["NOW"] = lambda: NOW
    visitor = Visitor(application, cast.supervisor.person_id)
    assert "这些条件下还没有办件" in visitor.get("/statistics").text
    assert "这些条件下没有办完的步骤" in visitor.get("/statistics/steps").text
    assert "这些条件下没有办完的步骤" in visitor.get("/statistics/cases").text
    for path in ("/statistics/months", "/statistics/workflows", "/statistics/steps", "/statistics/cases"):
        for kind in ("xlsx", "csv"):
            visitor.get(f"{path}.{kind}")


def test_each_page_costs_a_fixed_number_of_statements(visit: Visit, driven: Chain, database: Database) -> None:
    visitor = visit(driven.cast.supervisor)
    costs: dict[str, list[int]] = {path: [] for path in PAGES}
    for number in range(2):
        for path in PAGES:
            visitor.get(path)
            with counted(database) as sent:
                visitor.get(path)
            costs[path].append(len(sent))
        for name in ("青样", "麦样", "云样") if not number else ():
            other = Chain(database, driven.cast, content_with(name={"trade_name": name}), now=driven.now)
            other.act(REGISTRATION, "approve")
            other.settle_matters()
            driven.now = other.now
    assert {path: few for path, (few, _many) in costs.items()} == {path: many for path, (_few, many) in costs.items()}
    assert all(few <= MOST_STATEMENTS for few, _many in costs.values()), costs


MOST_STATEMENTS = 14


@pytest.mark.parametrize(
    ("seconds", "limit", "count", "level"),
    [
        (1800, 3600, 10, "good"), (1801, 3600, 10, "middle"), (3600, 3600, 10, "middle"), (3601, 3600, 10, "high"),
        (5400, 3600, 10, "high"), (5401, 3600, 10, "over"), (5401, 3600, 9, ""), (5401, None, 100, ""), (None, 3600, 10, ""),
    ],
)  # fmt: skip
def test_a_length_is_coloured_against_its_limit_from_ten_on(seconds: Any, limit: Any, count: int, level: str) -> None:
    assert steps._length_level(seconds, limit, count) == level


@pytest.mark.parametrize(
    ("share", "count", "level"),
    [(0.0, 10, "good"), (0.05, 20, "middle"), (0.051, 20, "high"), (0.2, 10, "high"), (0.21, 99, "over"), (1.0, 9, ""), (None, 0, "")],
)
def test_a_share_is_coloured_from_ten_on(share: Any, count: int, level: str) -> None:
    assert steps._late_level(share, count) == level


def test_counts_are_coloured_by_quarters_of_the_most() -> None:
    assert [steps._part(count, 100) for count in (1, 25, 26, 50, 51, 75, 76, 100)] == [
        f"part-{each}" for each in (1, 1, 2, 2, 3, 3, 4, 4)
    ]
    assert [steps._part(count, most) for count, most in ((1, 1), (2, 2), (200, 100), (5, 0))] == ["part-1", "part-3", "part-4", ""]


def test_figures_are_said_the_same_way_everywhere() -> None:
    assert [said(value) for value in (None, 0, 1204, 0.25, 97.5, 100.0, -3.25, 12345.6, "甲")] == [
        "—", "0", "1,204", "0.25", "97.5", "100", "-3.25", "12,345.6", "甲",
    ]  # fmt: skip
    assert [hours(seconds) for seconds in (None, 0, 60, 1800, 36000, 39_600_000)] == [None, 0, 0.02, 0.5, 10.0, 11000.0]


def test_whole_cases_are_what_people_file() -> None:
    assert counted_alone(None) == {"company-opening", "food-permit"}
    assert counted_alone("approval-bureau") == {"company-opening", "food-permit"}, "what its own chain opens counts with the chain"
    assert counted_alone("tax") == {"tax-registration"} and counted_alone("bank") == {"bank-account"}


@pytest.mark.parametrize(("department", "workflow"), [("tax", "tax-registration"), ("public-security", SEAL)])
def test_a_department_that_has_only_matters_of_a_chain_counts_them_one_each(
    visit: Visit, driven: Chain, department: str, workflow: str
) -> None:
    driven.settle_matters()
    visitor = visit(driven.cast.supervisor)
    page = visitor.get(f"/statistics?department={department}").text
    (row,) = [row for row in table_of(page, "按事项统计")[1:]]
    tiles = tiles_of(page)
    assert [tiles[title][0] for title in ("收件", "办结", "在办")] == row[1:4] == ["1", "1", "0"]
    assert table_of(page, "按月统计")[1][1:4] == ["1", "1", "0"] and "一项算一件" in page
    compared = visitor.get(f"/statistics/comparison?measure=once_done&department={department}").text
    assert [row[2] for row in table_of(compared, "服务点比较：一次办结率")[1:]] == ["1"]
    assert county_catalogue().latest(workflow).department == department


def test_a_page_reads_everything_as_of_one_moment(visit: Visit, driven: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is rolled up between two reads would be in neither of them."""
    levels: list[str] = []
    real = overview.cases

    def noted(session: Any, *values: Any, **more: Any) -> Any:
        levels.append(session.connection().get_isolation_level())
        return real(session, *values, **more)

    monkeypatch.setattr(overview, "cases", noted)
    visit(driven.cast.supervisor).get("/statistics")
    assert levels and set(levels) <= {"REPEATABLE READ", "SERIALIZABLE"}


def test_months_are_counted_over_the_end_of_a_year() -> None:
    from approvals.views.statistics.asking import following

    assert following(date(2026, 11, 1), -11) == date(2025, 12, 1) and following(date(2026, 12, 1)) == date(2027, 1, 1)
    assert following(date(2026, 1, 1), -1) == date(2025, 12, 1)


def test_charts_carry_what_their_tables_say_and_need_no_scripts(visit: Visit, driven: Chain) -> None:
    import json
    from html import unescape

    driven.settle_matters()
    page = visit(driven.cast.supervisor).get("/statistics").text
    (drawn,) = re.findall(r'data-chart="([^"]*)"', page)
    chart = json.loads(unescape(drawn))
    received = next(each for each in chart["series"] if each["name"] == "收件")
    assert chart["labels"][-1] == "2026-11" and len(chart["labels"]) == 12
    assert [str(received["values"][-1])] == [row[1] for row in table_of(page, "按月统计")[1:]]
    assert page.count('type="module"') == 1 and "/static/charts.js" in page
    assert "echarts" not in visit(driven.cast.supervisor).get("/supervision").text
    assert MultiDict(re.findall(r'(data-library)="([^"]*)"', page))["data-library"] == "/assets/echarts/echarts.esm.min.js"
    assert HALL in driven.cast.offices
