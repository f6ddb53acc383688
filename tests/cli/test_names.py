"""``approvals names``: existing names are taken over once, what cannot be used is reported, and one name is checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from approvals.cli import main
from approvals.cli.names import page_of
from approvals.db import Database
from approvals.models import CompanyName
from tests.demo.support import empty
from workflows.rules import new_credit_code

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
HEADING = "name,trade_name,industry,credit_code,since\n"


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    empty(database_url).dispose()
    return lambda *arguments: CliRunner().invoke(main, ["names", *arguments])


def line(number: int, trade_name: str, **changes: str) -> str:
    values = {
        "name": f"惠民县{trade_name}商贸有限公司", "trade_name": trade_name, "industry": "商贸", "code": new_credit_code(number),
        "since": "2020-01-31",
    } | changes  # fmt: skip
    return ",".join(values.values()) + "\n"


def registered(url: str) -> list[CompanyName]:
    with Database(url).reading() as session:
        return list(session.scalars(select(CompanyName).order_by(CompanyName.id)))


def test_names_are_imported_once_with_their_sound(run: Callable[..., Result], database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("\ufeff" + HEADING + line(1, "青禾") + "\n" + line(2, "樂禾", since="2020/02/01"), encoding="utf-8")
    assert run("import", str(file)).output.endswith("新登记 2 个名称，已有 0 个，有问题的 0 行。\n")
    again = run("import", str(file))
    assert again.exit_code == 0 and "新登记 0 个名称，已有 2 个" in again.output
    first, second = registered(database_url)
    assert (first.status, first.sound, first.since) == ("registered", "qing/jing he", "2020-01-31")
    assert first.credit_code == first.holder == new_credit_code(1)
    assert (second.comparable_trade, second.since) == ("乐禾", "2020-02-01")


def test_chinese_headings_and_the_encoding_of_older_systems(run: Callable[..., Result], database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes(("企业名称,字号,行业,统一社会信用代码,成立日期\n" + line(1, "青禾")).encode("gb18030"))
    assert run("import", str(file)).exit_code == 0
    assert [row.full_name for row in registered(database_url)] == ["惠民县青禾商贸有限公司"]


def test_bad_lines_are_reported_and_the_others_taken_over(run: Callable[..., Result], database_url: str, tmp_path: Path) -> None:
    bad = {
        line(11, "青木", name=""): "名称和字号不能空",
        line(12, "青木", name="惠民县红木商贸有限公司"): "里没有字号",
        line(13, "青木", code="123"): "不是18位",
        line(14, "青木", since="昨天"): "应写成 2020-01-31",
        line(15, "青" * 200): "超过",
        line(16, "青\u200b木"): "无法显示",
        line(1, "红木"): "已经登记为别的名称",
        line(17, "青禾"): "已经登记在另一个代码下",
        "惠民县\n": "不能空",
    }
    file = tmp_path / "names.csv"
    file.write_text(HEADING + line(1, "青禾") + "".join(bad) + line(3, "青山", code=new_credit_code(3)[:-1] + "0"), encoding="utf-8")
    answer = run("import", str(file))
    assert answer.exit_code == 1 and f"有问题的 {len(bad)} 行" in answer.output
    for number, why in enumerate(bad.values(), 3):
        (said,) = [each for each in answer.output.splitlines() if each.startswith(f"第{number}行")]
        assert why in said
    assert {row.trade_name for row in registered(database_url)} == {"青禾", "青山"}


def test_a_file_that_is_none_is_refused_with_what_is_missing(run: Callable[..., Result], tmp_path: Path) -> None:
    for content in (b"", b"a,b\n1,2\n", b"\x00\xff\xfe" * 100):
        file = tmp_path / "names.csv"
        file.write_bytes(content)
        answer = run("import", str(file))
        assert answer.exit_code == 1 and "缺少列" in answer.output


def test_many_lines_are_taken_over_in_parts(run: Callable[..., Result], database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text(HEADING + "".join(line(number, "青" + chr(0xAC00 + number)) for number in range(1, 2_301)), encoding="utf-8")
    assert run("import", str(file)).exit_code == 0
    assert len(registered(database_url)) == 2_300


def test_a_name_is_checked_on_the_command_line(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text(HEADING + line(1, "青禾") + line(2, "青和"), encoding="utf-8")
    run("import", str(file))
    taken = run("check", "惠民县青禾商贸有限公司", "--industry", "商贸", "--json")
    said: dict[str, Any] = json.loads(taken.output)
    assert taken.exit_code == 1 and said["usable"] is False and said["found"][0]["rule"] == "name.identical"
    assert said["similar"][0]["score"] == 100
    free = run("check", "清河", "--industry", "商贸")
    assert free.exit_code == 0 and "近似" in free.output and "惠民县青禾商贸有限公司" in free.output


def test_the_sounds_of_earlier_names_are_completed(run: Callable[..., Result], database_url: str) -> None:
    assert "已补记 0 个" in run("complete").output


def test_the_parts_of_a_name(run: Callable[..., Result]) -> None:
    expected = {
        ("青禾", ""): "青禾",
        ("惠民县青禾商贸有限公司", "商贸"): "青禾",
        ("山东省惠民县青禾有限责任公司", ""): "青禾",
        ("惠民", ""): "惠民",
    }
    assert {asked: page_of(*asked)["trade_name"] for asked in expected} == expected
