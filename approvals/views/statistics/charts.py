"""What ``static/charts.js`` draws: plain data beside the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .part import said

Values = Sequence[float | int | None]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars or one line. ``axis`` 1 is the second axis; ``unit`` stands behind each figure that is pointed at."""

    name: str
    values: Values
    kind: str = "bar"
    axis: int = 0
    unit: str = ""
    stack: str = ""
    is_target: bool = False


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
                "texts": [f"{said(value)}{' ' + each.unit if each.unit and value is not None else ''}" for value in each.values],
            }
            for each in series
        ],
    }  # fmt: skip
