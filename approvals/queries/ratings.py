"""What was said of the service: of one case, behind one follow-up, and of the whole county."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Event, EventPayload, Office, Person, Rating
from workflows.county import county_catalogue
from workflows.engine.definition import State

from .supervised import Offices, cases_of

DAYS = 90
MOST_LISTED = 50
ONLINE = "online"


def ratings_of(session: Session, root_id: int) -> list[Rating]:
    """The ratings of a case, the first first, without default ones: those nobody gave."""
    given = select(Rating).where(Rating.root_id == root_id, Rating.channel != "default")
    return list(session.scalars(given.order_by(Rating.created_at, Rating.id)))


def rated_by(session: Session, follow_up_id: int) -> frozenset[int]:
    """Everybody whom the ratings behind a follow-up rate; one statement."""
    return frozenset(
        person_id for rated in session.scalars(select(Rating.rated).where(Rating.follow_up_id == follow_up_id)) for person_id in rated
    )


def follow_up_number(session: Session, rating: Rating) -> str:
    """The number of the follow-up of a rating; empty when it has none."""
    return session.scalar(select(Case.number).where(Case.id == rating.follow_up_id)) or ""


@dataclass(frozen=True, slots=True)
class WindowService:
    """A service at a window that can be rated by itself: what it was (a contact of the vocabulary), when and where."""

    event_id: int
    kind: str
    at: datetime
    office_id: int | None


def window_services(session: Session, root_id: int) -> list[WindowService]:
    """The contacts in person that a family of cases records, the oldest first; one statement."""
    found = session.execute(
        select(Event.id, Event.happened_at, EventPayload.body)
        .join(Case, Case.id == Event.case_id)
        .join(EventPayload, EventPayload.event_id == Event.id)
        .where(Case.root_id == root_id, Event.actor_id.is_not(None), EventPayload.body.contains('"contact":'))
        .order_by(Event.happened_at, Event.id)
    ).all()
    services = []
    for event_id, at, body in found:
        contact = json.loads(body).get("contact")
        if isinstance(contact, dict):
            services.append(WindowService(event_id, str(contact.get("kind", "")), at, contact.get("office")))
    return services


@dataclass(frozen=True, slots=True)
class Criticism:
    """A rating behind a follow-up with the case it rates and the names of those whom it rates."""

    rating: Rating
    number: str
    token: str
    company: str
    rated: tuple[str, ...]


def behind(session: Session, follow_up_id: int) -> list[Criticism]:
    """The ratings that a follow-up is about, the first first; two statements."""
    found = session.execute(
        select(Rating, Case.number, Case.token, Case.company)
        .join(Case, Case.id == Rating.root_id)
        .where(Rating.follow_up_id == follow_up_id)
        .order_by(Rating.created_at, Rating.id)
    ).all()
    wanted = {person_id for rating, *_ in found for person_id in rating.rated}
    names = {number: name for number, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}
    return [
        Criticism(rating, number, token, company, tuple(names[each] for each in rating.rated if each in names))
        for rating, number, token, company in found
    ]


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Answers by score, 1 to 5; of whoever changed their mind only the second. ``defaults`` are scores that nobody gave."""

    by_score: Counter[int]
    defaults: int

    @property
    def answers(self) -> int:
        return self.by_score.total()

    @property
    def satisfied(self) -> int:
        """Answers of 4 and 5; the 3 (基本满意) stands apart."""
        return self.by_score[4] + self.by_score[5]

    @property
    def fairly(self) -> int:
        return self.by_score[3]

    @property
    def bad(self) -> int:
        return self.by_score[1] + self.by_score[2]


def satisfaction(session: Session, now: datetime, offices: Offices = None) -> Satisfaction:
    """What was answered in the last ``DAYS`` of cases of some offices or of all; one statement.

    A rating that was changed counts once, as it was changed.
    """
    later = aliased(Rating)
    changed = select(later.id).where(
        later.root_id == Rating.root_id, later.service == Rating.service, later.number > Rating.number, later.channel != "default"
    )
    found = session.execute(
        select(Rating.channel, Rating.score, func.count())
        .join(Case, Case.id == Rating.root_id)
        .where(Rating.created_at >= now - timedelta(days=DAYS), ~changed.exists(), cases_of(offices))
        .group_by(Rating.channel, Rating.score)
    ).all()
    by_score: Counter[int] = Counter()
    defaults = 0
    for channel, score, count in found:
        if channel == "default":
            defaults += count
        else:
            by_score[score] += count
    return Satisfaction(by_score, defaults)


@dataclass(frozen=True, slots=True)
class Bad:
    """A bad rating with its follow-up and how that stands."""

    rating: Rating
    number: str
    company: str
    office: str | None
    follow_up: str
    token: str
    state: State


def bad_ratings(session: Session, now: datetime, offices: Offices = None) -> list[Bad]:
    """The bad ratings of the last ``DAYS``, the newest first, at most ``MOST_LISTED``; one statement."""
    rated, follow_up = aliased(Case), aliased(Case)
    found = session.execute(
        select(Rating, rated.number, rated.company, Office.name, follow_up)
        .join(rated, rated.id == Rating.root_id)
        .join(follow_up, follow_up.id == Rating.follow_up_id)
        .outerjoin(Office, Office.id == rated.deciding_office_id)
        .where(Rating.created_at >= now - timedelta(days=DAYS), cases_of(offices, rated))
        .order_by(Rating.created_at.desc(), Rating.id.desc())
        .limit(MOST_LISTED)
    ).all()
    return [
        Bad(
            rating, number, company, office, case.number, case.token,
            county_catalogue().version(case.workflow, case.version).states[case.state],
        )
        for rating, number, company, office, case in found
    ]  # fmt: skip
