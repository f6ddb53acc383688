"""What the county has set itself, beside the figures of the first page: each target, and whether it is met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from approvals.calendar import county_calendar
from approvals.language import _
from approvals.queries.statistics.lines import CaseLine
from approvals.queries.targets import Target, targets
from workflows.statistics.intervals import FEWEST_RANKED
from workflows.statistics.measures import measures

from .asking import Asked
from .part import hours, percent, said

ON_TIME, P90 = "on_time", "p90"
MET, MISSED, UNSAID = "met", "missed", "unsaid"


@dataclass(frozen=True, slots=True)
class Held:
    """A target in words, the verdict in words, and which of met, missed or unsaid that is. What is too few is not judged."""

    target: str
    verdict: str
    state: str


def held_against(session: Session, wanted: Asked, lines: Mapping[str, CaseLine]) -> dict[str, Held]:
    """The targets of the workflow that is asked for; of several, how many of those with a target meet it. One statement.

    ``lines`` are what was counted of each workflow by itself: a target is of one, and the whole may keep what a part misses.
    """
    stored, asked = targets(session), wanted.filter.workflow
    if asked is not None:
        own, line = stored.get(asked), lines.get(asked, CaseLine({}))
        found = {name: _held(name, own, line) for name in (ON_TIME, P90)} if own is not None else {}
    else:
        found = {name: _several(name, stored, lines) for name in (ON_TIME, P90)}
    return {name: each for name, each in found.items() if each is not None}


def _held(name: str, own: Target, line: CaseLine) -> Held | None:
    if name == ON_TIME and own.on_time is not None:
        return Held(_("目标：不低于 %(share)s%%", share=own.on_time), *_verdict(_state(name, own, line)))
    if name == P90 and own.p90_days is not None:
        return Held(_("目标：90 分位数不超过 %(days)s 个工作日", days=own.p90_days), *_verdict(_state(name, own, line)))
    return None


def _verdict(state: str) -> tuple[str, str]:
    return {MET: _("达到"), MISSED: _("没有达到"), UNSAID: _("件数太少，不评")}[state], state


def _state(name: str, own: Target, line: CaseLine) -> str:
    """Whether a workflow meets a target that it has, by the figures as they are shown: nobody reads 95.0 % beside a target of 95 %
    that is missed."""
    if name == ON_TIME:
        found = measures(line)["on_time"]
        count, is_met = found.count, (percent(found.value) or 0) >= (own.on_time or 0)
    else:
        count, most = line.working.count, hours((own.p90_days or 0) * county_calendar().hours.seconds_per_day)
        is_met = (hours(line.working.quantile(0.9)) or 0) <= (most or 0)
    if count < FEWEST_RANKED:
        return UNSAID
    return MET if is_met else MISSED


def _several(name: str, stored: Mapping[str, Target], lines: Mapping[str, CaseLine]) -> Held | None:
    """How many of the workflows with a target meet it, of those of which there are enough cases to say."""
    states = [
        _state(name, own, lines[key])
        for key, own in stored.items()
        if key in lines and (own.on_time if name == ON_TIME else own.p90_days) is not None
    ]
    judged = [state for state in states if state != UNSAID]
    if not states:
        return None
    target = _("定了目标的事项：%(count)s 个", count=said(len(states)))
    if not judged:
        return Held(target, _("件数太少，不评"), UNSAID)
    met = judged.count(MET)
    if len(judged) == met:
        return Held(target, _("能评的 %(count)s 个都达到", count=said(met)), MET)
    return Held(target, _("能评的 %(count)s 个里 %(met)s 个达到", count=said(len(judged)), met=said(met)), MISSED)
