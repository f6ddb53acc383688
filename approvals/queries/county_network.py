"""The network as it is stored, read whole and kept per process: routing and permissions cost no statement.

Every change of it raises a counter, the network version, with the change itself. Whoever is signed in brings that version with
each request, in the statement that asks who they are; a process whose copy is older then reads it anew at the next use. Where
nobody is signed in a copy lives for some minutes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from approvals.calendar import NETWORK_VERSION
from approvals.models import Competence as CompetenceRow
from approvals.models import Counter
from approvals.models import Office as OfficeRow
from approvals.models import OfficeClosure as ClosureRow
from approvals.models import Place as PlaceRow
from workflows.network import Competence, Network, Office, Place

VERSION = NETWORK_VERSION
"""The counter that every change of an office, closure, competence, place, position or year of the calendar raises."""

_KEPT_SECONDS = 300.0
_kept: dict[str, tuple[float, int, Network]] = {}
_addresses: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()

version_now = select(Counter.value).where(Counter.name == VERSION).scalar_subquery()


def address_of(engine: Engine) -> str:
    """The address of a database, by which a process keeps what it has read there; spelt out once for each engine."""
    found = _addresses.get(engine)
    if found is None:
        found = _addresses[engine] = str(engine.url)
    return found


def county_network(connection: Connection) -> Network:
    """The county's network; costs five statements when this process has none, or an old one.

    A transaction that has changed the network reads what it wrote itself, and keeps that from everybody else.
    """
    if _changed_by(connection):
        return read_network(connection)
    url = address_of(connection.engine)
    found = _kept.get(url)
    if found is None or time.monotonic() - found[0] > _KEPT_SECONDS:
        # The version first: what changes while the rest is read leaves a copy that counts as old, never one that counts as new.
        version = connection.execute(select(version_now)).scalar() or 0
        found = _kept[url] = (time.monotonic(), version, read_network(connection))
    return found[2]


def mark_changed(connection: Connection) -> None:
    """Note that this transaction changes the network."""
    connection.info[VERSION] = connection.get_transaction()
    _kept.pop(address_of(connection.engine), None)


def _changed_by(connection: Connection) -> bool:
    changing = connection.info.get(VERSION)
    return changing is not None and changing is connection.get_transaction()


def note_version(engine: Engine, version: int) -> bool:
    """Forget the network of this database when it has changed since it was read; returns whether it had."""
    url = address_of(engine)
    found = _kept.get(url)
    if found is None or found[1] == version:
        return False
    _kept.pop(url, None)
    return True


def forget() -> None:
    """Read the network anew at the next use."""
    _kept.clear()


def read_network(connection: Connection) -> Network:
    """The network as it stands in this transaction, with what the transaction itself has changed."""
    closures = defaultdict(list)
    rows = select(ClosureRow.office_id, ClosureRow.closed_from, ClosureRow.closed_to, ClosureRow.reason)
    for office_id, *closure in connection.execute(rows.order_by(ClosureRow.closed_from, ClosureRow.id)):
        closures[office_id].append(tuple(closure))
    offices = select(
        OfficeRow.id, OfficeRow.code, OfficeRow.name, OfficeRow.kind, OfficeRow.place_code, OfficeRow.parent_id,
        OfficeRow.valid_from, OfficeRow.valid_to, OfficeRow.successor_id,
    )  # fmt: skip
    competences = select(
        CompetenceRow.office_id, CompetenceRow.matter, CompetenceRow.power, CompetenceRow.basis, CompetenceRow.valid_from,
        CompetenceRow.valid_to,
    )  # fmt: skip
    places = select(
        PlaceRow.code, PlaceRow.name, PlaceRow.level, PlaceRow.parent_code, PlaceRow.valid_from, PlaceRow.valid_to,
        PlaceRow.successor_code,
    )  # fmt: skip
    return Network(
        [Office(*row, tuple(closures.get(row[0], ()))) for row in connection.execute(offices)],
        [Competence(*row) for row in connection.execute(competences.order_by(CompetenceRow.id))],
        [Place(*row) for row in connection.execute(places.order_by(PlaceRow.code))],
    )
