"""What every page of the statistics carries: the ways to the others, and the lists of its form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from approvals.language import _, say
from approvals.queries.matters import in_order

from .asking import CHANNELS, Asked, departments, offered

Option = tuple[str, str]


def choices(wanted: Asked) -> dict[str, list[Option]]:
    """The lists of the form: value and text."""
    return {
        "workflows": [(each.key, say(each.title)) for each in in_order()],
        "offices": [(office.code, office.name) for office in offered(wanted)],
        "departments": list(departments().items()),
        "channels": [(key, str(text)) for key, text in CHANNELS.items()],
    }


PAGES: dict[str, Callable[[], str]] = {
    "statistics.overview": lambda: _("总览"),
    "statistics.steps": lambda: _("步骤和服务点"),
    "statistics.chain": lambda: _("流程怎么走"),
    "statistics.trends": lambda: _("趋势"),
    "statistics.comparison": lambda: _("服务点比较"),
    "statistics.figures": lambda: _("全部指标"),
    "statistics.forecast": lambda: _("到期预测"),
    "statistics.backlog": lambda: _("在办件存了多久"),
    "statistics.rework": lambda: _("返工"),
    "statistics.claims": lambda: _("“4011”六条"),
    "statistics.past": lambda: _("以前的系统"),
}
"""Endpoint → what its link says, in the order of the links."""

OF_THE_COUNTY = frozenset({"statistics.past"})
"""What is of no office: for those who supervise the whole county."""


def pages(wanted: Asked, here: str) -> Sequence[tuple[Any, ...]]:
    """Address, text and whether it is this page, for each page."""
    return [
        (wanted.address(endpoint), text(), endpoint == here)
        for endpoint, text in PAGES.items()
        if wanted.offices is None or endpoint not in OF_THE_COUNTY
    ]
