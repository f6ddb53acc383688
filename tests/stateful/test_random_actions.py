"""Random people doing random things, allowed and forbidden, to whole chains: what must hold after every step.

Everything goes through the public verbs. The machine knows no rule of the workflow: it only tries, and looks.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from approvals.db import Database, create_engine
from approvals.models import Case, Event, EventPayload, Signature, Task
from approvals.operations import confirming, filing, moving, signing
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries.verification import verify_case
from tests.support.driving import BANK, FORMS, OFFICERS, Chain, content_with
from tests.support.seed import HALL, Cast, Member, seed
from workflows.county import county_catalogue

CATALOGUE = county_catalogue()
CHAIN = ("company-opening", "company-registration", *OFFICERS)
ACTIONS = sorted({action for key in CHAIN for action in CATALOGUE.latest(key).actions} | {"no-such-action"})
REFUSALS = {
    "unknown-action", "not-from-this-state", "not-permitted", "not-due", "no-branch", "overtaken", "held", "not-held",
    "predecessors_done", "registration_rules_hold", "linked_cases_settled_now", "linked_cases_settled_again",
    "not-asked", "voted", "signing-over", "not-in-force", "unconfirmed",
}  # fmt: skip


class Actions(RuleBasedStateMachine):
    """One case with everything linked to it, and the whole cast around it."""

    databases: Any
    reached: set[str]
    """Every action that was carried out in any run."""

    def __init__(self) -> None:
        super().__init__()
        self.url = self.databases.create()
        self.database = Database(engine=create_engine(self.url))
        self.cast: Cast = seed(self.database)
        cast = self.cast
        self.people: list[Member] = [
            cast.applicant, cast.registrar, cast.other_registrar, cast.registrar_head, cast.clerk, *cast.officers.values(),
            cast.outsider, cast.other_applicant, cast.supervisor,
        ]  # fmt: skip
        self.sent: list[tuple[Member, moving.Request]] = []
        self.done: set[str | None] = set()

    def teardown(self) -> None:
        with self.database.reading() as session:
            self.reached.update(session.scalars(select(Event.action)))
        self.database.engine.dispose()
        self.databases.drop(self.url)

    @initialize(
        chosen=st.lists(st.sampled_from([workflow for workflow in OFFICERS if workflow != BANK]), unique=True, max_size=3),
        bank=st.booleans(),
        way=st.sampled_from(["electronic", "window"]),
        signed=st.booleans(),
    )
    def open(self, chosen: list[str], bank: bool, way: str, signed: bool) -> None:
        if bank:
            chosen = sorted({*chosen, "company-seal", BANK})
        self.content = content_with(matters={"chosen": chosen}, delivery={"way": way, "office": HALL})
        self.chain = Chain(self.database, self.cast, self.content, signed=signed)

    # ---- trying ---------------------------------------------------------------------------------------------------

    def attempt(self, verb: Any, *args: Any) -> Any:
        """Do it; a refusal must be one of those that a person can read."""
        try:
            return self.database.write(verb, *args)
        except NotFound:
            return None
        except Refusal as refusal:
            assert refusal.reason in REFUSALS, refusal.reason
            assert refusal.message["zh"] and refusal.message["en"] and "{" not in refusal.message["zh"]
            assert isinstance(refusal, Outdated) == (refusal.reason in ("overtaken", "held", "voted", "signing-over", "unconfirmed"))
            return None

    def cases(self) -> list[Case]:
        with self.database.reading() as session:
            return list(session.scalars(select(Case).where(Case.root_id == self.chain.root_id).order_by(Case.id)))

    def open_task(self, case: Case) -> Task | None:
        with self.database.reading() as session:
            return session.scalars(select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None))).one_or_none()

    @rule(data=st.data(), person=st.integers(0, 99), action=st.sampled_from(ACTIONS))
    def try_anything(self, data: st.DataObject, person: int, action: str) -> None:
        case = data.draw(st.sampled_from(self.cases()))
        self.send(self.people[person % len(self.people)], case, action)

    @rule(data=st.data(), ways=st.lists(st.sampled_from(["on", "on", "on", "aside", "any"]), min_size=1, max_size=4))
    def try_what_the_definition_offers(self, data: st.DataObject, ways: list[str]) -> None:
        """On: what a state is there for, so that chains come to their ends. Aside: returns, refusals, extensions."""
        for way in ways:
            offers = [offer for offer in self.offers() if way == "any" or (offer[3] == "primary") == (way == "on")]
            if offers:  # first what, then who and where: ten departments open at once would crowd out what is rare
                action = data.draw(st.sampled_from(sorted({offer[2] for offer in offers})))
                self.send(*data.draw(st.sampled_from([offer for offer in offers if offer[2] == action])))

    def offers(self) -> list[tuple[Member, Case, str, str]]:
        """People, cases and actions that fit by state and role, with the style of the action."""
        found = []
        for case in self.cases():
            definition = CATALOGUE.version(case.workflow, case.version)
            for action in definition.actions.values():
                if case.state in action.source and not action.automatic:
                    people = [member for member in self.people if self.may(member, action.by, definition.department)]
                    found += [(member, case, action.name, action.style) for member in people[:2]]
        return found

    def may(self, member: Member, roles: tuple[str, ...], department: str) -> bool:
        if "applicant" in roles and member is self.cast.applicant:
            return True
        return any(held.role in roles and held.department == department for held in member.acting.positions)

    def send(self, member: Member, case: Case, action: str, style: str = "") -> None:
        self.chain.now += timedelta(minutes=7)
        task = self.open_task(case)
        application = self.content if action == "resubmit" else None
        request = moving.Request(
            case.id, action, task.id if task else None, f"request-{len(self.sent)}", FORMS.get(action, {}), application
        )
        self.sent.append((member, request))
        if self.attempt(moving.act, member.acting, request, self.chain.now) is not None:
            self.done.add(request.key)

    @rule(number=st.integers(0, 999))
    @precondition(lambda self: self.sent)
    def send_again(self, number: int) -> None:
        """A page sent a second time, now or long after: nothing is done twice."""
        member, request = self.sent[number % len(self.sent)]
        before = self.positions()
        moved = self.attempt(moving.act, member.acting, request, self.chain.now)
        if request.key in self.done:
            assert moved is None or moved.repeated
            assert self.positions() == before
        elif moved is not None:
            self.done.add(request.key)

    @rule(data=st.data(), action=st.sampled_from([signing.SIGN] * 5 + [signing.DECLINE]), everybody=st.booleans())
    def sign(self, data: st.DataObject, action: str, everybody: bool) -> None:
        """Those who are asked answer; now and then one whose answer is given, or whose link is out of date, tries again."""
        with self.database.reading() as session:
            asked = list(session.scalars(select(Signature).where(Signature.root_id == self.chain.root_id).order_by(Signature.id)))
        waiting = [each for each in asked if not each.vote and each.superseded_at is None]
        for each in waiting if waiting and everybody else [data.draw(st.sampled_from(waiting or asked))]:
            if not each.vote:
                self.attempt(confirming.mark_confirmed, each.id, self.chain.now)
            self.attempt(signing.answer, each.id, action, each.digest, self.chain.now, "" if action == signing.SIGN else "内容不对")

    @rule(data=st.data(), verb=st.sampled_from([moving.claim, moving.release]))
    def hold(self, data: st.DataObject, verb: Any) -> None:
        case = data.draw(st.sampled_from(self.cases()))
        task = self.open_task(case)
        if task is not None:
            addressed = [member for member in self.people if self.may(member, (task.role,), task.department)]
            member = data.draw(st.sampled_from([*addressed, self.cast.outsider]))
            self.attempt(verb, member.acting, case.id, task.id, self.chain.now)

    @rule(days=st.sampled_from([1, 40, 200]))
    def time_passes(self, days: int) -> None:
        self.chain.now += timedelta(days=days)
        with self.database.reading() as session:
            due = moving.due_timers(session, self.chain.now)
        for case_id in due:
            assert self.attempt(moving.fire_timer, case_id, self.chain.now), "a timer that ran out moves its case"

    @rule()
    def file_again(self) -> None:
        """The draft of this case, sent once more."""
        with self.database.reading() as session:
            from approvals.models import Draft

            draft_id = session.scalars(select(Draft.id).where(Draft.filed_case_id == self.chain.root_id)).one()
        filed = self.attempt(filing.file_draft, self.cast.applicant.acting, draft_id, self.chain.now)
        assert filed.repeated and filed.case_id == self.chain.root_id

    # ---- looking --------------------------------------------------------------------------------------------------

    def positions(self) -> dict[str, int]:
        return {case.number: case.position for case in self.cases()}

    @invariant()
    def tasks_agree_with_states(self) -> None:
        for case in self.cases():
            state = CATALOGUE.version(case.workflow, case.version).states[case.state]
            task = self.open_task(case)  # one_or_none: two would raise
            assert (task is None) == state.final
            assert case.outcome == state.outcome
            if task is not None:
                assert task.state == case.state and task.role == (state.task.role if state.task else "")

    @invariant()
    def every_open_case_can_be_moved(self) -> None:
        """By a person that its task is addressed to, by a linked case or one it waits for that is still open, or by a timer."""
        cases = self.cases()
        for case in cases:
            task = self.open_task(case)
            if task is None:
                continue
            if task.role == "signatory":
                asked = select(Signature.id).where(Signature.task_id == task.id, Signature.vote == "")
                with self.database.reading() as session:
                    movable = bool(session.scalars(asked).first())
            elif task.role == "applicant":
                movable = case.applicant_id == self.cast.applicant.person_id
            elif task.role:
                movable = any(
                    held.role == task.role and held.office_id == task.office_id and task.department == held.department
                    for member in self.people
                    for held in member.acting.positions
                )
            else:
                family = [other for other in cases if other.parent_id == case.id]
                family += [other for other in cases if other.parent_id == case.parent_id and other.workflow in case.predecessors]
                movable = task.timer_at is not None or any(other.outcome == "" for other in family)
            assert movable, f"nothing can move {case.number} from {case.state}"

    @invariant()
    def joins_fire_once(self) -> None:
        with self.database.reading() as session:
            family = select(Case.id).where(Case.root_id == self.chain.root_id)
            joins = select(Event.case_id, Event.action, EventPayload.body).join(EventPayload, EventPayload.event_id == Event.id)
            rows = session.execute(joins.where(Event.case_id.in_(family), Event.action.in_(("registered", "settle")))).all()
        assert len({(row.case_id, row.action) for row in rows}) == len(rows)
        states = {case.workflow: case.state for case in self.cases()}
        root_state = states["company-opening"]
        settled = root_state in ("delivering", "delivered")
        assert settled == any(row.action == "settle" for row in rows)
        for row in rows:
            assert json.loads(row.body or "{}").get("linked"), "a join names what it joined"
        if root_state == "processing":
            matters = [case for case in self.cases() if case.parent_id is not None]
            assert any(case.outcome == "" for case in matters), "everything is settled and the parent still waits"

    @invariant()
    def the_history_verifies(self) -> None:
        with self.database.session() as session:
            assert verify_case(session, self.chain.root_id) == []


def run(databases: Any, examples: int, steps: int) -> set[str]:
    """The actions that were carried out at least once."""
    machine = type("ActionsHere", (Actions,), {"databases": databases, "reached": set()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    return machine.reached  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_random_actions_on_sqlite(databases: Any) -> None:
    reached = run(databases, 90, 70)
    # No agent carries these chains, so their results are never handed to one; and nobody comes to a window with a photo.
    everything = {action for key in CHAIN for action in CATALOGUE.latest(key).actions} - {"hand_to_network", "sign_in_person"}
    # Random walks that never come far would prove little: this is how far they came.
    assert {"registered", "settle", "task:claimed"} <= reached
    assert len(reached & everything) >= len(everything) * 2 / 3, sorted(everything - reached)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_random_actions_on_postgresql(databases: Any) -> None:
    reached = run(databases, 8, 30)
    assert {"registered", "complete", "task:claimed"} <= reached
