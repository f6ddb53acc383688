"""The events of an XES file (IEEE 1849), one at a time, in constant memory however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from .records import LONGEST_SHOWN, AnyRecord, Options, PassedOver, Record, Unreadable

LONGEST_TAG = 1 << 22
"""Bytes of one tag; XES keeps its texts in attributes."""

_AT_ONCE = 1 << 16
_LIFECYCLE, _INSTANCE, _OUTER_CASE = "lifecycle:transition", "concept:instance", "case:concept:name"
_MOST_BEGUN = 10_000


class XesLog:
    """The events of an XES file, each with the time at which its step was begun where the trace says so before.

    Reading raises Unreadable where the file ends to be XML, after everything before has been given.
    """

    def __init__(self, text: IO[str], options: Options) -> None:
        self._text = text
        self._options = options
        self._made: list[AnyRecord] = []

    def __iter__(self) -> Iterator[AnyRecord]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        self._listen(parser)
        fed, fault = 0, None
        while fault is None:
            chunk = self._text.read(_AT_ONCE)
            try:
                # As text: the encoding that the file declares may be wrong, and has been recognised already.
                parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                fault = Unreadable(f"从第 {error.lineno} 行起不是有效的 XML（{expat.ErrorString(error.code)}）。请重新导出这个文件。")
            except Unreadable as error:
                fault = error
            yield from self._made
            self._made.clear()
            fed += len(chunk)
            if parser.CurrentByteIndex + LONGEST_TAG < fed:
                fault = fault or Unreadable(f"第 {parser.CurrentLineNumber} 行有一个标签超过 {LONGEST_TAG >> 20} MB，不像是事件日志。")
            if not chunk:
                break
        if fault is not None:
            raise fault

    def _listen(self, parser: expat.XMLParserType) -> None:
        # One closure and plain numbers: this runs a dozen times for each event.
        options, made = self._options, self._made
        named = (options.case_id, options.activity, options.time, options.resource, options.group)
        wanted = frozenset(key for key in (*named, _LIFECYCLE, _INSTANCE, _OUTER_CASE) if key)
        depth, children, line, case = 0, 0, 0, ""
        values: dict[str, str] = {}
        finished = _Finishing(options)

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth, children, line, case
            depth += 1
            if depth == children:
                key = attributes.get("key")
                if key in wanted:
                    values[key] = attributes.get("value", "")
            elif tag == "event" and 2 <= depth <= 3:
                children, line = depth + 1, parser.CurrentLineNumber
                values.clear()
            elif depth == 3 and attributes.get("key") == options.case_id:
                case = attributes.get("value", "")
            elif depth == 2 and tag == "trace":
                case = ""
                finished.begun.clear()
            elif depth == 1 and tag != "log":
                raise Unreadable(f"最外层是 <{tag[:LONGEST_SHOWN]}>，不是 XES 的 <log>。")

        def end(tag: str) -> None:
            nonlocal depth, children
            depth -= 1
            if depth == children - 2:
                children = 0
                made.append(finished(line, case if depth == 2 else values.get(_OUTER_CASE, ""), values))

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.StartDoctypeDeclHandler = _refuse_doctype


class _Finishing:
    """Makes the record of an event from its attributes; ``begun`` is when the steps of the present trace were begun."""

    def __init__(self, options: Options) -> None:
        self._keys = (options.activity, options.time, options.resource, options.group)
        self._lifecycle = options.lifecycle
        self.begun: dict[tuple[str, str], str] = {}

    def __call__(self, line: int, case: str, values: dict[str, str]) -> AnyRecord:
        get = values.get
        lifecycle = get(_LIFECYCLE, "complete").lower()
        activity, time, resource, group = [get(key, "") for key in self._keys]
        begun = ""
        if lifecycle == "start":
            if len(self.begun) < _MOST_BEGUN:
                self.begun[activity, get(_INSTANCE, "")] = time
        elif lifecycle == "complete" and self.begun:
            begun = self.begun.pop((activity, get(_INSTANCE, "")), "")
        if self._lifecycle and lifecycle != self._lifecycle:
            return PassedOver(line)
        return Record(line, case, activity, time, resource, group, begun, lifecycle)


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("文件里有 DOCTYPE 声明，XES 不需要它，为安全起见不读。请去掉后再导入。")
