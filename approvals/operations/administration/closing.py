"""Closing an office, with whoever takes over, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.models import Office, Position, Task
from approvals.operations.acting import Acting
from approvals.queries.office_ties import ties_of

from .county import County, Node
from .faults import Fault, fault, refuse
from .judging import HALL, judge
from .kinds import rank
from .log import record
from .offices import SUBJECT, as_shown, id_of, office_to_change, refuse_outdated, today_of
from .reading import read_day


@dataclass(frozen=True, slots=True)
class Closed:
    """An office that was given its last day.

    ``moved`` are the names of those below that now report to the successor; ``lacking`` the roles that open tasks here are
    addressed to and nobody holds at the successor on the next day: their tasks would wait for nobody.
    """

    code: str
    moved: tuple[str, ...]
    lacking: tuple[str, ...] = ()


def close_office(
    session: Session, acting: Acting, code: str, typed: Mapping[str, str], shown: Mapping[str, str], now: datetime
) -> Closed:
    """Give an office its last day (``valid_to``) and the office that takes over (``successor``), for a ``reason``.

    What stands below it reports to the successor from now on; open tasks and papers on their way are the successor's when the
    day has passed. Raises Changed and Faulty; among the faults is work that nobody would have.
    """
    office = office_to_change(session, code)
    before = as_shown(session, office)
    county = County.read(session)
    last, after = read_day(typed.get("valid_to", "")), county.node(typed.get("successor", "").strip())
    if last is not None and (office.valid_to, before["successor"]) == (last, after.code if after is not None else ""):
        return Closed(code, ())
    refuse_outdated(session, office, before, shown)
    refuse(_closing_faults(session, county, office, last, after, typed))
    assert last is not None
    below = _left_below(county, code, last)
    office.valid_to, office.successor_id = last, id_of(session, after.code) if after is not None else None
    reason = typed.get("reason", "")
    end = {**before, "valid_to": last.isoformat(), "successor": after.code if after is not None else ""}
    record(session, acting, now, subject=SUBJECT, subject_id=office.id, title=office.name, before=before, after=end, reason=reason)
    if after is not None:
        for child in session.scalars(select(Office).where(Office.code.in_([node.code for node in below]))):
            child.parent_id = office.successor_id
            record(
                session, acting, now, subject=SUBJECT, subject_id=child.id, title=child.name,
                before={"parent": code}, after={"parent": after.code}, reason=reason,
            )  # fmt: skip
    return Closed(code, tuple(node.name for node in below), _lacking(session, office, last))


def _lacking(session: Session, office: Office, last: date) -> tuple[str, ...]:
    if office.successor_id is None:
        return ()
    beyond = last + timedelta(days=1)
    needed = select(Task.role).where(Task.office_id == office.id, Task.closed_at.is_(None), Task.role != "").distinct()
    held = select(Position.role).where(
        Position.office_id == office.successor_id, Position.valid_from <= beyond,
        or_(Position.valid_to.is_(None), Position.valid_to >= beyond),
    )  # fmt: skip
    return tuple(sorted(set(session.scalars(needed)) - set(session.scalars(held)) - {"applicant", "signatory"}))


def _closing_faults(
    session: Session, county: County, office: Office, last: date | None, after: Node | None, typed: Mapping[str, str]
) -> list[Fault]:
    faults: list[Fault] = []
    wanted = typed.get("successor", "").strip()
    if office.kind == HALL:
        return [
            fault(
                "valid_to", "县政务服务大厅不能关闭：没有别处可去的办件都在这里等。搬迁、改名请修改它。",
                "The county hall cannot be closed: cases that go nowhere else wait here. Where it moved, change it.",
            )
        ]  # fmt: skip
    if not typed.get("reason", "").strip():
        faults.append(fault("reason", "请写明为什么关闭，例如依据的文件。", "Say why it closes, such as the paper it rests on."))
    if last is None:
        faults.append(fault("valid_to", "请填最后一天，例如 2026-12-31。", "Give the last day, such as 2026-12-31."))
    elif last < office.valid_from:
        faults.append(
            fault(
                "valid_to", f"最后一天 {last} 在启用日期 {office.valid_from} 之前，两个日期反了。",
                f"The last day {last} is before the first day {office.valid_from}.",
            )
        )  # fmt: skip
    if wanted and after is None:
        faults.append(fault("successor", f"没有代码为“{wanted[:40]}”的服务点。", f"There is no office with the code {wanted[:40]}."))
    elif after is not None:
        faults += _successor_faults(county, office, last, after)
    if last is not None and after is None and not wanted:
        faults += _left_alone(session, county, office, last)
    return faults


def _successor_faults(county: County, office: Office, last: date | None, after: Node) -> list[Fault]:
    if after.code == office.code:
        return [fault("successor", "接替的不能是它自己，请另选。", "An office cannot be its own successor; choose another.")]
    if office.code.casefold() in county.successors(after.code):
        return [
            fault(
                "successor", f"“{after.name}”自己的接替服务点又绕回这里，请另选。",
                f"The successors of {after.name} lead back to this office; choose another.",
            )
        ]  # fmt: skip
    if office.code.casefold() in county.path_up(after.code):
        return [
            fault(
                "successor", f"“{after.name}”就在这个服务点下面，请先给它改上级，或另选。",
                f"{after.name} is below this office: give it another office above first, or choose another.",
            )
        ]  # fmt: skip
    if last is not None and not after.stands_on(last + timedelta(days=1)):
        return [
            fault(
                "successor", f"“{after.name}”在 {last + timedelta(days=1)} 不开办，接不了，请另选或改日期。",
                f"{after.name} does not stand on {last + timedelta(days=1)}; choose another, or another day.",
            )
        ]  # fmt: skip
    lower = [node for node in _left_below(county, office.code, last or office.valid_from) if rank(node.kind) <= rank(after.kind)]
    if lower:
        return [
            fault(
                "successor", f"“{after.name}”不能作下面“{lower[0].name}”等 {len(lower)} 个服务点的上级，请先给它们改上级，或另选。",
                f"{after.name} cannot be above {lower[0].name} and others below ({len(lower)}); move them first, or choose another.",
            )
        ]  # fmt: skip
    return []


def _left_below(county: County, code: str, last: date) -> list[Node]:
    """The offices directly below one that go on, or begin, after its last day."""
    return [node for node in county.below(code) if node.valid_to is None or node.valid_to > last]


def _left_alone(session: Session, county: County, office: Office, last: date) -> list[Fault]:
    """What nobody would have when the office closes without a successor."""
    ties = ties_of(session, office.id, last)
    below = _left_below(county, office.code, last)
    if not (ties.tasks or ties.under_way or ties.held or below):
        return []
    return [
        fault(
            "successor",
            f"这里还有待办 {ties.tasks} 件、未接收的交接 {ties.under_way} 件、保管的材料 {ties.held} 份、下级服务点 {len(below)} 个："
            "请选由谁接替，或先办完、移走。",
            f"Still here: {ties.tasks} tasks, {ties.under_way} hand-overs not received, {ties.held} papers kept, {len(below)} offices "
            "below. Choose who takes over, or finish and move them first.",
        )
    ]


def reopen_office(session: Session, acting: Acting, code: str, now: datetime, reason: str) -> None:
    """Take the last day and the successor of an office back. Raises Faulty when what is above it has closed, or without a reason."""
    office = office_to_change(session, code)
    before = as_shown(session, office)
    if office.valid_to is None:
        return
    if not reason.strip():
        refuse([fault("reason", "请写明为什么撤销关闭。", "Say why the closing is taken back.")])
    faults = judge({**before, "code": code}, County.read(session), today_of(now), {**before, "parent": ""}).faults
    refuse([each for each in faults if each.column in ("parent", "kind")] if before["parent"] else [])
    office.valid_to, office.successor_id = None, None
    after = {**before, "valid_to": "", "successor": ""}
    record(session, acting, now, subject=SUBJECT, subject_id=office.id, title=office.name, before=before, after=after, reason=reason)
