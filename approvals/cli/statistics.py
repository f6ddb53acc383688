"""``approvals statistics``: what an imported event log says, counted exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import click
from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.queries.logs import NoSuchLog, files_of, log_named, sorted_events
from approvals.queries.own_log import lives
from workflows.clock import OfficeHours, WorkingCalendar
from workflows.county import county_catalogue
from workflows.logs import LocalTime, Spread, Statistics, statistics_of
from workflows.statistics.measures import faster

from .context import open_database
from .tables import table
from .zones import zone_named

DEFAULT_HOURS = "08:30-12:00,14:00-17:30"
_INTERVAL = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*[-–—－~～至]\s*(\d{1,2})[:：](\d{2})\s*")
_MOST_ROWS = 20
_DAY_SECONDS = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A log as it is to be told: by which zone, on which opening hours (None is all day), from how many files read how far."""

    name: str
    zone: tzinfo
    calendar: WorkingCalendar | None
    files: int
    unfinished: int
    bad: int


@click.group("statistics", invoke_without_command=True)
@click.option("--log", "name", metavar="NAME", help="哪一份事件日志（approvals history import --name 起的名）。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出全部数字，时长以秒计。")
@click.option("--zone", "zone_name", default="Asia/Shanghai", show_default=True, metavar="ZONE", help="按哪个时区分月、算办公时间。")
@click.option(
    "--working-hours", "hours", is_flag=False, flag_value=DEFAULT_HOURS, metavar="[HH:MM-HH:MM,…]",
    help=f"时长只算县工作日历上的办公时间；不写钟点就是 {DEFAULT_HOURS}。",
)  # fmt: skip
@click.option("--beside", "workflow", metavar="WORKFLOW", help="与本系统办结的这个事项比：同一种算法，快了多少。")
@click.pass_context
def group(
    context: click.Context, name: str | None, as_json: bool, zone_name: str, hours: str | None, workflow: str | None
) -> None:
    """一份事件日志的统计：办件、事件、走法，每项活动、每段衔接、办件时长，逐月新开，经办人和组。

    逐条精确计数，百分位按线性内插；同一刻的事件按文件里的先后。
    """
    if context.invoked_subcommand is not None:
        if name is not None:
            raise click.UsageError(f"--log 不能和 {context.invoked_subcommand} 一起用。")
        return
    if name is None:
        raise click.UsageError("请用 --log NAME 写明哪一份事件日志；approvals history list 列出有哪些。")
    if workflow is not None and workflow not in county_catalogue().keys():
        raise click.ClickException(f"没有叫“{workflow}”的事项，可以是：{'、'.join(sorted(county_catalogue().keys()))}。")
    zone = zone_named(zone_name)
    intervals = _hours(hours, zone) if hours is not None else None
    database = open_database()
    try:
        with database.reading() as session:
            calendar = county_calendar().for_office(intervals) if intervals is not None else None
            asked = _asked(session, name.strip(), zone, calendar)
            found = statistics_of(sorted_events(session, asked.name), LocalTime(zone, calendar))
            own = statistics_of(lives(session, workflow), LocalTime(zone, calendar)).duration if workflow is not None else None
    except NoSuchLog as missing:
        known = f"现有：{'、'.join(missing.names)}。" if missing.names else "还没有导入过日志，请先用 approvals history import 导入。"
        raise click.ClickException(f"没有叫“{missing.name}”的事件日志。{known}") from None
    finally:
        database.dispose()
    if as_json:
        told = _told(asked, found)
        if own is not None:
            told["beside"] = {"workflow": workflow, "duration": asdict(own), "faster": _faster(own, found.duration)}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in _lines(asked, found):
        click.echo(line)
    if own is not None and workflow is not None:
        for line in _beside(asked, workflow, own, found.duration):
            click.echo(line)


def _asked(session: Session, name: str, zone: tzinfo, calendar: WorkingCalendar | None) -> _Asked:
    files = [file for file in files_of(session, log_named(session, name).id) if file.state != "removing"]
    unfinished = sum(file.state != "complete" for file in files)
    return _Asked(name, zone, calendar, len(files), unfinished, sum(file.bad for file in files))


def _hours(text: str, zone: tzinfo) -> OfficeHours:
    """Opening hours as typed: ``08:30-12:00,14:00-17:30``."""
    pairs = []
    for part in re.split("[,，、;；]", text):
        found = _INTERVAL.fullmatch(part)
        if found is None:
            raise click.ClickException(f"看不懂办公时间“{part.strip()}”，请写成 {DEFAULT_HOURS} 这样。")
        begin_hour, begin_minute, end_hour, end_minute = found.groups()
        pairs.append((f"{begin_hour:0>2}:{begin_minute}", f"{end_hour:0>2}:{end_minute}"))
    for begin, end in pairs:
        for each in (begin, end):
            if not ("00:00" <= each <= "23:59" and each[3:] <= "59"):
                raise click.ClickException(f"没有 {each} 这个钟点，请写 00:00 到 23:59 之间的。")
    try:
        return OfficeHours.parse(pairs, zone)
    except ValueError as fault:
        raise click.ClickException(f"办公时间“{text}”不能用：{fault}") from None


# ---- telling --------------------------------------------------------------------------------------------------------


def _told(asked: _Asked, found: Statistics) -> dict[str, Any]:
    first, last = _span(asked, found)
    told: dict[str, Any] = {
        "log": asked.name, "zone": str(asked.zone), "working_hours": _hours_in_words(asked),
        "first": first.isoformat() if first else None, "last": last.isoformat() if last else None,
        "files": asked.files, "unfinished_files": asked.unfinished, "bad_lines": asked.bad,
        "cases": found.cases, "events": found.events, "variants": found.variants,
        "activities": {
            name: {"events": count.events, "cases": count.cases, "repeats": count.repeats} for name, count in found.activities.items()
        },
        "edges": [{"from": start, "to": end, **asdict(spread)} for (start, end), spread in found.edges.items()],
        "duration": {name: figure for name, figure in asdict(found.duration).items() if name != "p95"},
        "started": found.started, "resources": found.resources, "groups": found.groups,
    }  # fmt: skip
    if asked.calendar is not None:
        told["provisional_years"] = _provisional(asked, found)
    return told


def _lines(asked: _Asked, found: Statistics) -> Iterator[str]:
    yield f"事件日志 {asked.name}：{found.cases} 个办件，{found.events} 个事件，{found.variants} 种走法。"
    first, last = _span(asked, found)
    if first and last:
        yield f"从 {first:%Y-%m-%d %H:%M} 到 {last:%Y-%m-%d %H:%M}（{asked.zone}）。"
    if asked.unfinished:
        yield f"有 {asked.unfinished} 个文件还没有读完，以下只算已读的部分；再运行一次导入会接着读。"
    if asked.bad:
        yield f"另有 {asked.bad} 行有问题，没有算在内，见导入时的问题清单。"
    if asked.calendar is not None:
        yield f"时长是县工作日历上 {_hours_in_words(asked)} 之内的时间，一天按 {_day_seconds(asked) / 3600:g} 小时计。"
        if years := _provisional(asked, found):
            yield f"{'、'.join(map(str, years))} 年没有放假安排的通知，这些年份的工作日是推定的。"
    if not found.events:
        return
    yield ""
    spread_head = ("次数", "平均", "中位", "p90", "p95", "最短", "最长")
    yield from table(("办件时长", *spread_head), [("从第一个事件到最后一个", *_figures(asked, found.duration))])
    yield ""
    yield from _cut(("活动", "事件", "办件", "重复"), [
        (name, count.events, count.cases, count.repeats) for name, count in found.activities.items()
    ])  # fmt: skip
    yield ""
    yield from _cut(("从", "到", *spread_head), [
        (*edge, *_figures(asked, spread)) for edge, spread in found.edges.items()
    ], texts=2)  # fmt: skip
    yield ""
    yield from table(("月份", "新开办件"), found.started.items())
    for title, counts in (("经办人", found.resources), ("组", found.groups)):
        if counts:
            yield ""
            yield from _cut((title, "事件"), list(counts.items()))


def _faster(own: Spread, past: Spread) -> dict[str, float | None]:
    """How much less time our own cases take than those of the log, as a share of theirs; negative where they take longer."""
    return {
        name: faster(getattr(own, name) or 0, getattr(past, name) or 0) if own.n else None for name in ("mean", "median", "p90", "p95")
    }


def _beside(asked: _Asked, workflow: str, own: Spread, past: Spread) -> Iterator[str]:
    title = county_catalogue().latest(workflow).title["zh"]
    yield ""
    rows = [(f"日志 {asked.name}", *_figures(asked, past)), (f"本系统办结的{title}", *_figures(asked, own))]
    yield from table(("办件时长", "次数", "平均", "中位", "p90", "p95", "最短", "最长"), rows)
    shares = {"mean": "平均", "median": "中位数", "p90": "p90"}
    told = [f"{shares[name]}{_share(share)}" for name, share in _faster(own, past).items() if name in shares and share is not None]
    yield f"与日志比：{'，'.join(told)}。" if told else "还没有可以比的办件。"


def _share(share: float) -> str:
    return f"快了 {100 * share:.1f}%" if share >= 0 else f"慢了 {-100 * share:.1f}%"


def _cut(head: Sequence[str], rows: Sequence[Sequence[object]], texts: int = 1) -> Iterable[str]:
    """The table of the first rows, which are the most frequent, and how many more there are."""
    yield from table(head, rows[:_MOST_ROWS], texts)
    if len(rows) > _MOST_ROWS:
        yield f"还有 {len(rows) - _MOST_ROWS} 行，加 --json 输出全部。"


def _figures(asked: _Asked, spread: Spread) -> tuple[object, ...]:
    seconds = (spread.mean, spread.median, spread.p90, spread.p95, spread.min, spread.max)
    return spread.n, *("—" if each is None else _length(round(each), _day_seconds(asked)) for each in seconds)


def _length(seconds: int, day_seconds: int) -> str:
    days, rest = divmod(seconds, day_seconds)
    clock = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days} 天 {clock}" if days else clock


def _day_seconds(asked: _Asked) -> int:
    return asked.calendar.hours.seconds_per_day if asked.calendar is not None else _DAY_SECONDS


def _hours_in_words(asked: _Asked) -> str | None:
    if asked.calendar is None:
        return None
    return ",".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in asked.calendar.hours.intervals)


def _span(asked: _Asked, found: Statistics) -> tuple[datetime | None, datetime | None]:
    if found.first is None or found.last is None:
        return None, None
    first, last = (_EPOCH + timedelta(microseconds=each) for each in (found.first, found.last))
    return first.astimezone(asked.zone), last.astimezone(asked.zone)


def _provisional(asked: _Asked, found: Statistics) -> list[int]:
    """The years between the first and the last event whose working days no notice has fixed."""
    first, last = _span(asked, found)
    if asked.calendar is None or first is None or last is None:
        return []
    return [year for year in range(first.year, last.year + 1) if not asked.calendar.is_official(first.date().replace(year, 1, 1))]
