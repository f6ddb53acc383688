"""The supervisor's statistics: the figures of tiles and tables against cases driven by hand, conditions and costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.models import Task
from approvals.views.statistics import overview
from approvals.views.statistics.asking import counted_alone
from approvals.views.statistics.part import hours, said
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.figures import MOST_STATEMENTS, table_of, tiles_of, town_supervisor
from tests.support.seed import HALL, NOW, OTHER_TOWN, TOWN, Member, seed
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.clock import format_length
from workflows.county import county_catalogue

Visit = Callable[[Member], Visitor]
PAGES = ("/statistics", "/statistics/steps", "/statistics/steps?measure=late", "/statistics/cases")


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


@pytest.mark.parametrize("path", ["/statistics/cases", "/statistics/rework/cases"])
def test_a_step_that_there_is_not_gets_a_sentence(visit: Visit, driven: Chain, path: str) -> None:
    visitor = visit(driven.cast.supervisor)
    for query in ("state=no-such", "state=reviewing", "workflow=company-seal&state=reviewing"):
        assert "没有这个步骤，已按全部步骤统计" in visitor.get(f"{path}?{query}").text
    assert "没有这个步骤" not in visitor.get(f"{path}?workflow=company-registration&state=reviewing").text


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
    assert [row[2] for row in table_of(compared, "服务点比较：一次办结率")[1:]] == ["0"]
    assert "另有 1 件的事项只有这里办（100%）" in compared
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
