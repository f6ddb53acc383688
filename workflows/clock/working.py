"""The working of a deadline, line by line, for people who want to check it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .bounds import bounds
from .budget import SUSPENSION_KINDS, Budget, Suspension
from .calendar import SATURDAY, WorkingCalendar
from .deadline import Deadline, Ranges, corresponding_day, deadline
from .hours import MICROSECONDS

WEEKDAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
REASONS = {
    "weekend": ("周末，不计入", "weekend, not counted"),
    "holiday": ("放假，不计入", "holiday, not counted"),
    "closure": ("本服务点休息，不计入", "office closed, not counted"),
    "suspended": ("中止计时（{zh}），不计入", "suspended ({en}), not counted"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the working: the days it speaks of, what they are, the number of a counted day, and the text.

    `kind` is start, counted, weekend, holiday, closure, suspended, rolled, due or provisional."""

    first: date
    last: date
    kind: str
    number: int | None
    zh: str
    en: str


@dataclass(slots=True)
class _Run:
    """Neighbouring days of one kind, told in one line."""

    first: date
    last: date
    kind: str


def explained(
    calendar: WorkingCalendar, start: datetime, budget: Budget, plan: Deadline, suspensions: list[Suspension]
) -> tuple[Line, ...]:
    """The lines for a deadline, from the start day to the due instant."""
    if budget.unit == "working_days":
        lines = list(_working_days(calendar, start, plan, suspensions))
    elif budget.unit in ("days", "months"):
        lines = list(_calendar_days(calendar, start, budget, plan, suspensions))
    else:
        lines = list(_hours(calendar, start, plan, suspensions))
    due = plan.due
    lines.append(
        Line(due.date(), due.date(), "due", None, f"{due:%Y-%m-%d %H:%M} 期满", f"due {due:%Y-%m-%d %H:%M}")
    )
    if calendar.is_provisional_between(start, due):
        years = [
            day.year
            for day in (date(number, 1, 1) for number in range(calendar.local(start).year, due.year + 1))
            if not calendar.is_official(day)
        ]
        named = "、".join(map(str, years)), ", ".join(map(str, years))
        zh, en = _possible_words(*possible_range(calendar, start, budget, suspensions))
        lines.append(
            Line(
                date(years[0], 1, 1), date(years[-1], 12, 31), "provisional", None,
                f"{named[0]} 年放假安排尚未录入，期限为暂定：{zh}",
                f"the holiday notice for {named[1]} is not entered yet, the date is provisional: {en}",
            )
        )
    return tuple(lines)


def possible_range(
    calendar: WorkingCalendar, start: datetime, budget: Budget, suspensions: list[Suspension]
) -> tuple[datetime, datetime]:
    """The earliest and the latest end that the notices of provisional years may lead to, as notices have been so far."""
    ends = sorted(deadline(each, start, budget, suspensions).due for each in (*bounds(calendar), calendar))
    return ends[0], ends[-1]


def _possible_words(earliest: datetime, latest: datetime) -> tuple[str, str]:
    if earliest.date() == latest.date():
        return "按历年安排预计不变", "going by the notices so far, it will stay"
    first, last = f"{earliest:%Y-%m-%d}", f"{latest:%Y-%m-%d}"
    return (
        f"按历年安排，最早 {first}，最晚 {last}",
        f"going by the notices so far, between {first} and {last}",
    )


def _working_days(
    calendar: WorkingCalendar, start: datetime, plan: Deadline, suspensions: list[Suspension]
) -> Iterator[Line]:
    base = calendar.start_day(start)
    submitted = calendar.local(start).date()
    if submitted != base:
        yield _line(submitted, "start", ("下班后提交，视为次日提交", "after hours, counts as the next day"), base.year)
    yield _line(base, "start", ("起始日，不计入", "start day, not counted"), base.year)
    number = 0
    for run in _runs(base + timedelta(days=1), plan.due.date(), _kind_of(calendar, plan.blocked_days)):
        if run.kind != "counted":
            yield _rest_line(run, calendar, suspensions, base.year)
            continue
        number += 1
        zh, en = _made_up(run.first)
        yield _line(run.first, "counted", (f"{zh}第 {number} 日", f"{en}day {number}"), base.year, number)


def _hours(
    calendar: WorkingCalendar, start: datetime, plan: Deadline, suspensions: list[Suspension]
) -> Iterator[Line]:
    first = calendar.local(start).date()
    opening = calendar.next_opening(start)
    if opening != start:
        words = (f"办公时间外提交，自 {opening:%m-%d %H:%M} 起算", f"outside hours, runs from {opening:%m-%d %H:%M}")
        yield _line(first, "start", words, first.year)
    for run in _runs(opening.date(), plan.due.date(), _kind_of(calendar, ())):
        if run.kind != "counted":
            yield _rest_line(run, calendar, suspensions, first.year)
            continue
        midnight = datetime.combine(run.first, datetime.min.time(), calendar.hours.zone)
        begin, end = max(opening, midnight), min(plan.due, midnight + timedelta(days=1))
        minutes = plan.counted(calendar, begin, end) // MICROSECONDS // 60
        if minutes or begin == end:
            hours, rest = divmod(minutes, 60)
            zh, en = _made_up(run.first)
            words = (f"{zh}计 {hours} 小时 {rest} 分", f"{en}{hours} h {rest} min counted")
            yield _line(run.first, "counted", words, first.year)
        paused = (calendar.working_seconds(begin, end) - plan.counted(calendar, begin, end) // MICROSECONDS) // 60
        if paused:
            hours, rest = divmod(paused, 60)
            zh, en = _kinds_during(run.first, run.last, calendar, suspensions)
            words = (f"中止计时（{zh}）{hours} 小时 {rest} 分", f"suspended ({en}) {hours} h {rest} min")
            yield _line(run.first, "suspended", words, first.year)


def _calendar_days(
    calendar: WorkingCalendar, start: datetime, budget: Budget, plan: Deadline, suspensions: list[Suspension]
) -> Iterator[Line]:
    base = calendar.local(start).date()
    yield _line(base, "start", ("起始日，不计入", "start day, not counted"), base.year)
    amount = int(budget.amount)
    if budget.unit == "months":
        last = corresponding_day(base, amount)
        words = (f"{amount} 个月后的对应日", f"corresponding day, {amount} months on")
        yield _line(last, "counted", words, base.year)
        amount = (last - base).days
    left = amount
    for run in _runs(base + timedelta(days=1), plan.due.date(), _blocked_or_counted(plan.blocked_days), True):
        if run.kind == "suspended":
            yield _rest_line(run, calendar, suspensions, base.year)
            continue
        days = min(left, (run.last - run.first).days + 1)
        left -= days
        last = run.first + timedelta(days=days - 1)
        if days:
            words = (f"计 {days} 日", f"{days} calendar days counted")
            yield _line(run.first, "counted", words, base.year, last=last)
        if last < run.last:
            words = ("末日为休息日，顺延", "the last day is a rest day, rolls on")
            yield _line(last + timedelta(days=1), "rolled", words, base.year, last=run.last)


def _kind_of(calendar: WorkingCalendar, blocked: Ranges) -> Callable[[date], str]:
    def kind(day: date) -> str:
        if calendar.is_working(day):
            return "suspended" if _covered(day, blocked) else "counted"
        if day in calendar.closures:
            return "closure"
        return "weekend" if day.weekday() >= SATURDAY else "holiday"

    return kind


def _blocked_or_counted(blocked: Ranges) -> Callable[[date], str]:
    return lambda day: "suspended" if _covered(day, blocked) else "counted"


def _covered(day: date, blocked: Ranges) -> bool:
    return any(first <= day.toordinal() < end for first, end in blocked)


def _runs(first: date, last: date, kind_of: Callable[[date], str], join_counted: bool = False) -> Iterator[_Run]:
    """Neighbouring days of one kind from first to last; a weekend beside a holiday is part of the holiday."""
    run: _Run | None = None
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        kind = kind_of(day)
        if run is not None and {run.kind, kind} == {"weekend", "holiday"}:
            run.kind = kind = "holiday"
        if run is not None and run.kind == kind and (kind != "counted" or join_counted):
            run.last = day
            continue
        if run is not None:
            yield run
        run = _Run(day, day, kind)
    if run is not None:
        yield run


def _rest_line(run: _Run, calendar: WorkingCalendar, suspensions: list[Suspension], year: int) -> Line:
    zh, en = REASONS[run.kind]
    if run.kind == "suspended":
        kind_zh, kind_en = _kinds_during(run.first, run.last, calendar, suspensions)
        zh, en = zh.format(zh=kind_zh), en.format(en=kind_en)
    return _line(run.first, run.kind, (zh, en), year, last=run.last)


def _kinds_during(
    first: date, last: date, calendar: WorkingCalendar, suspensions: list[Suspension]
) -> tuple[str, str]:
    """The kinds of suspension that lie on these days, in Chinese and English."""
    kinds = dict.fromkeys(
        suspension.kind
        for suspension in suspensions
        if calendar.local(suspension.start).date() <= last
        and (suspension.end is None or calendar.local(suspension.end).date() >= first)
    )
    names = [SUSPENSION_KINDS.get(kind, (kind, kind)) for kind in kinds]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def _made_up(day: date) -> tuple[str, str]:
    """What to say before a working day that falls on a weekend."""
    if day.weekday() < SATURDAY:
        return "", ""
    return f"{WEEKDAYS_ZH[day.weekday()]}，调休上班，", f"{WEEKDAYS_EN[day.weekday()]}, make-up workday, "


def _line(
    first: date, kind: str, words: tuple[str, str], year: int, number: int | None = None, last: date | None = None
) -> Line:
    """A line whose text begins with its days, written with the year where that is not the start's."""
    last = last or first
    zh = en = _written(first, year)
    if last != first:
        zh, en = f"{zh} 至 {_written(last, year)}", f"{en} to {_written(last, year)}"
    return Line(first, last, kind, number, f"{zh} {words[0]}", f"{en} {words[1]}")


def _written(day: date, year: int) -> str:
    return day.strftime("%m-%d") if day.year == year else day.isoformat()
