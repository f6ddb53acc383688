"""The network as dated values: its tree, its successors, its competences, and data that are wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.county import COUNTY, IDS, MATTER, SINCE, TODAY, TOWN, VILLAGE, decides, network, office, places, replacing
from workflows.network import DECIDE, TAKE_IN, Network, Office, Place

DAY = timedelta(days=1)
FAR = date(2030, 1, 1)


def test_what_stands_on_a_day_is_counted_with_both_ends_included() -> None:
    known = network(replacing(point={"valid_from": TODAY, "valid_to": TODAY}))
    assert [known.counts(day)["village_point"] for day in (TODAY - DAY, TODAY, TODAY + DAY)] == [1, 2, 1]
    assert known.counts(SINCE - DAY) == dict.fromkeys(known.counts(TODAY), 0)
    assert list(known.counts(TODAY)) == [
        "county_hall", "sub_centre", "town_centre", "village_point", "grid_point", "bank", "post", "merchant_point"
    ]  # fmt: skip
    assert known.first_day() == SINCE and Network([]).first_day() is None


def test_an_unknown_kind_is_counted_as_well() -> None:
    assert network([office("hall"), office("point", kind="kiosk")]).counts(TODAY)["kiosk"] == 1


def test_offices_are_found_by_code_and_place() -> None:
    known = network()
    assert known.by_code("sub") is known.office(IDS["sub"]) and known.by_code("nowhere") is None
    assert [each.code for each in known.at_place(TOWN)] == ["sub", "town"], "in the order of their kinds"
    with pytest.raises(KeyError):
        known.office(99)


def test_the_tree_goes_down_and_up() -> None:
    known = network()
    assert known.subtree(IDS["sub"]) == {IDS["sub"], IDS["town"], IDS["point"]}
    assert known.subtree(IDS["hall"]) == set(IDS.values())
    assert known.ancestors(IDS["point"]) == (IDS["town"], IDS["sub"], IDS["hall"])
    assert known.ancestors(IDS["hall"]) == () and known.loops() == []


def test_a_loop_among_parents_ends_every_walk_and_is_told_once() -> None:
    known = network(replacing(sub={"parent_id": IDS["point"]}))
    loop = {IDS["sub"], IDS["town"], IDS["point"]}
    assert known.subtree(IDS["town"]) == loop
    assert set(known.ancestors(IDS["point"])) == loop - {IDS["point"]}
    assert [set(each) for each in known.loops()] == [loop] and known.loops()[0][0] == min(loop)
    assert network(replacing(town={"parent_id": IDS["town"]})).loops() == [(IDS["town"],)]


def test_a_parent_that_is_not_there_ends_the_walk() -> None:
    assert network(replacing(town={"parent_id": 99})).ancestors(IDS["point"]) == (IDS["town"],)


def test_the_successor_of_a_closed_office_follows_the_chain() -> None:
    known = network(
        replacing(
            point={"valid_to": TODAY, "successor_id": IDS["other-point"]},
            other_point={"valid_to": TODAY + DAY, "successor_id": IDS["other-town"]},
        )
    )
    heirs = [known.successor(IDS["point"], day) for day in (TODAY, TODAY + DAY, TODAY + 2 * DAY)]
    assert [heir.code for heir in heirs if heir] == ["point", "other-point", "other-town"]
    assert known.predecessors(IDS["other-town"]) == {IDS["point"], IDS["other-point"]}
    assert known.predecessors(IDS["other-point"]) == frozenset(), "the chain does not end there"
    assert known.predecessors(IDS["other-point"], TODAY + DAY) == {IDS["point"]}
    assert known.predecessors(IDS["other-town"], TODAY + DAY) == frozenset(), "it has taken over from nobody yet"
    assert known.successor(99, TODAY) is None


def test_successors_that_lead_back_lead_nowhere() -> None:
    known = network(
        replacing(
            point={"valid_to": TODAY, "successor_id": IDS["other-point"]},
            other_point={"valid_to": TODAY, "successor_id": IDS["point"]},
        )
    )
    assert known.successor(IDS["point"], TODAY + DAY) is None
    assert known.predecessors(IDS["point"]) == known.predecessors(IDS["point"], TODAY + DAY) == frozenset()


def test_an_office_that_stands_has_not_left_its_work_to_another() -> None:
    known = network(replacing(point={"successor_id": IDS["town"]}))
    assert known.predecessors(IDS["town"]) == frozenset()


def test_closures_shut_an_office_that_stands() -> None:
    known = network(replacing(sub={"closures": ((TODAY, TODAY + DAY, "停电"),)}))
    sub = known.office(IDS["sub"])
    assert [known.is_open_on(sub, TODAY + days * DAY) for days in (-1, 0, 1, 2)] == [True, False, False, True]
    assert not known.is_open_on(sub, SINCE - DAY)


def test_competence_needs_the_matter_the_power_the_days_and_a_standing_office() -> None:
    known = network(
        replacing(other_town={"valid_to": TODAY}),
        [decides("hall", "*"), decides("sub", valid_to=TODAY), decides("other-town"), decides("town", power=TAKE_IN)],
    )
    assert known.may(IDS["hall"], DECIDE, "anything", TODAY) and not known.may(IDS["hall"], TAKE_IN, "anything", TODAY)
    assert known.may(IDS["sub"], DECIDE, MATTER, TODAY) and not known.may(IDS["sub"], DECIDE, MATTER, TODAY + DAY)
    assert not known.may(IDS["sub"], DECIDE, "company-seal", TODAY)
    assert not known.may(IDS["sub"], DECIDE, MATTER, SINCE - DAY)
    assert known.may(IDS["town"], TAKE_IN, MATTER, TODAY) and not known.may(IDS["town"], DECIDE, MATTER, TODAY)
    assert not known.may(IDS["other-town"], DECIDE, MATTER, TODAY + DAY), "it has closed"
    assert not known.may(99, DECIDE, MATTER, TODAY) and not known.may(IDS["point"], DECIDE, MATTER, TODAY)


def test_a_paper_on_the_matter_goes_before_one_on_every_matter() -> None:
    known = network(competences=[decides("hall", "*"), decides("hall", basis="专门的")])
    found = known.competence(known.office(IDS["hall"]), DECIDE, MATTER, TODAY)
    assert found is not None and found.basis == "专门的"


def test_the_ladder_of_a_place_goes_up_and_survives_gaps() -> None:
    known = network()
    assert known.ladder(VILLAGE) == (VILLAGE, TOWN, COUNTY)
    assert known.ladder(TOWN) == (TOWN, COUNTY) and known.ladder(COUNTY) == (COUNTY,)
    assert known.ladder("371621105999") == ("371621105999", TOWN, COUNTY), "an unknown village lies in the town of its digits"
    without_town = network(units=[place for place in places() if place.code != TOWN])
    assert without_town.ladder(VILLAGE) == (VILLAGE, TOWN, COUNTY), "offices serve the town though the list has lost it"
    assert Network([office("hall")]).ladder(VILLAGE) == (VILLAGE, COUNTY)
    assert Network([]).ladder(VILLAGE) == (VILLAGE,) and Network([]).ladder("") == ("",)


def test_the_ladder_goes_by_the_parent_and_not_by_the_digits() -> None:
    moved = network(units=places(c371621105305={"parent": "371621001"}))
    assert moved.ladder(VILLAGE) == (VILLAGE, "371621001", COUNTY)
    round_about = network(units=places(c371621={"parent": VILLAGE}))
    assert round_about.ladder(VILLAGE) == (VILLAGE, TOWN, COUNTY)


def test_a_place_that_ended_is_its_successor_from_the_day_after() -> None:
    ended = {"valid_to": TODAY, "successor": "371621001020"}
    known = network(units=places(c371621105305=ended))
    assert known.place_on(VILLAGE, TODAY) == VILLAGE and known.place_on(VILLAGE, TODAY + DAY) == "371621001020"
    assert [place.code for place in known.merged_into("371621001020")] == [VILLAGE]
    lost = network(units=places(c371621105305={"valid_to": TODAY}))
    assert lost.place_on(VILLAGE, FAR) == VILLAGE and known.place_on("999", FAR) == "999"
    circle = network(units=places(c371621105305=ended, c371621001020={"valid_to": TODAY, "successor": VILLAGE}))
    assert circle.place_on(VILLAGE, FAR) in (VILLAGE, "371621001020")


# ---- whatever the data -----------------------------------------------------------------------------------------------

ids = st.integers(1, 8)
days = st.dates(date(2020, 1, 1), date(2024, 12, 31))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Offices with any parents and successors, loops and strangers included."""
    offices = [
        Office(
            number, f"o{number}", f"第{number}办", draw(st.sampled_from(["county_hall", "town_centre", "village_point"])),
            draw(st.sampled_from(["371621", "371621105", "371621105305"])), draw(st.none() | ids), draw(days),
            draw(st.none() | days), draw(st.none() | ids),
        )
        for number in range(1, draw(st.integers(2, 8)))
    ]  # fmt: skip
    codes = ["371621", "371621105", "371621105305", "371621105306"]
    units = [
        Place(code, code, "town", draw(st.none() | st.sampled_from(codes)), draw(days), draw(st.none() | days),
              draw(st.none() | st.sampled_from(codes)))
        for code in codes
    ]  # fmt: skip
    return Network(offices, [], units)


@given(networks(), days)
def test_no_data_make_a_walk_endless_or_inconsistent(known: Network, on: date) -> None:
    for number in known.offices:
        assert number in known.subtree(number)
        above = known.ancestors(number)
        assert number not in above and len(set(above)) == len(above)
        assert all(number in known.subtree(each) for each in above)
        heir = known.successor(number, on)
        assert heir is None or heir.stands_on(on)
        if heir is not None and heir.id != number:
            assert number in known.predecessors(heir.id, on)
    for number in known.offices:
        assert all(known.successor(each, on) == known.office(number) for each in known.predecessors(number, on))
    assert sum(known.counts(on).values()) == len(known.standing(on))
    for code in known.places:
        ladder = known.ladder(code)
        assert ladder[0] == code and len(set(ladder)) == len(ladder)
        assert known.place_on(code, on) in known.places


@given(networks())
def test_a_loop_is_exactly_what_lies_on_its_own_way_up(known: Network) -> None:
    told = {number for loop in known.loops() for number in loop}
    for number in known.offices:
        current, on_loop = known.office(number).parent_id, False
        for _ in range(len(known.offices) + 1):
            on_loop = on_loop or current == number
            current = known.office(current).parent_id if current in known.offices else None
        assert (number in told) == on_loop
