"""What a person has filed, and the receipt of one filing. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Submission
from workflows.county import county_catalogue
from workflows.engine.definition import State, Text

from .clocks import stands_of
from .signatures import missing_of

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case of the person, as a list shows it; ``correction`` is the token of the linked case that was returned.

    ``is_to_collect`` while the results wait to be handed out or posted; ``missing_signatures`` of those who have to sign it;
    ``stands`` why no time of a licence runs, as ``clocks.stands_of`` says it.
    """

    number: str
    token: str
    company: str
    state: Text
    outcome: str
    is_closed: bool
    opened_at: datetime
    promised_due_at: datetime | None
    correction: str = ""
    is_to_collect: bool = False
    missing_signatures: int = 0
    stands: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says; ``missing_signatures`` while it waits for people to sign."""

    number: str
    token: str
    company: str
    title: Text
    channel: str
    submissions: int
    is_claimed: bool
    opened_at: datetime
    clock_started_at: datetime
    promised_due_at: datetime | None
    statutory_due_at: datetime | None
    offices: dict[str, Any]
    chosen: tuple[Text, ...]
    missing_signatures: int = 0
    filed_at: datetime | None = None
    kind: str = ""
    stands: str = ""


def cases_of(session: Session, person_id: int) -> list[CaseLine]:
    """The person's cases, the newest first; two statements, and one more while any waits for signatures."""
    roots = list(
        session.scalars(
            select(Case)
            .where(Case.applicant_id == person_id, Case.parent_id.is_(None), Case.submissions > 0)
            .order_by(Case.opened_at.desc())
            .limit(MOST_LISTED)
        )
    )
    open_ids = [case.id for case in roots if case.closed_at is None]
    linked = list(session.execute(
        select(Case.root_id, Case.workflow, Case.version, Case.state, Case.token).where(
            Case.root_id.in_(open_ids), Case.parent_id.is_not(None), Case.closed_at.is_(None)
        )
    )) if open_ids else []  # fmt: skip
    catalogue = county_catalogue()
    stages = [(row, catalogue.version(row.workflow, row.version).states[row.state].stage) for row in linked]
    returned = {row.root_id: row.token for row, stage in stages if stage == "correction"}
    returned |= {case.id: case.token for case in roots if case.closed_at is None and _state_of(case).stage == "correction"}
    signing = [row.root_id for row, stage in stages if stage == "signing"]
    missing = missing_of(session, signing) if signing else {}
    found = []
    for case in roots:
        state = _state_of(case)
        is_to_collect = state.stage == "delivery" and not state.final
        found.append(
            CaseLine(
                case.number, case.token, case.company, state.title, case.outcome, case.closed_at is not None, case.opened_at,
                case.promised_due_at, returned.get(case.id, ""), is_to_collect,
                missing.get(case.id, 0), stands_of(case),
            )
        )  # fmt: skip
    return found


def _state_of(case: Case) -> State:
    return county_catalogue().version(case.workflow, case.version).states[case.state]


def receipt_of(session: Session, token: str) -> tuple[Receipt, Case] | None:
    """The receipt of a root case, with the case for whoever decides who may see it; None for an unknown one."""
    case = session.scalar(select(Case).where(Case.token == token, Case.parent_id.is_(None), Case.submissions > 0))
    if case is None:
        return None
    catalogue = county_catalogue()
    definition = catalogue.version(case.workflow, case.version)
    in_order = [opening.workflow for state in definition.states.values() for opening in state.opens if opening.workflow in case.chosen]
    chosen = tuple(catalogue.latest(key).title for key in in_order)
    last = select(Submission.filed_at).where(Submission.case_id == case.id, Submission.number == case.submissions)
    filed_at = session.scalar(last) if case.submissions > 1 else case.opened_at
    receipt = Receipt(
        case.number, case.token, case.company, definition.title, case.channel,
        case.submissions, case.applicant_id is not None, case.opened_at, case.clock_started_at, case.promised_due_at,
        case.statutory_due_at, case.offices, chosen, missing_of(session, [case.id]).get(case.id, 0), filed_at, definition.kind,
        stands_of(case),
    )  # fmt: skip
    return receipt, case
