"""The records of a CSV file, one at a time, in constant memory however the file is damaged.

A record may run over several lines inside quotes. A quote that is never closed would swallow the rest of the file: a record
that grows beyond reason, or does not come out in as many columns as the heading, is given up at its first line and the lines
after it are read anew.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections import deque
from collections.abc import Iterator
from operator import itemgetter
from typing import IO

from .records import AnyRecord, Broken, Fault, Options, Record, Unreadable, shown

LONGEST_LINE = 1 << 20
"""Characters of a line; a longer one is passed over unread."""
MOST_LINES = 500
"""Lines that one record may run over."""

_DELIMITERS = (",", "\t", ";", "|", "，")
_WHOLE_LINE = "整行"
_ALL_COLUMNS = 40
_NAMED = (
    ("case_id", "--case-id"), ("activity", "--activity"), ("time", "--time"),
    ("resource", "--resource"), ("group", "--group"), ("start_time", "--start-time"),
)  # fmt: skip


class _TooMuch(Exception):
    """A line, or a record, is longer than any that is meant."""


class _Lines:
    """The lines of a file with their numbers, of which those of the present record can be given back."""

    def __init__(self, text: IO[str]) -> None:
        self._read = text.readline
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.number = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read(LONGEST_LINE)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        held = self.held
        held.append(line)
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            self._skip_rest()
            raise _TooMuch(f"一行超过 {LONGEST_LINE} 个字")
        if len(held) > MOST_LINES:
            raise _TooMuch(f"引号没有成对，往后 {MOST_LINES} 行都没有结束")
        return line

    def _skip_rest(self) -> None:
        while (more := self._read(LONGEST_LINE)) and more[-1] not in "\r\n":
            pass

    def give_back(self) -> None:
        """Let the lines after the first of this record be read again."""
        self._again.extendleft(reversed(self.held[1:]))
        self.number -= len(self.held) - 1
        self.held.clear()
        self.ended = False


class CsvLog:
    """A CSV file whose heading has been read. Raises Unreadable when it is empty or lacks a column that was named."""

    def __init__(self, text: IO[str], options: Options) -> None:
        self._lines = _Lines(text)
        self.delimiter, self.skips_spaces, self.heading = self._heading(options)
        names = [getattr(options, field) for field, _ in _NAMED]
        self._places = [self.heading.index(name) if name else -1 for name in names]

    def __iter__(self) -> Iterator[AnyRecord]:
        lines, width = self._lines, len(self.heading)
        # A column that was not named is read from an empty cell behind the last.
        pick = itemgetter(*self._places)
        held, rows = lines.held, self._reader()
        while True:
            held.clear()
            first = lines.number + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except (_TooMuch, csv.Error) as error:
                yield Broken(first, self._unparsed(error))
                lines.give_back()
                rows = self._reader()
                continue
            if len(cells) != width:
                if len(cells) < 2 and not "".join(cells).strip():
                    continue
                if len(cells) < width or any(cells[width:]):
                    yield Broken(first, self._uneven(cells))
                    if len(held) > 1:
                        lines.give_back()
                        rows = self._reader()
                    continue
                del cells[width:]
            if not cells[0] and not any(cells):  # spreadsheets write empty rows as delimiters alone
                continue
            cells.append("")
            yield Record._make((first, *pick(cells), ""))

    def _reader(self) -> Iterator[list[str]]:
        # Strict: text after a closing quote is the only sign of a quote that was opened lines before.
        return csv.reader(self._lines, delimiter=self.delimiter, skipinitialspace=self.skips_spaces, strict=True)

    def _unparsed(self, error: Exception) -> Fault:
        line = shown(self._lines.held[0].strip())
        if isinstance(error, _TooMuch):
            what, mend = str(error), "请检查这一行是否缺少换行或引号。"
        elif "field larger" in str(error):
            what, mend = f"一格超过 {csv.field_size_limit()} 个字，多半是引号没有成对", "请检查这一行的双引号。"
        else:
            what, mend = "双引号没有成对，或后面还有文字", "内容里的双引号请写两遍，整格再用双引号括起来。"
        return Fault(_WHOLE_LINE, line, what, mend)

    def _uneven(self, cells: list[str]) -> Fault:
        line = shown(self._lines.held[0].strip())
        what = f"有 {len(cells)} 列，表头是 {len(self.heading)} 列"
        if len(cells) > len(self.heading):
            return Fault(_WHOLE_LINE, line, what, "内容里有分隔符的格请用双引号括起来。")
        return Fault(_WHOLE_LINE, line, what, "请补齐缺少的列；没有内容的列也要留着分隔符。")

    def _heading(self, options: Options) -> tuple[str, bool, list[str]]:
        wanted = [getattr(options, field) for field, _ in _NAMED if getattr(options, field)]
        line, told = self._first_line(), None
        if match := re.fullmatch(r'"?sep=(.)"?', line.strip(), re.IGNORECASE):  # a spreadsheet's note to itself
            line, told = self._first_line(), match[1]
        if "\0" in line:
            raise Unreadable("文件里有空字符，像是没有标记的 UTF-16。请另存为 UTF-8 的 CSV 再导入。")
        read = [(each, *_cells(line, each)) for each in ([told] if told else _DELIMITERS)]
        whole = [each for each in read if all(name in each[2] for name in wanted)]
        chosen = max(whole or read, key=lambda each: len(each[2]))
        self._refuse(options, chosen[2])
        return chosen

    def _first_line(self) -> str:
        """The first line that is not empty."""
        try:
            for line in self._lines:
                self._lines.held.clear()
                if line.strip().strip("\ufeff"):
                    return line
        except _TooMuch as error:
            raise Unreadable(f"表头：{error}。这可能不是 CSV 文件。") from None
        raise Unreadable("文件是空的，没有表头。")

    @staticmethod
    def _refuse(options: Options, heading: list[str]) -> None:
        there = "、".join(heading[:_ALL_COLUMNS])
        for field, option in _NAMED:
            name = getattr(options, field)
            if name and name not in heading:
                alike = [each for each in heading if name.casefold() == each.casefold()]
                close = alike or difflib.get_close_matches(name, heading, 1, 0.6)
                meant = f"是不是“{close[0]}”？" if close else ""
                raise Unreadable(f"表头里没有“{name}”这一列（{option}）。{meant}文件里的列有：{there}。第一行应是表头。")
            if name and heading.count(name) > 1:
                raise Unreadable(f"表头里有 {heading.count(name)} 列都叫“{name}”（{option}），请先改成不同的名称。")


def columns_of(text: IO[str]) -> list[str]:
    """The columns of a CSV file, for whoever has not named any. Raises Unreadable."""
    return CsvLog(text, Options("csv", "", "", "")).heading


def _cells(line: str, delimiter: str) -> tuple[bool, list[str]]:
    """Whether a space follows every delimiter of a heading, and its columns."""
    stripped = line.strip("\r\n").lstrip("\ufeff")
    spaced = delimiter != "\t" and 0 < stripped.count(delimiter) == stripped.count(delimiter + " ")
    try:
        cells = next(csv.reader([stripped], delimiter=delimiter, skipinitialspace=spaced), [])
    except csv.Error as error:
        raise Unreadable(f"读不懂表头：{error}。") from None
    return spaced, [cell.strip() for cell in cells]
