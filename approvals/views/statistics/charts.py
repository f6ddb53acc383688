"""What ``static/charts.js`` draws: plain data beside the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .part import said

Values = Sequence[float | int | None]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars, one line, or ``point``: a mark for each value, on the span between ``low`` and ``high`` where they are given.

    ``axis`` 1 is the second axis; ``unit`` stands behind each figure that is pointed at.
    """

    name: str
    values: Values
    kind: str = "bar"
    axis: int = 0
    unit: str = ""
    stack: str = ""
    is_target: bool = False
    low: Values = ()
    high: Values = ()

    def said(self, place: int) -> str:
        """What is said of one value: 97.2 %, with its span 97.2 (96.5–97.8) %."""
        value = self.values[place]
        span = f" ({said(self.low[place])}–{said(self.high[place])})" if self.low and value is not None else ""
        return f"{said(value)}{span}{' ' + self.unit if self.unit and value is not None else ''}"


def chart(
    labels: Sequence[str],
    series: Sequence[Series],
    axes: Sequence[str] = ("",),
    most: Sequence[float | None] = (),
    across: bool = False,
    whole: bool = False,
) -> dict[str, Any] | None:
    """A chart over ``labels``, or None when there is nothing to draw.

    ``axes`` names the units, ``most`` the upper end of each axis where it is fixed, ``whole`` keeps the ticks of the axes to whole
    numbers. Bars go ``across`` where the labels are long.
    """
    if not labels or not any(value is not None for each in series for value in each.values):
        return None
    return {
        "labels": list(labels),
        "axes": list(axes),
        "most": list(most),
        "direction": "across" if across else "up",
        "whole": whole,
        "series": [
            {
                "name": each.name, "kind": each.kind, "values": list(each.values), "axis": each.axis, "stack": each.stack,
                "target": each.is_target,
                "low": list(each.low), "high": list(each.high), "texts": [each.said(place) for place in range(len(each.values))],
            }
            for each in series
        ],
    }  # fmt: skip
