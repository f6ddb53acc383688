"""An applicant at the pages of an application: forms as a browser sends them, for tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from approvals.app import create_app
from approvals.db import Database
from approvals.models import Base, Draft
from approvals.queries import lists
from tests.support import seed
from tests.support.web import Visitor, application_settings


@dataclass
class County:
    """The seeded county with its application; ``now`` can be set on."""

    database: Database
    cast: seed.Cast
    application: Any
    now: datetime = seed.NOW

    def visitor(self, member: seed.Member) -> Visitor:
        return Visitor(self.application, member.person_id)

    def rows(self, model: type[Base]) -> list[Any]:
        """Every row of a table, read anew."""
        with self.database.reading() as session:
            return list(session.scalars(select(model)))

    def draft(self, token: str) -> Draft:
        with self.database.reading() as session:
            return session.scalars(select(Draft).where(Draft.token == token)).one()

    @property
    def served(self) -> Database:
        """The database as the application holds it, for counting its statements."""
        database: Database = self.application.extensions["database"]
        return database


def county_on(url: str) -> County:
    """The product on a seeded database, in testing mode, on a Monday at nine."""
    lists.forget()
    database = Database(url)
    cast = seed.seed(database)
    county = County(database, cast, None)
    county.application = create_app({**application_settings(url), "NOW": lambda: county.now})
    return county


def sent(values: Mapping[str, Any]) -> MultiDict[str, str]:
    """A page's canonical values as a browser sends them."""
    data: MultiDict[str, str] = MultiDict()
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, row in enumerate(value):
                for column, cell in row.items():
                    _put(data, f"{name}-{number}-{column}", cell)
        else:
            _put(data, name, value)
    return data


def _put(data: MultiDict[str, str], name: str, value: Any) -> None:
    if value is True:
        data.add(name, "y")
    elif isinstance(value, list):
        for each in value:
            data.add(name, str(each))
    elif value not in (False, None):
        data.add(name, str(value))


def began(visitor: Visitor) -> str:
    """Begin an application; returns its token."""
    return str(visitor.post("/applications/start", status=303).location.rsplit("/", 1)[1])


def typed(visitor: Visitor, token: str, content: Mapping[str, Any], **options: Any) -> None:
    """Type every page of an application."""
    for name, values in content.items():
        visitor.post(f"/applications/{token}/{name}", sent(values), status=303, **options)


def revision_on(html: str) -> str:
    """The revision that the check page would file."""
    found = re.search(r'name="revision" value="(\d+)"', html)
    assert found, "the check page offers nothing to submit"
    return found[1]


def submitted(visitor: Visitor, token: str, **more: str) -> Any:
    """Check the answers and file them; returns the redirection to the receipt."""
    revision = revision_on(visitor.get(f"/applications/{token}/check").text)
    return visitor.post(f"/applications/{token}/submit", {"revision": revision, **more}, status=303)


def store(county: County, token: str, **values: Any) -> None:
    """Change a draft behind the pages' back, as an older version or another program might have left it."""

    def change(session: Session) -> None:
        draft = session.scalars(select(Draft).where(Draft.token == token)).one()
        for name, value in values.items():
            setattr(draft, name, value)

    county.database.write(change)
