"""Tables over small definitions: what the engine does in each situation, and in which order it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engine.definitions import definition_of
from workflows.engine.definition import Definition
from workflows.engine.facts import SYSTEM_ACTOR, Actor, Facts, LinkedCase, Outcome, Refused, Voter
from workflows.engine.machine import advance, automatic_actions, automatic_step, needs_of, possible_actions
from workflows.engine.registry import GUARDS, guard

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLERK = Actor(7, "窗口甲", frozenset({"clerk"}))
REGISTRAR = Actor(8, "登记员甲", frozenset({"registrar"}))
BOTH = Actor(9, "兼任甲", frozenset({"clerk", "registrar"}))
TEXT = {"zh": "字", "en": "word"}
TASK = {"role": "clerk"}


def state(**content: Any) -> dict[str, Any]:
    return {"title": TEXT, "stage": "review", **content}


def final(outcome: str = "done") -> dict[str, Any]:
    return {"title": TEXT, "stage": "closed", "final": True, "outcome": outcome}


def action(source: Any, dest: str | None = None, by: Any = ("clerk",), **content: Any) -> dict[str, Any]:
    target = {} if dest is None else {"dest": dest}
    return {"title": TEXT, "source": source, **target, "by": by if by == "system" else list(by), **content}


def workflow(states: dict[str, Any], actions: dict[str, Any]) -> Definition:
    return definition_of(
        {
            "workflow": "test",
            "version": 1,
            "kind": "service",
            "title": TEXT,
            "summary": TEXT,
            "department": "tax",
            "initial": next(iter(states)),
            "states": states,
            "actions": actions,
        }
    )


def facts(**content: Any) -> Facts:
    return Facts(now=NOW, **content)


def case(outcome: str = "", name: str = "child") -> LinkedCase:
    return LinkedCase(name, "1-1", "handling", outcome)


def says(way: str) -> dict[str, Any]:
    return {"application_says": {"page": "delivery", "field": "way", "is": [way]}}


CHOICE = workflow(
    {"start": state(task=TASK), "posted": final(), "collected": final(), "other": final()},
    {
        "go": action(
            "start",
            branches=[
                {"dest": "posted", "guards": [says("post")]},
                {"dest": "collected", "guards": [says("window")]},
                {"dest": "other"},
            ],
        ),
        "go_strictly": action("start", branches=[{"dest": "posted", "guards": [says("post")]}]),
    },
)


@pytest.mark.parametrize(("way", "reached"), [("post", "posted"), ("window", "collected"), ("pigeon", "other"), (None, "other")])
def test_the_first_branch_whose_guards_hold_is_taken(way: str | None, reached: str) -> None:
    step = advance(CHOICE, "start", "go", CLERK, facts(application={"delivery": {"way": way}}))
    assert isinstance(step, Outcome) and (step.source, step.state, step.stays) == ("start", reached, False)


def test_without_any_branch_the_guard_says_why() -> None:
    step = advance(CHOICE, "start", "go_strictly", CLERK, facts(application={}))
    assert isinstance(step, Refused) and step.reason == "application_says" and step.message["zh"]


LOOP = workflow(
    {"first": state(task=TASK), "second": state(task=TASK), "end": final()},
    {
        "forth": action("first", "second"),
        "back": action("second", "first"),
        "note": action(["first", "second"], "=", effects=["restart_clock"], notices=["said"]),
        "again": action("first", "first"),
        "close": action("second", "end"),
        "rate": action("end", "="),
        "reopen": action("end", "first"),
    },
)


@pytest.mark.parametrize(
    ("state_", "name", "reached", "stays"),
    [
        ("first", "forth", "second", False),
        ("second", "back", "first", False),
        ("first", "note", "first", True),
        ("second", "note", "second", True),
        ("first", "again", "first", False),
        ("second", "close", "end", False),
        ("end", "rate", "end", True),
        ("end", "reopen", "first", False),
    ],
)
def test_loops_stays_and_what_a_final_state_still_allows(state_: str, name: str, reached: str, stays: bool) -> None:
    step = advance(LOOP, state_, name, CLERK, facts())
    assert isinstance(step, Outcome) and (step.state, step.stays) == (reached, stays)


def test_a_step_carries_its_effects_and_notices() -> None:
    step = advance(LOOP, "first", "note", CLERK, facts())
    assert isinstance(step, Outcome)
    assert ([effect.name for effect in step.effects], step.notices) == (["restart_clock"], ("said",))


REFUSING = workflow(
    {"start": state(task=TASK), "end": final()},
    {
        "approve": action("start", "end", by=["registrar"], guards=["predecessors_done", says("post")]),
        "late": action("start", "end", by="system", when={"timer": {"after": {"working_days": 1}}}),
    },
)


@pytest.mark.parametrize(
    ("state_", "name", "actor", "given", "reason"),
    [
        ("end", "vanish", CLERK, {}, "unknown-action"),
        ("end", "approve", CLERK, {"predecessors": (case("failed"),)}, "not-from-this-state"),
        ("start", "approve", CLERK, {"predecessors": (case("failed"),)}, "not-permitted"),
        ("start", "approve", REGISTRAR, {"predecessors": (case("failed"),)}, "predecessors_done"),
        ("start", "approve", REGISTRAR, {"predecessors": (case("done"),)}, "application_says"),
        ("start", "late", SYSTEM_ACTOR, {}, "not-due"),
        ("start", "late", CLERK, {"timer_due": NOW}, "not-permitted"),
    ],
)
def test_refusals_come_in_a_helpful_order(state_: str, name: str, actor: Actor, given: dict[str, Any], reason: str) -> None:
    step = advance(REFUSING, state_, name, actor, facts(**given))
    assert isinstance(step, Refused) and step.reason == reason
    assert step.message["zh"] and step.message["en"] and "{" not in step.message["zh"]


def test_several_roles_on_one_action() -> None:
    assert isinstance(advance(LOOP, "first", "forth", BOTH, facts()), Outcome)
    assert [each.name for each in possible_actions(REFUSING, "start", BOTH.roles)] == ["approve"]
    assert possible_actions(REFUSING, "start", CLERK.roles) == ()
    assert [each.name for each in possible_actions(LOOP, "end", CLERK.roles)] == ["rate", "reopen"]


def test_what_guards_need_is_known_beforehand() -> None:
    assert needs_of(REFUSING.actions["approve"]) == {"application"}
    assert needs_of(CHOICE.actions["go"]) == {"application"}
    assert needs_of(LOOP.actions["forth"]) == frozenset()


def joining(join: Any, of: list[str] | None = None) -> Definition:
    parameters = {"join": join} | ({"of": of} if of else {})
    return workflow(
        {"waiting": state(opens=[{"workflow": "child"}]), "end": final()},
        {"settle": action("waiting", "end", by="system", when={"linked_cases_settled": parameters})},
    )


@pytest.mark.parametrize(
    ("join", "outcomes", "leads_on"),
    [
        ("all", (), True),
        ("all", ("done", ""), False),
        ("all", ("done", "failed"), True),
        ("any", (), False),
        ("any", ("", ""), False),
        ("any", ("", "refused"), True),
        (2, ("done", "", ""), False),
        (2, ("done", "", "not_opened"), True),
        (3, ("done", "done"), False),
    ],
)
def test_joins_count_what_is_settled_however_it_ended(join: Any, outcomes: tuple[str, ...], leads_on: bool) -> None:
    step = automatic_step(joining(join), "waiting", facts(linked=tuple(map(case, outcomes))))
    assert (step is not None) == leads_on
    assert step is None or step.state == "end"


def test_a_join_of_named_workflows_leaves_the_others_alone() -> None:
    definition = joining("all", ["child"])
    assert automatic_step(definition, "waiting", facts(linked=(case("done"), case("", "other")))) is not None
    assert automatic_step(definition, "waiting", facts(linked=(case(""), case("done", "other")))) is None


@pytest.mark.parametrize(
    ("outcomes", "reached"), [((), "handling"), (("done",), "handling"), (("failed",), "not_opened"), (("",), None)]
)
def test_a_case_that_waits_for_another(outcomes: tuple[str, ...], reached: str | None) -> None:
    definition = workflow(
        {"waiting": state(), "handling": state(task=TASK), "not_opened": final("not_opened")},
        {
            "begin": action("waiting", "handling", by="system", when="predecessors_settled", guards=["predecessors_done"]),
            "not_open": action("waiting", "not_opened", by="system", when="predecessors_settled", guards=["predecessor_not_done"]),
            "restart": action("not_opened", "handling", guards=["predecessors_done"]),
        },
    )
    step = automatic_step(definition, "waiting", facts(predecessors=tuple(map(case, outcomes))))
    assert (step.state if step else None) == reached
    again = advance(definition, "not_opened", "restart", CLERK, facts(predecessors=tuple(map(case, outcomes))))
    assert isinstance(again, Outcome) == (reached == "handling")


@pytest.mark.parametrize(("due", "leads_on"), [(None, False), (NOW + timedelta(microseconds=1), False), (NOW, True)])
def test_a_timer_runs_out_at_its_instant(due: datetime | None, leads_on: bool) -> None:
    assert (automatic_step(REFUSING, "start", facts(timer_due=due)) is not None) == leads_on


def test_a_chain_of_automatic_actions_runs_until_none_is_due() -> None:
    definition = workflow(
        {"one": state(), "two": state(), "three": state(task=TASK), "end": final()},
        {
            "first": action("one", "two", by="system", when="at_once"),
            "second": action("two", "three", by="system", when="at_once"),
            "third": action("three", "end", by="system", when="at_once", guards=[says("post")]),
        },
    )
    been, where = [], "one"
    while (step := automatic_step(definition, where, facts(application={"delivery": {"way": "window"}}))) is not None:
        where = step.state
        been.append(where)
    assert been == ["two", "three"]
    assert [each.name for each in automatic_actions(definition, "one")] == ["first"]
    assert not isinstance(advance(definition, "one", "first", CLERK, facts()), Outcome)


def voting(rule: dict[str, Any]) -> Definition:
    return workflow(
        {"deciding": state(task=TASK, sign_off=rule), "yes": final(), "no": final("refused")},
        {
            "agree": action("deciding", "=", effects=["cast_vote"], vote="yes"),
            "disagree": action("deciding", "=", effects=["cast_vote"], vote="no"),
            "agreed": action("deciding", "yes", by="system", when={"sign_offs_decided": {"result": "yes"}}),
            "disagreed": action("deciding", "no", by="system", when={"sign_offs_decided": {"result": "no"}}),
        },
    )


@pytest.mark.parametrize(
    ("rule", "votes", "reached"),
    [
        ({"rule": "all"}, "yy-", None),
        ({"rule": "all"}, "yyy", "yes"),
        ({"rule": "all"}, "y-n", "no"),
        ({"rule": "any"}, "--y", "yes"),
        ({"rule": "any"}, "n-n", None),
        ({"rule": "any"}, "nnn", "no"),
        ({"rule": "count", "count": 2}, "y--", None),
        ({"rule": "count", "count": 2}, "yny", "yes"),
        ({"rule": "count", "count": 2}, "n-n", "no"),
        ({"rule": "count", "count": 4}, "yyy", "no"),
        ({"rule": "all"}, "", "no"),
    ],
)
def test_several_people_decide_one_step(rule: dict[str, Any], votes: str, reached: str | None) -> None:
    voters = tuple(Voter(number, {"y": "yes", "n": "no", "-": ""}[vote]) for number, vote in enumerate(votes))
    step = automatic_step(voting(rule), "deciding", facts(voters=voters))
    assert (step.state if step else None) == reached


@pytest.mark.parametrize(
    ("share", "weights", "votes", "reached"),
    [
        (50, (60, 40), "y-", "yes"),
        (50, (50, 50), "y-", None),
        (50, (50, 50), "yn", "no"),
        (66, (34, 33, 33), "y-y", "yes"),
        (66, (34, 33, 33), "-yy", None),
        (66, (34, 33, 33), "nyy", "no"),
        (66, (34, 33, 33), "n--", "no"),
    ],
)
def test_a_vote_by_weight_needs_more_than_its_share(share: int, weights: tuple[int, ...], votes: str, reached: str | None) -> None:
    answers = zip(votes, weights, strict=True)
    voters = tuple(Voter(n, {"y": "yes", "n": "no", "-": ""}[vote], weight) for n, (vote, weight) in enumerate(answers))
    step = automatic_step(voting({"rule": "share", "share": share}), "deciding", facts(voters=voters))
    assert (step.state if step else None) == reached


def test_a_name_means_one_thing() -> None:
    with pytest.raises(ValueError, match="twice"):
        guard("predecessors_done")(GUARDS["predecessors_done"].check)


HANDING_OUT = workflow(
    {"delivering": state(task=TASK, closes=True), "delivered": final()},
    {
        "hand_out": action("delivering", "delivered", guards=["linked_cases_settled_now"]),
        "hand_out_again": action("delivered", "=", guards=["linked_cases_settled_again"]),
    },
)
STILL, DONE, FAILED = LinkedCase("child", "1-1", "handling", ""), LinkedCase("child", "1-2", "done", "done"), case("failed")
LATER = LinkedCase("child", "1-3", "done", "done", ended_later=True)


@pytest.mark.parametrize(
    ("linked", "now", "again"),
    [
        ((), True, False),
        ((DONE, FAILED), True, False),
        ((DONE, LATER), True, True),
        ((LATER, STILL), False, False),
        ((STILL,), False, False),
        ((DONE, STILL), False, False),
    ],
)
def test_results_are_handed_out_when_no_linked_case_is_open_again(linked: tuple[LinkedCase, ...], now: bool, again: bool) -> None:
    for where, name, allowed in (("delivering", "hand_out", now), ("delivered", "hand_out_again", again)):
        step = advance(HANDING_OUT, where, name, CLERK, facts(linked=linked))
        assert isinstance(step, Outcome) == allowed
        if isinstance(step, Refused) and STILL in linked:
            assert "1-1" in step.message["zh"] and "1-1" in step.message["en"] and "1-2" not in step.message["zh"]
