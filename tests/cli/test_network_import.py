"""``approvals network import``: points of a file are taken in once, and every bad line is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from approvals.cli import main
from approvals.db import Database
from approvals.models import AdministrationChange, Office
from tests.demo.support import empty

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
HEADING = "代码,名称,类型,地点代码,上级代码,地址,电话,启用日期\n"
GOOD = "grid-1,孙武第一网格,网格,371621001,town-sunwu,,,2026-01-01\n"


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    from approvals.operations.reference_data import load_reference_data

    monkeypatch.setenv("APPROVALS_DATABASE_URL", database_url)
    monkeypatch.delenv("APPROVALS_DEMO", raising=False)
    database = empty(database_url)
    database.write(load_reference_data)
    database.dispose()
    return lambda *arguments: CliRunner().invoke(main, ["network", "import", *arguments])


def points(url: str) -> int:
    with Database(url).reading() as session:
        return session.scalar(select(func.count()).select_from(Office).where(Office.kind == "grid_point")) or 0


def test_points_are_imported_once(run: Callable[..., Result], database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_bytes((HEADING + GOOD).encode("gb18030"))
    looked = run("--dry-run", str(file))
    assert (looked.output, points(database_url)) == ("可以导入 1 个服务点，已登记过 0 个，有问题的 0 行。\n", 0)
    assert run(str(file)).output == "已导入 1 个服务点，已登记过 0 个，有问题的 0 行。\n"
    assert run(str(file)).output == "已导入 0 个服务点，已登记过 1 个，有问题的 0 行。\n"
    assert points(database_url) == 1
    with Database(database_url).reading() as session:
        (line,) = session.scalars(select(AdministrationChange).where(AdministrationChange.title == "孙武第一网格"))
        assert (line.person_id, line.person_name) == (None, "approvals")


def test_bad_lines_are_reported_and_the_good_ones_taken_in(run: Callable[..., Result], database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(HEADING + GOOD + GOOD.replace("孙武第一", "孙武第二"), encoding="utf-8-sig")
    done = run(str(file))
    assert done.exit_code == 1 and points(database_url) == 1
    assert "第3行，代码：代码“grid-1”和第 2 行重复" in done.stderr


def test_a_file_that_is_none_is_refused(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "points.xlsx"
    file.write_bytes(b"PK\x03\x04 and more")
    done = run(str(file))
    assert done.exit_code == 1 and "另存为" in done.output
