"""Supervisors see what waits, what came back and which openings break a claim: figures, lists and files say the same."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals.db import Database
from approvals.jobs.rollups import catch_up
from approvals.views.statistics.part import percent, said
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.figures import CELL, MOST_STATEMENTS, ROW, plain
from tests.support.seed import Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.statistics.intervals import share_of

Visit = Callable[[Member], Visitor]
FILES = (
    "/statistics/closed", "/statistics/backlog", "/statistics/open", "/statistics/rework", "/statistics/rework/cases",
    "/statistics/claims",
)  # fmt: skip
PAGES = (*FILES[:5], "/statistics/claims?every=1")
TIMES = 3


LIST = "企业开办“4011”六条"


def rows_of(page: str, title: str = "") -> list[list[str]]:
    """The cells of the page's table of that title, or its only one, as plain text, the headings first."""
    begin = f'aria-label="{title}"' if title else "<table"
    if begin not in page:
        return []
    table = page[page.index(begin) :]
    table = table[: table.index("</table>")]
    return [[plain(cell) for cell in CELL.findall(row)] for row in ROW.findall(table)]


def link_at(page: str, text: str) -> str:
    """Where the cell with this text leads."""
    found = re.search(rf'<a href="([^"]+)"><bdi>{re.escape(text)}</bdi>', page)
    assert found is not None, text
    return found[1].replace("&amp;", "&")


def address_in(page: str, pattern: str) -> str:
    """The address in a link that looks like this."""
    found = re.search(f'href="({pattern})"', page)
    assert found is not None, pattern
    return found[1].replace("&amp;", "&")


@pytest.fixture
def busy(chain: Chain) -> Chain:
    """One opening that was returned twice, done and handed out, and one that has waited for two days of work."""
    for _ in range(TIMES - 1):
        chain.act(REGISTRATION, "return_for_correction")
        chain.resubmit(content_with())
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.now += timedelta(days=3)
    other = Chain(chain.database, chain.cast, content_with(name={"trade_name": "麦样"}), now=chain.now - timedelta(days=2))
    other.act(REGISTRATION, "approve")
    other.act(SEAL, "complete")
    return chain


@pytest.mark.parametrize("address", PAGES)
def test_only_supervisors_read_them(busy: Chain, visit: Visit, address: str) -> None:
    visit(busy.cast.supervisor).get(address)
    for member in (busy.cast.applicant, busy.cast.registrar):
        visit(member).get(address, status=403)


def test_the_backlog_by_age_leads_to_its_cases(busy: Chain, visit: Visit) -> None:
    supervisor = visit(busy.cast.supervisor)
    page = supervisor.get("/statistics/backlog").text
    heading, *rows = rows_of(page)
    assert heading[1:4] == ["1 天以内", "2–3 天", "4–5 天"]
    waiting = next(row for row in rows if row[0] == "企业开办（一链办理）")
    assert waiting[1:] == ["0", "1", "0", "0", "0", "0", "1"]
    listed = supervisor.get(address_in(page, r"/statistics/open\?[^\"]*workflow=company-opening[^\"]*band=1[^\"]*")).text
    assert "申报后2–3 天" in listed
    ((number, company, *_rest),) = rows_of(listed)[1:]
    assert "麦样" in company
    assert company in supervisor.get(link_at(listed, number)).text


def test_the_backlog_has_no_months(busy: Chain, visit: Visit) -> None:
    supervisor = visit(busy.cast.supervisor)
    assert rows_of(supervisor.get("/statistics/backlog?from=2020-01&to=2020-02").text) == rows_of(
        supervisor.get("/statistics/backlog").text
    )


def test_a_page_that_is_not_the_last_leads_to_the_next(busy: Chain, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = visit(busy.cast.supervisor)
    every = [row[0] for row in rows_of(supervisor.get("/statistics/open").text)[1:]]
    assert len(every) > 3
    monkeypatch.setattr("approvals.queries.statistics.standing.open_behind.__kwdefaults__", {"band": None, "after": None, "size": 2})
    seen, address = [], "/statistics/open"
    while address:
        page = supervisor.get(address).text
        seen += [row[0] for row in rows_of(page)[1:]]
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == every


def test_what_came_back_leads_to_the_steps(busy: Chain, visit: Visit) -> None:
    supervisor = visit(busy.cast.supervisor)
    page = supervisor.get("/statistics/rework").text
    rows = {row[0]: row[1:] for row in rows_of(page)[1:]}
    reviewing = next(name for name in rows if name.startswith("企业设立登记") and rows[name][1] == "2" and "审" in name)
    assert rows[reviewing] == ["4", "2", "50"]
    listed = supervisor.get(
        re.search(r'href="(/statistics/rework/cases\?[^"]*state=reviewing[^"]*)"', page)[1].replace("&amp;", "&")
    ).text  # type: ignore[index]
    shown = rows_of(listed)[1:]
    assert len(shown) == 2 and len({row[0] for row in shown}) == 1
    assert {row[2] for row in shown} == {reviewing}


def test_closed_cases_stand_behind_the_overview(busy: Chain, visit: Visit) -> None:
    supervisor = visit(busy.cast.supervisor)
    overview = supervisor.get("/statistics").text
    address = address_in(overview, r"/statistics/closed\?[^\"]*workflow=company-opening[^\"]*")
    listed = supervisor.get(address).text
    ((number, company, matter, *_rest, hours, _department, timing),) = rows_of(listed)[1:]
    assert matter == "企业开办（一链办理）" and timing in ("提前", "按时", "超期")
    assert "共 1 件" in listed and f"中位数 {hours}" in listed
    assert company in supervisor.get(link_at(listed, number)).text
    late = rows_of(supervisor.get(f"{address}&timing=late").text)
    assert len(late) == (2 if timing == "超期" else 0)


@pytest.mark.parametrize("is_rolled", [False, True])
def test_which_claims_an_opening_breaks_and_where_its_evidence_is(
    busy: Chain, visit: Visit, database: Database, is_rolled: bool
) -> None:
    if is_rolled:
        busy.now += timedelta(hours=1)
        catch_up(database, busy.now)
    supervisor = visit(busy.cast.supervisor)
    page = supervisor.get("/statistics/claims").text
    heading, row = rows_of(page, LIST)
    assert heading[3:] == ["零材料", "零成本", "零见面", "零距离", "一环节", "一件事"]
    assert (row[4], row[7]) == ("成立", "不成立（2 处）")
    assert ("能认定的 1 件企业开办里，达标 0%" in page) is is_rolled
    address, anchor = link_at(page, row[7]).split("#")
    assert f'id="{anchor}"' in supervisor.get(address).text
    assert "张" not in "".join(row)  # no person is named in a list


def test_an_opening_that_keeps_all_six_is_shown_when_asked_for(chain: Chain, visit: Visit, database: Database) -> None:
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.now += timedelta(hours=1)
    catch_up(database, chain.now)
    supervisor = visit(chain.cast.supervisor)
    broken = supervisor.get("/statistics/claims").text
    assert rows_of(broken, LIST) == [] and "没有哪一条不成立的企业开办" in broken and "达标 100%" in broken
    every = rows_of(supervisor.get("/statistics/claims?every=1").text, LIST)
    assert every[1][3:] == ["成立"] * 6


@pytest.fixture
def judged(busy: Chain, database: Database) -> Chain:
    """Two openings that are judged: one broke 一环节 by being returned, and one kept all six."""
    straight = Chain(database, busy.cast, content_with(name={"trade_name": "云样"}), now=busy.now)
    straight.act(REGISTRATION, "approve")
    straight.settle_matters()
    straight.settle_matters()
    busy.now = straight.now + timedelta(hours=1)
    catch_up(database, busy.now)
    return busy


def test_how_often_each_claim_is_broken_leads_to_the_openings_that_break_it(judged: Chain, visit: Visit) -> None:
    supervisor = visit(judged.cast.supervisor)
    page = supervisor.get("/statistics/claims").text
    heading, *rows = rows_of(page, "“4011”六条各有多少件不成立")
    found = {row[0]: row[1:] for row in rows}
    assert heading[:4] == ["“4011”六条", "不成立的件数", "n", "不成立占比（%）"] and len(found) == 6
    share = share_of(1, 2)
    assert found["一环节"] == ["1", "2", "50", said(percent(share.low)), said(percent(share.high))]
    assert {row[0] for name, row in found.items() if name != "一环节"} == {"0"}
    address = address_in(page, r"/statistics/claims\?[^\"]*claim=one-step[^\"]*#list")
    listed = supervisor.get(address.split("#")[0]).text
    (shown,) = rows_of(listed, LIST)[1:]
    assert shown[7].startswith("不成立") and "“一环节”不成立的企业开办" in listed
    assert rows_of(supervisor.get("/statistics/claims?claim=no-cost").text, LIST) == []


@pytest.mark.parametrize("by", ["month", "office"])
def test_each_claim_stands_by_month_and_by_office(judged: Chain, visit: Visit, by: str) -> None:
    supervisor = visit(judged.cast.supervisor)
    page = supervisor.get(f"/statistics/claims?by={by}").text
    title = f"“4011”六条各有多少件不成立，{'按月' if by == 'month' else '按服务点'}"
    heading, row = rows_of(page, title)
    found = dict(zip(heading, row, strict=True))
    assert (found["能认定的件数"], found["4011 达标率（%）"]) == ("2", "50")
    assert (found["一环节不成立（件）"], found["一环节不成立（%）"]) == ("1", "50 n=2") and found["零成本不成立（件）"] == "0"
    listed = supervisor.get(address_in(page, r"/statistics/claims\?[^\"]*claim=one-step[^\"]*#list").split("#")[0]).text
    assert len(rows_of(listed, LIST)) == 2
    in_file = list(csv.reader(io.StringIO(supervisor.get(f"/statistics/claim-figures.csv?by={by}").text.lstrip("\ufeff"))))
    assert in_file[0] == heading and in_file[1][:3] == row[:3]
    assert supervisor.get(f"/statistics/claim-figures.xlsx?by={by}").data.startswith(b"PK")


def test_a_claim_that_there_is_not_gets_a_sentence(judged: Chain, visit: Visit) -> None:
    page = visit(judged.cast.supervisor).get("/statistics/claims?claim=no-such&by=x&alone=1").text
    assert "“4011”里没有这一条" in page and len(rows_of(page, LIST)) == 2


def test_the_claims_cost_the_same_however_many_openings(judged: Chain, visit: Visit, database: Database) -> None:
    supervisor, costs = visit(judged.cast.supervisor), []
    for name in ("江样", "松样"):
        for path in ("/statistics/claims", "/statistics/claims?by=office&claim=one-step"):
            supervisor.get(path)
            with counted(database) as sent:
                supervisor.get(path)
            costs.append(len(sent))
        more = Chain(database, judged.cast, content_with(name={"trade_name": name}), now=judged.now)
        more.act(REGISTRATION, "return_for_correction")
        more.resubmit(content_with(name={"trade_name": name}))
        more.act(REGISTRATION, "approve")
        more.settle_matters()
        more.settle_matters()
        judged.now = more.now + timedelta(hours=1)
        catch_up(database, judged.now)
        supervisor = visit(judged.cast.supervisor)
    assert costs[:2] == costs[2:] and max(costs) <= MOST_STATEMENTS, costs


@pytest.mark.parametrize("address", FILES)
def test_a_file_says_what_the_page_says(busy: Chain, visit: Visit, address: str) -> None:
    supervisor = visit(busy.cast.supervisor)
    on_page = rows_of(supervisor.get(address).text, LIST if address == "/statistics/claims" else "")
    response: Any = supervisor.get(f"{address}.csv")
    in_file = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    in_file = in_file[: in_file.index([])]
    assert on_page == in_file
    assert supervisor.get(f"{address}.xlsx").data.startswith(b"PK")


@pytest.mark.parametrize("address", PAGES[:5])
def test_a_page_costs_the_same_however_much_there_is(busy: Chain, visit: Visit, database: Database, address: str) -> None:
    supervisor = visit(busy.cast.supervisor)
    supervisor.get(address)
    with counted(database) as few:
        supervisor.get(address)
    more = Chain(database, busy.cast, content_with(name={"trade_name": "云样"}), now=busy.now)
    more.act(REGISTRATION, "return_for_correction")
    more.resubmit(content_with(name={"trade_name": "云样"}))
    more.act(REGISTRATION, "approve")
    busy.now = more.now
    with counted(database) as many:
        supervisor.get(address)
    assert len(few) == len(many)


@pytest.mark.parametrize("query", ["band=9", "band=x", "after=zz", "workflow=nothing", "state=reviewing", "after=1-1", "from=0000-00"])
def test_what_makes_no_sense_in_an_address_is_left_out(busy: Chain, visit: Visit, query: str) -> None:
    for address in FILES:
        visit(busy.cast.supervisor).get(f"{address}?{query}")


def test_where_nothing_is_the_page_says_so(chain: Chain, visit: Visit) -> None:
    supervisor = visit(chain.cast.supervisor)
    assert "没有返工的步骤" in supervisor.get("/statistics/rework").text
    assert "没有哪一条不成立的企业开办" in supervisor.get("/statistics/claims").text
    assert "没有办结的企业开办" in supervisor.get("/statistics/claims?every=1").text
    assert "没有在办的办件" in supervisor.get("/statistics/backlog?workflow=bank-account").text
