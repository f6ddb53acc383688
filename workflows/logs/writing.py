"""A log written for other tools: comma-separated values, and XES (IEEE 1849)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import quoteattr

from workflows.formulas import harmless

CASE, ACTIVITY, TIME, RESOURCE, ROLE, GROUP, LIFECYCLE = (
    "case:concept:name", "concept:name", "time:timestamp", "org:resource", "org:role", "org:group", "lifecycle:transition",
)  # fmt: skip
COMPLETE = "complete"
"""What happened is told when it was done: the standard's last transition of the life of an activity."""

_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)

# XML 1.0 has no way to write these, not even as references.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: what was done, when (with a zone), by which resource in which role and group; empty where there is none.

    ``attributes`` are further facts by name.
    """

    activity: str
    time: datetime
    resource: str = ""
    role: str = ""
    group: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """One case: its name, further facts by name, and its events in order."""

    case: str
    attributes: Mapping[str, str]
    events: Iterable[Event]


def csv_lines(traces: Iterable[Trace], case_columns: Iterable[str] = (), event_columns: Iterable[str] = ()) -> Iterator[str]:
    """One line per event, after a heading with the names that XES gives to its attributes.

    The columns are further facts of cases (headed ``case:…``) and of events. A text that office software would take for a
    formula is written behind an apostrophe.
    """
    of_case, of_event = tuple(case_columns), tuple(event_columns)
    head = (CASE, ACTIVITY, TIME, RESOURCE, ROLE, GROUP, LIFECYCLE, *of_event, *(f"case:{name}" for name in of_case))
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(head)
    for trace in traces:
        facts = [trace.attributes.get(name, "") for name in of_case]
        for event in trace.events:
            more = [event.attributes.get(name, "") for name in of_event]
            yield writer.writerow(_safe((
                trace.case, event.activity, _written(event.time), event.resource, event.role, event.group, COMPLETE, *more, *facts
            )))  # fmt: skip


class _Line:
    """A file that gives back what is written to it: the writer of the standard library then returns each line."""

    def write(self, text: str) -> str:
        return text


def _safe(cells: Iterable[str]) -> list[str]:
    return [harmless(cell) for cell in cells]


def xes_lines(traces: Iterable[Trace], name: str) -> Iterator[str]:
    """A document of IEEE 1849-2016, line by line: the extensions used are declared, and what every trace and event has."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for title, prefix, uri in _EXTENSIONS:
        yield f'  <extension name="{title}" prefix="{prefix}" uri="{uri}"/>\n'
    yield '  <global scope="trace">\n'
    yield _attribute(4, "concept:name", "")
    yield "  </global>\n"
    yield '  <global scope="event">\n'
    yield _attribute(4, ACTIVITY, "")
    yield _attribute(4, LIFECYCLE, COMPLETE)
    yield '    <date key="time:timestamp" value="1970-01-01T00:00:00.000000+00:00"/>\n'
    yield "  </global>\n"
    yield '  <classifier name="Activity" scope="event" keys="concept:name"/>\n'
    yield _attribute(2, "concept:name", name)
    for trace in traces:
        yield "  <trace>\n" + _attribute(4, "concept:name", trace.case)
        yield "".join(_attribute(4, key, text) for key, text in trace.attributes.items() if text)
        for event in trace.events:
            yield _event(event)
        yield "  </trace>\n"
    yield "</log>\n"


def _event(event: Event) -> str:
    facts = {RESOURCE: event.resource, ROLE: event.role, GROUP: event.group, **event.attributes}
    return (
        f"    <event>\n{_attribute(6, ACTIVITY, event.activity)}"
        f'      <date key="{TIME}" value="{_written(event.time)}"/>\n'
        f"{_attribute(6, LIFECYCLE, COMPLETE)}"
        f"{''.join(_attribute(6, key, text) for key, text in facts.items() if text)}"
        "    </event>\n"
    )


def _attribute(indent: int, key: str, text: str) -> str:
    return f"{' ' * indent}<string key={_quoted(key)} value={_quoted(text)}/>\n"


def _quoted(text: str) -> str:
    """An attribute's value; a character that XML cannot hold becomes U+FFFD."""
    return quoteattr(_UNWRITABLE.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
