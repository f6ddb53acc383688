"""``approvals network``: counts from data, routes with reasons, and a dated update that shows itself first."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from approvals.cli import main
from approvals.db import Database
from approvals.models import Competence, Office, PlaceChange
from approvals.operations import reference
from approvals.operations.reference_data import load_reference_data

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
MATTER = "company-registration"
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    return lambda *arguments, **options: CliRunner().invoke(main, ["network", *arguments], **options)


@pytest.fixture
def county(database_url: str) -> Any:
    database = Database(database_url)
    database.write(load_reference_data, example_banks=True)
    yield database
    database.dispose()


def counted(result: Result) -> tuple[int, ...]:
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    return tuple(told[kind] for kind in ("county_hall", "sub_centre", "town_centre", "village_point", "bank"))


def routed(run: Run, place: str, *options: str, matter: str = MATTER) -> Any:
    result = run("route", "--matter", matter, "--place", place, "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def refused(result: Result) -> str:
    assert result.exit_code == 1
    return str(result.output)


def test_offices_are_counted_from_data(run: Run, county: Database) -> None:
    assert counted(run("list", "--json")) == (1, 2, 14, 109, 3)
    assert counted(run("list", "--json", "--on", "2023-06-29")) == (1, 2, 14, 109, 3)
    assert counted(run("list", "--json", "--on", "2023-12-31")) == (1, 2, 15, 116, 3)


def test_the_list_shows_the_tree_and_says_what_it_assumes(run: Run, county: Database) -> None:
    lines = run("list").output.splitlines()
    assert "镇街便民服务中心 14" in lines[0] and "注：" not in lines[1]
    at = lines.index("      李庄社区便民服务点  point-371621105305")
    assert "    李庄镇便民服务中心  town-lizhuang" in lines[:at] and "  李庄镇审批服务分中心  sub-lizhuang" in lines[:at]
    later = run("list", "--on", "2023-06-30").output
    assert "还没有执行2023年版名录" in later and "武定府街道便民服务中心" in later
    assert len(lines) == 1 + 129


def test_the_help_says_what_a_later_date_means(run: Run) -> None:
    for command in ("list", "route"):
        assert "还没有执行那次更新" in run(command, "--help").output


def test_a_village_of_the_sub_centre_and_one_of_the_county(run: Run, county: Database) -> None:
    there = routed(run, "371621105305")
    assert (there["office"], there["code"], there["alarm"]) == ("李庄镇审批服务分中心", "sub-lizhuang", False)
    assert "李庄镇" in there["reason"] and "依据" in there["reason"] and there["basis"]
    assert [step["answer"] for step in there["asked"]] == ["not-competent", "competent"]
    here = routed(run, "371621001020")
    assert (here["office"], here["code"]) == ("惠民县政务服务中心", "hall")
    assert routed(run, "371621105305", matter="company-seal")["code"] == "hall"
    assert routed(run, "371621115274")["code"] == "hall", "皂户李镇's sub-centre takes in and decides nothing"
    text = run("route", "--matter", MATTER, "--place", "371621105305").output
    assert text.startswith("李庄镇审批服务分中心（sub-lizhuang）") and "无权决定" in text


def test_routes_follow_the_dates(run: Run, county: Database) -> None:
    def end(session: Any) -> None:
        competence = session.scalars(select(Competence).join(Office).where(Office.code == "sub-lizhuang", Competence.power == "decide"))
        competence.one().valid_to = date(2026, 12, 31)
        reference.network_changed(session)

    county.write(end)
    assert [routed(run, "371621105305", "--on", day)["code"] for day in ("2026-12-31", "2027-01-01")] == ["sub-lizhuang", "hall"]
    merged = routed(run, "371621003001", "--on", "2024-01-01")
    assert merged["place_on_that_day"] == "371621004001" and "已划入" in merged["reason"] and merged["assumed_lists"] == ["2023"]
    assert routed(run, "371621003001", "--on", "2022-01-01")["place_on_that_day"] == "371621003001"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--place", "371621105305", "--on", "2020-06-29"), "记录从 2020-06-30 开始"),
        (("--place", "371621105305", "--on", "29.6.2026"), "不是日期"),
        (("--place", "371621105399"), "371621105312 新兴社区村民委员会"),
        (("--place", "李庄"), "371621105 李庄镇"),
        (("--place", "abc"), "371621 开头"),
        (("--place", "371621004001"), "2023年版名录里才有"),
        (("--place", "371621004001", "--on", "2023-06-30", "--matter", "company-regis"), "company-registration（企业设立登记）"),
        (("--place", "371621105305", "--matter", "结婚登记"), "可用的有"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence_and_a_way_on(
    run: Run, county: Database, options: tuple[str, ...], said: str
) -> None:
    assert said in refused(run("route", "--matter", MATTER, *options))


def test_a_place_before_it_began_names_its_predecessor(run: Run, county: Database) -> None:
    run("update", "--yes")
    said = refused(run("route", "--matter", MATTER, "--place", "371621004001", "--on", "2022-01-01"))
    assert "2023-06-30 起才有" in said and "371621003001" in said


def test_without_a_network_it_says_how_to_load_one(run: Run) -> None:
    assert "demo load" in refused(run("list")) and "还没有载入" in refused(run("route", "--matter", MATTER, "--place", "371621"))


def test_an_update_shows_itself_and_asks_before_it_writes(run: Run, county: Database) -> None:
    dry = run("update", "--dry-run")
    assert dry.exit_code == 0 and "没有改动" in dry.output
    for line in ("新设地点 9 个", "撤并地点 1 个", "改名 100 个", "新设服务点 9 个", "关闭服务点 1 个", "服务点改名 100 个"):
        assert line in dry.output, line
    assert "福苑社区居民委员会（371621003001），并入 371621004001" in dry.output
    assert "没有改动" in run("update", input="n\n").output
    assert counted(run("list", "--json")) == (1, 2, 14, 109, 3)
    done = run("update", input="y\n")
    assert done.exit_code == 0 and "自 2023-06-30 起有效" in done.output
    assert counted(run("list", "--json")) == (1, 2, 15, 116, 3)
    assert counted(run("list", "--json", "--on", "2023-06-29")) == (1, 2, 14, 109, 3)
    assert "已经执行过" in run("update", "--list", "2023", "--yes").output
    with county.reading() as session:
        assert session.scalar(select(PlaceChange.id).limit(1)) is not None


def test_an_update_from_another_day(run: Run, county: Database) -> None:
    assert run("update", "--list", "2023", "--from", "2027-01-01", "--yes").exit_code == 0
    assert counted(run("list", "--json", "--on", "2026-12-31")) == (1, 2, 14, 109, 3), "the dates in the database decide"
    assert counted(run("list", "--json", "--on", "2027-01-01")) == (1, 2, 15, 116, 3)


def test_an_update_that_cannot_be_gets_a_sentence(run: Run, county: Database) -> None:
    assert "可用的有：2023" in refused(run("update", "--list", "2031", "--yes"))
    assert "截止2023-06-30" in refused(run("update", "--from", "2020-01-01", "--yes"))
    assert "不是日期" in refused(run("update", "--from", "soon", "--yes"))
