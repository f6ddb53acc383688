"""A process that does background work. The one place that knows DBOS, which is loaded only here: it takes 70 MB.

DBOS runs the schedules: of any number of workers one does each run, a run that a dead worker left is done by another, and what
was done is kept for a day. What cannot wait for the next minute is found by one look a second and run at once, under a name
that two workers finding it in the same second share.
"""

from __future__ import annotations

import logging
import os
import secrets
import select
import socket
import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from approvals.db import Database
from approvals.operations import messages, workers

from .schedules import SCHEDULES, Schedule, Work, schedule_named

COUNTY_ZONE = "Asia/Shanghai"
LOOK_EVERY = 1.0
"""Seconds between two looks for what is due: a one-time code leaves about so long after it was asked for."""

REST = 30.0
"""Seconds without a look after a run that found something due and could do nothing about it."""

KEPT = timedelta(days=1)
"""For so long it can be seen which runs there were."""

# By hand: DBOS would take a hash of its functions, and a new release would leave the pending work of the old one undone.
_VERSION = "1"
_APPLICATION = "approvals"
_PURGE = "finished-runs"
_PURGE_AT_ONCE = 500
logger = logging.getLogger(__name__)


def url_of(database: Database) -> str:
    """The address of the database, with its password."""
    return database.engine.url.render_as_string(hide_password=False)


def migrate(database: Database) -> None:
    """Bring the tables of the background work to their current layout; they lie beside the product's own."""
    from dbos import DBOS

    logging.getLogger("dbos").setLevel(logging.WARNING)
    DBOS.migrate(url_of(database))


class Running:
    """One worker while it lives."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._lock = Lock()
        self._active = 0
        self._started: dict[str, Any] = {}
        self._resting: dict[str, float] = {}
        self._workflow: Any = None

    def launch(self) -> None:
        """Say that this worker lives, and begin to take part in the schedules."""
        from dbos import DBOS

        self.beat()
        DBOS(config={
            "name": _APPLICATION, "system_database_url": url_of(self.work.database), "application_version": _VERSION,
            "executor_id": self.work.worker, "log_level": "WARNING", "sys_db_pool_size": 4, "max_executor_threads": 8,
            "notification_listener_polling_interval_sec": 2.0,
        })  # fmt: skip
        # The scheduler passes the time and what the schedule was made with: its name.
        self._workflow = DBOS.workflow(name="scheduled")(self._scheduled())
        DBOS.launch()
        wanted = {**{schedule.name: schedule.cron for schedule in SCHEDULES}, _PURGE: "30 3 * * *"}
        DBOS.apply_schedules([
            {"schedule_name": name, "workflow_fn": self._workflow, "schedule": cron, "context": name, "cron_timezone": COUNTY_ZONE}
            for name, cron in wanted.items()
        ])  # fmt: skip
        for old in {schedule["schedule_name"] for schedule in DBOS.list_schedules()} - set(wanted):
            DBOS.delete_schedule(old)

    def _scheduled(self) -> Any:
        def scheduled(at: datetime, name: str) -> int:
            return self.perform(name)

        return scheduled

    def perform(self, name: str) -> int:
        """Do what a schedule says. A failure is logged, and the next run is another try."""
        with self._lock:
            self._active += 1
        try:
            if name == _PURGE:
                return purge(self.work.database, self.work.clock() - KEPT)
            schedule = schedule_named(name)
            return schedule.run(self.work) if schedule is not None else 0
        except Exception:
            logger.exception("%s failed", name)
            return 0
        finally:
            with self._lock:
                self._active -= 1

    # ---- looking ------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Run what is due now and is not under way yet."""
        for schedule in SCHEDULES:
            if schedule.due is not None and self._is_free(schedule.name) and self._is_due(schedule):
                self._start(schedule.name)

    def _is_due(self, schedule: Schedule) -> bool:
        assert schedule.due is not None
        with self.work.database.reading() as session:
            return schedule.due(session, self.work.clock())

    def _is_free(self, name: str) -> bool:
        if time.monotonic() < self._resting.get(name, 0.0):
            return False
        started = self._started.get(name)
        if started is None:
            return True
        if started.get_status().status in ("ENQUEUED", "PENDING", "DELAYED"):
            return False
        del self._started[name]
        if not started.get_result():
            self._resting[name] = time.monotonic() + REST
            return False
        return True

    def _start(self, name: str) -> None:
        from dbos import DBOS, SetWorkflowID

        now = self.work.clock()
        with SetWorkflowID(f"{name}-{int(now.timestamp())}"):
            self._started[name] = DBOS.start_workflow(self._workflow, now, name)

    # ---- living -------------------------------------------------------------------------------------------------

    def beat(self) -> None:
        self.work.database.write(workers.beat, self.work.worker, self.work.clock())

    def take_over(self) -> None:
        """Have the work of dead workers done: their runs begin again, their messages are free."""
        from dbos import DBOS

        while dead := self.work.database.write(workers.take_over, self.work.clock()):
            left = DBOS.list_workflows(executor_id=dead, status="PENDING", load_input=False, load_output=False)
            if left:
                DBOS.resume_workflows([run.workflow_id for run in left])
            released = self.work.database.write(messages.release_claims, dead)
            self.work.database.write(workers.forget, dead)
            logger.warning("worker %s is gone: took over %s runs and %s messages", dead, len(left), released)

    def live(self, lifeline: int | None) -> None:
        """Work until the other end of the lifeline is gone. A database that does not answer is asked again later."""
        beat_at = 0.0
        while True:
            try:
                if time.monotonic() >= beat_at:
                    self.beat()
                    self.take_over()
                    beat_at = time.monotonic() + workers.BEAT.total_seconds()
                self.look()
            except SQLAlchemyError:
                logger.exception("the database does not answer; trying again")
            if _released(lifeline, LOOK_EVERY):
                return

    def end(self) -> None:
        """Let what is under way come to its end for a few seconds. What does not is another worker's."""
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=5 if self._active else 0)
        if not self._active:
            self.work.database.write(workers.forget, self.work.worker)


def new_worker_name() -> str:
    """A name that no other process has or had."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


def run(work: Work, lifeline: int | None = None) -> None:
    """Do background work until told to end."""
    running = Running(work)
    running.launch()
    try:
        running.live(lifeline)
    finally:
        running.end()


def purge(database: Database, before: datetime) -> int:
    """Delete the records of runs that ended before a moment; returns how many."""
    from dbos import DBOSClient

    client = DBOSClient(system_database_url=url_of(database))
    try:
        purged = 0
        while True:
            ended = client.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
                completed_before=before.astimezone(UTC).isoformat(), limit=_PURGE_AT_ONCE, load_input=False, load_output=False,
            )  # fmt: skip
            if not ended:
                return purged
            client.delete_workflows([each.workflow_id for each in ended])
            purged += len(ended)
    finally:
        client.destroy()


def _released(lifeline: int | None, seconds: float) -> bool:
    """Wait; True as soon as the other end of the lifeline is gone, which a killed process cannot fail to bring about."""
    if lifeline is None:
        time.sleep(seconds)
        return False
    readable, _, _ = select.select([lifeline], [], [], seconds)
    return bool(readable)
