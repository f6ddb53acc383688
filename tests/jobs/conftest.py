"""A database with people who can be reached, a clock that tests move, and servers that receive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from approvals.db import Database
from approvals.gateway import Gateways
from approvals.jobs.delivering import deliver
from approvals.models import Delivery, Notice, Person
from tests.jobs.receivers import Gateway, MailServer, gateway, mail_server
from workflows.clock.quiet import read_quiet_hours

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Monday, noon in the county."""

SECRET = "shared-with-the-gateway"
Tell = Callable[..., int]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def tell(database: Database) -> Tell:
    """Tell a new person something; returns the id of the notice. Persons want mail and SMS unless the test says otherwise."""

    def told(text: str = "您的办件有了进展。", at: datetime = NOON, **values: Any) -> int:
        def store(session: Any) -> int:
            person_id = None
            if not (values.get("to_phone") or values.get("to_email") or values.pop("nobody", False)):
                person = Person(
                    name="张测试", phone=values.pop("phone", "13800000001"), email=values.pop("email", "zhang@example.cn"),
                    channels=values.pop("channels", ["sms", "mail"]), language=values.pop("language", "zh"), created_at=at,
                )  # fmt: skip
                session.add(person)
                session.flush()
                person_id = person.id
            notice = Notice(person_id=person_id, text={"zh": text, "en": f"en: {text}"}, created_at=at, **values)
            session.add(notice)
            session.flush()
            return int(notice.id)

        return database.write(store)

    return told


class Post:
    """The way out, with a clock of its own."""

    def __init__(self, database: Database, gateways: Gateways) -> None:
        self.database, self.gateways, self.now = database, gateways, NOON

    def deliver(self, worker: str = "one", *, urgent: bool = False) -> int:
        return deliver(self.database, self.gateways, worker, lambda: self.now, urgent=urgent)

    def deliveries(self) -> dict[str, Delivery]:
        """By channel; for tests of one notice."""
        with self.database.reading() as session:
            return {each.channel: each for each in session.scalars(select(Delivery))}

    def all(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def notice(self, notice_id: int) -> Notice:
        with self.database.reading() as session:
            return session.get_one(Notice, notice_id)

    def next_try(self) -> datetime | None:
        with self.database.reading() as session:
            open_ones = Delivery.state.in_(("waiting", "failed"))
            return session.scalar(select(func.min(Delivery.next_try_at)).where(open_ones))

    def go_on(self, until: timedelta) -> None:
        """Let time pass: deliver whenever something is due, up to so long after noon."""
        self.deliver()
        while (due := self.next_try()) is not None and due <= NOON + until:
            self.now = max(due, self.now)
            self.deliver()
        self.now = NOON + until


@pytest.fixture
def mails() -> Iterator[tuple[MailServer, str]]:
    with mail_server() as running:
        yield running


@pytest.fixture
def webhook() -> Iterator[tuple[Gateway, str]]:
    with gateway() as running:
        yield running


@pytest.fixture
def post(database: Database, mails: tuple[MailServer, str], webhook: tuple[Gateway, str]) -> Post:
    return Post(
        database,
        Gateways(
            site="https://example.cn", smtp_url=mails[1], mail_from="notice@example.cn", webhook=webhook[1], secret=SECRET,
            quiet=read_quiet_hours("21:00-08:00"),
        ),
    )  # fmt: skip
