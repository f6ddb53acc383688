"""Disclosures and consents, held against the history: each row has its event, and each such event its row, saying the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Consent, Disclosure, Event, EventPayload

from .replay import CONSENT_GIVEN, CONSENT_WITHDRAWN, DISCLOSED

Found = tuple[str, Mapping[str, str]]
"""The number of a root case, and what is wrong."""

_root, _of_event = aliased(Case), aliased(Case)
_AT_ONCE = 200


def privacy_problems(session: Session) -> Iterator[Found]:
    """The faults of all cases; four statements, whose rows are read as they come."""
    yield from _disclosures(session)
    yield from _consents(session)


def _disclosures(session: Session) -> Iterator[Found]:
    told = and_(
        Event.action == DISCLOSED, Event.actor_id == Disclosure.person_id, Event.happened_at == Disclosure.disclosed_at,
        Event.case_id.in_(select(_of_event.id).where(_of_event.root_id == Disclosure.root_id)),
    )  # fmt: skip
    rows = (
        select(_root.number, Disclosure, Event.actor_name, Event.role, EventPayload.body)
        .join(_root, _root.id == Disclosure.root_id)
        .outerjoin(Event, told)
        .outerjoin(EventPayload, EventPayload.event_id == Event.id)
    )
    for number, row, name, role, body in _read(session, rows):
        if body is None:
            yield number, {"zh": "有查看登记没有办理记录", "en": "no event tells of a disclosure that is there"}
            continue
        said = _part(body, "disclosure")
        if (row.person_name, row.role, row.reason, row.office_id) != (name, role, said.get("reason"), said.get("office")):
            yield number, {"zh": "查看登记被改动", "en": "a disclosure was changed"}
    missing = (
        select(_root.number)
        .select_from(Event)
        .join(_of_event, _of_event.id == Event.case_id)
        .join(_root, _root.id == _of_event.root_id)
    )
    there = select(Disclosure.id).where(
        Disclosure.root_id == _of_event.root_id, Disclosure.person_id == Event.actor_id, Disclosure.disclosed_at == Event.happened_at
    )
    for (number,) in _read(session, missing.where(Event.action == DISCLOSED, ~there.exists())):
        yield number, {"zh": "查看登记缺失", "en": "a disclosure is missing"}


def _consents(session: Session) -> Iterator[Found]:
    """An event is of a row when it happened when the row says that consent was given, or withdrawn, and names its office."""
    rows = (
        select(_root.number, Consent, Event.action, EventPayload.body)
        .join(_root, _root.id == Consent.root_id)
        .outerjoin(
            Event,
            and_(
                Event.case_id == Consent.root_id,
                or_(
                    and_(Event.action == CONSENT_GIVEN, Event.happened_at == Consent.given_at),
                    and_(Event.action == CONSENT_WITHDRAWN, Event.happened_at == Consent.withdrawn_at),
                ),
            ),
        )
        .outerjoin(EventPayload, EventPayload.event_id == Event.id)
        .order_by(Consent.id)
    )
    for _, lines in groupby(_read(session, rows), key=lambda line: line[1].id):
        told: set[str] = set()
        for number, row, action, body in lines:
            said = _part(body, "consent")
            if said.get("office") != row.office_id:
                continue
            told.add(action)
            if action == CONSENT_GIVEN and (said.get("data"), said.get("purpose"), said.get("way")) != (row.data, row.purpose, row.way):
                yield number, {"zh": "同意记录被改动", "en": "a consent was changed"}
        if not {CONSENT_GIVEN, *([CONSENT_WITHDRAWN] if row.withdrawn_at is not None else [])} <= told:
            yield number, {"zh": "同意或撤回没有办理记录", "en": "no event gave or withdrew a consent as its row says"}
    there = select(Consent.id).where(
        Consent.root_id == Event.case_id,
        or_(
            and_(Event.action == CONSENT_GIVEN, Consent.given_at == Event.happened_at),
            and_(Event.action == CONSENT_WITHDRAWN, Consent.withdrawn_at.is_not(None)),
        ),
    )
    missing = select(_root.number).select_from(Event).join(_root, _root.id == Event.case_id)
    for (number,) in _read(session, missing.where(Event.action.in_((CONSENT_GIVEN, CONSENT_WITHDRAWN)), ~there.exists())):
        yield number, {"zh": "同意记录缺失，或者撤回被改动", "en": "a consent is missing, or its withdrawal was changed"}


def _read(session: Session, rows: Select[Any]) -> Iterator[Any]:
    yield from session.execute(rows.execution_options(yield_per=_AT_ONCE))


def _part(body: str | None, name: str) -> Mapping[str, Any]:
    """One part of an event's payload; empty where it was purged or is none."""
    try:
        found = json.loads(body or "{}").get(name)
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, Mapping) else {}
