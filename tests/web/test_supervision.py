"""The supervisor's overview: its numbers against cases that were driven by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from approvals.db import Database
from approvals.views import supervision
from approvals.views.supervision import share, working_time
from tests.core.test_ratings import BAD, closed, rate
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.figures import table_of
from tests.support.seed import HALL, NOW, seed
from tests.support.statements import counted
from tests.support.web import Visitor

STATEMENTS_OF_THE_OVERVIEW = 14
HEAT_MAP = "步骤和服务点：90 分位数（工作小时）"
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells, as plain text, of the table below a heading."""
    part = text[text.index(f"{heading}</h2>") :]
    body = part[part.index("<tbody>") : part.index("</tbody>")]
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in CELL.findall(row)] for row in ROW.findall(body)]
    return plain


def test_open_cases_are_counted_by_workflow_state_office_and_colour(application: Any, chain: Chain, database: Database) -> None:
    for minutes in (0, 80):  # a second and a third opening: one near due, one late when the chain's clock says so
        other = Chain(database, chain.cast, now=NOW - timedelta(minutes=minutes))
        assert other.case(REGISTRATION).state == "reviewing"
    chain.now = NOW + timedelta(minutes=75)
    page = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    assert ["企业设立登记", "登记审查", "惠民县政务服务中心", "3", "1", "2", "0"] in rows_of(page, "在办")
    assert ["企业开办（一链办理）", "设立登记中", "—", "3", "0", "0", "3"] in rows_of(page, "在办"), "half a day was promised"
    (late,) = rows_of(page, "已超期的待办")
    assert "已超期" in late[0] and "-1" in late[1]


def test_closed_cases_and_their_promises_are_counted_with_their_n(application: Any, chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "fail")
    chain.now += timedelta(days=3)
    chain.act("tax-registration", "complete")  # promised within two working hours, three days ago
    page = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    rows = {row[0]: row[1:] for row in rows_of(page, "已办结")}
    assert rows["企业设立登记"] == ["1", "100.0% n=1", "1", "100.0% n=1", "100.0% n=1"]
    assert rows["公章刻制备案"] == ["1", "100.0% n=1", "1", "0.0% n=1", "100.0% n=1"]
    assert rows["税务信息确认、发票申领"] == ["1", "0.0% n=1", "1", "100.0% n=1", "0.0% n=1"]
    chain.now += timedelta(days=60)
    page = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    assert {row[0]: row[1:4] for row in rows_of(page, "已办结")}["企业设立登记"] == ["0", "—", "1"]


def test_a_step_is_measured_in_working_time_by_median_and_p90(application: Any, chain: Chain, database: Database) -> None:
    taken = {"青样": 10, "麦样": 20, "云样": 30, "松样": 40, "河样": 160}  # minutes; the last runs over the lunch break
    for name, minutes in taken.items():
        content = content_with(name={"trade_name": name})
        other = Chain(database, chain.cast, content, now=NOW + timedelta(hours=1, minutes=30))
        other.now += timedelta(minutes=minutes - 1)
        other.act(REGISTRATION, "approve")
    chain.now = NOW + timedelta(hours=8)
    page = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    (row,) = [row for row in rows_of(page, "每一步用了多久") if row[0] == "企业设立登记"]
    # 10:30 to 13:10 is one and a half working hours: the office closes at noon. Nine of ten: six tenths of the way from 40 to 90.
    assert row == ["企业设立登记", "登记审查", "5", "30 分钟", "1 小时 10 分钟", "38 分钟"]
    _head, *steps = table_of(Visitor(application, chain.cast.supervisor.person_id).get("/statistics/steps").text, HEAT_MAP)
    assert {row[0]: row[2] for row in steps}["企业设立登记 · 登记审查"] == "1.17", "the statistics say the same"


def test_the_overview_costs_a_fixed_number_of_statements(application: Any, chain: Chain, database: Database) -> None:
    visitor = Visitor(application, chain.cast.supervisor.person_id)
    visitor.get("/supervision")
    with counted(database) as few:
        visitor.get("/supervision")
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    with counted(database) as many:
        visitor.get("/supervision")
    assert len(few) == len(many) <= STATEMENTS_OF_THE_OVERVIEW


def test_long_lists_show_their_first_lines_and_fold_the_others_away(
    application: Any, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("青样", "麦样", "云样"):
        Chain(chain.database, chain.cast, content_with(name={"trade_name": name}), now=chain.now).act(REGISTRATION, "approve")
    chain.now += timedelta(days=3)
    visitor = Visitor(application, chain.cast.supervisor.person_id)
    monkeypatch.setattr(supervision, "MOST_OPEN", 99)
    page = visitor.get("/supervision").text
    late = rows_of(page, "已超期的待办")
    assert 'class="folded"' not in page
    monkeypatch.setattr(supervision, "AT_ONCE", 2)
    monkeypatch.setattr(supervision, "MOST_OPEN", 3)
    page = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    assert rows_of(page, "已超期的待办") == late[:2] and len(late) > 3
    part = page[page.index("已超期的待办</h2>") :]
    rest = part[part.index(f"<summary>其余 {len(late) - 2} 件</summary>") :]
    assert [row[1] for row in rows_of(f"x</h2>{rest}", "x")] == [row[1] for row in late[2:]], "nothing is lost"
    by_workflow = rows_of(page, "在办")
    folded = page[page.index("按状态和服务点看（") :]
    every = rows_of(f"x</h2>{folded}", "x")
    assert len(by_workflow) == len({row[0] for row in every}) < len(every)
    assert sum(int(row[1]) for row in by_workflow) == sum(int(row[3]) for row in every)


def test_an_empty_county_has_an_overview(application: Any, database: Database) -> None:
    cast = seed(database)
    application.config["NOW"] = lambda: NOW
    page = Visitor(application, cast.supervisor.person_id).get("/supervision").text
    assert "现在没有在办的办件" in page and "没有超期的待办" in page


def test_the_overview_is_for_supervisors(application: Any, chain: Chain) -> None:
    for member in (chain.cast.registrar, chain.cast.applicant, chain.cast.administrator):
        Visitor(application, member.person_id).get("/supervision", status=403)


def test_nothing_to_divide_by_is_a_dash() -> None:
    assert share(0, 0) == "—"
    assert share(1, 3) == "33.3%"


def test_lengths_are_said_in_working_days_hours_and_minutes(application: Any) -> None:
    with application.test_request_context("/"):
        assert working_time(0) == "不到 1 分钟"
        assert working_time(35 * 60) == "35 分钟"
        assert working_time(9 * 3600) == "1 天 2 小时"


def overview_page(application: Any, chain: Chain) -> str:
    """The overview as it is now; the clock moves by days here, so each look is of somebody who has just signed in."""
    text: str = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    return text


def tiles_of(text: str) -> list[dict[str, int]]:
    """The numbers at the head of the page: of whole company openings, then of their matters."""
    lists = re.findall(r'<ul class="desk-counts">(.*?)</ul>', text, re.DOTALL)
    found = [re.findall(r"<strong>(\d+)</strong> ([^<]+)", part) for part in lists]
    return [{name.strip(): int(number) for number, name in part} for part in found]


def test_a_whole_opening_is_late_by_its_promise_and_counted_apart_from_its_matters(application: Any, chain: Chain) -> None:
    opening = chain.case()
    assert tiles_of(overview_page(application, chain)) == [
        {"在办": 1, "已超期": 0, "将到期": 0, "期限内或不计时": 1},
        {"在办": 1, "已超期": 0, "将到期": 0, "期限内或不计时": 1},
    ]
    chain.act(REGISTRATION, "approve")
    assert opening.promised_due_at is not None
    chain.now = opening.promised_due_at - timedelta(minutes=5)
    assert tiles_of(overview_page(application, chain))[0]["将到期"] == 1
    chain.now = opening.promised_due_at + timedelta(days=1)
    page = overview_page(application, chain)
    whole, matters = tiles_of(page)
    assert whole == {"在办": 1, "已超期": 1, "将到期": 0, "期限内或不计时": 0}
    assert matters["已超期"] == len(rows_of(page, "已超期的待办"))
    (line,) = rows_of(page, "已超期的企业开办")
    assert "已超期" in line[0] and opening.number in line[1] and "企业开办" in line[2]
    found = Visitor(application, chain.cast.supervisor.person_id).get("/desk/search", query_string={"q": opening.number}).text
    (row,) = [row for row in found.split("<tr") if "企业开办（一链办理）" in row]
    assert "已超期" in row and "无时限" not in row


def test_the_promise_stands_still_while_the_applicant_corrects_and_ends_with_the_results(
    application: Any, database: Database
) -> None:
    content = content_with(delivery={"way": "window", "office": HALL})
    chain = Chain(database, seed(database), content)
    application.config["NOW"] = lambda: chain.now
    chain.act(REGISTRATION, "return_for_correction")
    chain.now += timedelta(days=10)
    assert tiles_of(overview_page(application, chain))[0] == {"在办": 1, "已超期": 0, "将到期": 0, "期限内或不计时": 1}
    chain.resubmit(content)
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    assert chain.case().state == "delivering" and chain.case().closed_at is not None
    task = chain.task("company-opening")
    assert task is not None and task.due_at is not None
    promised = chain.case().promised_due_at
    assert promised is not None and promised < task.due_at
    chain.now = promised + (task.due_at - promised) / 2
    assert tiles_of(overview_page(application, chain))[0]["已超期"] == 0
    chain.now = task.due_at + timedelta(minutes=1)
    page = overview_page(application, chain)
    assert tiles_of(page)[0]["已超期"] == 1 and chain.case().number in rows_of(page, "已超期的企业开办")[0][1]


def test_the_overview_leads_to_each_of_its_parts(application: Any, chain: Chain) -> None:
    page = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    targets = set(re.findall(r'href="#([a-z-]+)"', page[page.index("<main") :]))
    assert targets >= {"open", "overdue-whole", "overdue", "closed", "durations"}
    for target in targets:
        assert f'id="{target}"' in page
    assert page.index('class="page-jumps"') < page.index('class="desk-counts"') < page.index('id="open"')


def test_follow_ups_are_no_matters_of_company_openings(application: Any, chain: Chain, database: Database) -> None:
    done = closed(database, cast=chain.cast, number=1)
    rate(done, BAD)
    text = Visitor(application, chain.cast.supervisor.person_id).get("/supervision").text
    counts = re.findall(r"<strong>(\d+)</strong> 在办", text)
    assert counts == ["1", "1", "1"] and "差评回访（另计" in text, "the chain, its registration, and the follow-up"
