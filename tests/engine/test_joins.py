"""Properties of joins and sign-offs: more answers never take back what was decided."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.definition import OUTCOMES, SignOffRule
from workflows.engine.facts import LinkedCase, Voter
from workflows.engine.joins import join_holds, sign_off_result

voters = st.lists(
    st.builds(Voter, st.integers(1, 99), st.sampled_from(["yes", "no", ""]), st.integers(1, 9)), max_size=6
).map(tuple)
rules = st.one_of(
    st.sampled_from([SignOffRule("all"), SignOffRule("any")]),
    st.builds(lambda count: SignOffRule("count", count=count), st.integers(1, 6)),
    st.builds(lambda share: SignOffRule("share", share=share), st.integers(1, 99)),
)
cases = st.lists(st.builds(LinkedCase, st.just("child"), st.just("1-1"), st.just("here"), st.sampled_from(["", *OUTCOMES])), max_size=6)
joins = st.one_of(st.sampled_from(["all", "any"]), st.integers(1, 6))


@given(voters, rules, st.integers(0, 5), st.sampled_from(["yes", "no"]))
def test_an_open_vote_cast_never_turns_a_result_round(asked: tuple[Voter, ...], rule: SignOffRule, place: int, vote: str) -> None:
    before = sign_off_result(asked, rule)
    after = sign_off_result(
        tuple(replace(voter, vote=vote) if number == place and not voter.vote else voter for number, voter in enumerate(asked)), rule
    )
    assert before == "" or after == before


@given(voters, rules, st.integers(0, 5))
def test_a_no_turned_into_a_yes_never_loses_a_yes(asked: tuple[Voter, ...], rule: SignOffRule, place: int) -> None:
    better = tuple(replace(voter, vote="yes") if number == place else voter for number, voter in enumerate(asked))
    order = {"no": 0, "": 1, "yes": 2}
    assert order[sign_off_result(better, rule)] >= order[sign_off_result(asked, rule)]


@given(voters, rules)
def test_once_everybody_has_answered_there_is_a_result(asked: tuple[Voter, ...], rule: SignOffRule) -> None:
    answered = tuple(replace(voter, vote=voter.vote or "no") for voter in asked)
    assert sign_off_result(answered, rule) in ("yes", "no")


@given(voters, rules, st.randoms(use_true_random=False))
def test_the_order_of_voters_does_not_matter(asked: tuple[Voter, ...], rule: SignOffRule, random: object) -> None:
    shuffled = list(asked)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sign_off_result(tuple(shuffled), rule) == sign_off_result(asked, rule)


@given(cases, joins, st.integers(0, 5), st.sampled_from(OUTCOMES))
def test_a_case_that_settles_never_undoes_a_join(linked: list[LinkedCase], join: str | int, place: int, outcome: str) -> None:
    before = join_holds(linked, join)
    after = join_holds(
        [replace(case, outcome=outcome) if number == place else case for number, case in enumerate(linked)], join
    )
    assert after >= before


@given(cases, joins)
def test_how_a_case_ended_does_not_matter_to_a_join(linked: list[LinkedCase], join: str | int) -> None:
    well = [replace(case, outcome="done") if case.settled else case for case in linked]
    assert join_holds(well, join) == join_holds(linked, join)
