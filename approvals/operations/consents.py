"""Separate consents, given and withdrawn beside the application: by the applicant, or on paper before a clerk or an agent.

From the moment of a withdrawal nobody who serves at that third party alone reads or moves the case; what was done before
stands (个人信息保护法 第十五条), and the case goes on with everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.db import from_microseconds
from approvals.models import Case
from approvals.queries import consents as known
from workflows.engine.facts import Actor
from workflows.network import Network

from . import statements
from .acting import Acting, Held
from .consent_rows import ONLINE, PAPER, THIRD_PARTIES, recipients
from .consent_rows import give as note_given
from .consent_rows import withdraw as note_withdrawn
from .errors import NotFound, Refusal
from .permissions import reach
from .reference import network
from .snapshot import CaseNow
from .unit import Unit


class ConsentMissing(Refusal):
    """A third party asks for a case that it has no consent for. ``withdrawn_at`` is None where there never was one."""

    def __init__(self, case_token: str, number: str, office_id: int, withdrawn_at: datetime | None) -> None:
        message = {
            "zh": f"{number}：申请人没有同意把资料提供给您所在的单位，或者已经撤回同意，所以不能查看，也不能办理。",
            "en": f"{number}: the applicant has not consented to your organisation having this data, or has withdrawn the consent.",
        }
        super().__init__("no-consent", message)
        self.case_token, self.number, self.office_id, self.withdrawn_at = case_token, number, office_id, withdrawn_at


def give(session: Session, acting: Acting, case_token: str, office_id: int, now: datetime) -> None:
    """Note the applicant's consent that an office has the data of a case; one that is in force already stands."""
    unit, root, role, way = _asked(session, acting, case_token, now)
    found = recipients_of(unit.cases.values(), network(session.connection()))
    if office_id not in found:
        raise Refusal(
            "no-recipient", {"zh": "这个办件不经过这个单位，不需要同意。", "en": "The case does not go to this organisation."}
        )
    if office_id in known.in_force(session, root.id):
        return
    if way == PAPER and (root.id, office_id) in known.consents_of(session, [root.id]):
        _refuse_recipient(acting, office_id)
    kind, for_account = found[office_id]
    actor = Actor(acting.person_id, acting.name, frozenset({role}))
    note_given(unit, root, actor, role, office_id, kind, for_account=for_account, way=way)
    unit.write()


def withdraw(session: Session, acting: Acting, case_token: str, office_id: int, now: datetime) -> None:
    """Note that the applicant has withdrawn their consent for an office; a second time changes nothing."""
    unit, root, role, way = _asked(session, acting, case_token, now)
    if office_id not in known.in_force(session, root.id):
        return
    note_withdrawn(unit, root, Actor(acting.person_id, acting.name, frozenset({role})), role, office_id, way)
    unit.write()


def _refuse_recipient(acting: Acting, office_id: int) -> None:
    """Raise Refusal where whoever lost the data by a withdrawal would note by themselves that they may have it again."""
    third_party = serves_third_party(acting, [office_id])
    if third_party is not None and third_party.office_id == office_id:
        raise Refusal(
            "withdrawn",
            {
                "zh": "申请人撤回过对您所在单位的同意，不能由您重新登记。本人愿意再同意的，请本人登录后在“我的授权”里同意，"
                "或者到镇街便民服务中心登记。",
                "en": "The applicant withdrew the consent for your organisation, so you do not note it again: they give it online, "
                "or at a town centre.",
            },
        )


def _asked(session: Session, acting: Acting, case_token: str, now: datetime) -> tuple[Unit, CaseNow, str, str]:
    """The root of a case with who speaks for its applicant, and in which way. Raises NotFound for everybody else."""
    case_id = session.scalar(select(Case.root_id).where(Case.token == case_token))
    if case_id is None:
        raise NotFound
    unit = Unit.load(session, case_id, now)
    root = unit.case(case_id)
    if root.applicant_id == acting.person_id:
        return unit, root, "applicant", ONLINE
    role = recorder_role(acting, [each for case in unit.cases.values() for each in case.office_ids()])
    if not role:
        raise NotFound
    return unit, root, role, PAPER


def recorder_role(acting: Acting, offices: Iterable[int]) -> str:
    """As what a person notes consents that were signed on paper, at an office the case is with; "" for whoever may not."""
    here = frozenset(offices)
    recorders = (held.role for held in acting.positions if reach(held.role, held.kind, "record_consent") and held.office_id in here)
    return next(recorders, "")


def recipients_of(cases: Iterable[CaseNow | Case], county: Network) -> dict[int, tuple[str, bool]]:
    """The third parties that the cases of a family go to: the kind of each, and whether it is the bank of the account."""
    offices: dict[str, int] = {}
    chosen: set[str] = set()
    for case in cases:
        offices |= case.offices
        chosen |= set(case.chosen)
    kinds = {office_id: county.offices[office_id].kind for office_id in offices.values() if office_id in county.offices}
    return recipients(offices, chosen, kinds)


def serves_third_party(acting: Acting, offices: Iterable[int]) -> Held | None:
    """The position of whoever has to do with a case at a third party alone; None for the authorities' own people.

    Of somebody with several positions those count that are at an office of the case; where none is, all of them.
    """
    here = frozenset(offices)
    at_the_case = [held for held in acting.positions if held.office_id in here] or list(acting.positions)
    if not at_the_case or any(held.kind not in THIRD_PARTIES for held in at_the_case):
        return None
    return at_the_case[0]


def refuse_without_consent(session: Session, acting: Acting, case: CaseNow | Case, offices: Iterable[int]) -> None:
    """Raise ConsentMissing where somebody at a third party alone asks for a case without consent. One statement, of them alone."""
    if case.applicant_id == acting.person_id:
        return
    offices = frozenset(offices)
    held = serves_third_party(acting, offices)
    if held is None:
        return
    session.flush()
    # The last consent of each office counts: when it was withdrawn, None while it is in force.
    withdrawn: dict[int, int | None] = dict(statements.consents_of_root.rows(session.connection(), {"root_id": case.root_id}))
    own = {position.office_id for position in acting.positions}
    if any(at is None and office_id in own for office_id, at in withdrawn.items()):
        return
    last = withdrawn.get(held.office_id)
    raise ConsentMissing(case.token, case.number, held.office_id, from_microseconds(last) if last is not None else None)

