"""What a page of statistics is asked for: months, workflow, office, department, channel. Everything stands in the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask import request as asked
from flask import url_for

from approvals.language import _, _l, say
from approvals.queries.matters import in_order
from approvals.queries.statistics.filters import Filter, Workflows, month_after
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, INTERNAL
from workflows.network import Office

from .. import request

MONTHS_AT_FIRST = 12
MOST_MONTHS = 120
CHANNELS = {"online": _l("网上申报"), "window": _l("窗口收件"), "point": _l("代办点代办")}
"""How a case came in; what the product opens by itself came through none of them."""

IN_THE_LIST = ("county_hall", "sub_centre", "town_centre")
"""The kinds of office that the form offers. A thousand village points are no list: a click on their town leads to them."""

MONTH = re.compile(r"(\d{4})\D(\d{1,2})\D?", re.ASCII)
"""As browsers send it, 2026-11, or as people write it with any sign or word between and after."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, as far as it could be used; ``faults`` say what could not. ``office`` stands with its subtree."""

    filter: Filter
    office: Office | None
    offices: frozenset[int] | None
    """The offices that the person supervises; None for the whole county."""

    faults: tuple[str, ...] = ()

    def query(self, **more: object) -> dict[str, object]:
        """What stands in an address; ``more`` adds to it, and a value of None takes away."""
        chosen = self.filter
        values: dict[str, object | None] = {
            "from": f"{chosen.first_month:%Y-%m}", "to": f"{chosen.last_month:%Y-%m}", "workflow": chosen.workflow,
            "office": self.office.code if self.office else None, "department": chosen.department, "channel": chosen.channel, **more,
        }  # fmt: skip
        return {name: value for name, value in values.items() if value not in (None, "")}

    @property
    def counted(self) -> Workflows:
        """The workflows whose cases count as one each in what the page comes to; None for the one that is asked for.

        A matter that a chain opens counts with its chain, and a delegated handling with the opening that it carries; where one
        workflow is asked for, or a department that has no part in the chain but the matter, that one counts.
        """
        return counted_alone(self.filter.department) if self.filter.workflow is None else None

    def counts(self, workflow: str) -> bool:
        """Whether the cases of a workflow count as one each in what the page comes to."""
        return self.counted is None or workflow in self.counted

    def address(self, endpoint: str, **more: object) -> str:
        """The address of a page with the same conditions."""
        return url_for(endpoint, **self.query(**more))

    def in_words(self) -> str:
        """The conditions as a sentence, for the foot of a file."""
        chosen = self.filter
        begin, end = (f"{month:%Y-%m}" for month in (chosen.first_month, chosen.last_month))
        parts = [_("%(begin)s至%(end)s", begin=begin, end=end) if begin != end else end]
        if chosen.workflow:
            parts.append(say(county_catalogue().latest(chosen.workflow).title))
        if self.office:
            parts.append(_("%(office)s及下属服务点", office=self.office.name))
        elif self.offices is not None:
            parts.append(_("本人督查范围内的服务点"))
        if chosen.department:
            parts.append(departments()[chosen.department])
        if chosen.channel:
            parts.append(str(CHANNELS[chosen.channel]))
        return _("；").join(parts)


def asked_for() -> Asked:
    """The conditions in the address of this request. What cannot be used is left out, and a sentence says so."""
    faults: list[str] = []
    first, last = months_asked(faults)
    offices = request.jurisdiction("supervise")
    office = _office(offices, faults)
    workflow = _one_of("workflow", {each.key: "" for each in in_order()}, faults, _("没有这个事项，已按全部事项统计。"))
    department = _one_of("department", departments(), faults, _("没有这个部门，已按全部部门统计。"))
    channel = _one_of("channel", CHANNELS, faults, _("没有这种申办渠道，已按全部渠道统计。"))
    wanted = Filter(
        workflow=workflow, office_id=office.id if office else None, department=department, person_id=None, channel=channel,
        first_month=first, last_month=last,
    )  # fmt: skip
    return Asked(wanted, office, offices, tuple(faults))


@cache
def counted_alone(department: str | None) -> frozenset[str]:
    """The workflows of a department, or of all, whose cases are no part of another that is counted there."""
    asked = [each for each in in_order() if department in (None, each.department) and each.kind not in (INTERNAL, DELEGATED)]
    opened = {opening.workflow for each in asked for state in each.states.values() for opening in state.opens}
    return frozenset(each.key for each in asked) - opened


def departments() -> dict[str, str]:
    """Department → its name."""
    return {key: say(text) for key, text in county_catalogue().vocabulary["departments"].items()}


def offered(wanted: Asked) -> list[Office]:
    """The offices that the form offers: those that people know by name, as far as the person's own reach, and the chosen one."""
    found = [
        office for office in request.network().standing(request.today())
        if office.kind in IN_THE_LIST and (wanted.offices is None or office.id in wanted.offices)
    ]  # fmt: skip
    return found if wanted.office is None or wanted.office in found else [*found, wanted.office]


def number(name: str, most: int = 100_000) -> int:
    """A whole number of the address, 1 where there is none."""
    text = asked.args.get(name, "")
    return min(max(int(text), 1), most) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def only_month(month: date) -> dict[str, str]:
    """What an address has where it is of one month alone."""
    return {"from": f"{month:%Y-%m}", "to": f"{month:%Y-%m}"}


def months_asked(faults: list[str]) -> tuple[date, date]:
    """The first and the last month that are asked for, a year up to now where none is; ``faults`` gains what could not be used."""
    this = request.today().replace(day=1)
    typed = {name: asked.args.get(name, "").strip() for name in ("from", "to")}
    read = {name: month_named(text) for name, text in typed.items()}
    if any(typed[name] and read[name] is None for name in typed):
        faults.append(_("月份请按 2026-11 这样填写；没看懂的月份没有用来筛选。"))
    last = read["to"] or max(this, read["from"] or this)
    first = read["from"] or month_after(last, 1 - MONTHS_AT_FIRST)
    if first > last:
        first, last = last, first
        faults.append(_("开始月份在结束月份之后，已经对调。"))
    if last > this:
        # What is open is known of no month to come, and nothing else is counted there.
        first, last = min(first, this), this
        faults.append(_("以后的月份还没有数，已经统计到%(month)s为止。", month=f"{this:%Y-%m}"))
    if month_after(first, MOST_MONTHS) <= last:
        first = month_after(last, 1 - MOST_MONTHS)
        faults.append(_("一次最多统计十年，已经从%(month)s起统计。", month=f"{first:%Y-%m}"))
    return first, last


def month_named(text: str) -> date | None:
    """A month as people write it, by its first day; None for what is none."""
    found = MONTH.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 12 or not 1970 <= int(found[1]) <= 2200:
        return None
    return date(int(found[1]), int(found[2]), 1)


def _office(offices: frozenset[int] | None, faults: list[str]) -> Office | None:
    code = asked.args.get("office", "")
    if not code:
        return None
    found = request.network().by_code(code)
    if found is None:
        faults.append(_("没有这个服务点，已按全部服务点统计。"))
        return None
    if offices is not None and found.id not in offices:
        faults.append(_("这个服务点不在您的督查范围内，已按您督查的全部服务点统计。"))
        return None
    return found


def _one_of(name: str, known: Mapping[str, object], faults: list[str], fault: str) -> str | None:
    value = asked.args.get(name, "")
    if value and value not in known:
        faults.append(fault)
        return None
    return value or None
