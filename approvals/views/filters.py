"""What templates can say: texts, moments, money, masks. Globals, so that components see them as well."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from flask import Flask

from approvals.calendar import is_provisional
from approvals.language import _, day_in_words, language, ngettext, say
from approvals.queries.offices import office_name as name_of_office
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.rules import mask_identity, mask_name, mask_phone
from workflows.rules.citing import cited_in_english

from . import request
from .access import may
from .assets import asset, charts_are_there, icons, own
from .leaving import ended_position

NOTHING = "—"


def moment(value: datetime | None) -> str:
    """A moment as people say it, in the county's time: 今天 17:30, 明天 09:00, 11月25日 17:30, 2027年1月4日 09:00."""
    if value is None:
        return NOTHING
    local = value.astimezone(OFFICE_ZONE)
    return f"{_day_as_said(local.date())} {local:%H:%M}"


def _day_as_said(value: date) -> str:
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}.get((value - request.today()).days)
    return near or day(value)


def day(value: date | datetime | str | None) -> str:
    """A day: 11月25日, with the year when it is another than this; text that is no date is shown as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value) or NOTHING
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.astimezone(OFFICE_ZONE).date()
    return day_in_words(value, with_year=value.year != request.today().year)


def cited(source: str) -> str:
    """Law and article: as the rules cite them, or in English."""
    return cited_in_english(source) if language() == "en" else source


def money(value: Any) -> str:
    """An amount in yuan, 1,000,000.00 元; what is no amount is shown as it was typed."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value) if value else NOTHING
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 18:
        return str(value)
    return _("%(amount)s 元", amount=f"{amount:,.2f}")


def office_name(office_id: int | None) -> str:
    """The name of an office."""
    return name_of_office(request.session(), office_id) if office_id is not None else ""


def vocabulary(kind: str, key: str) -> str:
    """The words for a role, department, stage, outcome, source, payer or document; the key itself when there are none."""
    try:
        return say(county_catalogue().text(kind, key))
    except KeyError:
        return key


def length(budget: Any) -> str:
    """A time as definitions write it, in words: 1.5 个工作小时, 3 个工作日, 半个工作日, 15 日内."""
    if not budget:
        return ""
    unit, count = next(iter(budget.items()))
    if unit == "half_days":
        whole = Decimal(str(count)) / 2
        if whole == Decimal("0.5"):
            return _("半个工作日")
        unit, count = "working_days", f"{whole.normalize():f}"
    several = 1 if count in (1, "1") else 2
    words = {
        "working_hours": ngettext("%(count)s 个工作小时", "%(count)s 个工作小时", several, count=count),
        "working_days": ngettext("%(count)s 个工作日", "%(count)s 个工作日", several, count=count),
        "days": ngettext("%(count)s 日（含休息日）", "%(count)s 日（含休息日）", several, count=count),
        "months": ngettext("%(count)s 个月", "%(count)s 个月", several, count=count),
    }
    return words.get(unit, f"{count} {unit}")


def request_key() -> str:
    """A fresh key for a form, so that sending the same page twice acts once."""
    return uuid4().hex


def may_see(permission: str) -> bool:
    """Whether the person who asks passes a permission."""
    return may(request.maybe_acting(), permission)


def holds_role(role: str) -> bool:
    """Whether the person who asks holds a position of that role today."""
    found = request.maybe_acting()
    return found is not None and found.has_role(role)


def add(application: Flask) -> None:
    """Give templates their words."""
    environment = application.jinja_env
    environment.filters.update(
        say=say, moment=moment, day=day, money=money, mask_name=mask_name, mask_identity=mask_identity, mask_phone=mask_phone,
        office_name=office_name, length_of_time=length, cited=cited,
    )  # fmt: skip
    environment.globals.update(
        say=say, moment=moment, day=day, money=money, office_name=office_name, vocabulary=vocabulary, language=language,
        large_type=request.large_type, asset=asset, icons=icons, own=own, request_key=request_key,
        ended_position=ended_position, charts_are_there=charts_are_there,
        signed_in=request.maybe_signed_in, is_provisional=is_provisional, may_see=may_see, holds_role=holds_role,
        now=request.now, today=request.today,
    )  # fmt: skip
