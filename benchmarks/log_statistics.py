"""The statistics of a log of a hundred thousand and of a million events, each in a process of its own: CPU time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SMALL, LARGE = 100_000, 1_000_000

# The log is made while it is counted, so that the memory is that of the counting; making it alone is timed and taken off.
_PROCESS = """
import json, random, sys, time
from approvals.calendar import county_calendar
from workflows.clock import OFFICE_ZONE
from workflows.logs import LocalTime, statistics_of

def log(wanted):
    chosen, case, made = random.Random(20_261_123), 0, 0
    while made < wanted:
        case += 1
        moment = 1_300_000_000_000_000 + chosen.randrange(300_000_000_000_000)
        for _ in range(min(chosen.randrange(1, 20), wanted - made)):
            made += 1
            moment += chosen.randrange(200_000_000_000)
            yield f"{case:08}", f"activity {chosen.randrange(30)}", moment, f"resource {chosen.randrange(200)}", "group"

def seconds(work):
    begun = time.process_time()
    work()
    return time.process_time() - begun

wanted = int(sys.argv[1])
making = seconds(lambda: sum(1 for _ in log(wanted)))
wall = seconds(lambda: statistics_of(log(wanted), LocalTime(OFFICE_ZONE))) - making
working = seconds(lambda: statistics_of(log(wanted), LocalTime(OFFICE_ZONE, county_calendar()))) - making
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"cpu_s": round(wall, 2), "working_hours_cpu_s": round(working, 2), "peak_mb": round(peak / 1024, 1)}))
"""


def measure() -> dict[str, Any]:
    """CPU seconds with durations in wall time and in working time, and peak megabytes, of both sizes; and how they grow."""
    small, large = _of(SMALL), _of(LARGE)
    growth = {name: round(large[name] / small[name], 2) for name in small}
    return {"bench": "log_statistics", str(SMALL): small, str(LARGE): large, "ratio": growth}


def _of(events: int) -> dict[str, float]:
    ended = subprocess.run([sys.executable, "-c", _PROCESS, str(events)], capture_output=True, text=True, timeout=120, check=True)
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures
