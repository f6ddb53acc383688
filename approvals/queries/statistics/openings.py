"""Closed company openings and the six “4011” claims of each: which break one, and what share meets all of them.

The claims are worked out of the whole history of each case. So they are kept when its family is settled; only those of the last
minutes are worked out when a page asks.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from approvals.models import Case, JudgedOpening
from approvals.queries.cases import Family, families_of, submissions_by_root
from approvals.queries.claims import beside, claims_of
from approvals.queries.history import histories_of
from approvals.queries.matters import in_order
from workflows.engine.definition import CHAIN
from workflows.rules.claims import BROKEN, HOLDS, Claim, Claims, Evidence, Log, claims
from workflows.statistics.intervals import Estimate, share_of

from .conditions import Key, after_key, closed_cases_of
from .drill import Page
from .filters import Filter, Offices, in_reach, month_after, month_of, start_of
from .rolled import rolled_until

PAGE_SIZE = 20
SIX = claims(Log("", (), (), (), (), (), frozenset(), "", False, False, False)).each
"""The six claims without a case: their keys and titles."""
_COLUMNS: Mapping[str, Any] = {
    "month": JudgedOpening.month, "office": JudgedOpening.office_id, "channel": JudgedOpening.channel,
    "workflow": JudgedOpening.workflow,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """How some openings do by the six claims: how many can be judged and how many of these meet all six; of each claim, in the
    order of ``SIX``, of how many it is decided, and how many break it."""

    judged: int = 0
    met: int = 0
    decided: tuple[int, ...] = (0,) * len(SIX)
    broken: tuple[int, ...] = (0,) * len(SIX)

    def __add__(self, other: Tally) -> Tally:
        decided, broken = (
            tuple(mine + theirs for mine, theirs in zip(*both, strict=True))
            for both in ((self.decided, other.decided), (self.broken, other.broken))
        )
        return Tally(self.judged + other.judged, self.met + other.met, decided, broken)


@dataclass(frozen=True, slots=True)
class Opening:
    """One closed company opening and what its six claims come to."""

    case: Case
    claims: Claims


def openings(
    session: Session, offices: Offices, filter: Filter, today: date, *, broken: bool = False, claim: str | None = None,
    after: Key | None = None, size: int = PAGE_SIZE,
) -> Page[Opening]:  # fmt: skip
    """The company openings that closed in the months of the filter, the newest first; with ``broken`` those that break a claim,
    with ``claim`` those that break this one.

    A page of those that were settled costs the same few statements however many there are.
    """
    live = _live(session, offices, filter, after, size)
    families = families_of(session, {case.root_id for case in live[:size]}) if live else []
    told = {family.root.case.id: each for family, each in zip(families, _claims(session, families, today), strict=True)}
    found = [Opening(case, told[case.root_id]) for case in live[:size]]
    shown = [each for each in found if _is_asked_for(each, broken, claim)]
    if len(live) > size:
        return Page(tuple(shown), _key(live[size - 1]))
    kept = select(Case, JudgedOpening.claims).join(JudgedOpening, JudgedOpening.case_id == Case.id)
    kept = kept.where(_kept(session, offices, filter), *after_key(JudgedOpening.closed_at, JudgedOpening.case_id, after))
    if broken or claim is not None:
        kept = kept.where(JudgedOpening.state == BROKEN)
    if claim is not None:
        kept = kept.where(JudgedOpening.claims.like(_breaking(claim)))
    taken = {each.case.id for each in found}
    newest = kept.order_by(JudgedOpening.closed_at.desc(), JudgedOpening.case_id.desc()).limit(size + 1)
    shown += [Opening(case, _told(text)) for case, text in session.execute(newest) if case.id not in taken]
    return Page(tuple(shown[:size]), _key(shown[size - 1].case) if len(shown) > size else None)


def _is_asked_for(found: Opening, broken: bool, claim: str | None) -> bool:
    if claim is not None:
        return any(each.key == claim and each.state == BROKEN for each in found.claims.each)
    return not broken or found.claims.state == BROKEN


def _breaking(claim: str) -> str:
    """The pattern of a row that breaks a claim. It has as many commas as a row, so that none of its wildcards can hold one."""
    return ",".join(f"{BROKEN}:%" if each.key == claim else "%" for each in SIX)


def tallies(session: Session, offices: Offices, filter: Filter, by: str | None = None) -> dict[Any, Tally]:
    """How the openings that were settled do by each claim, by month or office, or all under None. One statement.

    Six claims come to few different texts, however many openings there are.
    """
    columns = [] if by is None else [_COLUMNS[by]]
    found = session.execute(
        select(*columns, JudgedOpening.claims, func.count())
        .where(_kept(session, offices, filter))
        .group_by(*columns, JudgedOpening.claims)
    )
    counted: dict[Any, list[int]] = {}
    for *key, text, count in found:
        of_key = counted.setdefault(key[0] if key else None, [0] * (2 + 2 * len(SIX)))
        for at in _counts(text):
            of_key[at] += count
    return {key: Tally(judged, met, tuple(each[: len(SIX)]), tuple(each[len(SIX) :])) for key, (judged, met, *each) in counted.items()}


@functools.lru_cache(maxsize=4096)
def _counts(text: str) -> tuple[int, ...]:
    """Which numbers of a tally an opening counts in, its own two first, then those of the claims in their order."""
    states = [part.partition(":")[0] for part in text.split(",")]
    is_met = set(states) == {HOLDS}
    decided = [2 + at for at, state in enumerate(states) if state in (HOLDS, BROKEN)]
    broken = [2 + len(SIX) + at for at, state in enumerate(states) if state == BROKEN]
    return (*([0] if is_met or broken else []), *([1] if is_met else []), *decided, *broken)


def claims_met(session: Session, offices: Offices, filter: Filter) -> Estimate:
    """The share of the openings that meet all six claims, of those that were settled and can be judged. One statement."""
    found = session.execute(
        select(JudgedOpening.state, func.count())
        .where(_kept(session, offices, filter), JudgedOpening.state.in_([HOLDS, BROKEN]))
        .group_by(JudgedOpening.state)
    )
    counts = {state: count for state, count in found}
    return share_of(counts.get(HOLDS, 0), sum(counts.values()))


def claims_met_by(session: Session, offices: Offices, filter: Filter, by: str) -> dict[Any, tuple[int, int]]:
    """How many openings meet all six claims, and of how many that can be judged, by month, office, channel or workflow."""
    column = _COLUMNS[by]
    found = session.execute(
        select(column, JudgedOpening.state, func.count())
        .where(_kept(session, offices, filter), JudgedOpening.state.in_([HOLDS, BROKEN]))
        .group_by(column, JudgedOpening.state)
    )
    counts: dict[Any, tuple[int, int]] = {}
    for key, state, count in found:
        met, judged = counts.get(key, (0, 0))
        counts[key] = (met + count if state == HOLDS else met, judged + count)
    return counts


def judged(session: Session, roots: Iterable[int], today: date) -> Iterator[dict[str, Any]]:
    """The rows of the closed openings of these families, as they stand now; a handful of statements."""
    families = families_of(session, roots)
    for family, found in zip(families, _claims(session, families, today), strict=True):
        for case in (member.case for member in family.members):
            if case.workflow not in _chains() or case.closed_at is None:
                continue
            yield {
                "case_id": case.id, "root_id": case.root_id, "workflow": case.workflow, "office_id": case.deciding_office_id,
                "channel": case.channel, "closed_at": case.closed_at, "month": month_of(case.closed_at), "state": found.state,
                "claims": ",".join(f"{claim.state}:{sum(line.against for line in claim.evidence)}" for claim in found.each),
            }  # fmt: skip


@functools.cache
def _chains() -> tuple[str, ...]:
    return tuple(each.key for each in in_order() if each.kind == CHAIN)


def _live(session: Session, offices: Offices, filter: Filter, after: Key | None, size: int) -> list[Case]:
    """Openings that closed since the rollups were last filled."""
    until, which = rolled_until(session), closed_cases_of(session, offices, filter, None, None)
    conditions = [which, Case.workflow.in_(_chains()), *after_key(Case.closed_at, Case.id, after)]
    if until is not None:
        conditions.append(Case.closed_at >= until)
    found = select(Case).where(*conditions).order_by(Case.closed_at.desc(), Case.id.desc()).limit(size + 1)
    return list(session.scalars(found))


def _kept(session: Session, offices: Offices, filter: Filter) -> ColumnElement[bool]:
    """The condition of the judged openings that a filter names."""
    own = [each.key for each in in_order() if each.key in _chains() and filter.department in (None, each.department)]
    conditions = [
        JudgedOpening.closed_at >= start_of(filter.first_month), JudgedOpening.closed_at < start_of(month_after(filter.last_month)),
        JudgedOpening.workflow.in_(own if filter.workflow is None else {filter.workflow} & set(own)),
    ]  # fmt: skip
    if (reach := in_reach(session, offices, filter)) is not None:
        conditions.append(JudgedOpening.office_id.in_(sorted(reach)))
    if filter.channel is not None:
        conditions.append(JudgedOpening.channel == filter.channel)
    return and_(*conditions)


def _key(case: Case) -> Key:
    assert case.closed_at is not None
    return Key(case.closed_at, case.id)


def _told(text: str) -> Claims:
    """The claims of a row, without the words of their evidence: these stand on the page of the case."""
    parts = [part.partition(":") for part in text.split(",")]
    return Claims(tuple(
        Claim(claim.key, claim.title, state, {}, (Evidence({}, True),) * int(count or 0))
        for claim, (state, _, count) in zip(SIX, parts, strict=True)
    ))  # fmt: skip


def _claims(session: Session, families: Sequence[Family], today: date) -> Iterator[Claims]:
    """What the claims of each family come to."""
    roots = [family.root.case.id for family in families]
    if not roots:
        return
    lines, submissions = histories_of(session, families), submissions_by_root(session, roots)
    known = beside(session, families, lines)
    for family, root in zip(families, roots, strict=True):
        yield claims_of(session, family, lines[root], submissions.get(root, []), today, known)
