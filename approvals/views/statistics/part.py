"""The blueprint of the statistics, and how figures are said on all of its pages, in its files and in its charts alike."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint

from approvals.queries.families import one_moment

from .. import request

blueprint = Blueprint("statistics", __name__)


@blueprint.before_request
def read_as_of_one_moment() -> None:
    """Rollups and what they do not hold yet are two reads: what is rolled up in between would be in neither."""
    one_moment(request.session())


NOTHING = "—"
"""Where there is nothing to divide by or nothing was measured."""


def hours(seconds: float | None) -> float | None:
    """Working seconds as working hours, the unit of every table: two decimals below ten hours, one above. None stays None."""
    if seconds is None:
        return None
    value = seconds / 3600
    return round(value, 2 if abs(value) < 10 else 1)


def percent(share: float | None) -> float | None:
    """A share as percent with one decimal; None stays None."""
    return round(100 * share, 1) if share is not None else None


def apportioned(parts: Sequence[int], units: int) -> list[int]:
    """The parts of a whole in units of it, rounded so that they add up to all ``units``: the largest remainders are rounded up.

    Raises ValueError for a whole of nothing, which has no parts."""
    whole = sum(parts)
    if not whole:
        raise ValueError("nothing has no parts")
    found = [part * units // whole for part in parts]
    for at in sorted(range(len(parts)), key=lambda at: -(parts[at] * units % whole))[: units - sum(found)]:
        found[at] += 1
    return found


def said(value: float | int | str | None) -> str:
    """A figure as every page shows it, and as a file holds it: 1,204, 0.25, 97.5, a dash for None."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")
