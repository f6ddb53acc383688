"""What one person may see and do on a family of cases. Unknown and foreign cases are the same to the outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from approvals.models import Consent, Disclosure, Task
from approvals.operations.acting import Acting, counting_on, roles_on_case
from approvals.operations.consents import refuse_without_consent
from approvals.operations.disclosing import OPEN_FOR
from approvals.operations.errors import NotFound
from approvals.operations.mandates import AGENT, APPLICANT, acts_for, gives_up, mandate_now
from approvals.operations.permissions import COUNTY, DESK_ROLES, holds, jurisdiction
from approvals.queries import cases, people, ratings
from approvals.queries.cases import Family, Member
from approvals.queries.consents import consents_of
from approvals.queries.disclosures import last_disclosure
from workflows.engine.definition import DELEGATED, INTERNAL, OUTSIDE_ROLES, Action
from workflows.engine.machine import possible_actions
from workflows.network.mandates import Mandate

from . import request

RESUBMIT = "resubmit"
"""The action that files a correction: it has pages of its own."""


@dataclass(frozen=True, slots=True)
class Doable:
    """An action that the person may try now."""

    member: Member
    action: Action


@dataclass(frozen=True)
class Seen:
    """A family as one person sees it."""

    family: Family
    acting: Acting

    @property
    def subject(self) -> Member:
        return self.family.subject

    @cached_property
    def is_supervisor(self) -> bool:
        """Whether the person supervises one of the offices that the family has to do with."""
        if not holds(self.acting, "supervise"):
            return False
        found = jurisdiction(self.acting, "supervise", request.network(), request.today())
        return found is COUNTY or any(not found.isdisjoint(each.every_office_id()) for each in self.family.members)

    @cached_property
    def is_applicant(self) -> bool:
        return self.family.root.case.applicant_id == self.acting.person_id

    @cached_property
    def mandate(self) -> Mandate | None:
        """The mandate of a delegated family that counts today; no statement on others."""
        root = self.family.root
        return mandate_now(request.session().connection(), root.case.id, request.today()) if root.definition.kind == DELEGATED else None

    @cached_property
    def on_behalf_of(self) -> int | None:
        """For whom the person acts today on a mandate, by the same rule as the verbs use; None for everybody else."""
        if self.is_applicant or not self.acting.has_role(AGENT) or not acts_for(self.acting, self.mandate, request.today()):
            return None
        return self.family.root.case.applicant_id

    def roles(self, member: Member) -> frozenset[str]:
        """The roles with which the person can work on a case of the family now, by the same rule as the verbs use."""
        return self._roles(member, member.task)

    def reading_roles(self, member: Member) -> frozenset[str]:
        """The roles with which the person may read it, be its open task addressed to their office or to another one."""
        return self._roles(member, None)

    def _roles(self, member: Member, task: Task | None) -> frozenset[str]:
        found = roles_on_case(
            self.acting,
            applicant_id=member.case.applicant_id,
            department=member.definition.department,
            offices=member.office_ids(),
            task_role=task.role if task is not None else "",
            task_office_id=task.office_id if task is not None else None,
        )
        found &= DESK_ROLES | {APPLICANT}
        if self.on_behalf_of is not None and member.definition.kind != DELEGATED:
            found |= {APPLICANT}
        return counting_on(member.definition, found)

    def works_on(self, member: Member) -> bool:
        """Whether the person is on the authorities' side of a case: staff who work on it, or a supervisor."""
        return self.is_supervisor or bool(self.reading_roles(member) - {"applicant"})

    def may_read(self, member: Member) -> bool:
        return self.is_supervisor or bool(self.reading_roles(member))

    def sees_numbers(self, member: Member) -> bool:
        """Whether personal data is shown in full: to the applicant, and for some minutes to who has said why they need it."""
        return self.is_applicant or (self.works_on(member) and self.disclosed_until is not None)

    @cached_property
    def disclosure(self) -> Disclosure | None:
        """The last time that this person was shown the family in full."""
        return last_disclosure(request.session(), self.acting.person_id, self.family.root.case.id)

    @cached_property
    def consents(self) -> Mapping[tuple[int, int], Consent]:
        """The applicant's last consent for each third party, by root case and office."""
        return consents_of(request.session(), [self.family.root.case.id])

    @cached_property
    def disclosed_until(self) -> datetime | None:
        """Until when the person sees the family in full; None while personal data is masked."""
        until = self.disclosure.disclosed_at + OPEN_FOR if self.disclosure is not None else None
        return until if until is not None and until > request.now() else None

    def holds(self, member: Member) -> bool:
        """Whether the open task of a case is in this person's hands."""
        return self.is_addressed(member) and member.task is not None and member.task.holder_id == self.acting.person_id

    def is_addressed(self, member: Member) -> bool:
        """Whether the open task of a case is addressed to a position of this person."""
        task = member.task
        return task is not None and task.role not in ("", *OUTSIDE_ROLES) and task.role in self.roles(member)

    def awaits_claim(self, member: Member, action: Action) -> bool:
        """Whether an action is the person's only by a task that nobody holds: pages offer it once the task is claimed.

        The verbs do not ask for it; but whoever decides shall have the case in their hands while they read and write.
        """
        task = member.task
        if task is None or (task.holder_id is not None and task.id not in self.left_behind) or not self.is_addressed(member):
            return False
        if member.definition.kind == DELEGATED:
            return False  # at a counter or a kitchen table things are done at once: the step itself says who has it in hand
        return (self.roles(member) - {task.role}).isdisjoint(action.by)

    def held_by_other(self, member: Member) -> bool:
        """Whether the verbs would refuse this person because somebody else holds the task."""
        task = member.task
        return task is not None and self._is_others(member) and task.id not in self.left_behind

    def _is_others(self, member: Member) -> bool:
        task = member.task
        if task is None or task.role not in self.roles(member):
            return False
        return task.holder_id not in (None, self.acting.person_id)

    @cached_property
    def left_behind(self) -> frozenset[int]:
        """Tasks of this person's positions held by somebody who is away or no longer has that position; one statement, or none.

        They can be taken over, by the same rule as the verbs use.
        """
        tasks = [member.task for member in self.family.members if self._is_others(member) and member.task is not None]
        if not tasks:
            return frozenset()
        holders = {task.holder_id for task in tasks if task.holder_id is not None}
        there = people.serving(request.session().connection(), holders - self.acting.stands_in_for, request.today())
        return frozenset(task.id for task in tasks if (task.holder_id, task.role) not in there)

    def doable(self, member: Member) -> list[Doable]:
        """What is offered to the person on a case now: not what others work on, what a claim comes before, what would be refused."""
        if self.held_by_other(member):
            return []
        actions = possible_actions(member.definition, member.case.state, self.roles(member))
        offered = [action for action in actions if not self.awaits_claim(member, action)]
        return [Doable(member, action) for action in offered if not self._is_blocked(member, action)]

    def _is_blocked(self, member: Member, action: Action) -> bool:
        own = set(action.by) - {APPLICANT}
        if self.on_behalf_of is not None and self.roles(member).isdisjoint(own) and gives_up(member.definition, action):
            return True  # what no mandate covers is not offered to the agent
        guards = {named.name for named in action.guards}
        if "linked_cases_settled_again" in guards:
            closed_at = member.case.closed_at
            linked = [other.case for other in self.family.members if other.case.parent_id == member.case.id]
            ended = [case.closed_at for case in linked if case.closed_at is not None]
            return closed_at is None or len(ended) < len(linked) or all(moment <= closed_at for moment in ended)
        if "predecessors_done" not in guards:
            return False
        before = [self.family.member_of(key) for key in member.case.predecessors]
        return any(other is not None and other.case.outcome != "done" for other in before)

    def in_head(self, doable: list[Doable]) -> list[Doable]:
        """What stands at the head of the page. What else can be done with a chosen matter stands beside it in the chain."""
        chosen = self.family.root.case.chosen
        return [
            each
            for each in doable
            if each.member is self.subject or each.member.definition.key not in chosen or each.member.state.final
        ]

    def all_doable(self) -> list[Doable]:
        """What the person may do from the page of the subject: on the root's page also what its linked cases allow."""
        members = self.family.members if self.subject.is_root else (self.subject,)
        return [each for member in members for each in self.doable(member)]


def seen(token: str) -> Seen:
    """The family of a case as the person who asks sees it. Raises NotFound for an unknown case and for a foreign one."""
    family = cases.family_of(request.session(), token)
    if family is None:
        raise NotFound
    found = Seen(family, request.acting())
    if not found.may_read(family.subject):
        raise NotFound(_why_not(found))
    refuse_without_consent(request.session(), found.acting, found.subject.case, found.subject.office_ids())
    return found


def _why_not(found: Seen) -> dict[str, str] | None:
    """What somebody reads who may not open the follow-up of a rating of their own work; None for everybody else."""
    if found.subject.definition.kind != INTERNAL or not found.acting.is_staff:
        return None
    if found.acting.person_id not in ratings.rated_by(request.session(), found.subject.case.id):
        return None
    return {
        "zh": "这是对您经办的办件的评价回访，被评价的人不能参与，也看不到内容。",
        "en": "This follows up a rating of a case that you worked on; those who were rated take no part in it and do not see it.",
    }
