"""Where a matter goes from a place on a day, and what is said of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.county import (
    COUNTY,
    IDS,
    MATTER,
    OTHER_TOWN,
    OTHER_VILLAGE,
    SINCE,
    TODAY,
    TOWN,
    VILLAGE,
    decides,
    network,
    office,
    places,
    replacing,
)
from tests.network.test_network import days, networks
from workflows.network import TAKE_IN, Network, NoCountyHall, Office, office_for, route

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("place", "matter", "expected"),
    [
        (VILLAGE, MATTER, "sub"),
        (TOWN, MATTER, "sub"),
        (VILLAGE, "company-seal", "hall"),
        (OTHER_VILLAGE, MATTER, "hall"),
        (OTHER_TOWN, MATTER, "hall"),
        (COUNTY, MATTER, "hall"),
        ("371621105999", MATTER, "sub"),
        ("990000", MATTER, "hall"),
        ("", MATTER, "hall"),
    ],
)
def test_the_first_competent_office_on_the_way_up_decides(place: str, matter: str, expected: str) -> None:
    found = route(network(), matter, place, TODAY)
    assert found.office.code == expected and not found.alarm
    assert found.basis == f"{expected}依据" and found.office.name in found.reason["zh"] and found.office.name in found.reason["en"]


def test_it_says_whom_it_asked_on_the_way() -> None:
    found = route(network(), MATTER, VILLAGE, TODAY)
    assert [(step.office.code, step.answer) for step in found.steps] == [("point", "not-competent"), ("sub", "competent")]
    assert "李庄社区属于李庄镇" in found.reason["zh"] and "依据：sub依据" in found.reason["zh"]


def test_a_sub_centre_that_only_takes_in_decides_nothing() -> None:
    known = network(competences=[decides("hall", "*"), decides("sub", power=TAKE_IN)])
    assert route(known, MATTER, VILLAGE, TODAY).office.code == "hall"
    assert route(known, MATTER, VILLAGE, TODAY, TAKE_IN).office.code == "sub"
    assert "收件" in route(known, MATTER, VILLAGE, TODAY, TAKE_IN).reason["zh"]


def test_dates_of_competence_and_office_count() -> None:
    known = network(competences=[decides("hall", "*"), decides("sub", valid_from=TODAY, valid_to=TODAY + DAY)])
    assert [route(known, MATTER, VILLAGE, TODAY + n * DAY).office.code for n in (-1, 0, 1, 2)] == ["hall", "sub", "sub", "hall"]
    closed = network(replacing(sub={"valid_to": TODAY, "successor_id": IDS["hall"]}))
    assert [route(closed, MATTER, VILLAGE, day).office.code for day in (TODAY, TODAY + DAY)] == ["sub", "hall"]


def test_a_competent_office_that_is_closed_that_day_is_passed_by_and_named() -> None:
    known = network(replacing(sub={"closures": ((TODAY, TODAY + DAY, "搬迁"),)}))
    found = route(known, MATTER, VILLAGE, TODAY)
    assert found.office.code == "hall" and not found.alarm
    assert "sub办11月23日至11月24日闭门（搬迁）" in found.reason["zh"]
    assert [(step.office.code, step.answer) for step in found.steps][:2] == [("point", "not-competent"), ("sub", "closed")]
    assert route(known, MATTER, VILLAGE, TODAY + 2 * DAY).office.code == "sub"


def test_a_place_that_was_merged_is_routed_as_its_successor() -> None:
    known = network(units=places(c371621105305={"valid_to": TODAY, "successor": OTHER_VILLAGE}))
    assert route(known, MATTER, VILLAGE, TODAY).office.code == "sub"
    after = route(known, MATTER, VILLAGE, TODAY + DAY)
    assert after.office.code == "hall" and after.place == OTHER_VILLAGE
    assert "李庄社区（371621105305）已划入古城社区（371621001020）" in after.reason["zh"]


def test_what_nobody_may_decide_waits_at_the_hall_with_an_alarm() -> None:
    found = route(network(competences=[]), MATTER, VILLAGE, TODAY)
    assert (found.office.code, found.alarm, found.basis) == ("hall", True, "")
    assert "没有服务点被授权" in found.reason["zh"] and "督查" in found.reason["zh"]
    assert {step.answer for step in found.steps} == {"not-competent"}


def test_a_closed_hall_that_is_competent_keeps_the_case_without_alarm() -> None:
    known = network(replacing(hall={"closures": ((TODAY, TODAY, "台风"),)}))
    found = route(known, "company-seal", VILLAGE, TODAY)
    assert (found.office.code, found.alarm) == ("hall", False) and "等它开门后办理" in found.reason["zh"]


def test_without_a_standing_hall_there_is_nowhere_to_wait() -> None:
    with pytest.raises(NoCountyHall):
        route(network(replacing(hall={"valid_to": TODAY}), []), MATTER, VILLAGE, TODAY + DAY)
    assert route(network(replacing(hall={"valid_to": TODAY})), MATTER, VILLAGE, TODAY + DAY).office.code == "sub"


def test_a_hall_outside_the_ladder_is_found_all_the_same() -> None:
    known = network([office("hall", place="990000")], [decides("hall", "*")], [])
    found = route(known, MATTER, VILLAGE, TODAY)
    assert found.office.code == "hall" and not found.alarm and "没有别的服务点" in found.reason["zh"]


def test_the_office_of_a_symbol_is_that_of_its_workflow_first() -> None:
    offices = {"deciding": 1, f"deciding.{MATTER}": 2, "delivery": 3}
    assert office_for(offices, MATTER, "deciding", 9) == 2
    assert office_for(offices, "company-seal", "deciding", 9) == 1
    assert office_for(offices, MATTER, "delivery", 9) == 3
    assert office_for(offices, MATTER, "matters.bank", 9) == 9


@given(networks(), st.sampled_from(["371621", "371621105", "371621105305", "371621105306", "370000000000"]), days, st.data())
def test_whatever_the_data_a_case_is_never_lost(known: Network, place: str, on: date, data: st.DataObject) -> None:
    holders = data.draw(st.sets(st.sampled_from(sorted(known.offices))))
    competences = [decides("hall", "*", office_id=number, valid_from=date(2020, 1, 1)) for number in holders]
    hall = Office(99, "hall-99", "大厅", "county_hall", "371621", None, SINCE - 400 * DAY)
    whole = Network([*known.offices.values(), hall], competences, known.places.values())
    found = route(whole, MATTER, place, on)
    assert found.office.stands_on(on)
    competent = found.office.id in holders
    assert found.alarm == (not competent)
    assert competent or not any(step.answer == "competent" for step in found.steps)
    assert found.reason["zh"] and found.reason["en"] and route(whole, MATTER, place, on) == found
