"""The six “4011” claims by table: what breaks each, what leaves it open, and that nothing holds without evidence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from workflows.rules.claims import BROKEN, HOLDS, OPEN, Asked, Charge, Contact, Filed, Linked, Log, claims

A = {"zh": "甲", "en": "A"}
VILLAGE, TOWN = "371621001020", "371621001"
DAY = "2026-11-23"
KEYS = ["no-material", "no-cost", "no-meeting", "no-distance", "one-step", "one-matter"]
SHARED = Asked(A, A, "data_sharing", A)
PAID_BY_COUNTY = Charge(A, A, Decimal("300.00"), "county")
ONLINE = Contact(A, "online", DAY, "张测试")
FINISHED = Log(
    number="HM1", materials=(SHARED,), charges=(PAID_BY_COUNTY,), contacts=(ONLINE,), submissions=(Filed(1, DAY),),
    matters=(Linked(A, "HM1-1", "done"),), places=frozenset({VILLAGE, TOWN}), place_name="古城社区", decided=True, settled=True,
    delivered=True,
)  # fmt: skip


def visit(kind: str, place: str) -> Contact:
    return Contact(A, "person", DAY, "张测试", "某处", kind, place)


def states(log: Log) -> dict[str, str]:
    return {claim.key: claim.state for claim in claims(log).each}


def test_all_hold() -> None:
    assert states(FINISHED) == dict.fromkeys(KEYS, HOLDS)
    assert claims(FINISHED).state == HOLDS


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"materials": (SHARED, Asked(A, A, "upload", A, "李样例"))}, ["no-material"]),
        ({"materials": (Asked(A, A, "paper", A),)}, ["no-material"]),
        ({"charges": (PAID_BY_COUNTY, Charge(A, A, Decimal("0.01"), "applicant"))}, ["no-cost"]),
        ({"charges": (PAID_BY_COUNTY, Charge(A, A, Decimal("0.00"), "applicant"))}, []),
        ({"contacts": (ONLINE, visit("town_centre", TOWN))}, ["no-meeting"]),
        ({"contacts": (ONLINE, visit("sub_centre", TOWN))}, ["no-meeting"]),
        ({"contacts": (ONLINE, visit("village_point", VILLAGE))}, []),
        ({"contacts": (ONLINE, visit("bank", TOWN))}, []),
        ({"contacts": (ONLINE, visit("village_point", "371621105201"))}, ["no-distance"]),
        ({"contacts": (ONLINE, visit("county_hall", "371621"))}, ["no-meeting", "no-distance"]),
        ({"contacts": (ONLINE, visit("", ""))}, ["no-distance"]),
        ({"contacts": (ONLINE, replace(ONLINE, way="post"))}, []),
        ({"submissions": (Filed(1, DAY), Filed(2, DAY))}, ["one-step"]),
        ({"matters": (Linked(A, "HM1-1", "done"), Linked(A, "HM1-2", "failed"))}, ["one-matter"]),
        ({"matters": (Linked(A, "HM1-1", "done"), Linked(A, "HM1-2", "withdrawn"))}, ["one-matter"]),
        ({"matters": (Linked(A, "HM1-1", "done"), Linked(A, "", "not_opened"))}, ["one-matter"]),
        ({"matters": (Linked(A, "HM1-1", "refused"),)}, ["one-matter"]),
    ],
)
def test_what_breaks_a_claim(changes: dict[str, Any], broken: list[str]) -> None:
    log = replace(FINISHED, **changes)
    assert [key for key, state in states(log).items() if state == BROKEN] == broken
    assert claims(log).state == (BROKEN if broken else HOLDS)
    for claim in claims(log).each:
        assert (claim.state == BROKEN) == any(line.against for line in claim.evidence)
        assert claim.reason["zh"] and claim.reason["en"]


@pytest.mark.parametrize(
    ("changes", "left_open"),
    [
        ({"decided": False}, ["no-material", "one-step"]),
        ({"settled": False}, ["no-cost", "one-matter"]),
        ({"delivered": False}, ["no-meeting", "no-distance"]),
        ({"matters": (Linked(A, "HM1-1", "done"), Linked(A, "HM1-2", ""))}, ["one-matter"]),
        ({"materials": (), "charges": ()}, ["no-material", "no-cost"]),
        ({"contacts": ()}, ["no-meeting", "no-distance"]),
        ({"submissions": (), "matters": ()}, ["one-step", "one-matter"]),
    ],
)
def test_what_is_not_decided_or_not_proven_stays_open(changes: dict[str, Any], left_open: list[str]) -> None:
    log = replace(FINISHED, **changes)
    assert [key for key, state in states(log).items() if state == OPEN] == left_open
    assert claims(log).state == OPEN


def test_one_reason_against_stands_for_all_of_them() -> None:
    log = replace(FINISHED, contacts=(visit("county_hall", "371621"), visit("town_centre", TOWN), visit("sub_centre", TOWN)))
    reason = next(claim.reason for claim in claims(log).each if claim.key == "no-meeting")
    assert reason["zh"].endswith("另有2处") and reason["en"].endswith("2 more")
