"""Points from a file: encodings, headings, every bad line with its reason, and nothing twice; on both databases."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.models import AdministrationChange, Office
from approvals.operations.administration import office_file, office_import
from approvals.operations.administration.office_file import Sheet, read_file, read_text
from tests.administration.conftest import POINT
from tests.support.seed import NOW, Cast

HEADING = "代码,名称,类型,地点代码,上级代码,地址,电话,启用日期"
TODAY = date(2026, 11, 23)


def line(number: int, **changes: str) -> str:
    values = {
        "code": f"grid-{number:02d}", "name": f"样例村第{number}网格", "kind": "网格", "place": "371621105201", "parent": POINT,
        "address": "", "phone": "", "since": "2026-12-01",
    } | changes  # fmt: skip
    return ",".join(values.values())


def sheet(*lines: str) -> Sheet:
    return read_text("\n".join([HEADING, *lines]))


def checked(database: Database, *lines: str) -> office_import.Checked:
    with database.reading() as session:
        return office_import.check(session, sheet(*lines).lines, TODAY)


def taken_in(database: Database, cast: Cast, *lines: str) -> office_import.Imported:
    return database.write(office_import.import_offices, cast.administrator.acting, sheet(*lines).lines, NOW)


def faults(found: office_import.Checked) -> list[tuple[int, str, str]]:
    return [(bad.number, each.column, each.message["zh"]) for bad in found.bad for each in bad.faults]


# ---- reading the file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_told_apart(encoding: str) -> None:
    found = read_file(f"{HEADING}\r\n{line(1)}\r\n".encode(encoding))
    assert found.fault is None
    assert found.lines[0].typed["name"] == "样例村第1网格"


@pytest.mark.parametrize(
    "heading",
    [
        HEADING,
        "code,name,kind,place,parent,address,phone,valid_from",
        "Code,NAME,Type,place_code,parent,address,phone,since",
    ],
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_headings_in_either_language_and_any_separator(heading: str, separator: str) -> None:
    found = read_text(f"{heading}\n{line(1)}\n".replace(",", separator))
    assert found.fault is None and found.lines[0].typed["valid_from"] == "2026-12-01"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04rest", "另存为"),
        (b"\xd0\xcf\x11\xe0rest", "另存为"),
        (b"\xff\xff\xff\xff", "读不出文字"),
        (b"a\x00b", "读不出文字"),
        ("代码,名称\nx,y".encode(), "缺少列：类型、地点代码、上级代码、启用日期"),
        (f"{HEADING},代码\n".encode(), "出现了两次"),
        (f"{HEADING}\n\n".encode(), "没有服务点"),
        (HEADING.replace(",", "，").encode(), "中文逗号"),
        (("\n".join([HEADING, *(line(each) for each in range(1001))])).encode(), "超过 1000 行"),
        (b"x" * (office_file.MOST_BYTES + 1), "文件太大"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    found = read_file(data)
    assert found.fault is not None and sentence in found.fault.message["zh"] and found.fault.message["en"]
    assert found.lines == ()


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    found = read_text(f'{HEADING}\n\n{line(1, address=chr(34) + "两" + chr(10) + "行" + chr(34))}\n{line(2)}\n{line(3)},多余,的\n')
    assert [each.number for each in found.lines] == [3, 5, 6]
    assert found.lines[0].typed["address"] == "两 行"
    assert [each.column for each in found.lines[2].faults] == ["file"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_is_a_file_that_can_be_sent(language: str) -> None:
    found = read_file(office_file.template(language).encode())
    assert found.fault is None and len(found.lines) == 1 and set(found.lines[0].typed) == set(office_file.COLUMNS)


# ---- judging and storing --------------------------------------------------------------------------------------------


def test_good_lines_are_stored_and_bad_ones_told(database: Database, cast: Cast) -> None:
    done = taken_in(
        database, cast, line(1), line(1, name="重复的"), line(2, place="371621999999"), line(3, kind="县中心", parent=""),
        line(4, kind="飞船"), line(5, parent="nowhere"), line(6, since="2026-13-01"), line(7, code="HALL"),
        line(8, place="3.71621E+11"), line(9, kind="bank", place="371621001", parent="hall", phone="0543-5320001"),
    )  # fmt: skip
    assert done.codes == ("grid-01", "grid-09")
    told = faults(done.checked)
    for number, column, sentence in (
        (3, "code", "和第 2 行重复"), (4, "place", "区划名录里没有"), (5, "kind", "请在网页上单个添加"),
        (6, "kind", "没有“飞船”这种类型"), (7, "parent", "没有代码为“nowhere”"), (8, "valid_from", "不是日期"),
        (9, "code", "已经是“惠民县政务服务中心”的"), (10, "place", "表格软件"),
    ):  # fmt: skip
        assert any(each[:2] == (number, column) and sentence in each[2] for each in told), (number, told)
    with database.reading() as session:
        bank = session.scalars(select(Office).where(Office.code == "grid-09")).one()
        assert (bank.kind, bank.phone, bank.parent_id) == ("bank", "0543-5320001", cast.offices["hall"])
        assert bank.valid_from == date(2026, 12, 1)
        assert session.scalar(select(func.count()).select_from(AdministrationChange)) == 2


def test_a_loop_in_the_file_is_told_on_every_line_of_it(database: Database, cast: Cast) -> None:
    found = checked(database, line(1, parent="grid-02"), line(2, parent="grid-01"), line(3))
    assert [each.values["code"] for each in found.good] == ["grid-03"]
    assert [(number, "绕成一圈" in sentence) for number, _, sentence in faults(found)] == [(2, True), (3, True)]


def test_a_line_below_a_bad_one_names_it(database: Database, cast: Cast) -> None:
    found = checked(database, line(1, parent="grid-02"), line(2, since=""))
    assert (2, "parent", "它的上级在第 3 行，那一行有问题，先改好那一行。") in faults(found)


def test_a_file_sent_again_adds_nothing(database: Database, cast: Cast) -> None:
    assert taken_in(database, cast, line(1), line(2)).codes == ("grid-01", "grid-02")
    again = taken_in(database, cast, line(1), line(2), line(3, since=""))
    assert (again.codes, again.checked.known) == ((), [2, 3])
    mended = taken_in(database, cast, line(1), line(2), line(3))
    assert mended.codes == ("grid-03",)
    other = checked(database, line(1, name="另一个名字"))
    assert "已经是“样例村第1网格”的" in faults(other)[0][2]


def test_the_same_file_at_once_is_stored_once(database: Database, cast: Cast) -> None:
    start, stored = threading.Barrier(2), []

    def send() -> None:
        start.wait()
        stored.append(len(taken_in(database, cast, line(1), line(2)).codes))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(stored) == [0, 2]


def test_what_was_not_previewed_is_not_stored(database: Database, cast: Cast) -> None:
    lines = sheet(line(1), line(2)).lines
    arguments = (office_import.import_offices, cast.administrator.acting, lines, NOW)
    assert database.write(*arguments, frozenset({"grid-01"})).codes == ()
    assert database.write(*arguments, frozenset({"grid-01", "grid-02"})).codes == ("grid-01", "grid-02")
