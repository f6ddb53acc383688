"""The import of event logs: events per second, and the memory of the importing process, at two sizes ten times apart."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from approvals.db import Database

SIZES = (100_000, 1_000_000)
SEED, OPEN_CASES, EVENTS_OF_A_CASE = 20_261_123, 200, 10
ACTIVITIES = ("受理申请", "材料审查", "现场踏勘", "专家评审", "领导审批", "制作证照", "通知领取")

_PROCESS = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from approvals.db import Database
from approvals.operations.logs.importing import Importer
from approvals.logs.records import Options

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

url, file, format = sys.argv[1:]
named = ("办件编号", "环节", "时间", "办理人", "科室") if format == "csv" else (
    "concept:name", "concept:name", "time:timestamp", "org:resource", "org:group")
importer = Importer(Database(url), Path(file).name, Options(format, *named), lambda: datetime.now(UTC))
before, begun = peak(), time.perf_counter()
done = importer.read(Path(file))
seconds = time.perf_counter() - begun
assert not done.bad and not done.stopped, done
print(json.dumps({"events": done.new, "seconds": seconds, "before_mb": before, "peak_mb": peak()}))
"""


def measure(kind: str, database: Database) -> dict[str, Any]:
    """Events per second of a CSV file at each size and of an XES file of the smaller, and the peak in MB with its ratio."""
    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    url = database.engine.url.render_as_string(hide_password=False)
    try:
        small, large = (_run(url, write_csv(directory / f"{size}.csv", size), "csv") for size in SIZES)
        xes = _run(url, write_xes(directory / "log.xes", SIZES[0]), "xes")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return {
        "bench": "log-import",
        "db": kind,
        "events": [small["events"], large["events"]],
        "events_per_s": [_rate(small), _rate(large)],
        "rate_ratio": round(_rate(large) / _rate(small), 2),
        "before_mb": round(large["before_mb"], 1),
        "peak_mb": [round(small["peak_mb"], 1), round(large["peak_mb"], 1)],
        "memory_ratio": round(large["peak_mb"] / small["peak_mb"], 2),
        "xes_events_per_s": _rate(xes),
    }


def write_csv(path: Path, size: int) -> Path:
    """A log of so many events, with some two hundred cases under way at any time."""
    with path.open("w", encoding="utf-8") as file:
        file.write("办件编号,环节,时间,办理人,科室\n")
        for case, activity, at, resource, group in _events(size):
            file.write(f"{case},{activity},{at:%Y-%m-%d %H:%M:%S},{resource},{group}\n")
    return path


def write_xes(path: Path, size: int) -> Path:
    """The same as XES, ten events to a trace."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">\n')
        for place, (_, activity, at, resource, group) in enumerate(_events(size)):
            if place % EVENTS_OF_A_CASE == 0:
                file.write(f'<trace><string key="concept:name" value="X{place}"/>\n')
            file.write(
                f'<event><string key="concept:name" value="{activity}"/><string key="lifecycle:transition" value="complete"/>'
                f'<date key="time:timestamp" value="{at.isoformat(timespec="milliseconds")}"/>'
                f'<string key="org:resource" value="{resource}"/><string key="org:group" value="{group}"/></event>\n'
            )
            if place % EVENTS_OF_A_CASE == EVENTS_OF_A_CASE - 1 or place == size - 1:
                file.write("</trace>\n")
        file.write("</log>\n")
    return path


def _events(size: int) -> Iterator[tuple[str, str, datetime, str, str]]:
    chance = random.Random(SEED)
    begin = datetime(2019, 1, 1, tzinfo=UTC)
    running = [[number, begin + timedelta(minutes=number)] for number in range(OPEN_CASES)]
    for number in range(size):
        place = chance.randrange(OPEN_CASES)
        if chance.randrange(EVENTS_OF_A_CASE) == 0:
            running[place] = [OPEN_CASES + number, running[place][1]]
        case, at = running[place]
        running[place][1] = at + timedelta(seconds=chance.randrange(60, 36_000))
        yield f"HM{case:012d}", chance.choice(ACTIVITIES), at, f"经办人{chance.randrange(40)}", f"科室{chance.randrange(9)}"


def _run(url: str, file: Path, format_: str) -> dict[str, Any]:
    command = [sys.executable, "-c", _PROCESS, url, str(file), format_]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _rate(figures: dict[str, Any]) -> int:
    return round(figures["events"] / figures["seconds"])
