"""Whether a record can be entered: what is wrong with it, and what was taken for granted where it can."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from .moments import SECOND, BadMoment, Moments, is_form, zone_named
from .opening import is_encoding
from .records import Fault, Options, Record, Unreadable, shown

LONGEST_TEXT = 500

Entry = tuple[str, str, int, str, str]
"""Case, activity, microseconds since 1970, resource, group."""
Tallies = dict[str, list[int]]
"""Kind of note → how many records, and the line of the first (0 when it is not known)."""

DAY, MINUTE, ZONE, GAP, TWICE, FUTURE, STEP, EARLY = "day", "minute", "zone", "gap", "twice", "future", "step", "early-end"
BACKWARDS, OVERLAP, PASSED_OVER, ENCODING = "backwards", "overlap", "passed-over", "encoding"
NOTES = {
    DAY: "只有日期、没有钟点的时间，按当天 00:00 计；与同一天其他事件相比，先后可能不准",
    MINUTE: "时间只到分钟，而别的更细；同一分钟内按文件里的顺序",
    ZONE: "时间没有写时区，按 {zone} 计",
    GAP: "时间在 {zone} 因夏令时并不存在，按拨钟前的时差计，请核对",
    TWICE: "时间在 {zone} 因夏令时出现两次，按第一次计",
    FUTURE: "时间晚于现在，已照原样导入，请核对",
    STEP: "不是步骤的完成（lifecycle:transition 不是 complete），统计时同样各算一个事件；"
    "只要完成的，请加 --lifecycle complete --replace 重新导入",
    EARLY: "步骤的完成早于它的开始，照原样导入，请核对",
    BACKWARDS: "比同一办件里排在前面的事件更早，已按时间先后排列",
    OVERLAP: "在这份日志的其他文件里也有（同一办件、同一环节、同一时间），都算数；如果是文件重叠，请用 history remove --file 去掉一个",
    PASSED_OVER: "不是 --lifecycle 要的事件，没有导入",
    ENCODING: "文件不是 UTF-8，按 {encoding} 读取；如果文字不对，请用 --encoding 说明",
}
"""What was mended or is worth a look, said of a number of records."""

_NUL, _UNDECODABLE = "\0", "\ufffd"


class Judge:
    """Judges the records of one file, and counts in ``tallies`` what is worth saying of them."""

    def __init__(self, options: Options, moments: Moments, now: int, columns: dict[str, str], refuses_early_end: bool) -> None:
        """``columns`` are the titles under which the file has the fields; ``now`` is in microseconds since 1970."""
        self._read = moments.read
        self._now = now
        self._columns = columns
        self._refuses_early_end = refuses_early_end
        self.tallies: Tallies = {}

    def __call__(self, record: Record) -> Entry | list[Fault]:
        """The event as it is entered, or everything that is wrong with it."""
        line, case, activity, time, resource, group, start, lifecycle = record
        texts = f"{case}{activity}{resource}{group}"
        faults: list[Fault] = []
        if not case or not activity or case.isspace() or activity.isspace() or len(texts) > LONGEST_TEXT or _is_damaged(texts):
            faults += self._faults(record)
        try:
            moment = self._read(time.strip())
        except BadMoment as error:
            faults.append(self._fault("time", time, error.what, error.mend))
        if faults:
            return faults
        if start and (fault := self._early_end(line, start, moment.microseconds)):
            return [fault]
        if moment.precision != SECOND and moment.precision in NOTES:
            self.note(moment.precision, line)
        if moment.assumed:
            self.note(ZONE, line)
            if moment.assumed != ZONE:
                self.note(moment.assumed, line)
        if moment.microseconds > self._now:
            self.note(FUTURE, line)
        if lifecycle and lifecycle != "complete":
            self.note(STEP, line)
        return case, activity, moment.microseconds, resource, group

    def note(self, kind: str, line: int) -> None:
        """Count a record that is worth a word."""
        tally = self.tallies.get(kind)
        if tally is None:
            self.tallies[kind] = [1, line]
        else:
            tally[0] += 1

    def _early_end(self, line: int, start: str, ended: int) -> Fault | None:
        try:
            begun = self._read(start.strip()).microseconds
        except BadMoment as error:
            # In an XES file it is the time of another event, which has been reported.
            return self._fault("start_time", start, error.what, error.mend) if self._refuses_early_end else None
        if begun <= ended:
            return None
        if self._refuses_early_end:
            return self._fault("start_time", start, "结束早于开始", "请核对这两个时间，改正后重新导入。")
        self.note(EARLY, line)
        return None

    def _faults(self, record: Record) -> Iterator[Fault]:
        for field, text, wanted in (
            ("case_id", record.case, "没有办件编号"), ("activity", record.activity, "没有环节名称"),
            ("resource", record.resource, ""), ("group", record.group, ""),
        ):  # fmt: skip
            if wanted and (not text or text.isspace()):
                yield self._fault(field, text, wanted, "请补上；补不出的，这个事件无法计入统计。")
            elif _NUL in text:
                yield self._fault(field, text, "有空字符（NUL）", "请用原系统重新导出，或用文本工具去掉空字符。")
            elif _UNDECODABLE in text:
                yield self._fault(field, text, "有按文件的编码认不出的字符", "请把文件另存为 UTF-8，或用 --encoding 说明编码。")
            elif len(text) > LONGEST_TEXT:
                yield self._fault(field, text, f"有 {len(text)} 个字，最多 {LONGEST_TEXT} 个", "请核对列是否选对，或在文件里缩短。")

    def _fault(self, field: str, value: str, what: str, mend: str) -> Fault:
        return Fault(shown(self._columns.get(field) or field), shown(value), what, mend)


def _is_damaged(text: str) -> bool:
    return _NUL in text or _UNDECODABLE in text


def all_bad(records: int, line: int, fault: Fault) -> Unreadable:
    """Why a file is turned away of whose first records none is usable."""
    first = f"第 {line} 行，{fault.column}“{fault.value}”：{fault.what}。{fault.mend}"
    return Unreadable(f"前 {records} 行没有一行可用，多半是列选错了。{first}")


def usable_zone(options: Options) -> tzinfo:
    """The zone of the options, which are checked as far as they can be without a file. Raises Unreadable."""
    zone = zone_named(options.zone)
    if zone is None:
        raise Unreadable(f"不认识时区“{options.zone}”（--zone）。请写 Asia/Shanghai、Europe/Berlin 这样的名称，或 +08:00。")
    if options.time_format and not is_form(options.time_format):
        example = '"%d/%m/%Y %H:%M:%S"：%Y 年，%m 月，%d 日，%H 时，%M 分，%S 秒'
        raise Unreadable(f"时间写法“{options.time_format}”不能用（--time-format）。例如 {example}。")
    if options.encoding and not is_encoding(options.encoding):
        raise Unreadable(f"不认识编码“{options.encoding}”（--encoding）。常用的有 utf-8、gb18030、utf-16。")
    return zone
