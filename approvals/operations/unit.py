"""One action on a family of cases: a root case, everything linked below it, and what is to be written, in memory.

The verbs load a unit, change it, let the automatic actions run until none applies, and write it with a fixed number of
statements, however old the cases are and however many of them move.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from approvals.db import Prepared, canonical_json, new_id, to_microseconds
from approvals.models.history import BEGINNING, digest, event_hash, new_salt
from workflows.county import county_catalogue
from workflows.engine.definition import DELEGATED, OUTSIDE_ROLES
from workflows.engine.facts import SYSTEM_ACTOR, Actor, Facts, Outcome, Voter
from workflows.engine.machine import automatic_actions, automatic_step, due_actions, needs_of, trigger_needs
from workflows.network import office_for

from . import clocks, statements
from .carrying import catalogue_in_force
from .custody_ledger import custody_facts
from .effects import EFFECTS
from .errors import NotFound
from .impartial import follow_up_facts
from .mandates import mandate_of, rows_of
from .registration import registration_context
from .rows import case_row, filled, new_case, notice_row, task_row
from .sign_offs import ask_everybody, signing_link
from .snapshot import CaseNow, OpenTask, case_from_row, updates
from .step_clocks import returned

_MOST_AUTOMATIC_STEPS = 200


class Unit:
    """The cases of one root during one action."""

    def __init__(self, session: Session, now: datetime, cases: list[CaseNow]) -> None:
        self.connection = session.connection()
        self.now = now
        self.at = to_microseconds(now)
        self.catalogue = catalogue_in_force()
        self.cases = {case.id: case for case in cases}
        for case in cases:
            case.definition = self.catalogue.version(case.workflow, case.version)
        self._application: Mapping[str, Any] | None = None
        self.new_offices: Mapping[str, int] = {}
        self.files: Sequence[Sequence[Any]] = ()
        self.events: list[dict[str, Any]] = []
        self.payloads: list[dict[str, Any]] = []
        self.closed_tasks: list[dict[str, Any]] = []
        self.held_tasks: list[dict[str, Any]] = []
        self.new_tasks: dict[int, dict[str, Any]] = {}
        self.submissions: list[dict[str, Any]] = []
        self.documents: list[dict[str, Any]] = []
        self.document_statuses: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.names: list[dict[str, Any]] = []
        self.signatures: list[dict[str, Any]] = []
        self.votes: list[dict[str, Any]] = []
        self.suspensions: dict[int, list[dict[str, Any]]] = {}
        self._voters: dict[int, dict[int, Voter]] = {}
        self._also: dict[Prepared, list[dict[str, Any]]] = {}
        self._mandates: list[Any] | None = None

    @classmethod
    def load(cls, session: Session, case_id: int, now: datetime, *, is_locked: bool = False) -> Unit:
        """The family of a case, locked, unless the caller has done so. Raises NotFound for an unknown case."""
        connection = session.connection()
        if not is_locked and connection.dialect.name != "sqlite":
            statements.lock_root.rows(connection, {"case_id": case_id})
        rows = statements.family.rows(connection, {"case_id": case_id})
        if not rows:
            raise NotFound
        return cls(session, now, [case_from_row(row) for row in rows])

    def case(self, case_id: int) -> CaseNow:
        return self.cases[case_id]

    def root_of(self, case: CaseNow) -> CaseNow:
        return self.cases[case.root_id]

    def linked_of(self, case: CaseNow) -> list[CaseNow]:
        return [other for other in self.cases.values() if other.parent_id == case.id]

    def application(self, case: CaseNow) -> Mapping[str, Any]:
        """What was last filed for the root of this case, with what is being filed now; before that, what an agent prepares."""
        if self._application is None:
            rows = statements.last_submission.rows(self.connection, {"case_id": case.root_id})
            if not rows and self.root_of(case).definition.kind == DELEGATED:
                rows = statements.prepared_draft.rows(self.connection, {"root_id": case.root_id})
            self._application = json.loads(rows[0][0]) if rows else {}
        return self._application

    def file(self, application: Mapping[str, Any], offices: Mapping[str, int], files: Sequence[Sequence[Any]] = ()) -> None:
        """Take an application that is being filed now as the one that guards and effects see, with the offices it asks for and
        what its event says of its files."""
        self._application, self.new_offices, self.files = application, offices, files

    def count(self, counter: str) -> int:
        """The next number of a counter, made at its first use.

        The row stays locked until the verb commits, so on PostgreSQL verbs that draw from one counter queue behind each other:
        the filings of a day for their number, the approvals of the county for a credit code. It cannot be the last statement,
        because the number is hashed into the event that is written after it. The cost is one verb's remaining statements and
        its commit per turn, some milliseconds; the county approves a few dozen companies a day. A sequence would not queue,
        but SQLite has none.
        """
        rows = statements.count_up.rows(self.connection, {"counter": counter, "step": 1})
        if rows:
            return int(rows[0][0])
        statements.insert_counter.write(self.connection, [{"name": counter, "value": 1}])
        return 1

    def facts(self, case: CaseNow, *, form: Mapping[str, Any] | None = None, needs: frozenset[str] = frozenset()) -> Facts:
        """What the engine may look at for this case; ``needs`` names the facts that cost a statement."""
        application = self.application(case) if "application" in needs else {}
        domain: dict[str, Any] = {"registration": registration_context(self, case, application)} if "registration" in needs else {}
        domain |= follow_up_facts(self.connection, case.id, needs) | custody_facts(self, case, needs)
        if "mandate" in needs:
            domain["mandate"] = mandate_of(self, case)
        siblings = {other.workflow: other for other in self.linked_of_parent(case)} if case.predecessors else {}
        timer = case.task.timer_at if case.task is not None else None
        return Facts(
            now=self.now,
            chosen=frozenset(case.chosen),
            linked=tuple(other.as_linked(case.closed_at) for other in self.linked_of(case)),
            predecessors=tuple(siblings[key].as_linked() for key in case.predecessors if key in siblings),
            voters=tuple(self.voters(case).values()) if "voters" in needs else (),
            timer_due=None if timer is None else clocks.moment(timer),
            offices=frozenset(case.offices),
            form=form or {},
            application=application,
            domain=domain,
        )

    def mandate_rows(self, root: CaseNow) -> list[Any]:
        """The mandates of a delegated case, with what this action drafts or signs; one statement."""
        if self._mandates is None:
            self._mandates = [] if root.stored is None else rows_of(self.connection, root.id)
        return self._mandates

    def voters(self, case: CaseNow) -> dict[int, Voter]:
        """Those who decide the open task of a case together, by the identifier of their signature, with their votes so far."""
        if case.task is None:
            return {}
        if case.task.id not in self._voters:
            rows = statements.votes_of_task.rows(self.connection, {"task_id": case.task.id})
            self._voters[case.task.id] = {signature_id: Voter(signature_id, vote) for signature_id, vote in rows}
        return self._voters[case.task.id]

    def vote(self, case: CaseNow, signature_id: int, vote: str, way: str, reason: str) -> None:
        """Note one person's vote on the open task."""
        self.voters(case)[signature_id] = Voter(signature_id, vote)
        self.votes.append({"signature_id": signature_id, "vote": vote, "way": way, "reason": reason, "voted_at": self.at})

    def ask(self, case: CaseNow, signature: dict[str, Any]) -> None:
        """Ask one more person to decide the task that has just been opened."""
        assert case.task is not None
        self.signatures.append(signature)
        self._voters.setdefault(case.task.id, {})[signature["id"]] = Voter(signature["id"])

    def add(self, statement: Prepared, row: dict[str, Any]) -> None:
        """Write a row with this statement too, after the cases and events; statements run in the order of their first row."""
        self._also.setdefault(statement, []).append(row)

    def linked_of_parent(self, case: CaseNow) -> list[CaseNow]:
        return [other for other in self.cases.values() if other.parent_id == case.parent_id and other.parent_id is not None]

    # ---- changing -------------------------------------------------------------------------------------------------

    def open_case(self, case: CaseNow, actor: Actor, payload: dict[str, Any], request_key: str | None = None) -> None:
        """Add a new case in the initial state of its definition."""
        case.definition = self.catalogue.version(case.workflow, case.version)
        self.cases[case.id] = case
        role = _role(actor, ())
        self.record(case, actor, role, "case:opened", "", case.definition.initial, payload, None, request_key)
        self._enter(case, case.definition.initial)

    def apply(
        self, case: CaseNow, step: Outcome, actor: Actor, form: Mapping[str, Any], request_key: str | None = None
    ) -> dict[str, Any]:
        """Carry out an allowed action: effects, event, state, tasks, linked cases, notices. Returns the event's payload."""
        action = case.definition.actions[step.action]
        payload: dict[str, Any] = {"form": dict(form)} if form else {}
        task = case.task
        if action.vote:
            payload["vote"] = action.vote
        for effect in step.effects:
            EFFECTS[effect.name](self, case, actor, effect.parameters, form, payload)
        if action.automatic and self.linked_of(case):
            payload["linked"] = [[other.number, other.head] for other in self.linked_of(case)]
        counted_from = None if step.stays else returned(self, case, step.state)
        if counted_from is not None:
            payload["counted_from"] = counted_from
        role = _role(actor, action.by)
        self.record(case, actor, role, step.action, step.source, step.state, payload, task.id if task else None, request_key)
        if not step.stays:
            self._leave(case, step.action, actor)
            self._enter(case, step.state, counted_from)
        for name in step.notices:
            self._tell(case, name, form)
        return payload

    def settle(self) -> None:
        """Run the automatic actions of the whole family until none applies."""
        for _ in range(_MOST_AUTOMATIC_STEPS):
            if not any(self._automatic(case) for case in list(self.cases.values())):
                return
        raise RuntimeError("the automatic actions of a family do not come to rest")

    def _automatic(self, case: CaseNow) -> bool:
        step = self.automatic_step(case)
        if step is None:
            return False
        self.apply(case, step, SYSTEM_ACTOR, {})
        return True

    def automatic_step(self, case: CaseNow) -> Outcome | None:
        """What a case does of itself now; None when it waits for somebody."""
        known = _trigger_needs(case.definition.fingerprint, case.state)
        if known is None:
            return None
        facts = self.facts(case, needs=known)
        due = due_actions(case.definition, case.state, facts)
        if not due:
            return None
        needs = known.union(*map(needs_of, due))
        if needs != known:  # what only the guards ask for costs nothing until it is their turn
            facts = self.facts(case, needs=needs)
        return automatic_step(case.definition, case.state, facts)

    def _leave(self, case: CaseNow, action: str, actor: Actor) -> None:
        task, case.task = case.task, None
        if task is None:
            return
        holder = task.holder_id
        if task.role in actor.roles and holder is None:
            holder, task.held_at = actor.person_id, self.at
        closure = {"closed_at": self.at, "closed_by": action, "holder_id": holder, "held_at": task.held_at}
        if task.id in self.new_tasks:
            self.new_tasks[task.id].update(closure)
        else:
            self.closed_tasks.append({"task_id": task.id, **closure})

    def _enter(self, case: CaseNow, state_name: str, counted_from: int | None = None) -> None:
        state = case.definition.states[state_name]
        case.state, case.outcome = state_name, state.outcome
        if state.final or state.closes:
            case.closed_at = case.closed_at or self.at
        else:
            case.closed_at = None
        if not state.final:
            case.task = self._task(case, state_name, counted_from)
            self.new_tasks[case.task.id] = task_row(case, case.task)
            if state.sign_off is not None:
                ask_everybody(self, case, state.sign_off)
        for opening in state.opens:
            if opening.when == "always" or opening.workflow in case.chosen:
                self._open_linked(case, opening.workflow, opening.after)

    def _task(self, case: CaseNow, state_name: str, counted_from: int | None) -> OpenTask:
        state = case.definition.states[state_name]
        to = state.task
        since = self.now if counted_from is None else clocks.moment(counted_from)
        due_at = clocks.due(since, state.time) if state.time else None
        timer_at = clocks.timer(case.definition, state_name, self.now)
        if to is None:
            return OpenTask(new_id(), state_name, "", "", None, self.at, due_at, timer_at, None, None, counted_from)
        outside = to.role in OUTSIDE_ROLES
        office_id = None if outside else office_for(case.offices, case.workflow, to.office, case.deciding_office_id)
        department = "" if outside else to.department
        return OpenTask(
            new_id(), state_name, to.role, department, office_id, self.at, due_at, timer_at, None, None, counted_from
        )  # fmt: skip

    def _open_linked(self, parent: CaseNow, workflow: str, after: tuple[str, ...]) -> None:
        definition = self.catalogue.latest(workflow)
        parent.linked_count += 1
        linked = new_case(
            definition,
            number=f"{parent.number}-{parent.linked_count}",
            parent=parent,
            root_id=parent.root_id,
            now=self.now,
        )
        linked.predecessors = [name for name in after if name in parent.chosen]
        self.open_case(linked, SYSTEM_ACTOR, {"parent": parent.number})

    def _tell(self, case: CaseNow, name: str, form: Mapping[str, Any]) -> None:
        text, sms = self._notice_texts(case, name, reason=str(form.get("reason", "")).rstrip("。.；; \n"))
        self.notices.append(notice_row(case, text, self.at, sms=sms, person_id=case.applicant_id))

    def tell_signatory(self, case: CaseNow, name: str, signature: Mapping[str, Any]) -> None:
        """Send somebody who is asked to sign the link that is theirs."""
        text, sms = self._notice_texts(case, name, link=signing_link(signature["token"]))
        to = {"to_name": signature["name"], "to_phone": signature["phone"], "to_email": signature["email"]}
        self.notices.append(notice_row(case, text, self.at, sms=sms, kind="signature", **to))

    def _notice_texts(self, case: CaseNow, name: str, **values: str) -> tuple[dict[str, str], str | None]:
        """A notice filled in, and as a short message where the definition has a text for that."""
        known = {"number": case.number, "company": self.root_of(case).company, **values}
        notice = case.definition.notices[name]
        text = {language: filled(sentence, known) for language, sentence in notice.text.items()}
        sms = {language: filled(sentence, known) for language, sentence in (notice.sms or {}).items()}
        return text, canonical_json(sms) if sms else None

    def record(
        self,
        case: CaseNow,
        actor: Actor,
        role: str,
        action: str,
        from_state: str,
        to_state: str,
        payload: Mapping[str, Any],
        task_id: int | None = None,
        request_key: str | None = None,
    ) -> None:
        """Append one event to the case's history. What was done while standing in for somebody says for whom (替岗)."""
        payload = {**payload, "stand_in_for": whose} if (whose := dict(actor.stands_in).get(role)) is not None else payload
        body, salt = canonical_json(payload), new_salt()
        payload_digest = digest(salt, body)
        case.position += 1
        previous = case.head or BEGINNING
        fingerprint = case.definition.fingerprint
        case.head = event_hash(
            case.id, case.position, previous, self.at, actor.person_id, actor.name, actor.on_behalf_of, role, action, from_state,
            to_state, fingerprint, payload_digest,
        )  # fmt: skip
        event_id = new_id()
        self.events.append(
            {
                "id": event_id, "case_id": case.id, "position": case.position, "task_id": task_id, "happened_at": self.at,
                "actor_id": actor.person_id, "actor_name": actor.name, "on_behalf_of": actor.on_behalf_of, "role": role,
                "action": action, "from_state": from_state, "to_state": to_state, "definition": fingerprint,
                "payload_digest": payload_digest, "previous_hash": previous, "hash": case.head, "request_key": request_key,
            }
        )  # fmt: skip
        self.payloads.append({"event_id": event_id, "salt": salt, "body": body, "purged_under": ""})

    # ---- writing --------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write everything that changed, one call of the driver for each table."""
        new = [case for case in self.cases.values() if case.stored is None]
        columns, changed = updates(self.cases.values())
        superseded = [{"of_case_id": each["case_id"], "superseded_at": self.at} for each in self.signatures[:1]]
        Prepared.write_all(
            self.connection,
            (statements.insert_cases, [case_row(case) for case in new]),
            (statements.update_cases[columns], changed),
            (statements.insert_submissions, self.submissions),
            (statements.insert_names, self.names),
            (statements.insert_events, self.events),
            (statements.insert_payloads, self.payloads),
            (statements.close_tasks, self.closed_tasks),
            (statements.hold_task, self.held_tasks),
            (statements.insert_tasks, list(self.new_tasks.values())),
            (statements.supersede_signatures, superseded),
            (statements.insert_signatures, self.signatures),
            (statements.cast_votes, self.votes),
            (statements.insert_documents, self.documents),
            (statements.set_document_status, self.document_statuses),
            (statements.insert_notices, self.notices),
            *self._also.items(),
        )


@cache
def _trigger_needs(fingerprint: str, state: str) -> frozenset[str] | None:
    """The costly facts that the triggers of the automatic actions of a state ask for; None when it has no such action."""
    actions = automatic_actions(county_catalogue().by_fingerprint(fingerprint), state)
    return trigger_needs(actions) if actions else None


def _role(actor: Actor, by: tuple[str, ...]) -> str:
    return next((role for role in by if role in actor.roles), min(actor.roles, default=""))
