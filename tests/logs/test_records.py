"""The records of CSV and XES files, however damaged: what can be read is, what cannot is named, nothing is swallowed."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.logs import csv_records, xes_records
from approvals.logs.csv_records import LONGEST_LINE, MOST_LINES, CsvLog, columns_of
from approvals.logs.records import Broken, Options, PassedOver, Record, Unreadable
from approvals.logs.xes_records import XesLog

CSV = Options("csv", "case", "activity", "time")
XES = Options("xes", "concept:name", "concept:name", "time:timestamp", "org:resource", "org:group")
HEADING = "case,activity,time,note\n"


def read_csv(text: str, options: Options = CSV) -> list[Any]:
    """(line, case, activity, time) of what could be read, (line, what) of what could not."""
    found: list[Any] = []
    for record in CsvLog(io.StringIO(text, newline=""), options):
        found.append((record.line, record.fault.what) if isinstance(record, Broken) else record[:4])
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_recognised(delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(cells) for cells in (["case", "activity", "time"], ["A,1", "a", "2019"])).replace(
        "A,1", '"A,1"' if delimiter == "," else "A,1"
    )
    assert read_csv(text) == [(2, "A,1", "a", "2019")]


def test_what_spreadsheets_add_is_taken_off() -> None:
    assert read_csv("sep=;\ncase;activity;time\nA;a;1\n") == [(3, "A", "a", "1")]
    assert read_csv("\ufeff\n\ncase, activity, time\nA, \"a, b\", 1\n") == [(4, "A", "a, b", "1")]
    assert read_csv("case,activity,time\nA,a,1,,\n") == [(2, "A", "a", "1")], "empty cells behind the last column"


def test_texts_are_kept_as_they_are() -> None:
    found = read_csv(HEADING + 'A 1 , a\u3000,1,"x\ny"\n\n"A ""2""",5" pipe,2,\n')
    assert found == [(2, "A 1 ", " a\u3000", "1"), (5, 'A "2"', '5" pipe', "2")]


def test_a_column_may_serve_twice() -> None:
    options = Options("csv", "case", "activity", "time", resource="activity")
    (record,) = CsvLog(io.StringIO("case,activity,time\nA,a,1\n"), options)
    assert record == Record(2, "A", "a", "1", "a", "", "", "")


def test_a_quote_that_is_never_closed_takes_its_line_alone() -> None:
    after = "".join(f"A,a,{number},\n" for number in range(3, 2_000))
    expected = [(number, "A", "a", str(number)) for number in range(3, 2_000)]
    for broken in ('A,"a,2,\n', 'A,a,2,"note\n'):
        (line, what), *others = read_csv(HEADING + broken + after)
        assert line == 2 and "引号" in what and others == expected
        (line, what), *others = read_csv(HEADING + broken + 'A,a,3,"a note"\n')
        assert line == 2 and "引号" in what and others == [(3, "A", "a", "3")]
        (line, what), *others = read_csv(HEADING + broken + "A,a,3,\n")
        assert line == 2 and "引号" in what and others == [(3, "A", "a", "3")], "at the end of the file"


def test_a_record_may_run_over_lines_but_not_for_ever() -> None:
    most = HEADING + 'A,a,1,"' + "\n" * (MOST_LINES - 1) + '"\nA,a,2,\n'
    assert [found[0] for found in read_csv(most)] == [2, MOST_LINES + 2]
    (line, what), *others = read_csv(HEADING + 'A,a,1,"' + "x\n" * MOST_LINES + '"\nA,a,2,\n')
    assert line == 2 and str(MOST_LINES) in what and others[-1] == (MOST_LINES + 3, "A", "a", "2")


def test_enormous_lines_and_cells_are_passed_over() -> None:
    text = HEADING + "A,a,1," + "x" * (2 * LONGEST_LINE) + "\nA,a,2,\nA,a,3," + "y" * 140_000 + "\nA,a,4,\n"
    (line, what), second, (third, third_what), fourth = read_csv(text)
    assert line == 2 and str(LONGEST_LINE) in what
    assert second == (3, "A", "a", "2") and fourth == (5, "A", "a", "4")
    assert third == 4 and "一格超过" in third_what
    with pytest.raises(Unreadable, match="表头"):
        read_csv("x" * (2 * LONGEST_LINE))


def test_lines_of_another_width_are_named() -> None:
    assert read_csv(HEADING + "A,a\nA,a,1,b,c\n  \n,,,\nA,a,2,\n") == [
        (2, "有 2 列，表头是 4 列"), (3, "有 5 列，表头是 4 列"), (6, "A", "a", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "空的"),
        ("\n \n\ufeff\n", "空的"),
        ("办件,activity,time\n", "没有“case”这一列（--case-id）"),
        ("Case,activity,time\n", "是不是“Case”？"),
        ("case,activity,time,case\n", "2 列都叫“case”"),
        ("case\0,activity,time\n", "UTF-16"),
    ],
)
def test_a_heading_that_does_not_serve_is_refused(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_csv(text)
    assert said in refused.value.what


def test_columns_are_told_before_any_is_named() -> None:
    assert columns_of(io.StringIO("甲;乙;丙\n1;2;3\n")) == ["甲", "乙", "丙"]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL).filter(any), max_size=12))
def test_what_a_writer_of_csv_wrote_is_read(rows: list[tuple[str, ...]]) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerows([("case", "activity", "time", "note"), *rows])
    assert [found[1:] for found in read_csv(written.getvalue())] == [row[:3] for row in rows]


@given(st.text(st.sampled_from('a,"\n\r;x'), max_size=60))
def test_no_line_is_lost_whatever_stands_in_the_file(text: str) -> None:
    found = read_csv(HEADING + text + "\nLAST,a,1,\n")
    assert found[-1][1] == "LAST"
    assert all(before[0] < after[0] for before, after in pairwise(found))


# ---- XES ------------------------------------------------------------------------------------------------------------


def event(activity: str = "a", time: str = "2019-03-05T14:30:00+08:00", **more: str) -> str:
    keys = {"concept_name": activity, "time_timestamp": time} | more
    return "<event>" + "".join(f'<string key="{key.replace("_", ":")}" value="{value}"/>' for key, value in keys.items()) + "</event>"


def trace(name: str, *events: str) -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'


def read_xes(body: str, options: Options = XES, head: str = '<?xml version="1.0"?>') -> list[Any]:
    return list(XesLog(io.StringIO(f"{head}\n<log>{body}</log>"), options))


def test_events_of_traces_are_read() -> None:
    found = read_xes(
        '<extension name="Time" prefix="time"/><global scope="trace"><string key="concept:name" value="__INVALID__"/></global>'
        '<classifier name="A" keys="concept:name"/>\n'
        + trace("案 1", event("甲", org_resource="r", org_group="g"), "\n", event("乙"))
        + trace("2", event("a&lt;b&#10;c"))
    )
    time = "2019-03-05T14:30:00+08:00"
    assert found == [
        Record(3, "案 1", "甲", time, "r", "g", "", "complete"), Record(4, "案 1", "乙", time, "", "", "", "complete"),
        Record(4, "2", "a<b\nc", time, "", "", "", "complete"),
    ]  # fmt: skip


def test_attributes_within_attributes_are_not_those_of_the_event() -> None:
    inner = '<string key="concept:name" value="no"/>'
    nested = f'<event><list key="x">{inner}</list><string key="concept:name" value="a">{inner}</string></event>'
    (found,) = read_xes(trace("1", nested))
    assert found.activity == "a"


def test_traces_without_a_name_and_events_without_a_trace() -> None:
    found = read_xes("<trace>" + event() + "</trace>" + trace("2", event()) + event(case_concept_name="3") + event())
    assert [record.case for record in found] == ["", "2", "3", ""]


def test_the_lifecycle_tells_when_a_step_began_and_what_is_wanted() -> None:
    steps = trace(
        "1", event("a", "1", lifecycle_transition="START"), event("b", "2", lifecycle_transition="start"),
        event("a", "3", lifecycle_transition="complete"), event("a", "4", lifecycle_transition="complete"), event("b", "5"),
    )  # fmt: skip
    assert [(each.activity, each.start, each.lifecycle) for each in read_xes(steps)] == [
        ("a", "", "start"), ("b", "", "start"), ("a", "1", "complete"), ("a", "", "complete"), ("b", "2", "complete"),
    ]  # fmt: skip
    wanted = Options(**{**{field: getattr(XES, field) for field in XES.__slots__}, "lifecycle": "complete"})
    assert [type(each) for each in read_xes(steps, wanted)] == [PassedOver, PassedOver, Record, Record, Record]


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("<log>" + trace("1", event()) + "<trace>", 1, "不是有效的 XML"),
        ("<log>" + trace("1", event(), event("\x01")), 1, "第 1 行"),
        ("<html></html>", 0, "不是 XES"),
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]><log></log>', 0, "DOCTYPE"),
        ("", 0, "不是有效的 XML"),
    ],
)
def test_what_stands_before_the_damage_is_given(text: str, given: int, said: str) -> None:
    found: list[Any] = []
    with pytest.raises(Unreadable) as refused:
        for record in XesLog(io.StringIO(text), XES):
            found.append(record)
    assert len(found) == given and said in refused.value.what


def test_an_enormous_tag_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_records, "LONGEST_TAG", 1 << 17)

    class Endless(io.StringIO):
        """A file whose only tag never ends."""

        given = 0

        def read(self, size: int | None = -1) -> str:
            self.given += size or 0
            return "<log a='" if self.given == size else "x" * (size or 0)

    endless = Endless()
    with pytest.raises(Unreadable, match="标签超过"):
        list(XesLog(endless, XES))
    assert endless.given < 10 << 17
    assert csv_records.LONGEST_LINE == 1 << 20
