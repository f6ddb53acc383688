"""The one clock: the deadline, the colour, the statistics and the public page all read time here.

Pure: nothing here asks what time it is, and nothing is stored. `WorkingCalendar` knows working days and hours,
`Budget` an allowed time, `Suspension` what does not count, `due_at` and `read` put them together.
"""

from .budget import SUSPENSION_KINDS, UNITS, Budget, Suspension
from .calendar import WorkingCalendar, Year, weekend_year
from .deadline import corresponding_day, due_at
from .hours import OFFICE_ZONE, OfficeHours
from .limits import extended, limit_ends
from .reading import DEFAULT_AMBER_SHARE, Reading, read
from .remaining import format_length, format_remaining
from .returning import counted_from, used_before
from .statutory import provisional_year, statutory_days, statutory_rest_days
from .warnings import DEFAULT_PERCENTAGES, LEVELS, Percentages
from .working import Line

__all__ = [
    "DEFAULT_AMBER_SHARE",
    "DEFAULT_PERCENTAGES",
    "LEVELS",
    "OFFICE_ZONE",
    "SUSPENSION_KINDS",
    "UNITS",
    "Budget",
    "Line",
    "OfficeHours",
    "Percentages",
    "Reading",
    "Suspension",
    "WorkingCalendar",
    "Year",
    "corresponding_day",
    "counted_from",
    "due_at",
    "extended",
    "format_length",
    "format_remaining",
    "limit_ends",
    "provisional_year",
    "read",
    "statutory_days",
    "statutory_rest_days",
    "used_before",
    "weekend_year",
]
