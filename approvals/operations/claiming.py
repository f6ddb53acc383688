"""A walk-in's case is claimed later with its number and the claim code of the receipt, and belongs to the person from then on."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from approvals.models import Case, Counter, Notice
from workflows.clock import OFFICE_ZONE
from workflows.engine.facts import Actor

from .acting import Acting
from .counting import count_one, uncount_one
from .errors import NotFound, Refusal
from .filing import claim_hash, new_code
from .permissions import allows
from .unit import Unit

ADOPTED = "case:adopted"
CODE_RENEWED = "case:code-renewed"
TRIES_OF_A_PERSON = 5
"""Wrong codes of one person within an hour of the clock."""

TRIES_AT_A_CASE = 20
"""Wrong codes for one case within a day: enough for every honest mistake, nothing against 31 to the tenth codes."""

_COUNTER = "claim-tries"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of a try: the token of the case, or why not. ``tries_left`` counts this hour's for this person."""

    case_token: str = ""
    tries_left: int = 0


def adopt(session: Session, acting: Acting, number: str, code: str, now: datetime) -> Adoption:
    """Take a walk-in's case over: root and all linked cases get the person as applicant, and the code is used up.

    A wrong try is an answer, not an exception: it has to be counted. A number without a case, one that somebody has claimed
    and a wrong code are the same to the outside.
    """
    hour, day = (now.astimezone(OFFICE_ZONE).strftime(form) for form in ("%Y%m%d%H", "%Y%m%d"))
    own = f"{_COUNTER} {hour} {acting.person_id}"
    case = session.scalar(select(Case).where(Case.number == number.strip().upper(), Case.parent_id.is_(None)))
    here = f"{_COUNTER} {day} {case.number}" if case is not None else ""
    session.execute(delete(Counter).where(Counter.name.like(f"{_COUNTER} %"), Counter.name < f"{_COUNTER} {day}"))
    # Counted before the code is looked at: of many tries at once no more than these see an answer.
    tried = count_one(session, own)
    if tried > TRIES_OF_A_PERSON or (here and count_one(session, here) > TRIES_AT_A_CASE):
        return Adoption()
    if case is None or not _adopt(session, acting, case.id, code, now):
        return Adoption(tries_left=TRIES_OF_A_PERSON - tried)
    for name in (own, here):
        uncount_one(session, name)
    return Adoption(case.token)


def _adopt(session: Session, acting: Acting, case_id: int, code: str, now: datetime) -> bool:
    unit = Unit.load(session, case_id, now)
    root = unit.case(case_id)
    if root.applicant_id is not None or not root.claim_code_hash:
        return False
    if not hmac.compare_digest(root.claim_code_hash, claim_hash("".join(code.split()))):
        return False
    root.claim_code_hash = ""
    actor = Actor(acting.person_id, acting.name, frozenset({"applicant"}), acting.on_behalf_of)
    for case in unit.cases.values():
        case.applicant_id = acting.person_id
        unit.record(case, actor, "applicant", ADOPTED, case.state, case.state, {}, case.task.id if case.task else None)
    unit.write()
    # What was told to nobody so far is told to the applicant now.
    untold = update(Notice).where(Notice.root_id == case_id, Notice.person_id.is_(None))
    session.execute(untold.values(person_id=acting.person_id))
    return True


def new_claim_code(session: Session, acting: Acting, case_token: str, now: datetime) -> str:
    """Give an unclaimed walk-in's case a new code in place of a lost one; the old one is void. Returns the code, once.

    Only a clerk of an office that the case is with may, with the applicant before them.
    """
    case_id = session.scalar(select(Case.id).where(Case.token == case_token, Case.parent_id.is_(None)))
    if case_id is None:
        raise NotFound
    unit = Unit.load(session, case_id, now)
    case = unit.case(case_id)
    here = set(case.office_ids())
    if not any(allows(held, "take_in") and held.office_id in here for held in acting.positions):
        raise NotFound
    if case.applicant_id is not None:
        raise Refusal(
            "claimed", {"zh": "这个办件已经由申请人认领，不再需要认领码。", "en": "The applicant has claimed this case already."}
        )
    code = new_code()
    case.claim_code_hash = claim_hash(code)
    actor = Actor(acting.person_id, acting.name, frozenset({"clerk"}), acting.on_behalf_of)
    unit.record(case, actor, "clerk", CODE_RENEWED, case.state, case.state, {}, case.task.id if case.task else None)
    unit.write()
    return code
