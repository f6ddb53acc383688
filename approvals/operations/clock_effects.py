"""What the effects on the clocks of a licence do: begin, stand still, go on, extend. The ledger is read only where there can be one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from approvals.calendar import county_calendar
from approvals.db import Prepared, from_microseconds, new_id, to_microseconds
from approvals.models import ClockSuspension
from workflows.clock import OFFICE_ZONE, Suspension
from workflows.engine.clock_states import may_be_suspended
from workflows.engine.facts import Actor

from . import clocks
from .effects import carries_out
from .errors import Refusal

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit

table = ClockSuspension.__table__
COLUMNS = tuple(column.name for column in table.columns)

suspensions_of_case = Prepared(
    lambda dialect: (
        select(*(table.c[name] for name in COLUMNS)).where(table.c.case_id == bindparam("case_id")).order_by(table.c.number)
    )
)
insert_suspension = Prepared(lambda dialect: insert(table).values({name: bindparam(name) for name in COLUMNS}))
end_suspension = Prepared(
    lambda dialect: (
        update(table)
        .where(table.c.id == bindparam("suspension_id"))
        .values({name: bindparam(name) for name in ("ends_at", "ended_at", "ended_by_id")})
    )
)


def rows_of(unit: Unit, case: CaseNow) -> list[dict[str, Any]]:
    """The suspensions of a case with what this action has added; one statement, and none where there cannot be any."""
    if not may_be_suspended(case.definition):
        return []
    if case.id not in unit.suspensions:
        stored = [] if case.stored is None else suspensions_of_case.rows(unit.connection, {"case_id": case.id})
        unit.suspensions[case.id] = [dict(zip(COLUMNS, row, strict=True)) for row in stored]
    return unit.suspensions[case.id]


def ledger_of(unit: Unit, case: CaseNow) -> list[Suspension]:
    """The same as the clock reads it."""
    return [
        Suspension(
            from_microseconds(row["starts_at"]),
            None if row["ends_at"] is None else from_microseconds(row["ends_at"]),
            row["kind"],
            row["ground"],
        )
        for row in rows_of(unit, case)
    ]


@carries_out("begin_clock_at_acceptance")
def begin_clock_at_acceptance(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Begin the clocks now: the application is accepted (行政许可法 第四十二条)."""
    clocks.accept(case, unit.now)


@carries_out("begin_clock_at_receipt")
def begin_clock_at_receipt(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Begin the clocks with the day on which the papers came in: nobody was told anything in time (行政许可法 第三十二条)."""
    assert case.task is not None
    clocks.accept(case, from_microseconds(case.task.opened_at))


@carries_out("suspend_clock")
@carries_out("suspend_clock_announced")
def suspend_clock(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Let the clocks stand still from the day that was typed, on the ground that was typed; the paper is what was just issued.

    Raises Refusal when the statutory time (the promised one where there is none) has run out, for a day to come, one before the
    acceptance or before the last suspension ended, and for a day so long past that nobody can have been told in writing by then.
    """
    _refuse_run_out(unit, case)
    rows = rows_of(unit, case)
    starts_at = to_microseconds(_beginning(unit, case, rows, _day(form, parameters["from"])))
    row = {
        "id": new_id(), "case_id": case.id, "number": len(rows) + 1, "kind": parameters["kind"],
        "ground": str(form[parameters["ground"]]).strip(), "paper": payload["documents"][-1][1],
        "expected_days": int(form[parameters["expected"]]) if "expected" in parameters else None, "starts_at": starts_at,
        "ends_at": None, "entered_at": unit.at, "entered_by_id": actor.person_id, "ended_at": None, "ended_by_id": None,
    }  # fmt: skip
    rows.append(row)
    unit.add(insert_suspension, row)
    payload["suspension"] = {name: row[name] for name in ("number", "kind", "ground", "paper", "expected_days", "starts_at")}
    clocks.derive(case, ledger_of(unit, case))


@carries_out("resume_clock")
def resume_clock(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Let the clocks go on after the day that was typed, which does not count itself.

    Raises Refusal for a day to come and one before the suspension began.
    """
    running = _running(unit, case)
    if running is None:
        raise Refusal(
            "not-suspended",
            {"zh": "这个办件没有中止计时，不用恢复。请刷新页面看看现在的情况。", "en": "The clock of this case does not stand still."},
        )
    _end(unit, case, actor, running, _ending(unit, running, _day(form, parameters["to"])), payload)


@carries_out("resume_clock_now")
def resume_clock_now(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Let the clocks go on from now if they stand still."""
    running = _running(unit, case)
    if running is not None:
        _end(unit, case, actor, running, unit.now, payload)


@carries_out("extend_once")
def extend_once(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """Give the statutory clock more working days, once and before it has run out (行政许可法 第四十二条).

    Raises Refusal when it was extended before, has run out, or does not run.
    """
    if case.extension_days:
        raise Refusal(
            "extended-before",
            {
                "zh": f"这个办件已经延长过{case.extension_days}个工作日，只能延长一次。请在现有期限内作出决定。",
                "en": f"This case was extended by {case.extension_days} working days before; it is extended only once.",
            },
        )
    if case.statutory_due_at is None:
        raise Refusal(
            "clock-stands",
            {"zh": "法定时限现在没有在走，不能延长。请等计时开始或恢复后再办。", "en": "The statutory clock does not run now."},
        )
    if unit.at > case.statutory_due_at:
        due = from_microseconds(case.statutory_due_at).astimezone(OFFICE_ZONE)
        raise Refusal(
            "extended-too-late",
            {
                "zh": f"法定期限已于{due:%Y-%m-%d %H:%M}届满，届满以后不能再延长；请尽快作出决定，并向申请人说明超期的原因。",
                "en": f"The statutory time ran out on {due:%Y-%m-%d %H:%M}; it cannot be extended afterwards. Decide without delay.",
            },
        )
    case.extension_days = int(parameters["working_days"])
    clocks.derive(case, ledger_of(unit, case))


def _refuse_run_out(unit: Unit, case: CaseNow) -> None:
    """Nothing stands still any more once the time is over: a procedure ordered then excuses nothing."""
    limit = case.statutory_due_at if case.statutory_due_at is not None else case.promised_due_at
    if limit is None or unit.at <= limit:
        return
    due = from_microseconds(limit).astimezone(OFFICE_ZONE)
    raise Refusal(
        "suspended-too-late",
        {
            "zh": f"办理期限已于{due:%Y-%m-%d %H:%M}届满，届满以后不能再中止计时；请尽快作出决定，并向申请人说明超期的原因。",
            "en": f"The time ran out on {due:%Y-%m-%d %H:%M}; the clock cannot be stopped afterwards. Decide without delay.",
        },
    )


def _running(unit: Unit, case: CaseNow) -> dict[str, Any] | None:
    return next((row for row in rows_of(unit, case) if row["ends_at"] is None), None)


def _end(unit: Unit, case: CaseNow, actor: Actor, row: dict[str, Any], end: datetime, payload: dict[str, Any]) -> None:
    row |= {"ends_at": to_microseconds(end), "ended_at": unit.at, "ended_by_id": actor.person_id}
    unit.add(end_suspension, {"suspension_id": row["id"], **{name: row[name] for name in ("ends_at", "ended_at", "ended_by_id")}})
    payload["resumed"] = {name: row[name] for name in ("number", "ends_at")}
    clocks.derive(case, ledger_of(unit, case))


def _day(form: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(form.get(name) or ""))
    except ValueError:
        raise Refusal(
            "no-day", {"zh": "日期没有填，或者不是日期。请写成2026-11-23这样。", "en": "Give the day like this: 2026-11-23."}
        ) from None


def _beginning(unit: Unit, case: CaseNow, rows: list[dict[str, Any]], day: date) -> datetime:
    """When a suspension begins that was typed with this day: now for today, else with the beginning of the day."""
    _refuse_future(unit, day)
    begun = case.clock_start().astimezone(OFFICE_ZONE)
    if day < begun.date():
        raise Refusal(
            "suspended-too-early",
            {
                "zh": f"中止计时从{day}开始，早于时限起算的{begun.date()}。请核对开始日期。",
                "en": f"The suspension begins on {day}, before the clock began on {begun.date()}. Check the day.",
            },
        )
    last = from_microseconds(rows[-1]["ends_at"]).astimezone(OFFICE_ZONE) if rows else begun
    if day < last.date():
        raise Refusal(
            "suspended-twice",
            {
                "zh": f"上一次中止计时到{last.date()}才结束，两次不能重叠。请核对开始日期。",
                "en": f"The last suspension ended on {last.date()} only; two of them cannot overlap. Check the day.",
            },
        )
    today = unit.now.astimezone(OFFICE_ZONE).date()
    if day == today:
        return unit.now
    starts = max(datetime.combine(day, time.min, OFFICE_ZONE), begun, last)
    promised = case.promised_due_at
    if day < _earliest_beginning(today) or (promised is not None and to_microseconds(starts) <= promised < unit.at):
        raise Refusal(
            "suspended-afterwards",
            {
                "zh": f"中止计时要先书面告知申请人，不能补记到{day}。请填今天{today}；期限没有届满的，最多补记到上一个工作日。",
                "en": f"The applicant is told in writing first, so it cannot begin on {day}. Give today, {today}, or, while no time "
                "has run out since, the working day before.",
            },
        )
    return starts


def _earliest_beginning(today: date) -> date:
    """The first day that a suspension noted today may begin with: the working day before. What is needed is told in writing
    (行政许可法 第四十五条), and the notice is made with the note."""
    calendar = county_calendar()
    return calendar.day_at(calendar.days_before(today.toordinal()) - 1)


def _ending(unit: Unit, row: Mapping[str, Any], day: date) -> datetime:
    """When a suspension ends that was typed with this day as its last: now for today, else with the end of the day."""
    _refuse_future(unit, day)
    start = from_microseconds(row["starts_at"]).astimezone(OFFICE_ZONE)
    if day < start.date():
        raise Refusal(
            "ended-before-it-began",
            {
                "zh": f"中止计时从{start.date()}开始，不能在这之前的{day}结束。请核对结束日期。",
                "en": f"The suspension began on {start.date()}; it cannot have ended before, on {day}. Check the day.",
            },
        )
    if day == unit.now.astimezone(OFFICE_ZONE).date():
        return unit.now
    return datetime.combine(day + timedelta(days=1), time.min, OFFICE_ZONE)


def _refuse_future(unit: Unit, day: date) -> None:
    today = unit.now.astimezone(OFFICE_ZONE).date()
    if day > today:
        raise Refusal(
            "day-to-come",
            {
                "zh": f"填的日期{day}还没有到，今天是{today}。请填实际发生的日期。",
                "en": f"{day} is still to come, today is {today}. Give the day on which it happened.",
            },
        )
