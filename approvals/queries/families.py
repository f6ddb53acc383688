"""Reads whole families of cases as raw rows, whatever lies in them: times in microseconds, JSON as its text.

Bytes that are no text and values of the wrong kind do not end the reading; they are noted as damage of their row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Integer, Select, Text, cast, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from approvals.db import CanonicalJson, UtcDateTime
from approvals.models import (
    Case,
    ClockSuspension,
    CompanyName,
    CustodyItem,
    CustodyMove,
    Document,
    Event,
    EventPayload,
    HandOver,
    Mandate,
    Notice,
    Rating,
    Signature,
    Submission,
    Task,
    Upload,
    Urging,
)

from .replay import Replayed


class Damage(NamedTuple):
    """A value that is not of its column's kind."""

    case_id: int
    position: int | None
    table: str
    column: str


class Family:
    """A root case and everything linked below it. ``replayed`` fills with the cases whose history is sound.

    ``papers`` are the photos of mandates and receipts that were signed on paper, without their content.
    """

    def __init__(self, cases: list[Any]) -> None:
        self.cases = cases
        self.events: dict[int, list[Any]] = defaultdict(list)
        self.tasks: dict[int, list[Any]] = defaultdict(list)
        self.documents: dict[int, list[Any]] = defaultdict(list)
        self.notices: dict[int, list[Any]] = defaultdict(list)
        self.names: dict[int, list[Any]] = defaultdict(list)
        self.signatures: dict[int, list[Any]] = defaultdict(list)
        self.suspensions: dict[int, list[Any]] = defaultdict(list)
        self.urgings: dict[int, list[Any]] = defaultdict(list)
        self.custody_items: list[Any] = []
        self.custody_moves: list[Any] = []
        self.hand_overs: list[Any] = []
        self.mandates: list[Any] = []
        self.papers: list[Any] = []
        self.submissions: list[Any] = []
        self.ratings: list[Any] = []
        self.damage: list[Damage] = []
        self.replayed: dict[int, Replayed] = {}

    @property
    def root(self) -> Any:
        return next((case for case in self.cases if case.id == case.root_id), self.cases[0])


class _Table:
    """The columns of a table as they are read, and what kind of value each may hold."""

    def __init__(self, model: Any) -> None:
        self.name: str = model.__tablename__
        self.columns = list(model.__table__.c)
        self._sound: dict[tuple[type, ...], str] = {}

    def query(self) -> Select[Any]:
        return select(*(_raw(column) for column in self.columns))

    def damaged(self, row: Any) -> str:
        """The first column that holds a value of the wrong kind, or nothing. Rows of one make are looked at once."""
        kinds = tuple(map(type, row))
        found = self._sound.get(kinds)
        if found is None:
            found = self._sound[kinds] = next(
                (
                    column.name
                    for column, kind in zip(self.columns, kinds, strict=False)
                    if not (kind is _kind(column) or (kind is type(None) and column.nullable))
                ),
                "",
            )
        return found


def _kind(column: Any) -> type:
    if isinstance(column.type, Boolean):
        return bool
    return int if isinstance(column.type, (Integer, UtcDateTime)) else str


def _raw(column: Any) -> ColumnElement[Any]:
    if isinstance(column.type, UtcDateTime):
        return type_coerce(column, BigInteger).label(column.name)
    if isinstance(column.type, CanonicalJson):
        return type_coerce(column, Text).label(column.name)
    if isinstance(column.type, Date):
        return cast(column, Text).label(column.name)
    return column  # type: ignore[no-any-return]


_CASES, _EVENTS = _Table(Case), _Table(Event)
_TASKS, _DOCUMENTS, _SUBMISSIONS = _Table(Task), _Table(Document), _Table(Submission)
_NOTICES, _NAMES, _SIGNATURES = _Table(Notice), _Table(CompanyName), _Table(Signature)
_RATINGS, _MANDATES = _Table(Rating), _Table(Mandate)
_SUSPENSIONS, _URGINGS = _Table(ClockSuspension), _Table(Urging)
_CUSTODY_ITEMS, _CUSTODY_MOVES, _HAND_OVERS = _Table(CustodyItem), _Table(CustodyMove), _Table(HandOver)
OF_A_CASE = (Event, Task, Document, Submission, Notice, Signature, Mandate, ClockSuspension, Urging)
"""Tables whose rows belong to exactly one case."""


@contextmanager
def any_bytes(session: Session) -> Iterator[None]:
    """Let texts that are not UTF-8 be read: SQLite keeps any bytes, and its driver would give up at the first of them."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    before, driver.text_factory = driver.text_factory, lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before


def one_moment(session: Session) -> None:
    """Read everything as of one moment, so that an action in between is no fault. SQLite's transactions do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.rollback()  # the level can only be chosen at the beginning of a transaction
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def families(session: Session, root_ids: Sequence[int]) -> Iterator[Family | int]:
    """The families of these roots, one after the other; of one that the database cannot read, the root's identifier."""
    try:
        found = _read(session, root_ids)
    except DBAPIError:
        one_moment(session)
        if len(root_ids) == 1:
            yield root_ids[0]
            return
        for root_id in root_ids:
            yield from families(session, [root_id])
        return
    yield from found


def _read(session: Session, root_ids: Sequence[int]) -> list[Family]:
    members = select(Case.id).where(Case.root_id.in_(root_ids))
    by_root: dict[int, list[Any]] = {root_id: [] for root_id in root_ids}
    for row in session.execute(_CASES.query().where(Case.root_id.in_(root_ids)).order_by(Case.id)):
        by_root[row.root_id].append(row)
    found = [Family(cases) for cases in by_root.values() if cases]
    family_of = {case.id: family for family in found for case in family.cases}

    def rows(table: _Table, query: Select[Any], case_id: Any) -> Iterator[tuple[Family, Any]]:
        for row in session.execute(query.where(case_id.in_(members))):
            family = family_of[row.case_id]
            if column := table.damaged(row):
                family.damage.append(Damage(row.case_id, None, table.name, column))
            yield family, row

    for family in found:
        for case in family.cases:
            if column := _CASES.damaged(case):
                family.damage.append(Damage(case.id, None, _CASES.name, column))
    events = _EVENTS.query().add_columns(EventPayload.salt, EventPayload.body, EventPayload.purged_under)
    events = events.outerjoin(EventPayload, EventPayload.event_id == Event.id).where(Event.case_id.in_(members))
    for row in session.execute(events.order_by(Event.case_id, Event.position)):
        family = family_of[row.case_id]
        column = _EVENTS.damaged(row)
        if not column and any(type(value) not in (str, type(None)) for value in row[-3:]):
            column = "payload"
        if column:
            family.damage.append(Damage(row.case_id, row.position if isinstance(row.position, int) else None, _EVENTS.name, column))
        family.events[row.case_id].append(row)
    for family, row in rows(_TASKS, _TASKS.query().order_by(Task.id), Task.case_id):
        family.tasks[row.case_id].append(row)
    for family, row in rows(_DOCUMENTS, _DOCUMENTS.query().order_by(Document.id), Document.case_id):
        family.documents[row.case_id].append(row)
    for family, row in rows(_SUBMISSIONS, _SUBMISSIONS.query().order_by(Submission.number), Submission.case_id):
        family.submissions.append(row)
    for family, row in rows(_NOTICES, _NOTICES.query().where(Notice.kind == "case").order_by(Notice.id), Notice.case_id):
        family.notices[row.case_id].append(row)
    of_roots: tuple[tuple[_Table, Any, str], ...] = (
        (_RATINGS, Rating, "ratings"), (_CUSTODY_ITEMS, CustodyItem, "custody_items"),
        (_CUSTODY_MOVES, CustodyMove, "custody_moves"), (_HAND_OVERS, HandOver, "hand_overs"),
    )  # fmt: skip
    for table, model, rows_of in of_roots:
        for row in session.execute(table.query().where(model.root_id.in_(root_ids)).order_by(model.id)):
            family = family_of[row.root_id]
            if column := table.damaged(row):
                family.damage.append(Damage(row.root_id, None, table.name, column))
            getattr(family, rows_of).append(row)
    for family, row in rows(_MANDATES, _MANDATES.query().order_by(Mandate.number), Mandate.case_id):
        family.mandates.append(row)
    papers = select(Upload.id, Upload.root_id, Upload.person_id, Upload.digest, Upload.removed_at)
    for row in session.execute(papers.where(Upload.root_id.in_(root_ids), Upload.material.in_(("mandate", "delivery")))):
        family_of[row.root_id].papers.append(row)
    for family, row in rows(_NAMES, _NAMES.query().order_by(CompanyName.id), CompanyName.case_id):
        family.names[row.case_id].append(row)
    for family, row in rows(_SIGNATURES, _SIGNATURES.query().order_by(Signature.id), Signature.case_id):
        family.signatures[row.case_id].append(row)
    for family, row in rows(_SUSPENSIONS, _SUSPENSIONS.query().order_by(ClockSuspension.number), ClockSuspension.case_id):
        family.suspensions[row.case_id].append(row)
    for family, row in rows(_URGINGS, _URGINGS.query().order_by(Urging.id), Urging.case_id):
        family.urgings[row.case_id].append(row)
    return found
