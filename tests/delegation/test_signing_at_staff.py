"""Nobody signs an application that an agent carries at the telephone of a member of staff."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals.db import Database
from approvals.models import Person
from approvals.operations.errors import Refusal
from tests.support.delegating import Delegated
from tests.support.seed import Cast, Member, application

OF_THE_DIRECTOR = "13800000001"


@pytest.fixture
def carried(database: Database, cast: Cast) -> Delegated:
    case = Delegated(database, cast)
    case.answer()
    return case


def with_phone(carried: Delegated, phone: str) -> Any:
    return json.loads(json.dumps(application(carried.now.date())).replace(f'"{OF_THE_DIRECTOR}"', f'"{phone}"'))


def phone_of(carried: Delegated, member: Member) -> str:
    with carried.database.reading() as session:
        return session.get_one(Person, member.person_id).phone


@pytest.mark.parametrize("name", ["agent", "second_agent", "town"])
def test_a_director_does_not_sign_at_the_number_of_staff(carried: Delegated, name: str) -> None:
    phone = phone_of(carried, getattr(carried.people, name))
    carried.prepare(with_phone(carried, f"+86 {phone[:3]} {phone[3:]}"))
    with pytest.raises(Refusal) as refused:
        carried.carry("pass_up", carried.people.agent)
    assert refused.value.reason == "signatory-phone-of-staff" and "当面签署" in refused.value.message["zh"]
    carried.prepare(with_phone(carried, OF_THE_DIRECTOR))
    carried.carry("pass_up", carried.people.agent)
    assert carried.state == "moving_to_town"


def test_what_was_changed_on_the_way_is_refused_where_it_is_filed(carried: Delegated) -> None:
    carried.prepare()
    carried.carry("pass_up", carried.people.agent)
    carried.carry("receive_at_town", carried.people.town)
    carried.carry("pass_on", carried.people.town)
    carried.carry("receive_at_centre", carried.people.centre)
    carried.prepare(with_phone(carried, phone_of(carried, carried.people.agent)))
    with pytest.raises(Refusal) as refused:
        carried.carry("file", carried.people.centre)
    assert refused.value.reason == "signatory-phone-of-staff" and carried.state == "filing"


def test_staff_who_are_named_in_it_sign_at_their_own(carried: Delegated) -> None:
    def rename(session: Any) -> None:
        content = application(carried.now.date())
        person = next(each for each in content["people"]["people"] if each["phone"] == OF_THE_DIRECTOR)
        session.get_one(Person, carried.people.second_agent.person_id).name = person["name"]

    carried.database.write(rename)
    carried.prepare(with_phone(carried, phone_of(carried, carried.people.second_agent)))
    carried.carry("pass_up", carried.people.agent)
    assert carried.state == "moving_to_town"
