"""Event logs: exact statistics of one, and the two forms in which one is written. Pure; the standard library alone.

A log is events ``(case, activity, microseconds since 1970, resource, group)``. `statistics_of` recounts them without an
estimate anywhere; `csv_lines` and `xes_lines` write them for other tools.
"""

from .local_time import LocalTime
from .spread import Spread, spread_of
from .statistics import ActivityCount, LogEvent, Statistics, statistics_of
from .writing import Event, Trace, csv_lines, xes_lines

__all__ = [
    "ActivityCount",
    "Event",
    "LocalTime",
    "LogEvent",
    "Spread",
    "Statistics",
    "Trace",
    "csv_lines",
    "spread_of",
    "statistics_of",
    "xes_lines",
]
