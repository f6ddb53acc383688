"""A time zone as somebody types it."""

from __future__ import annotations

import difflib
import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import click

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def zone_named(text: str) -> tzinfo:
    """The zone of a name such as ``Asia/Shanghai`` or an offset such as ``+08:00``.

    Raises ClickException with the names that come near.
    """
    typed = text.strip()
    if offset := _OFFSET.fullmatch(typed):
        sign, hours, minutes = offset.groups()
        away = timedelta(hours=int(hours), minutes=int(minutes))
        if away < timedelta(days=1) and int(minutes) < 60:
            return timezone(-away if sign == "-" else away)
    try:
        return ZoneInfo(typed)
    except (KeyError, ValueError, OSError):
        known = {name.casefold(): name for name in available_timezones()}
        near = [known[name] for name in difflib.get_close_matches(typed.casefold(), known, n=3)]
        meant = f"是不是 {'、'.join(near)}？" if near else "请写成 Asia/Shanghai 或者 +08:00 这样。"
        raise click.ClickException(f"没有时区“{typed}”。{meant}") from None
