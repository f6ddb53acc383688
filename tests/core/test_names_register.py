"""The names register: what forbids a name, what it is like, and reservations, asked of the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from approvals.db import Database, statements
from approvals.models import CompanyName
from approvals.operations.errors import Refusal
from approvals.operations.registration import comparable_names, context_for
from approvals.operations.statements import MOST_SIMILAR
from tests.support.driving import REGISTRATION, Chain, content_with
from tests.support.seed import NOW, Cast
from workflows.rules import Finding, compose_name, findings

TODAY = NOW.date()


def enter(database: Database, name: dict[str, Any], status: str = "registered", **values: Any) -> None:
    """Put a name into the register."""

    def store(session: Session) -> None:
        row = {"since": "2026-11-01", "until": None, "holder": "", **values}
        session.add(
            CompanyName(
                full_name=compose_name(name), trade_name=name["trade_name"], industry=name["industry"], status=status,
                **comparable_names(name), **row,
            )
        )  # fmt: skip

    database.write(store)


def found(database: Database, rule: str, content: dict[str, Any], today: date = TODAY) -> list[Finding]:
    with database.reading() as session:
        context = context_for(session.connection(), content, today)
    return [finding for finding in findings(content, context) if finding.rule == rule]


def named(trade_name: str, **values: Any) -> dict[str, Any]:
    return content_with(name={"trade_name": trade_name, **values})


def statuses(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(CompanyName.status)))


@pytest.mark.parametrize("other", ["\uf914禾", "\u6a02 禾", "\u6a02\u200b禾"])
def test_another_way_of_writing_a_registered_name_is_the_same_name(database: Database, cast: Cast, other: str) -> None:
    """U+F914 is the compatibility character of 樂 (U+6A02): it looks the same and is compared as the same."""
    Chain(database, cast, named("\u6a02禾")).act(REGISTRATION, "approve")
    (finding,) = found(database, "name.identical", named(other))
    assert finding.severity == "block" and "已经登记" in finding.message["zh"]


def test_the_database_itself_refuses_a_second_registered_name(database: Database, cast: Cast) -> None:
    enter(database, named("\u6a02禾")["name"])
    with pytest.raises(IntegrityError):
        enter(database, named("\uf914禾")["name"])
    enter(database, named("\uf914禾")["name"], "cancelled")
    assert statuses(database) == ["cancelled", "registered"]


@pytest.mark.parametrize(
    ("until", "severities"), [(None, ["warn"]), ("2026-11-22", ["block"]), ("2026-11-23", []), ("2027-01-01", [])]
)
def test_a_reservation_is_unknown_expired_or_valid(
    database: Database, cast: Cast, until: str | None, severities: list[str]
) -> None:
    content = named("禾样", reservation_number="名留-1")
    if until is not None:
        enter(database, content["name"], "reserved", until=until, holder="名留1")
    assert [finding.severity for finding in found(database, "name.reservation", content)] == severities


def test_a_reservation_of_another_name_is_found_by_its_number(database: Database, cast: Cast) -> None:
    enter(database, named("青苗")["name"], "reserved", until="2027-01-01", holder="R1")
    (finding,) = found(database, "name.reservation", named("禾样", reservation_number="R1"))
    assert finding.severity == "block" and "不一致" in finding.message["zh"]


def test_a_reserved_name_is_for_its_holder_and_used_up_by_the_company(database: Database, cast: Cast) -> None:
    content = named("禾样", reservation_number="R1")
    enter(database, content["name"], "reserved", until="2026-12-31", holder="R1")
    with pytest.raises(Refusal) as refused:
        Chain(database, cast, named("禾样"))
    assert "正在保留期内" in refused.value.details["findings"][0].message["zh"]
    chain = Chain(database, cast, content)
    chain.act(REGISTRATION, "approve")
    assert statuses(database) == ["registered", "used"]
    assert [finding.severity for finding in found(database, "name.reservation", content)] == ["warn"]
    assert chain.faults() == []


def test_a_reservation_that_ran_out_while_the_case_was_open(database: Database, cast: Cast) -> None:
    content = named("禾样", reservation_number="R1")
    enter(database, content["name"], "reserved", until="2026-11-23", holder="R1")
    chain = Chain(database, cast, content)
    chain.now += timedelta(days=1)
    with pytest.raises(Refusal) as refused:
        chain.act(REGISTRATION, "approve")
    assert "2026-11-23 届满" in refused.value.message["zh"]


def test_similar_names_are_shown_and_forbid_nothing(database: Database, cast: Cast) -> None:
    for trade_name, industry in [("禾例", "农产品销售"), ("青样", "农产品销售"), ("禾木", "木业"), ("青苗", "农产品销售")]:
        enter(database, named(trade_name, industry=industry)["name"])
    (finding,) = found(database, "name.similar", named("禾样"))
    assert finding.severity == "warn"
    assert [trade for trade in ("禾例", "青样", "禾木", "青苗") if trade in finding.message["zh"]] == ["禾例", "青样"]
    assert Chain(database, cast, named("禾样")).act(REGISTRATION, "approve").state == "registered"


def test_candidates_are_bounded_and_what_forbids_is_never_left_out(database: Database, cast: Cast) -> None:
    enter(database, named("禾样")["name"])
    for number in range(MOST_SIMILAR + 5):
        enter(database, named("禾" + chr(0xAC00 + number))["name"])
    with database.reading() as session:
        names = context_for(session.connection(), named("禾样"), TODAY).names
    assert len(names) == MOST_SIMILAR + 1
    assert len(found(database, "name.identical", named("禾样"))) == 1


def test_one_statement_serves_every_rule_on_names_and_reads_no_whole_table(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = named("禾样", reservation_number="R1")
    found(database, "name.similar", content)  # the lists are kept from now on
    seen: list[str] = []
    monkeypatch.setattr(statements, "observer", seen.append)
    found(database, "name.similar", content)
    (statement,) = seen
    if database.engine.dialect.name == "sqlite":
        with database.reading() as session:
            explained = f"EXPLAIN QUERY PLAN {statement}".replace("?", "'禾'")
            plan = [row[3] for row in session.execute(text(explained))]
        assert any("ix_company_names_first_character" in line for line in plan)
        assert not [line for line in plan if line.startswith("SCAN company_names")], plan
