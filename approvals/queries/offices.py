"""Names of offices: every page with a case shows some."""

from __future__ import annotations

from sqlalchemy.orm import Session

from .county_network import county_network, forget


def office_name(session: Session, office_id: int) -> str:
    """The name of an office, read anew when it is not yet known; empty when there is none."""
    found = county_network(session.connection()).offices.get(office_id)
    if found is None:
        forget()
        found = county_network(session.connection()).offices.get(office_id)
    return found.name if found is not None else ""
