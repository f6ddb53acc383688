"""The verbs of drafts, on both databases: nothing typed is lost, nothing is filed twice, nobody sees another's."""

from __future__ import annotations

import json
from threading import Barrier, Thread
from typing import Any

import pytest

from approvals.db import Database
from approvals.models import Case, Counter, Draft, Event, EventPayload, Submission
from approvals.operations import claiming, drafts
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.queries.verification import verify_all
from tests.support import seed

RARE = "䶮𫍯😀\u202e<b>&'\"\\"


@pytest.fixture
def database(database_url: str) -> Any:
    made = Database(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def cast(database: Database) -> seed.Cast:
    return seed.seed(database)


def draft(database: Database, token: str) -> Draft:
    with database.reading() as session:
        return session.query(Draft).filter_by(token=token).one()


def count(database: Database, model: type[Any]) -> int:
    with database.reading() as session:
        return session.query(model).count()


def start(database: Database, member: seed.Member, office_id: int | None = None) -> str:
    return database.write(drafts.start, member.acting, "company-opening", seed.NOW, office_id)


def save(database: Database, member: seed.Member, token: str, page: str, values: dict[str, Any], seen: str = "") -> drafts.Saved:
    return database.write(drafts.save_page, member.acting, token, page, values, seen, seed.NOW)


def fill(database: Database, member: seed.Member, token: str) -> int:
    """Save every page of a valid application; returns the revision."""
    for page, values in seed.application().items():
        save(database, member, token, page, values)
    return draft(database, token).revision


def test_an_untouched_draft_is_taken_up_instead_of_a_second(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    assert start(database, cast.applicant) == token
    save(database, cast.applicant, token, "name", {"trade_name": "禾样"})
    assert start(database, cast.applicant) != token
    assert start(database, cast.other_applicant) != token


def test_whatever_is_typed_is_stored_as_typed(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    values = {"trade_name": RARE, "industry": "字" * 200, "multi_industry": False}
    save(database, cast.applicant, token, "name", values)
    assert draft(database, token).content == {"name": values}


def test_two_devices_the_last_one_wins_and_sees_what_the_other_saved(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    shown = drafts.page_mark({}, "name")
    assert save(database, cast.applicant, token, "name", {"trade_name": "甲样"}, shown).overwritten is None
    saved = save(database, cast.applicant, token, "name", {"trade_name": "乙样"}, drafts.page_mark({"name": None}, "x"))
    assert saved.overwritten == {"trade_name": "甲样"}
    assert draft(database, token).content["name"] == {"trade_name": "乙样"}
    fresh = drafts.page_mark(draft(database, token).content, "name")
    assert save(database, cast.applicant, token, "name", {"trade_name": "丙样"}, fresh).overwritten is None


def test_saving_the_same_again_changes_nothing(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    save(database, cast.applicant, token, "name", {"trade_name": "甲样"})
    assert save(database, cast.applicant, token, "name", {"trade_name": "甲样"}, "stale").overwritten is None
    assert draft(database, token).revision == 1


def test_foreign_drafts_do_not_exist(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    for verb, args in [
        (drafts.save_page, (token, "name", {}, "", seed.NOW)),
        (drafts.save_identity, (token, {}, seed.NOW)),
        (drafts.discard, (token, seed.NOW)),
        (drafts.submit, (token, 0, seed.NOW)),
    ]:
        with pytest.raises(NotFound):
            database.write(verb, cast.other_applicant.acting, *args)
        with pytest.raises(NotFound):
            database.write(verb, cast.applicant.acting, "no-such-token", *args[1:])


def test_a_draft_is_filed_once(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    revision = fill(database, cast.applicant, token)
    first = database.write(drafts.submit, cast.applicant.acting, token, revision, seed.NOW)
    again = database.write(drafts.submit, cast.applicant.acting, token, revision, seed.NOW)
    assert (first.repeated, again.repeated) == (False, True)
    assert first.case_token == again.case_token
    assert first.claim_code == ""
    assert count(database, Submission) == 1
    with pytest.raises(Refusal) as refused:
        save(database, cast.applicant, token, "name", {})
    assert refused.value.reason == "filed"
    with pytest.raises(Refusal):
        database.write(drafts.discard, cast.applicant.acting, token, seed.NOW)


@pytest.mark.real_commits
def test_two_clicks_at_once_file_once(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    revision = fill(database, cast.applicant, token)
    barrier, found = Barrier(4), []

    def click() -> None:
        barrier.wait()
        found.append(database.write(drafts.submit, cast.applicant.acting, token, revision, seed.NOW))

    threads = [Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.case_token for each in found}) == 1
    assert [each.repeated for each in found].count(False) == 1
    assert count(database, Submission) == 1


def test_what_was_changed_after_checking_is_not_filed(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    revision = fill(database, cast.applicant, token)
    save(database, cast.applicant, token, "name", {**seed.application()["name"], "trade_name": "新样"})
    with pytest.raises(Outdated):
        database.write(drafts.submit, cast.applicant.acting, token, revision, seed.NOW)
    assert count(database, Case) == 0


def test_the_law_refuses_with_everything_at_once(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.applicant)
    save(database, cast.applicant, token, "name", seed.application()["name"])
    with pytest.raises(Refusal) as refused:
        database.write(drafts.submit, cast.applicant.acting, token, 1, seed.NOW)
    assert len(refused.value.details["findings"]) > 3
    assert count(database, Case) == 0


def test_a_walk_in_is_taken_in_by_a_clerk_of_that_window_alone(database: Database, cast: seed.Cast) -> None:
    for member in (cast.applicant, cast.registrar, cast.outsider):
        with pytest.raises(Refusal):
            start(database, member, cast.offices[seed.HALL])
    token = start(database, cast.clerk, cast.offices[seed.HALL])
    assert start(database, cast.clerk) != token


def walk_in(database: Database, cast: seed.Cast, clerk: seed.Member | None = None, office: str = seed.HALL) -> drafts.Submitted:
    clerk = clerk or cast.clerk
    token = start(database, clerk, cast.offices[office])
    fill(database, clerk, token)
    known = {
        "name": "周到访", "id_kind": "identity-card", "id_number": "110101199003070011", "phone": "13900000001",
        "checked_in_person": True,
    }  # fmt: skip
    database.write(drafts.save_identity, clerk.acting, token, known, seed.NOW)
    revision = draft(database, token).revision
    with pytest.raises(Refusal) as refused:
        database.write(drafts.submit, clerk.acting, token, revision, seed.NOW)
    assert refused.value.reason == "unconfirmed"
    return database.write(drafts.submit, clerk.acting, token, revision, seed.NOW, True)


def test_who_the_walk_in_is_and_that_they_confirmed_stands_in_the_history(database: Database, cast: seed.Cast) -> None:
    walk_in(database, cast)
    with database.reading() as session:
        bodies = [json.loads(payload.body or "{}") for payload in session.query(EventPayload).all()]
    opening = next(body for body in bodies if "walk_in" in body)
    assert opening["walk_in"]["name"] == "周到访"
    assert opening["walk_in"]["confirmed_at"] == seed.NOW.isoformat()
    assert opening["contact"] == {"kind": "intake", "office": cast.offices[seed.HALL]}


def test_a_walk_in_needs_an_identity(database: Database, cast: seed.Cast) -> None:
    token = start(database, cast.clerk, cast.offices[seed.HALL])
    revision = fill(database, cast.clerk, token)
    with pytest.raises(Refusal) as refused:
        database.write(drafts.submit, cast.clerk.acting, token, revision, seed.NOW, True)
    assert refused.value.reason == "identity"


def case_of(database: Database, token: str) -> Case:
    with database.reading() as session:
        return session.query(Case).filter_by(token=token).one()


def test_a_walk_ins_case_is_claimed_once(database: Database, cast: seed.Cast) -> None:
    done = walk_in(database, cast, cast.town_clerk, seed.TOWN)
    number = case_of(database, done.case_token).number
    assert len(done.claim_code) == 10
    code = f" {done.claim_code[:5].lower()} {done.claim_code[5:]} "
    assert database.write(claiming.adopt, cast.applicant.acting, number.lower(), code, seed.NOW).case_token == done.case_token
    with database.reading() as session:
        family = session.query(Case).all()
        assert {case.applicant_id for case in family} == {cast.applicant.person_id}
        assert len(family) > 1
        adopted = session.query(Event).filter_by(action=claiming.ADOPTED).all()
        assert {event.case_id for event in adopted} == {case.id for case in family}
    assert not database.write(claiming.adopt, cast.other_applicant.acting, number, code, seed.NOW).case_token
    assert case_of(database, done.case_token).applicant_id == cast.applicant.person_id


def test_wrong_codes_are_counted_and_soon_refused(database: Database, cast: seed.Cast) -> None:
    done = walk_in(database, cast)
    number = case_of(database, done.case_token).number
    left = [database.write(claiming.adopt, cast.applicant.acting, number, "WRONG", seed.NOW).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert not database.write(claiming.adopt, cast.applicant.acting, number, done.claim_code, seed.NOW).case_token
    other = database.write(claiming.adopt, cast.other_applicant.acting, number, done.claim_code, seed.NOW)
    assert other.case_token == done.case_token
    assert count(database, Counter) < 6


def test_an_online_case_cannot_be_claimed(database: Database, cast: seed.Cast) -> None:
    filed = seed.file_case(database, cast.applicant)
    for code in ("", "WRONG"):
        assert not database.write(claiming.adopt, cast.other_applicant.acting, filed.number, code, seed.NOW).case_token


def test_a_lost_code_is_replaced_by_a_clerk_of_the_case(database: Database, cast: seed.Cast) -> None:
    done = walk_in(database, cast, cast.town_clerk, seed.TOWN)
    for member in (cast.applicant, cast.registrar, cast.outsider):
        with pytest.raises(NotFound):
            database.write(claiming.new_claim_code, member.acting, done.case_token, seed.NOW)
    code = database.write(claiming.new_claim_code, cast.town_clerk.acting, done.case_token, seed.NOW)
    assert code != done.claim_code
    number = case_of(database, done.case_token).number
    assert not database.write(claiming.adopt, cast.applicant.acting, number, done.claim_code, seed.NOW).case_token
    assert database.write(claiming.adopt, cast.applicant.acting, number, code, seed.NOW).case_token
    with pytest.raises(Refusal):
        database.write(claiming.new_claim_code, cast.town_clerk.acting, done.case_token, seed.NOW)


def test_the_history_of_an_adopted_case_verifies(database: Database, cast: seed.Cast) -> None:
    done = walk_in(database, cast)
    code = database.write(claiming.new_claim_code, cast.clerk.acting, done.case_token, seed.NOW)
    number = case_of(database, done.case_token).number
    assert database.write(claiming.adopt, cast.applicant.acting, number, code, seed.NOW).case_token
    with database.session() as session:
        assert list(verify_all(session)) == []
