"""The statistics of supervisors: figures of cases and steps, their tables, charts and files."""

from . import behind, overview, steps
from .part import blueprint

__all__ = ["behind", "blueprint", "overview", "steps"]
