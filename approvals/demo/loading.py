"""Filling an empty database with the demo county, and emptying it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Base, Case, Counter, Notice, Person
from approvals.operations import reference, rollups
from approvals.operations.passwords import hash_password
from approvals.operations.reference_data import load_reference_data

from .earlier import import_earlier
from .licences import follow_licences
from .people import PASSWORD, load_people
from .permits import permit_cases
from .ratings import rate_cases
from .reminders import remind
from .reservations import reserve_names
from .simulation import CASES, SEED, Simulation, Tally

FINISHED = "demo finished"
"""A counter that is written last: a load that was interrupted is told from a whole one."""

_PEOPLE = select(Person.id).limit(1)


class NotADemo(Exception):
    """The database holds real people or cases, which a demo would mix with or delete."""


def load_demo(
    database: Database, *, now: datetime | None = None, cases: int | None = None, say: Callable[[str], None] = lambda line: None
) -> Tally | None:
    """Load the demo into an empty database, dated backwards from ``now``; None when it is there already.

    Remains of a load that was interrupted are cleared first. Raises NotADemo when the database holds real people.
    """
    with database.reading() as session:
        if session.get(Counter, FINISHED) is not None:
            return None
        remains = session.scalar(_PEOPLE) is not None
    if remains:
        clear_demo(database)
    now = now or datetime.now(UTC)
    say("正在载入演示县近四个月的办件，约需一分钟……")
    fast = _without_waiting(database)
    try:
        county = fast.write(load_people, hash_password(PASSWORD), now)
        tally = Simulation(fast, county, now, CASES if cases is None else cases).run()
        follow_licences(fast, county, now)
        rate_cases(fast, county, now, SEED)
        permit_cases(fast, county, now, SEED)
        fast.write(reserve_names, county, now)
        remind(fast, county, now)
        import_earlier(fast, now, SEED)
        fast.write(_finish)
    finally:
        fast.engine.dispose()
    return tally


def _finish(session: Session) -> None:
    # Whoever entrusted an agent was entered by the agent, not by the list of people.
    session.execute(update(Person).where(Person.demo.is_(False)).values(demo=True))
    # What is told of is past: nobody gets a message about it.
    session.execute(update(Notice).where(Notice.planned_at.is_(None)).values(planned_at=Notice.created_at))
    # It happened long ago, before whatever a worker may have reached meanwhile.
    rollups.start_again(session)
    session.add(Counter(name=FINISHED, value=1))
    session.flush()


def _without_waiting(database: Database) -> Database:
    """The same database without waiting for the disk at every action.

    Thousands of durable transactions take minutes on a slow disk. The price is that a power failure during the load can
    leave a broken file; nothing but invented data would be lost, and ``approvals demo reset`` makes it anew.
    """
    url = database.engine.url
    if url.get_backend_name() != "sqlite":
        return Database(url.update_query_dict({"options": "-c synchronous_commit=off"}).render_as_string(hide_password=False))
    fast = Database(url.render_as_string(hide_password=False))

    @event.listens_for(fast.engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    return fast


def clear_demo(database: Database) -> None:
    """Delete every row of a demo database and load the lists anew, the network included: what was tried on it goes too.

    Raises NotADemo for any other database.
    """
    database.write(_clear)
    database.write(load_reference_data, example_banks=True)
    reference.forget()


def _clear(session: Session) -> None:
    demo = session.scalar(select(Person.id).where(Person.demo).limit(1))
    if demo is None and (session.scalar(_PEOPLE) is not None or session.scalar(select(Case.id).limit(1)) is not None):
        raise NotADemo(
            "这个数据库里有真实的人员或办件，不是演示数据库，不能载入演示数据，也不能清空。"
            "正式运行请设 APPROVALS_DEMO=0；只是试用，请换一个数据库（APPROVALS_DATABASE_URL）。"
        )
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())
