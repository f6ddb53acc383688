"""What a new edition of the national list changes: the plan, the network with it, and that a second time there is nothing left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.network.county import IDS, MATTER, OTHER_TOWN, SINCE, TOWN, VILLAGE, decides, network, office, places, replacing
from workflows.network import DECIDE, TAKE_IN, route
from workflows.network.updating import Update, applied, name_stem, plan, usual_of

DAY = timedelta(days=1)
ON = date(2023, 6, 30)
NEW_TOWN, NEW_VILLAGE = "371621004", "371621004001"
USUAL = usual_of([{"kind": "village_point", "matter": "company-opening", "power": TAKE_IN, "basis": "村点"},
                  {"office": "sub", "matter": MATTER, "power": DECIDE, "basis": "授权"}])  # fmt: skip


def edition(**changes: Any) -> Update:
    """The village 李庄社区 goes to a new town with a centre and a point; 古城社区 is renamed."""
    content = {
        "list": "2023", "source": "2023年版", "date": "2023-06-30",
        "added": [
            {"code": NEW_TOWN, "name": "武定府街道", "level": "street", "parent": "371621"},
            {"code": NEW_VILLAGE, "name": "李庄社区居民委员会", "level": "community", "parent": NEW_TOWN},
        ],
        "ended": [{"code": VILLAGE, "successor": NEW_VILLAGE}],
        "renamed": [{"code": "371621001020", "old": "古城社区村民委员会", "new": "古城联村村民委员会"}],
        "offices": [
            {"code": "town-new", "name": "武定府街道便民服务中心", "kind": "town_centre", "place": NEW_TOWN, "parent": "hall"},
            {"code": "point-new", "name": "李庄社区便民服务点", "kind": "village_point", "place": NEW_VILLAGE, "parent": "town-new"},
        ],
    }  # fmt: skip
    return Update.parse(content | changes)


def county(**changes: dict[str, Any]) -> Any:
    units = places(c371621001020={"name": "古城社区村民委员会"})
    names = {"other_point": {"name": "古城社区便民服务点"}}
    return network(replacing(**(names | changes)), units=units)


def test_a_point_is_called_after_its_unit_without_the_committee() -> None:
    assert name_stem("古城社区居民委员会") == "古城社区" and name_stem("淄角村村民委员会") == "淄角村"
    assert name_stem("白鹭新村生活区") == "白鹭新村生活区"


def test_the_plan_names_every_change() -> None:
    change = plan(county(), edition(), ON, USUAL)
    assert [place.code for place in change.places_added] == [NEW_TOWN, NEW_VILLAGE]
    assert [(place.code, to) for place, to in change.places_ended] == [(VILLAGE, NEW_VILLAGE)]
    assert [(each.code, each.new) for each in change.places_renamed] == [("371621001020", "古城联村村民委员会")]
    assert [new.code for new in change.offices_added] == ["town-new", "point-new"]
    assert [(each.office.code, each.successor) for each in change.offices_ended] == [("point", "point-new")]
    assert [(each.code, name) for each, name in change.offices_renamed] == [("other-point", "古城联村便民服务点")]
    assert change.competences == (("point-new", "company-opening", TAKE_IN, "村点"),)
    assert change and not change.kept and not change.offices_moved


def test_the_network_with_it_holds_from_the_day_on() -> None:
    known = county()
    after = applied(known, plan(known, edition(), ON, USUAL))
    before_day, on_day = after.counts(ON - DAY), after.counts(ON)
    assert (before_day["town_centre"], before_day["village_point"]) == (2, 2)
    assert (on_day["town_centre"], on_day["village_point"]) == (3, 2)
    old, new = after.office(IDS["point"]), after.by_code("point-new")
    assert new is not None and (old.valid_to, old.successor_id) == (ON - DAY, new.id) and new.id < 0
    assert after.successor(old.id, ON) == new and after.predecessors(new.id) == {old.id}
    assert after.ancestors(new.id) == (after.by_code("town-new").id, IDS["hall"])  # type: ignore[union-attr]
    assert after.may(new, TAKE_IN, "company-opening", ON) and not after.may(new, TAKE_IN, "company-opening", ON - DAY)
    assert route(after, MATTER, VILLAGE, ON - DAY).office.code == "sub"
    assert route(after, MATTER, VILLAGE, ON).office.code == "hall", "its village has gone to another town"
    assert after.places["371621001020"].name == "古城联村村民委员会"
    assert known.counts(ON) == county().counts(ON), "the network that was read is as it was"


def test_a_second_time_nothing_is_left() -> None:
    known = county()
    after = applied(known, plan(known, edition(), ON, USUAL))
    again = plan(after, edition(), ON + 400 * DAY, USUAL)
    assert not again and not again.kept
    later = plan(known, edition(), ON + 400 * DAY, USUAL)
    assert applied(known, later).counts(ON)["town_centre"] == 2
    assert applied(known, later).counts(ON + 400 * DAY)["town_centre"] == 3


def test_names_that_the_county_chose_itself_stay() -> None:
    units = places(c371621001020={"name": "古城新区"})
    change = plan(network(units=units), edition(), ON, USUAL)
    assert [each.code for each in change.kept] == ["371621001020"] and not change.places_renamed
    own = county(other_point={"name": "城东为民服务站"})
    assert plan(own, edition(), ON, USUAL).offices_renamed == (), "the unit is renamed, its office has a name of its own"
    done = places(c371621001020={"name": "古城联村村民委员会"})
    assert not plan(network(units=done), edition(), ON, USUAL).kept


def test_what_stands_at_a_unit_that_ended_serves_the_successor() -> None:
    offices = [*replacing(), replace(office("point"), id=7, code="bank", kind="bank", parent_id=IDS["point"])]
    known = network(offices, units=places(c371621001020={"name": "古城社区村民委员会"}))
    change = plan(known, edition(), ON, USUAL)
    assert [(each.office.code, each.place, each.parent) for each in change.offices_moved] == [("bank", NEW_VILLAGE, "point-new")]
    after = applied(known, change)
    bank = after.office(7)
    assert bank.stands_on(ON) and bank.place == NEW_VILLAGE and after.office(bank.parent_id or 0).code == "point-new"


def test_what_the_county_gave_to_the_office_that_ended_its_successor_has() -> None:
    special = [decides("hall", "*"), decides("point", "company-seal"), decides("point", "tax-registration", valid_to=ON - DAY)]
    change = plan(network(competences=special), edition(), ON, USUAL)
    assert set(change.competences) == {
        ("point-new", "company-opening", TAKE_IN, "村点"), ("point-new", "company-seal", DECIDE, "point依据")
    }  # fmt: skip


def test_an_office_that_has_closed_before_is_left_alone() -> None:
    closed = county(point={"valid_to": SINCE + DAY, "successor_id": IDS["town"]})
    change = plan(closed, edition(), ON, USUAL)
    assert not change.offices_ended and not change.offices_moved
    assert applied(closed, change).office(IDS["point"]).valid_to == SINCE + DAY


def test_units_and_offices_that_are_there_already_are_not_added_again() -> None:
    known = county()
    half = applied(known, replace(plan(known, edition(), ON, USUAL), places_ended=(), offices_ended=(), places_renamed=()))
    rest = plan(half, edition(), ON, USUAL)
    assert not rest.places_added and not rest.offices_added and rest.places_ended and rest.offices_ended
    assert {TOWN, OTHER_TOWN} <= set(half.places)
