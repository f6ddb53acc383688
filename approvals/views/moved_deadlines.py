"""How the history of a case tells that its deadlines followed a notice of holidays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.db import from_microseconds
from approvals.language import _
from workflows.clock import OFFICE_ZONE


def title(payload: Mapping[str, Any]) -> str:
    """Which year was entered or taken back, and each clock with its day before and after; "" for another event."""
    if "calendar" not in payload:
        return ""
    year = payload["calendar"]["year"]
    names = {"promised": _("承诺时限"), "statutory": _("法定时限"), "task": _("这一步的时限"), "timer": _("自动处理的时间")}
    moves = [
        _("%(clock)s由 %(before)s 改为 %(after)s", clock=names.get(clock, clock), before=_minute(before), after=_minute(after))
        for clock, (before, after) in sorted(payload["moved"].items())
    ]
    if payload["calendar"].get("taken_back"):
        return _("%(year)s年放假安排撤回：%(moves)s", year=year, moves=_("；").join(moves))
    return _("%(year)s年放假安排更新：%(moves)s", year=year, moves=_("；").join(moves))


def _minute(microseconds: int) -> str:
    return f"{from_microseconds(microseconds).astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"
