"""What is written as CSV or XES is read back as it was, whatever people typed."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.clock import OFFICE_ZONE
from workflows.formulas import harmless
from workflows.logs import Event, Trace, csv_lines, xes_lines

XES = "{http://www.xes-standard.org/}"
WHEN = datetime(2026, 9, 30, 9, 0, 0, 5, tzinfo=OFFICE_ZONE)

# Quotes, line ends, markup and characters of any script, but what XML cannot hold at all.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12).map(
    lambda text: text.replace("%", "\n").replace("&", "&<>\"'")
)
events = st.builds(
    Event, texts, st.integers(0, 10**15).map(lambda offset: WHEN + timedelta(microseconds=offset)), texts, texts, texts,
    st.dictionaries(st.sampled_from(["from_state", "to_state"]), texts),
)  # fmt: skip
traces = st.lists(st.builds(Trace, texts, st.dictionaries(st.just("workflow"), texts), st.lists(events, max_size=4)), max_size=4)


def said(attributes: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in attributes.items() if text}


@given(traces)
def test_xes_is_read_back_as_it_was(written: list[Trace]) -> None:
    log = ElementTree.fromstring("".join(xes_lines(written, "记录")).encode("utf-8"))
    assert len(log.findall(f"{XES}trace")) == len(written)
    for trace, read in zip(written, log.findall(f"{XES}trace"), strict=True):
        strings = {each.attrib["key"]: each.attrib["value"] for each in read.findall(f"{XES}string")}
        assert strings == {"concept:name": trace.case, **said(dict(trace.attributes))}
        for event, element in zip(trace.events, read.findall(f"{XES}event"), strict=True):
            found = {each.attrib["key"]: each.attrib["value"] for each in element}
            assert datetime.fromisoformat(found.pop("time:timestamp")) == event.time
            assert [each.attrib["key"] for each in element if each.tag == f"{XES}date"] == ["time:timestamp"]
            assert found == {
                "concept:name": event.activity, "lifecycle:transition": "complete",
                **said({"org:resource": event.resource, "org:role": event.role, "org:group": event.group, **event.attributes}),
            }  # fmt: skip


@given(traces)
def test_csv_is_read_back_as_it_was(written: list[Trace]) -> None:
    lines = list(csv.DictReader(io.StringIO("".join(csv_lines(written, ["workflow"], ["from_state"])), newline="")))
    expected = [(trace, event) for trace in written for event in trace.events]
    assert len(lines) == len(expected)
    for line, (trace, event) in zip(lines, expected, strict=True):
        assert datetime.fromisoformat(line.pop("time:timestamp")) == event.time
        assert list(line.values()) == [
            harmless(text)
            for text in (
                trace.case, event.activity, event.resource, event.role, event.group, "complete",
                event.attributes.get("from_state", ""), trace.attributes.get("workflow", ""),
            )
        ]  # fmt: skip


def test_a_name_is_no_formula() -> None:
    trace = Trace("1", {}, [Event("approve", WHEN, "=HYPERLINK(1)")])
    assert "'=HYPERLINK(1)" in "".join(csv_lines([trace]))


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_replaced(character: str) -> None:
    text = "".join(xes_lines([Trace("1", {}, [Event(f"甲{character}乙", WHEN)])], "log"))
    log = ElementTree.fromstring(text.encode("utf-8"))
    assert log.find(f"{XES}trace/{XES}event/{XES}string").attrib["value"] == "甲\ufffd乙"  # type: ignore[union-attr]


def test_xes_declares_what_it_uses_in_the_order_of_the_standard() -> None:
    trace = Trace("1", {"workflow": "x"}, [Event("approve", WHEN, "registrar@approval-bureau", "registrar", "大厅")])
    log = ElementTree.fromstring("".join(xes_lines([trace], "log")))
    assert log.tag == f"{XES}log" and log.attrib == {"xes.version": "1849.2016", "xes.features": ""}
    order = ["extension", "global", "classifier", "string", "trace"]
    places = [order.index(element.tag.removeprefix(XES)) for element in log]
    assert places == sorted(places) and set(places) == set(range(5))
    prefixes = {element.attrib["prefix"] for element in log.findall(f"{XES}extension")}
    keys = {element.attrib["key"] for element in log.iter() if "key" in element.attrib}
    assert {key.split(":")[0] for key in keys if ":" in key} == prefixes
    # Every classifier rests on what each event has.
    everywhere = {element.attrib["key"] for element in log.findall(f"{XES}global[@scope='event']/*")}
    assert {element.attrib["keys"] for element in log.findall(f"{XES}classifier")} <= everywhere


def test_a_moment_keeps_its_microseconds_and_zone() -> None:
    assert '"2026-09-30T09:00:00.000005+08:00"' in "".join(xes_lines([Trace("1", {}, [Event("a", WHEN)])], "log"))
