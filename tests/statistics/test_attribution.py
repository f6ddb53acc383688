"""Every working second of a case has one class, the four add up, and a case with linked cases follows the rule of its parent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from approvals.calendar import county_calendar
from tests.clock.strategies import at
from workflows.statistics.attribution import (
    APPLICANT,
    CLASSES,
    DEPARTMENT,
    SPECIAL,
    WAITING,
    Attribution,
    Interval,
    Life,
    Span,
    Stay,
    attributed,
    class_of,
    of_stay,
    spans,
)

CALENDAR = county_calendar()
FIRST = datetime(2026, 9, 28, tzinfo=UTC)
NOW = FIRST + timedelta(days=20)
ROLES = ("", "clerk", "registrar", "applicant", "signatory")

moments = st.integers(0, 20 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
ends = moments | st.none()
intervals = st.lists(st.builds(Interval, moments, ends), max_size=3)
stays = st.lists(st.builds(Stay, moments, ends, st.sampled_from(ROLES)), max_size=5)


def lives(linked: st.SearchStrategy[list[Life]]) -> st.SearchStrategy[Life]:
    return st.builds(Life, moments, ends, stays, intervals, intervals, linked)


histories = st.recursive(lives(st.just([])), lambda below: lives(st.lists(below, max_size=3)), max_leaves=6)


def runs(start: datetime, end: datetime | None, moment: datetime) -> bool:
    return start <= moment < (end or NOW)


def own_class(life: Life, moment: datetime) -> str:
    """Whose a moment of one case is, said plainly and without its linked cases."""
    if any(runs(each.start, each.end, moment) for each in life.suspensions):
        return SPECIAL
    if any(runs(each.start, each.end, moment) for each in life.carried):
        return WAITING
    running = {class_of(stay.role) for stay in life.stays if runs(stay.start, stay.end, moment)}
    return next((each for each in (DEPARTMENT, APPLICANT) if each in running), WAITING)


def class_at(life: Life, moment: datetime) -> str:
    """Whose a moment is: of everything below that is open and of the case itself, the first in the order of the classes."""
    found = {own_class(life, moment)} | {class_at(each, moment) for each in life.linked if runs(each.opened_at, each.closed_at, moment)}
    return next(each for each in CLASSES if each in found)


def instants(life: Life) -> set[datetime]:
    own = {life.opened_at, life.closed_at or NOW}
    for each in (*life.stays, *life.suspensions, *life.carried):
        own |= {each.start, each.end or NOW}
    return own.union(*(instants(each) for each in life.linked))


@given(histories)
def test_the_four_add_up_to_the_whole_working_time(life: Life) -> None:
    whole = max(0, CALENDAR.working_seconds(life.opened_at, life.closed_at or NOW))
    assert attributed(CALENDAR, life, NOW).total == whole


@given(histories)
def test_spans_follow_each_other_without_gap_from_opening_to_close(life: Life) -> None:
    found = spans(life, NOW)
    end = life.closed_at or NOW
    if end <= life.opened_at:
        assert found == []
        return
    assert (found[0].start, found[-1].end) == (life.opened_at, end)
    for one, following in pairwise(found):
        assert one.start < one.end == following.start
        assert one.whose != following.whose


@given(histories)
def test_every_moment_is_whose_the_rules_say(life: Life) -> None:
    # A linked case that outlives those above it is seen through them: what is above decides only while it is open itself.
    found = spans(clipped(life), NOW)
    cuts = sorted(instants(life))
    for first, last in pairwise(cuts):
        middle = first + (last - first) / 2
        if runs(life.opened_at, life.closed_at, middle):
            assert next(span.whose for span in found if span.start <= middle < span.end) == class_at(clipped(life), middle)


def clipped(life: Life) -> Life:
    """The life with nothing below it open longer than itself, as the product keeps it."""
    end = life.closed_at or NOW
    below = [
        Life(
            max(each.opened_at, life.opened_at),
            min(each.closed_at or NOW, end),
            each.stays,
            each.suspensions,
            each.carried,
            each.linked,
        )
        for each in life.linked
    ]
    return Life(life.opened_at, life.closed_at, life.stays, life.suspensions, life.carried, [clipped(each) for each in below])


@given(histories, moments)
def test_a_history_cut_in_two_has_the_same_sums(life: Life, cut: datetime) -> None:
    whole = attributed(CALENDAR, life, NOW)
    if not life.opened_at <= cut <= (life.closed_at or NOW):
        return
    before = attributed(CALENDAR, until(life, cut), NOW)
    after = attributed(CALENDAR, Life(cut, life.closed_at, life.stays, life.suspensions, life.carried, life.linked), NOW)
    if not life.linked:
        assert before + after == whole
    assert (before + after).total == whole.total


def until(life: Life, cut: datetime) -> Life:
    return Life(life.opened_at, cut, life.stays, life.suspensions, life.carried, life.linked)


def test_a_stay_is_a_departments_while_it_is_addressed_to_one() -> None:
    stay = Stay(at("2026-11-20 10:00"), at("2026-11-23 10:00"), "registrar")
    assert of_stay(CALENDAR, stay, NOW) == Attribution(department=7 * 3600)


def test_results_that_lie_ready_are_the_applicants_to_fetch() -> None:
    begin, end = at("2026-11-20 10:00"), at("2026-11-23 10:00")
    assert of_stay(CALENDAR, Stay(begin, end, "clerk", ready=True), NOW) == Attribution(applicant=7 * 3600)
    assert class_of("clerk", ready=True) == APPLICANT and class_of("", ready=True) == WAITING


def test_a_hearing_within_a_stay_is_the_special_procedures() -> None:
    stay = Stay(at("2026-11-20 09:00"), at("2026-11-20 12:00"), "reviewer")
    hearing = Interval(at("2026-11-20 10:00"), at("2026-11-20 11:00"))
    assert of_stay(CALENDAR, stay, NOW, [hearing]) == Attribution(department=7200, special=3600)


def test_papers_on_the_way_are_in_nobodys_hands_although_the_receiver_is_addressed() -> None:
    stay = Stay(at("2026-11-20 09:00"), at("2026-11-20 12:00"), "coordinator")
    bag = Interval(at("2026-11-20 09:00"), at("2026-11-20 11:30"))
    assert of_stay(CALENDAR, stay, NOW, carried=[bag]) == Attribution(department=1800, waiting=9000)


def test_a_correction_is_the_applicants_time() -> None:
    stays = [
        Stay(at("2026-11-20 09:00"), at("2026-11-20 10:00"), "registrar"),
        Stay(at("2026-11-20 10:00"), at("2026-11-20 12:00"), "applicant"),
    ]
    life = Life(at("2026-11-20 09:00"), at("2026-11-20 12:00"), stays)
    assert attributed(CALENDAR, life, NOW) == Attribution(department=3600, applicant=7200)
    assert attributed(CALENDAR, life, NOW).counted == 3600


def test_a_parent_is_a_departments_while_any_linked_case_is() -> None:
    morning = at("2026-11-20 09:00"), at("2026-11-20 12:00")
    returned = Life(*morning, [Stay(*morning, "applicant")])
    held = Life(at("2026-11-20 10:00"), at("2026-11-20 11:00"), [Stay(at("2026-11-20 10:00"), at("2026-11-20 11:00"), "tax-officer")])
    parent = Life(at("2026-11-20 09:00"), at("2026-11-20 12:00"), [Stay(*morning, "")], linked=[returned, held])
    assert spans(parent, NOW) == [
        Span(at("2026-11-20 09:00"), at("2026-11-20 10:00"), APPLICANT),
        Span(at("2026-11-20 10:00"), at("2026-11-20 11:00"), DEPARTMENT),
        Span(at("2026-11-20 11:00"), at("2026-11-20 12:00"), APPLICANT),
    ]


def test_a_special_procedure_goes_before_the_applicant_but_not_before_a_department() -> None:
    morning = at("2026-11-20 09:00"), at("2026-11-20 12:00")
    hearing = Life(*morning, [Stay(*morning, "reviewer")], suspensions=[Interval(*morning)])
    returned = Life(*morning, [Stay(*morning, "applicant")])
    held = Life(*morning, [Stay(*morning, "clerk")])
    waiting = Stay(*morning, "")
    assert attributed(CALENDAR, Life(*morning, [waiting], linked=[hearing, returned]), NOW) == Attribution(special=3 * 3600)
    assert attributed(CALENDAR, Life(*morning, [waiting], linked=[hearing, held]), NOW) == Attribution(department=3 * 3600)


def test_what_comes_after_the_close_is_nobodys_delay() -> None:
    stays = [
        Stay(at("2026-11-20 09:00"), at("2026-11-20 10:00"), "registrar"),
        Stay(at("2026-11-20 10:00"), None, "clerk"),
    ]
    assert attributed(CALENDAR, Life(stays[0].start, stays[0].end, stays), at("2027-03-01 10:00")) == Attribution(department=3600)


def test_an_open_case_is_attributed_until_now() -> None:
    stay = Stay(at("2026-11-20 09:00"), None, "registrar")
    assert attributed(CALENDAR, Life(stay.start, None, [stay]), at("2026-11-20 09:20")) == Attribution(department=1200)


def test_a_time_that_no_stay_covers_waits() -> None:
    assert spans(Life(FIRST, NOW, []), NOW) == [Span(FIRST, NOW, WAITING)]
