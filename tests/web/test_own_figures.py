"""What staff see of their own work: their steps alone, whatever an address says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from re import findall

from approvals.db import Database
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.figures import MOST_STATEMENTS, table_of
from tests.support.seed import Member
from tests.support.statements import counted
from tests.support.web import Visitor

Visit = Callable[[Member], Visitor]
FIGURES = ("平均", "最短", "中位数", "90 分位数", "95 分位数", "最长")


def test_everybody_sees_the_steps_that_they_ended_and_nobody_elses(visit: Visit, chain: Chain) -> None:
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    page = visit(chain.cast.registrar).get("/desk/figures").text
    head, *rows = table_of(page, "我办完的步骤")
    assert [row[0] for row in rows] == ["企业设立登记 · 登记审查"]
    row = dict(zip(head, rows[0], strict=True))
    assert (row["办完的步骤数"], row["超期"], row["按时率（%）"]) == ("1", "0", "100") and row["时限（工作小时）"] == "1.5"
    assert row["中位数（工作小时）"] == row["90 分位数（工作小时）"] == "0.35"
    assert [row[:2] for row in table_of(page, "按月")[1:]] == [["2026-11", "1"]]
    officer = visit(chain.cast.officers["public-security"]).get("/desk/figures").text
    assert [row[0] for row in table_of(officer, "我办完的步骤")[1:]] == ["公章刻制备案 · 刻章备案中"]


def test_net_and_wall_time_stand_with_their_mean_ends_and_quantiles(visit: Visit, chain: Chain) -> None:
    begun = chain.now
    chain.now += timedelta(minutes=20)
    chain.act(REGISTRATION, "approve")
    visitor = visit(chain.cast.registrar)
    page = visitor.get("/desk/figures?shown=lengths").text
    head, row = table_of(page, "我办完的步骤")
    found = dict(zip(head, row, strict=True))
    assert begun < chain.now and head == [
        "步骤", "时限（工作小时）", "办完的步骤数", *(f"净工作时间{each}（工作小时）" for each in FIGURES),
        *(f"日历时间{each}（小时）" for each in FIGURES),
    ]  # fmt: skip
    assert {found[name] for name in head if name.startswith(("净工作", "日历"))} == {"0.35"}
    assert table_of(page, "按月")[0][1:] == head[2:]
    address = unescape(findall(r'href="(/desk/figures\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[:2] == [head, row] and any("日历时间从头到尾都算" in line[0] for line in values[2:] if line)
    assert 'name="shown" value="lengths"' in page and "件数和按时率" in visitor.get("/desk/figures?shown=x").text


def test_no_address_shows_somebody_elses(visit: Visit, chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    registrar = chain.cast.registrar.person_id
    for query in (f"?person={registrar}", f"?person_id={registrar}", f"?holder={registrar}"):
        page = visit(chain.cast.clerk).get(f"/desk/figures{query}").text
        assert "您还没有办完的步骤" in page and "登记审查" not in page
        assert "登记审查" not in visit(chain.cast.clerk).get(f"/desk/figures.csv{query}").text
    visit(chain.cast.applicant).get("/desk/figures", status=403)
    visit(chain.cast.applicant).get("/desk/figures.xlsx", status=403)


def test_months_and_nonsense(visit: Visit, chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    visitor = visit(chain.cast.registrar)
    assert "您还没有办完的步骤" in visitor.get("/desk/figures?from=2026-01&to=2026-10").text
    assert "月份请按 2026-11 这样填写" in visitor.get("/desk/figures?from=x").text


def test_the_file_says_what_the_page_says(visit: Visit, chain: Chain) -> None:
    chain.act(REGISTRATION, "approve")
    visitor = visit(chain.cast.registrar)
    page = visitor.get("/desk/figures").text
    address = unescape(findall(r'href="(/desk/figures\.csv[^"]*)"', page)[0])
    values = list(csv.reader(io.StringIO(visitor.get(address).text.lstrip("\ufeff"))))
    assert values[:2] == table_of(page, "我办完的步骤")
    assert visitor.get(address.replace(".csv", ".xlsx")).data[:2] == b"PK"


def test_the_desk_leads_here_and_it_costs_the_same_however_many_steps(visit: Visit, chain: Chain, database: Database) -> None:
    visitor, costs = visit(chain.cast.registrar), []
    assert 'href="/desk/figures"' in visitor.get("/desk").text
    chain.act(REGISTRATION, "approve")
    for name in ("青样", "麦样"):
        for path in ("/desk/figures", "/desk/figures?shown=lengths"):
            visitor.get(path)
            with counted(database) as sent:
                visitor.get(path)
            costs.append(len(sent))
        other = Chain(database, chain.cast, content_with(name={"trade_name": name}), now=chain.now)
        other.act(REGISTRATION, "approve")
        chain.now = other.now
    assert len(set(costs)) == 1 and costs[0] <= MOST_STATEMENTS, costs
