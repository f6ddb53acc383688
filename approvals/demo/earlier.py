"""An invented log of the system before: company openings of a past year, each department by itself, one after the other."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.logs.records import Options
from approvals.operations.logs.counting import count_logs
from approvals.operations.logs.importing import Importer
from workflows.clock import OFFICE_ZONE

NAME = "示例旧系统-2021年企业开办"
"""What the log is called on the pages and for ``approvals statistics --log``."""

YEAR, CASES = 2021, 320
HOUR = 3600
COLUMNS = ("办件编号", "环节", "办理时间", "经办岗位", "部门")
STEPS = (
    # What was done, by which post, of which department, working hours after the step before, and for how many of a hundred.
    ("名称核准", "登记窗口", "审批局", 9, 100), ("提交材料", "登记窗口", "审批局", 20, 100), ("退回补正", "登记窗口", "审批局", 8, 38),
    ("再次提交", "登记窗口", "审批局", 22, 38), ("核准登记", "登记岗", "审批局", 16, 100), ("领取执照", "发证窗口", "审批局", 7, 100),
    ("公章刻制备案", "治安岗", "公安局", 11, 100), ("税务登记", "登记岗", "税务局", 14, 96), ("社保登记", "登记岗", "人社局", 17, 74),
    ("公积金开户", "归集岗", "公积金中心", 19, 41), ("银行开户", "对公窗口", "银行", 24, 83),
)  # fmt: skip


def import_earlier(database: Database, now: datetime, seed: int) -> None:
    """Read the log in and count it as ``approvals history import`` does."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{YEAR}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_rows(random.Random(seed)))
        case_id, activity, moment, resource, group = COLUMNS
        options = Options(format="csv", case_id=case_id, activity=activity, time=moment, resource=resource, group=group)
        Importer(database, NAME, options, lambda: now).read(path)
    count_logs(database, now)


def _rows(source: random.Random) -> Iterator[tuple[str, ...]]:
    calendar = county_calendar()
    begins = datetime.combine(date(YEAR, 1, 4), time(9), OFFICE_ZONE)
    for number in range(1, CASES + 1):
        now = calendar.add_working_seconds(begins + timedelta(days=source.uniform(0, 350)), HOUR)
        is_returned = source.random() < 0.38
        for activity, post, department, hours, share in STEPS:
            if not is_returned if share == 38 else source.randrange(100) >= share:
                continue
            now = calendar.add_working_seconds(now, int(hours * HOUR * source.lognormvariate(0, 0.5)))
            yield f"LS{YEAR}{number:05d}", activity, f"{calendar.local(now):%Y-%m-%d %H:%M:%S}", post, department
