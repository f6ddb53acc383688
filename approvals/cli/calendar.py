"""``approvals calendar``: when a limit ends and why, and which days are working days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import click

from approvals.calendar import county_calendar
from workflows.clock import OFFICE_ZONE, Budget, Line, Reading, WorkingCalendar, read, weekend_year

from .context import open_database

_MOST_DAYS = 366 * 200
_WHOLE_DAYS = ("working_days", "days", "months")
_LATEST = date(9000, 1, 1)


@click.group("calendar")
def group() -> None:
    """工作日历：期限到哪一天，哪些天上班。"""


@group.command("due")
@click.option("--start", "started", required=True, metavar="DATE", help="从哪一天（2026-09-30）或哪一刻（2026-09-30T15:00）起算。")
@click.option("--working-days", metavar="N", help="多少个工作日，可以是半日，例如 2.5。")
@click.option("--working-hours", metavar="N", help="多少个工作小时。")
@click.option("--days", metavar="N", help="多少个自然日。")
@click.option("--months", metavar="N", help="多少个月。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供程序读取。")
def due_command(started: str, as_json: bool, **limits: str | None) -> None:
    """一个期限在哪一天届满，逐日写出算法；涉及放假安排尚未公布的年份时注明暂定。"""
    calendar = _calendar()
    start = _start(started, calendar)
    budget = _budget(limits)
    try:
        reading = read(calendar, start, budget, start, explain=True)
    except OverflowError:
        raise click.ClickException("这个期限太长，算不出日期。请给小一些的数。") from None
    if as_json:
        click.echo(json.dumps(_told(calendar, start, reading, budget), ensure_ascii=False))
        return
    for line in _table(reading):
        click.echo(line)


@group.command("days")
@click.option("--from", "first", required=True, metavar="DATE", help="第一天，例如 2026-01-01。")
@click.option("--to", "last", required=True, metavar="DATE", help="最后一天，例如 2026-12-31。")
def days_command(first: str, last: str) -> None:
    """逐日输出 date,working（1 是工作日，0 是休息日）的 CSV。"""
    begin, end = _day(first), _day(last)
    if end < begin:
        raise click.ClickException(f"最后一天 {end} 早于第一天 {begin}，请对调。")
    if (end - begin).days >= _MOST_DAYS:
        raise click.ClickException("一次最多输出 200 年，请分几次。")
    calendar = _calendar()
    click.echo("date,working")
    click.echo("\n".join(_days(calendar, begin, end)))


def _calendar() -> WorkingCalendar:
    """The calendar in force in the database."""
    database = open_database()
    try:
        with database.reading():
            return county_calendar()
    finally:
        database.dispose()


# ---- reading what was typed -----------------------------------------------------------------------------------------


def _start(typed: str, calendar: WorkingCalendar) -> datetime:
    """A day alone is begun when offices open."""
    text = typed.strip()
    try:
        if len(text) <= len("2026-09-30"):
            return datetime.combine(_day(text), calendar.hours.opens, OFFICE_ZONE)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"“{typed}”不是时间，请写成 2026-09-30 或 2026-09-30T15:00 这样。") from None
    return moment.replace(tzinfo=OFFICE_ZONE) if moment.tzinfo is None else moment.astimezone(OFFICE_ZONE)


def _day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise click.ClickException(f"“{typed}”不是日期，请写成 2026-12-31 这样。") from None
    if day >= _LATEST:
        raise click.ClickException(f"{day} 太远了，请给 {_LATEST} 以前的日期。")
    return day


def _budget(limits: dict[str, str | None]) -> Budget:
    given = {unit: amount for unit, amount in limits.items() if amount is not None}
    if len(given) != 1:
        raise click.ClickException("请给一个期限：--working-days、--working-hours、--days 或 --months 中的一个。")
    ((unit, typed),) = given.items()
    try:
        amount = Decimal(typed)
        budget = Budget.parse({unit: amount})
    except (InvalidOperation, ValueError):
        raise click.ClickException(f"“{typed}”不能作期限。工作日可以是零、正整数或带半日，小时可以带小数，其余应为整数。") from None
    if amount > 10_000:
        raise click.ClickException("这个期限太长，请给 10000 以内的数。")
    return budget


# ---- saying it ------------------------------------------------------------------------------------------------------


def _told(calendar: WorkingCalendar, start: datetime, reading: Reading, budget: Budget) -> dict[str, object]:
    def end(moment: datetime) -> str:
        return moment.date().isoformat() if budget.unit in _WHOLE_DAYS else moment.isoformat(timespec="seconds")

    return {
        "due": end(reading.due),
        "due_at": reading.due.isoformat(timespec="seconds"),
        "provisional": reading.provisional,
        "possible": None if reading.possible is None else [end(each) for each in reading.possible],
        "working": [_line(line) for line in reading.working],
        "notices": list(_notices(calendar, start.year, reading.due.year)),
    }


def _notices(calendar: WorkingCalendar, first: int, last: int) -> Iterator[dict[str, object]]:
    """What the days of each year from one to another go by: its notice of holidays, or the rule that a provisional one follows."""
    for number in range(first, last + 1):
        year = calendar.years.get(number) or weekend_year(number)
        yield {"year": number, "official": year.official, "notice": year.notice}


def _line(line: Line) -> dict[str, object]:
    return {
        "from": line.first.isoformat(), "to": line.last.isoformat(), "kind": line.kind, "number": line.number,
        "zh": line.zh, "en": line.en,
    }  # fmt: skip


def _table(reading: Reading) -> Iterator[str]:
    for line in reading.working:
        yield f"{line.first}  {line.last if line.last != line.first else '          '}  {line.zh}"
    yield f"期满：{reading.due:%Y-%m-%d %H:%M}{'（暂定）' if reading.provisional else ''}"


def _days(calendar: WorkingCalendar, first: date, last: date) -> Iterator[str]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        yield f"{day},{calendar.is_working(day):d}"
