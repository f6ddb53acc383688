"""How the history of a case tells that its deadlines followed a notice of holidays."""

from __future__ import annotations

from approvals.db import from_microseconds
from approvals.language import _, say
from approvals.operations.clocks import timed_action
from approvals.queries.history import Line
from workflows.clock import OFFICE_ZONE


def title(line: Line) -> str:
    """Which year was entered or taken back, and each clock with its day before and after; "" for another event."""
    payload = line.payload
    if "calendar" not in payload:
        return ""
    year = payload["calendar"]["year"]
    names = {"promised": _("承诺时限"), "statutory": _("法定时限"), "task": _("这一步的时限"), "timer": _timer(line)}
    moves = [
        _("%(clock)s由 %(before)s 改为 %(after)s", clock=names.get(clock, clock), before=_minute(before), after=_minute(after))
        for clock, (before, after) in sorted(payload["moved"].items())
    ]
    if payload["calendar"].get("taken_back"):
        return _("%(year)s年放假安排撤回：%(moves)s", year=year, moves=_("；").join(moves))
    return _("%(year)s年放假安排更新：%(moves)s", year=year, moves=_("；").join(moves))


def _timer(line: Line) -> str:
    """The time of what happens by itself in the step that the case was in."""
    action = timed_action(line.definition, line.event.from_state, line.event.happened_at)
    return _("自动处理的时间") if action is None else _("自动“%(action)s”的时间", action=say(action.title))


def _minute(microseconds: int) -> str:
    return f"{from_microseconds(microseconds).astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"
