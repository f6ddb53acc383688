"""The tenth of ``transitions`` that the engine stands on, pinned: a new version that breaks it fails here first."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from transitions import EventData, Machine, MachineError

from tests.engine.test_machine import CHOICE, CLERK, LOOP, facts
from workflows.engine.facts import Outcome
from workflows.engine.machine import advance, build_machine, machine_of


class Model:
    def __init__(self, state: str) -> None:
        self.state = state


def machine(**settings: Any) -> Machine:
    return Machine(model=None, states=["one", "two"], initial=None, auto_transitions=False, send_event=True, **settings)


def test_nothing_moves_a_case_but_declared_actions() -> None:
    assert set(build_machine(LOOP).events) == set(LOOP.actions)
    assert "to_two" in Machine(model=None, states=["one", "two"], initial=None).events, "what is switched off exists"


def test_the_shared_machine_keeps_no_model_and_gives_it_no_methods() -> None:
    shared = machine()
    shared.add_transition("go", "one", "two")
    model = Model("one")
    assert shared.events["go"].trigger(model) is True
    assert (model.state, shared.models, vars(model)) == ("two", [], {"state": "two"})


def test_conditions_are_asked_in_order_and_stop_at_the_first_that_fails() -> None:
    asked: list[str] = []

    def condition(name: str, answer: bool) -> Any:
        def check(event: EventData) -> bool:
            asked.append(name)
            return answer

        return check

    shared = machine()
    shared.add_transition("go", "one", "two", conditions=[condition("a", True), condition("b", False), condition("c", True)])
    shared.add_transition("go", "one", "one", conditions=[condition("d", True)])
    model = Model("one")
    assert shared.events["go"].trigger(model) is True
    assert (asked, model.state) == (["a", "b", "d"], "one")


def test_before_runs_only_for_the_transition_taken() -> None:
    taken: list[str] = []
    shared = machine()
    shared.add_transition("go", "one", "two", conditions=[lambda event: False], before=[lambda event: taken.append("first")])
    shared.add_transition("go", "one", "two", before=[lambda event: taken.append("second")])
    assert shared.events["go"].trigger(Model("one")) is True
    assert taken == ["second"]


def test_without_a_destination_the_state_stays_and_the_guards_still_count() -> None:
    shared = machine()
    shared.add_transition("note", "one", None)
    shared.add_transition("never", "one", None, conditions=[lambda event: False])
    model = Model("one")
    assert (shared.events["note"].trigger(model), model.state) == (True, "one")
    assert (shared.events["never"].trigger(model), model.state) == (False, "one")


def test_an_action_from_elsewhere_is_an_error_and_changes_nothing() -> None:
    shared = machine()
    shared.add_transition("go", "one", "two")
    model = Model("two")
    with pytest.raises(MachineError):
        shared.events["go"].trigger(model)
    assert model.state == "two"


def test_a_condition_sees_the_model_it_was_fired_on() -> None:
    seen: list[Any] = []
    shared = machine()
    shared.add_transition("go", "one", "two", conditions=[lambda event: seen.append(event.model) is None])
    model = Model("one")
    shared.events["go"].trigger(model)
    assert seen == [model]


def test_eight_threads_share_one_machine() -> None:
    ways = {"post": "posted", "window": "collected", "pigeon": "other"}

    def drive(number: int) -> list[bool]:
        found = []
        for turn in range(300):
            way = list(ways)[(number + turn) % 3]
            step = advance(CHOICE, "start", "go", CLERK, facts(application={"delivery": {"way": way}}))
            found.append(isinstance(step, Outcome) and step.state == ways[way])
        return found

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for answers in pool.map(drive, range(8)) for answer in answers]
    assert len(answers) == 2400 and all(answers)
    assert machine_of(CHOICE) is machine_of(CHOICE)
