"""The yearly notice of the State Council on holidays, as it is typed, pasted or read from a file, and whether it can be right.

Every fault is a sentence that says which day and what to do. Nothing is corrected in silence: what is understood is shown
before it is confirmed.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from .calendar import SATURDAY, WorkingCalendar, Year, weekend_year
from .statutory import statutory_days

HOLIDAYS, WORKDAYS, YEAR, NUMBER, NAME, FILE = "holidays", "workdays", "year", "number", "name", "file"
"""The fields that a fault belongs to."""

OF_THE_YEAR = "年"

MOST_MAKE_UP_DAYS = 14
"""No notice so far had more than twelve."""

NUMBERS = {2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}
"""Year: the number of the notice of the General Office of the State Council (国务院办公厅) that arranged it. A year whose number is
not known for certain is left out and shown without one."""

_WEEKDAYS = "一二三四五六日"
_ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile(
    # The number of a paper, and that of a paragraph at the head of a line, are no days.
    r"(?P<aside>[〔\[(【]\s*\d{4}\s*[〕\])】]\s*第?\s*\d{1,4}\s*号|(?m:^)[ \t]*\(?\d{1,2}[ \t]*[、.)](?=[ \t]*[^\d\s]))"
    r"|(?P<remark>\([^()]*\))|(?P<count>共\s*(?P<days>\d+)\s*天)|(?P<off>放假)(?:\s*(?P<off_days>\d+)\s*天)?|(?P<worked>上班)"
    r"|(?P<end>[。;\n])|(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?:\s*[日号])?"
    r"|(?P<same>\d{1,2})\s*[日号]|(?P<whole>\d{4})\s*年|(?P<to>至|到|[-~―─—–−‐〜]+|\.{2,})"
)
_OF_THE_WEEK = re.compile(r"(?:周|星期)([一二三四五六日天])")
_NUMBER = re.compile(r"(\D{2,20}?)[〔\[(【]\s*(\d{4})\s*[〕\])】]\s*第?\s*(\d{1,4})\s*号")
_FLAGS = {"1": 1, "0": 0, "上班": 1, "工作日": 1, "放假": 0, "休息": 0, "休息日": 0}
_MOST_FAULTS = 20


class Fault(NamedTuple):
    """What is wrong, and in which field."""

    field: str
    zh: str
    en: str


@dataclass(slots=True)
class Days:
    """Days off and make-up workdays as they were written, in order and as often, with what could not be understood."""

    off: list[date] = field(default_factory=list)
    worked: list[date] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_text(number: int, text: str, column: str, into: Days) -> None:
    """Add the days of a text to ``into``: ranges, single days, or whole sentences of the notice, pasted.

    Days count as the column says, unless 放假 or 上班 follows them. The weekdays and the number of days that a notice names are
    held against the year: those of another year's notice do not fit.
    """
    pending: list[date] = []
    last: list[date] = []
    is_range, read_to = False, 0
    text = unicodedata.normalize("NFKC", text) + "\n"

    def settle(off: bool) -> None:
        nonlocal pending, last
        (into.off if off else into.worked).extend(pending)
        pending, last = [], pending or last

    for found in _TOKEN.finditer(text):
        between, read_to = text[read_to : found.start()], found.end()
        if any(letter.isdigit() for letter in between):
            _not_understood(between, column, into)
        if is_range and not (found["month"] or found["same"]):
            what = f"{pending[-1]} 后面的“至”没有接上日期，请写全，例如 1月1日至3日。"
            into.faults.append(Fault(column, what, f"No day follows {pending[-1]} to: write the last day too."))
        if found["remark"]:
            _read_remark(pending or last, found["remark"], column, into)
        elif found["count"]:
            _check_count(pending or last, found["days"], column, into)
        elif found["off"] or found["worked"]:
            if found["off_days"]:
                _check_count(pending or last, found["off_days"], column, into)
            settle(bool(found["off"]))
        elif found["end"]:
            settle(column == HOLIDAYS)
            last = []
        elif found["to"]:
            is_range = bool(pending)
            continue
        elif found["month"] or found["same"]:
            day = _day(number, found, pending, column, into)
            if day is None:
                pending = []
            elif is_range:
                _extend(pending, day, column, into)
            else:
                pending.append(day)
        elif found["whole"] and int(found["whole"]) != number:
            _not_understood(found.group(), column, into)
        is_range = False


def _not_understood(text: str, column: str, into: Days) -> None:
    shown = " ".join(text.split())[:20]
    what = f"“{shown}”没有读懂，请写成 1月3日 或者 1月1日至3日 这样，一行一个。"
    into.faults.append(Fault(column, what, f"“{shown}” was not understood: write days like 1月3日 or 1月1日至3日."))


def _check_count(days: list[date], said: str, column: str, into: Days) -> None:
    if len(days) != int(said):
        what = f"{shown_days(days)}是 {len(days)} 天，不是 {said} 天。请核对起止日期。"
        into.faults.append(Fault(column, what, f"These are {len(days)} days, not {said}: check first and last."))


def _read_remark(days: list[date], remark: str, column: str, into: Days) -> None:
    counted = re.fullmatch(r"\D*?(\d+)\s*天\D*", remark)
    if counted is not None:
        _check_count(days, counted[1], column, into)
    elif any(letter.isdigit() for letter in remark):
        _not_understood(remark, column, into)
    elif days:
        _check_weekday(days[-1], remark, column, into)


def _day(number: int, found: re.Match[str], pending: list[date], column: str, into: Days) -> date | None:
    before = pending[-1] if pending else date(number, 1, 1)
    year = int(found["year"]) if found["year"] else (before.year if found["same"] else number)
    month, day = (before.month, int(found["same"])) if found["same"] else (int(found["month"]), int(found["day"]))
    try:
        return date(year, month, day)
    except ValueError:
        written = found.group().strip()
        into.faults.append(Fault(column, f"{year} 年没有“{written}”这一天，请改正。", f"There is no {written} in {year}."))
        return None


def _extend(pending: list[date], last: date, column: str, into: Days) -> None:
    first = pending[-1]
    if last < first:
        what = f"{first} 至 {last}：最后一天早于第一天，请对调；跨年的写上年份。"
        into.faults.append(Fault(column, what, f"{first} to {last} ends before it begins; write the year where it changes."))
        return
    if (last - first).days > 31:
        into.faults.append(Fault(column, f"{first} 至 {last} 超过一个月，请核对。", f"{first} to {last} is more than a month."))
        return
    pending.extend(first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))


def _check_weekday(day: date, remark: str, column: str, into: Days) -> None:
    said = _OF_THE_WEEK.search(remark)
    if said is None or _WEEKDAYS.index(said[1].replace("天", "日")) == day.weekday():
        return
    into.faults.append(
        Fault(
            column, f"{day} 是{weekday_zh(day)}，不是周{said[1]}。这可能是另一年的通知，请核对年份。",
            f"{day} is a {_ENGLISH[day.weekday()]}; the notice says otherwise. Is it that of another year?",
        )
    )  # fmt: skip


def read_csv(number: int, text: str, into: Days) -> None:
    """Add the days of a file with the columns date and working (1 or 0), one line for every day of the year."""
    lines: dict[date, int] = {}
    for line, row in enumerate(csv.reader(text.splitlines()), 1):
        cells = [unicodedata.normalize("NFKC", cell).strip() for cell in row]
        if not any(cells) or (line == 1 and cells[0].casefold() in ("date", "日期")):
            continue
        day, flag = _csv_day(cells[0]), _FLAGS.get(cells[1]) if len(cells) > 1 else None
        if day is None or flag is None or day.year != number:
            _refuse_line(number, line, cells, day, into)
            if day is not None:
                lines.setdefault(day, line)
        elif day in lines:
            what = f"第 {line} 行：{day} 在第 {lines[day]} 行已经写过，一天只能有一行。"
            into.faults.append(Fault(FILE, what, f"Line {line}: {day} stands in line {lines[day]} already."))
        else:
            lines[day] = line
            if bool(flag) != (day.weekday() < SATURDAY):
                (into.worked if flag else into.off).append(day)
    whole = list(_days_of(number))
    missing = [day for day in whole if day not in lines]
    found = len(whole) - len(missing)
    if missing and len(into.faults) < _MOST_FAULTS:
        what = f"{number} 年有 {len(whole)} 天，文件里只有 {found} 天，缺{shown_days(missing).rstrip()}。周末也要写。"
        into.faults.append(Fault(FILE, what, f"{number} has {len(whole)} days, the file {found}: weekends are needed too."))
    del into.faults[_MOST_FAULTS:]


def _csv_day(text: str) -> date | None:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _refuse_line(number: int, line: int, cells: list[str], day: date | None, into: Days) -> None:
    if day is None:
        what = f"第 {line} 行：“{cells[0][:20]}”不是日期，请写成 {number}-01-01 这样。"
        into.faults.append(Fault(FILE, what, f"Line {line}: {cells[0][:20]} is no date; write {number}-01-01."))
    elif day.year != number:
        what = f"第 {line} 行：{day} 不在 {number} 年，请删去，或改上面的年份。"
        into.faults.append(Fault(FILE, what, f"Line {line}: {day} is not in {number}."))
    else:
        what = f"第 {line} 行：{day} 后面应写 1（工作日）或 0（休息日）。"
        into.faults.append(Fault(FILE, what, f"Line {line}: 1 for a working day or 0 for a rest day is needed after {day}."))


def judge(number: int, days: Days, calendar: WorkingCalendar, today: date) -> list[Fault]:
    """What cannot be right about the days of a year, held against the law, the week and what has already happened."""
    faults = list(_double(days))
    if not days.off:
        faults.append(Fault(HOLIDAYS, "请填放假的日期，一行一个，例如 1月1日至3日。", "Enter the days off, one range a line."))
    for day in dict.fromkeys(days.worked):
        if day.weekday() < SATURDAY:
            what = f"{day} 是{weekday_zh(day)}，本来就上班，不是调休。请核对日期。"
            faults.append(Fault(WORKDAYS, what, f"{day} is a {_ENGLISH[day.weekday()]} and worked anyway. Check the date."))
        elif day.year == number and day in statutory_days(number):
            what = f"{day} 是法定节假日，不能安排上班（《全国年节及纪念日放假办法》第二条）。"
            faults.append(Fault(WORKDAYS, what, f"{day} is a statutory holiday and cannot be worked."))
    left_out = [day for day in statutory_days(number) if day.weekday() < SATURDAY and day not in days.off]
    if left_out and days.off:
        what = f"法定节假日{shown_days(left_out)}没有列为放假。请对照通知补上。"
        faults.append(Fault(HOLIDAYS, what, f"Statutory holidays are left out: {shown_days(left_out)}."))
    for column, listed, flag in ((HOLIDAYS, days.off, False), (WORKDAYS, days.worked, True)):
        for day in dict.fromkeys(listed):
            if day.year != number and calendar.is_working(day) != flag:
                what = f"{day} 属于 {day.year} 年，请在 {day.year} 年里另行录入，这里只填 {number} 年的日期。"
                faults.append(Fault(column, what, f"{day} belongs to {day.year}: enter it there."))
    if len(set(days.worked)) > MOST_MAKE_UP_DAYS:
        what = f"调休上班有 {len(set(days.worked))} 天，历年最多 12 天。请核对，放假的日期不要填到上班里。"
        faults.append(Fault(WORKDAYS, what, f"{len(set(days.worked))} make-up workdays: no year had more than 12."))
    faults += _past(number, days, calendar, today)
    return faults


def _double(days: Days) -> Iterator[Fault]:
    for column, listed in ((HOLIDAYS, days.off), (WORKDAYS, days.worked)):
        for day in (day for day, times in Counter(listed).items() if times > 1):
            yield Fault(column, f"{day} 写了两次，请只留一次。", f"{day} is written twice; keep one.")
    for day in sorted(set(days.off) & set(days.worked)):
        yield Fault(WORKDAYS, f"{day} 既写了放假又写了上班，请对照通知只留一个。", f"{day} is both off and worked; keep one.")


def _past(number: int, days: Days, calendar: WorkingCalendar, today: date) -> Iterator[Fault]:
    """What is over stays what it was: a deadline that has run out is neither brought forward nor put off afterwards."""
    turned = turned_in_the_past(number, year_of(number, days), calendar, today)
    if turned.worked:
        which = shown_days(turned.worked)
        what = f"{which}已经过去，那时是休息日，不能改成工作日：已经按休息日算好的期限不能往前缩。请把这几天保留为休息日再录入。"
        in_english = f"Past rest days cannot become working days ({which}): deadlines would have ended earlier. Keep them off."
        yield Fault(WORKDAYS, what, in_english)
    if turned.off:
        which = shown_days(turned.off)
        what = f"{which}已经过去，那时是工作日，不能改成休息日：已经超期的不能因此变为期限内。请把这几天从放假里去掉再录入。"
        in_english = f"Past working days cannot become days off ({which}): what is late would be in time. Take them out."
        yield Fault(HOLIDAYS, what, in_english)


def turned_in_the_past(number: int, working: bytes, calendar: WorkingCalendar, today: date) -> Days:
    """Days of a year before today that would be off, or worked, otherwise than by a calendar."""
    turned = Days()
    for day, flag in zip(_days_of(number), working, strict=True):
        if day < today and bool(flag) != calendar.is_working(day):
            (turned.worked if flag else turned.off).append(day)
    return turned


def year_of(number: int, days: Days) -> bytes:
    """One flag for each day of the year: weekends rest, but for the days off and the make-up workdays."""
    working = bytearray(weekend_year(number).working)
    for listed, flag in ((days.off, 0), (days.worked, 1)):
        for day in listed:
            if day.year == number:
                working[day.timetuple().tm_yday - 1] = flag
    return bytes(working)


def days_of_year(number: int, year: Year) -> Days:
    """The working days off and the weekends worked of a year, as a form shows them."""
    pairs = list(zip(_days_of(number), year.working, strict=True))
    return Days(
        [day for day, flag in pairs if not flag and day.weekday() < SATURDAY],
        [day for day, flag in pairs if flag and day.weekday() >= SATURDAY],
    )


def read_number(text: str) -> str | None:
    """The number of a notice as it is written officially, such as 国办发明电〔2025〕7号; None for what is none."""
    found = _NUMBER.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    return f"{found[1]}〔{found[2]}〕{int(found[3])}号" if found else None


def usual_name(number: int) -> str:
    """What the notice of a year is called."""
    return f"国务院办公厅关于{number}年部分节假日安排的通知"


def number_of(number: int) -> str:
    """A number as the notice of a year has one, for an example."""
    return f"国办发明电〔{number - 1}〕7号"


def with_number(name: str, number: str) -> str:
    """A notice by its name and number."""
    return f"{name}（{number}）" if number else name


def in_words(days: Iterable[date]) -> str:
    """Days as ranges, on one line: 01-01、02-08 至 02-11."""
    return "、".join(f"{first:%m-%d}" if first == last else f"{first:%m-%d} 至 {last:%m-%d}" for first, last in ranges(days))


def as_typed(days: Iterable[date]) -> str:
    """Days as ``read_text`` takes them: one range a line."""
    return "\n".join(f"{first}" if first == last else f"{first} 至 {last}" for first, last in ranges(days))


def weekday_zh(day: date) -> str:
    """周一 to 周日."""
    return f"周{_WEEKDAYS[day.weekday()]}"


def ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Neighbouring days joined into first and last."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _days_of(number: int) -> Iterator[date]:
    first = date(number, 1, 1)
    return (first + timedelta(days=offset) for offset in range((date(number + 1, 1, 1) - first).days))


def shown_days(days: list[date]) -> str:
    """Up to five days, and how many more there are, with a space on either side."""
    more = f"等 {len(days)} 天" if len(days) > 5 else ""
    return " " + "、".join(map(str, days[:5])) + (f" {more}" if more else "") + " "
