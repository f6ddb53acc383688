"""The statistics of supervisors: figures of cases and steps, their tables, charts and files."""

from . import behind, bulletin, chain, closed, comparison, figures, forecast, openings, overview, own, past, standing, steps, trends
from .part import blueprint

__all__ = [
    "behind",
    "blueprint",
    "bulletin",
    "chain",
    "closed",
    "comparison",
    "figures",
    "forecast",
    "openings",
    "overview",
    "own",
    "past",
    "standing",
    "steps",
    "trends",
]
