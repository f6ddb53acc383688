"""``approvals network``: who stands where, where a matter goes, and what a new edition of the national list changes."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import click
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from approvals.operations.administration.kinds import KIND_TITLES
from approvals.operations.errors import Refusal
from approvals.operations.network import updating
from approvals.queries.finding import Findable
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.network import Network, NoCountyHall, Route, route
from workflows.network.updating import Plan, Update

from .context import open_database

SUGGESTED = 5

_ON = click.option("--on", "day", metavar="DATE", help="问哪一天，例如 2026-12-31；不写就是今天。")
_JSON = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供程序读取。")
_ASSUMING = """
    日期在某一版名录的截止日当天或之后、而县里还没有执行那次更新的，按已经更新来回答；执行之后以数据库里的日期为准。
"""


@click.group("network")
def group() -> None:
    """服务网络：有哪些服务点，事项到哪里办，名录更新。"""


@group.command("list", help=f"列出某一天的服务点，并按类型计数。\n{_ASSUMING}")
@_ON
@_JSON
def list_command(day: str | None, as_json: bool) -> None:
    with _reading() as session:
        on = _day(day)
        network, assumed = _network(session.connection(), on, is_asked=day is not None)
    counts = network.counts(on)
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False))
        return
    click.echo(f"{on} 的服务网络：" + "，".join(f"{_kind(kind)} {count}" for kind, count in counts.items()))
    _say_assumed(assumed)
    for depth, name, code in _tree(network, on):
        click.echo(f"{'  ' * depth}{name}  {code}")


@group.command("route", help=f"事项从一个地点出发由哪个服务点决定，为什么。\n{_ASSUMING}")
@click.option("--matter", required=True, help="事项代码，例如 company-registration。")
@click.option("--place", required=True, help="地点代码（6、9 或 12 位），例如 371621105305。")
@_ON
@_JSON
def route_command(matter: str, place: str, day: str | None, as_json: bool) -> None:
    with _reading() as session:
        on = _day(day)
        network, assumed = _network(session.connection(), on, is_asked=day is not None)
        pending = updating.pending_updates(session.connection())
    _refuse_unknown_matter(matter)
    _refuse_unknown_place(network, place.strip(), on, pending)
    try:
        found = route(network, matter, place.strip(), on)
    except NoCountyHall:
        raise click.ClickException(f"{on} 没有县政务服务大厅，无处可去。请先录入或载入名录。") from None
    if as_json:
        click.echo(json.dumps(_told(found, matter, place.strip(), on, assumed), ensure_ascii=False))
        return
    click.echo(f"{found.office.name}（{found.office.code}）")
    click.echo(found.reason["zh"])
    for step in found.steps:
        click.echo(f"  {step.office.name}：{_ANSWERS[step.answer]}")
    _say_assumed(assumed)


@group.command("update")
@click.option("--list", "key", metavar="YEAR", help="哪一年的名录，例如 2023；不写就是还没有执行的最早一版。")
@click.option("--from", "since", metavar="DATE", help="从哪一天起执行；不写就是名录的截止日。")
@click.option("--dry-run", is_flag=True, help="只列出会改什么，不改。")
@click.option("--yes", is_flag=True, help="列出之后不再询问，直接执行。")
def update_command(key: str | None, since: str | None, dry_run: bool, yes: bool) -> None:
    """按新一版国家名录更新地点和服务点：先列出会改什么，确认后执行，逐条留下记录。

    新设的从那天起有效，撤并的前一天止并写明由谁接替，岗位随之转到接替的服务点；改名的留下原名。重复执行不会再改。
    """
    start = _parsed(since) if since is not None else None
    database = open_database()
    try:
        with database.reading() as session:
            update = _update(session.connection(), key)
            change = updating.plan_update(session.connection(), update, start)
            done = updating.applied_on(session.connection(), update)
        if not change:
            click.echo(f"{update.key}年版名录已经执行过，自 {done} 起有效，没有要改的。" if done else "没有要改的。")
            return
        _say_plan(change)
        if dry_run:
            click.echo("只是列出，没有改动。")
            return
        if not yes and not click.confirm("执行以上更新？"):
            click.echo("没有改动。")
            return
        applied = database.write(updating.apply_update, None, update.key, start, datetime.now(UTC))
        click.echo(f"已执行，自 {change.since} 起有效；随服务点转移的岗位 {applied.positions} 个。逐条见管理记录。")
    except Refusal as refusal:
        raise click.ClickException(refusal.message["zh"]) from None
    finally:
        database.engine.dispose()


# ---- reading what was typed -----------------------------------------------------------------------------------------


@contextmanager
def _reading() -> Iterator[Session]:
    database = open_database()
    try:
        with database.reading() as session:
            yield session
    finally:
        database.engine.dispose()


def _day(typed: str | None) -> date:
    return datetime.now(OFFICE_ZONE).date() if typed is None else _parsed(typed)


def _parsed(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise click.ClickException(f"“{typed}”不是日期，请写成 2026-12-31 这样。") from None


def _network(connection: Connection, on: date, *, is_asked: bool) -> tuple[Network, tuple[Update, ...]]:
    """The network of a day; of today it is what stands in the database, whatever lists have come out since."""
    network, assumed = updating.network_on(connection, on) if is_asked else (updating.network_of(connection), ())
    first = network.first_day()
    if first is None:
        raise click.ClickException("还没有载入服务网络。请先运行 approvals serve（演示可用 approvals demo load）。")
    if on < first:
        raise click.ClickException(f"服务网络的记录从 {first} 开始，{on} 那时的情况没有记录。请给 {first} 或之后的日期。")
    return network, assumed


def _refuse_unknown_matter(matter: str) -> None:
    catalogue = county_catalogue()
    if matter in catalogue.keys():
        return
    titles = {key: catalogue.latest(key).title["zh"] for key in catalogue.keys()}
    close = difflib.get_close_matches(matter, titles, SUGGESTED, 0.4) or [key for key, title in titles.items() if matter in title]
    offered = "；".join(f"{key}（{titles[key]}）" for key in close or titles)
    raise click.ClickException(f"没有“{matter}”这个事项。{'您要的可能是' if close else '可用的有'}：{offered}。")


def _refuse_unknown_place(network: Network, code: str, on: date, pending: tuple[Update, ...]) -> None:
    place = network.places.get(code)
    if place is None:
        _refuse_pending_place(code, pending)
        raise click.ClickException(f"没有“{code}”这个地点代码。{_places_like(network, code, on)}")
    if place.valid_from > on:
        before = "、".join(f"{each.name}（{each.code}）" for each in network.merged_into(code))
        raise click.ClickException(
            f"{place.name}（{code}）从 {place.valid_from} 起才有，{on} 还没有设立。" + (f"在那之前是：{before}。" if before else "")
        )


def _refuse_pending_place(code: str, pending: tuple[Update, ...]) -> None:
    for update in pending:
        name = next((place.name for place in update.added if place.code == code), None)
        if name is not None:
            raise click.ClickException(
                f"{name}（{code}）在{update.key}年版名录里才有，县里还没有执行那次更新。"
                f"要看更新后的结果，请加 --on {update.day} 或之后的日期；要执行更新，请运行 approvals network update。"
            )


def _places_like(network: Network, typed: str, on: date) -> str:
    standing = [place for place in network.places.values() if place.stands_on(on)]
    digits = typed if typed.isdigit() else ""
    near = [place for length in (9, 6) if len(digits) >= length for place in standing if place.code[:length] == digits[:length]]
    near = sorted(near, key=lambda place: (abs(int(place.code) - int(digits)), place.code)) if digits else []
    if not digits:
        ranked = sorted(((Findable.of([place.name]).fits(typed), place) for place in standing), key=lambda each: -each[0])
        near = [place for fits, place in ranked if fits]
    if not near:
        return "请核对国家统计局的统计用区划代码；本县的代码以 371621 开头，镇街 9 位，村（社区）12 位。"
    return "您要的可能是：" + "；".join(f"{place.code} {place.name}" for place in dict.fromkeys(near[:SUGGESTED])) + "。"


def _update(connection: Connection, key: str | None) -> Update:
    if key is not None:
        return updating.shipped_update(key.strip())
    pending = updating.pending_updates(connection)
    return pending[0] if pending else updating.shipped_updates()[-1]


# ---- saying it ------------------------------------------------------------------------------------------------------

_ANSWERS = {"competent": "有权决定", "closed": "有权决定，但这天闭门", "not-competent": "无权决定"}


def _kind(kind: str) -> str:
    return KIND_TITLES[kind]["zh"] if kind in KIND_TITLES else kind


def _say_assumed(assumed: tuple[Update, ...]) -> None:
    for update in assumed:
        click.echo(f"注：县里还没有执行{update.key}年版名录的更新，这里按已自 {update.day} 起执行来回答。")


def _tree(network: Network, on: date) -> Iterator[tuple[int, str, str]]:
    """The standing offices as a tree; one whose office above does not stand that day begins a tree of its own."""
    standing = {office.id: office for office in network.standing(on)}
    shown: set[int] = set()

    def below(office_id: int, depth: int) -> Iterator[tuple[int, str, str]]:
        shown.add(office_id)
        yield depth, standing[office_id].name, standing[office_id].code
        for each in standing.values():
            if each.parent_id == office_id and each.id not in shown:
                yield from below(each.id, depth + 1)

    for office in standing.values():
        if office.parent_id not in standing:
            yield from below(office.id, 0)
    for office in standing.values():  # what hangs in a loop has no top
        if office.id not in shown:
            yield from below(office.id, 0)


def _told(found: Route, matter: str, place: str, on: date, assumed: tuple[Update, ...]) -> dict[str, object]:
    return {
        "office": found.office.name,
        "code": found.office.code,
        "kind": found.office.kind,
        "reason": found.reason["zh"],
        "reason_en": found.reason["en"],
        "basis": found.basis,
        "alarm": found.alarm,
        "matter": matter,
        "place": place,
        "place_on_that_day": found.place,
        "on": on.isoformat(),
        "assumed_lists": [update.key for update in assumed],
        "asked": [{"office": step.office.name, "code": step.office.code, "answer": step.answer} for step in found.steps],
    }


def _say_plan(change: Plan) -> None:
    click.echo(f"{change.update.source}，自 {change.since} 起：")
    _say("新设地点", [f"{place.name}（{place.code}）" for place in change.places_added])
    _say("撤并地点", [f"{place.name}（{place.code}），并入 {successor}" for place, successor in change.places_ended])
    _say("改名", [f"{each.old} 改为 {each.new}（{each.code}）" for each in change.places_renamed])
    _say("县里已另行命名，保留不动", [f"{each.code} {each.new}" for each in change.kept])
    _say("新设服务点", [f"{office.name}（{office.code}）" for office in change.offices_added])
    _say("关闭服务点", [f"{each.office.name}（{each.office.code}），由 {each.successor} 接替" for each in change.offices_ended])
    _say("改挂靠的服务点", [f"{each.office.name}（{each.office.code}）到 {each.place}" for each in change.offices_moved])
    _say("服务点改名", [f"{office.name} 改为 {name}" for office, name in change.offices_renamed])


def _say(title: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"{title} {len(lines)} 个：")
        for line in lines:
            click.echo(f"  {line}")
