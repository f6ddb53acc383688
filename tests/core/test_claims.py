"""The six “4011” claims, worked out from cases that went through the real verbs: all hold, and each is broken alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import Office, Signature
from approvals.operations.acting import Acting, Held
from approvals.queries import cases, lists
from approvals.queries.claims import claims_of
from approvals.queries.history import history_of
from tests.rules.applications import shareholder
from tests.support.driving import BANK, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import SINCE, TODAY, TOWN, Cast, application
from tests.support.statements import counted
from workflows.rules.claims import BROKEN, HOLDS, OPEN, Claims

POINT = "point-yangli"
KEYS = ["no-material", "no-cost", "no-meeting", "no-distance", "one-step", "one-matter"]


@pytest.fixture(autouse=True)
def fresh_lists() -> None:
    lists.forget()


def claims_about(chain: Chain) -> Claims:
    with chain.database.session() as session:
        family = cases.family_of(session, chain.case().token)
        assert family is not None
        lines, submissions = history_of(session, family), cases.submissions_of(session, family)
        return claims_of(session, family, lines, submissions, TODAY)


def states(found: Claims) -> dict[str, str]:
    return {claim.key: claim.state for claim in found.each}


def finish(chain: Chain, *left: str, seal: Mapping[str, Any] | None = None) -> None:
    """Register and settle every matter, by default without a visit anywhere."""
    chain.act(REGISTRATION, "approve")
    form = {"record_number": "备字第1号", "seal_shop": "示例刻章社", "handed_over": "post", **(seal or {})}
    chain.act(SEAL, "complete", form=form)
    chain.settle_matters(SEAL, BANK, *left)
    if BANK not in left:
        chain.act(BANK, "complete")


def test_all_six_hold_with_their_evidence(chain: Chain) -> None:
    assert set(states(claims_about(chain)).values()) == {OPEN}, "nothing is decided when it has just been filed"
    finish(chain)
    found = claims_about(chain)
    assert states(found) == dict.fromkeys(KEYS, HOLDS)
    assert found.state == HOLDS
    assert all(claim.evidence for claim in found.each), "no claim holds without evidence"
    online = " ".join(line.text["zh"] for line in found.each[2].evidence)
    assert online.count("网上签署") == 3 and "网上申报" in online and "电子送达" in online and "邮寄印章" in online


def test_a_change_before_all_have_signed_is_no_second_submission(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, signed=False)
    chain.sign(leave=2)
    chain.act(REGISTRATION, "change", cast.applicant)
    chain.resubmit(content_with(premises={"address": "示例路2号"}))
    finish(chain)
    found = claims_about(chain)
    assert found.state == HOLDS
    assert "签署中改过1次" in found.each[4].evidence[0].text["zh"]
    assert found.each[4].reason["zh"] == "签署中改过1次，交登记机关只有1次"


def contacts_in(found: Claims) -> str:
    return " ".join(line.text["zh"] for line in found.each[2].evidence)


def test_a_change_by_a_clerk_is_one_visit_to_the_window(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, signed=False)
    chain.act(REGISTRATION, "change", cast.clerk)
    chain.resubmit(content_with(premises={"address": "示例路2号"}), cast.clerk)
    found = claims_about(chain)
    assert [key for key, state in states(found).items() if state == BROKEN] == ["no-meeting", "no-distance"]
    assert contacts_in(found).count("由窗口代为修改提交：惠民县政务服务中心") == 1


def test_who_declines_has_not_signed(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast, signed=False)
    chain.sign(leave=1)
    last = chain.signatures()[-1]
    set_vote(database, last.id, vote="no", way="online", voted_at=chain.now)
    told = contacts_in(claims_about(chain))
    assert told.count("网上签署") == 2 and told.count("网上答复不同意签署") == 1


def test_a_notarised_signature_is_a_paper_that_was_asked_for(database: Database, cast: Cast) -> None:
    chain = Chain(database, cast)
    set_vote(database, chain.signatures()[0].id, way="notarised")
    found = claims_about(chain)
    assert [key for key, state in states(found).items() if state == BROKEN] == ["no-material"]
    assert "交来公证签名：书面" in contacts_in(found)


def set_vote(database: Database, signature_id: int, **values: Any) -> None:
    database.write(lambda session: session.execute(update(Signature).where(Signature.id == signature_id).values(**values)))


def with_passport(database: Database, cast: Cast) -> Chain:
    content = application()
    content["people"]["people"][1] |= {"id_kind": "passport", "id_number": "E12345678"}
    content["capital"]["shareholders"][1] = shareholder("李样例", "E12345678", "400000.00", id_kind="passport")
    chain = Chain(database, cast, content)
    finish(chain)
    return chain


def with_a_sixth_seal(database: Database, cast: Cast) -> Chain:
    chain = Chain(database, cast)
    finish(chain, seal={"extra_seals": True, "charged": "60.00", "charged_for": "加刻合同专用章一枚"})
    return chain


def collected_in_their_town(database: Database, cast: Cast) -> Chain:
    chain = Chain(database, cast, content_with(delivery={"way": "window", "office": TOWN}))
    finish(chain, seal={"handed_over": "window"})
    chain.act(ROOT, "hand_out", cast.town_clerk)
    return chain


def collected_in_another_village(database: Database, cast: Cast) -> Chain:
    def add_point(session: Session) -> int:
        point = Office(code=POINT, name="样例村服务点", kind="village_point", place_code="371621105201", valid_from=SINCE)
        session.add(point)
        session.flush()
        return point.id

    point = database.write(add_point)
    chain = Chain(database, cast, content_with(delivery={"way": "point", "office": POINT}))
    finish(chain, seal={"handed_over": "window"})
    at_the_point = Acting(cast.clerk.person_id, cast.clerk.name, (Held("clerk", "approval-bureau", point, "village_point"),))
    form = {"way": "point", "receiver": "张测试", "identity_checked": True}
    chain.act(ROOT, "hand_out", replace(cast.clerk, acting=at_the_point), form=form)
    return chain


def corrected(database: Database, cast: Cast) -> Chain:
    chain = Chain(database, cast)
    chain.act(REGISTRATION, "return_for_correction")
    chain.resubmit(content_with(premises={"address": "示例路2号"}))
    finish(chain)
    return chain


def bank_failed(database: Database, cast: Cast) -> Chain:
    chain = Chain(database, cast)
    finish(chain, BANK)
    chain.act(BANK, "fail")
    return chain


@pytest.mark.parametrize(
    ("drive", "broken", "because"),
    [
        (with_passport, "no-material", "经公证或者认证的身份证明（李样例）：上传"),
        (with_a_sixth_seal, "no-cost", "加刻合同专用章一枚 60.00元：申请人支付"),
        (collected_in_their_town, "no-meeting", "2026-11-23 当面领取：孙武街道便民服务中心，张测试"),
        (collected_in_another_village, "no-distance", "样例村服务点，张测试，不在古城社区居民委员会和它所在的镇街"),
        (corrected, "one-step", "第2次提交"),
        (bank_failed, "one-matter", "没有办成，要另外再办"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_claim_is_broken_alone(
    drive: Callable[[Database, Cast], Chain], broken: str, because: str, database: Database, cast: Cast
) -> None:
    chain = drive(database, cast)
    assert chain.states()[ROOT] == "delivered"
    found = claims_about(chain)
    assert states(found) == {key: BROKEN if key == broken else HOLDS for key in KEYS}
    assert found.state == BROKEN
    claim = next(each for each in found.each if each.key == broken)
    assert because in claim.reason["zh"]
    assert [line.against for line in claim.evidence].count(True) == 1


def test_what_is_started_again_and_done_is_one_matter_after_all(database: Database, cast: Cast) -> None:
    chain = bank_failed(database, cast)
    chain.act(BANK, "restart", cast.applicant)
    assert states(claims_about(chain))["one-matter"] == OPEN
    chain.act(BANK, "complete")
    assert states(claims_about(chain))["one-matter"] == HOLDS


def test_seals_fetched_from_the_shop_are_a_way_to_go(chain: Chain) -> None:
    finish(chain, seal={"handed_over": "shop"})
    assert [key for key, state in states(claims_about(chain)).items() if state == BROKEN] == ["no-distance"]


def test_seals_at_the_window_are_a_visit_although_the_papers_came_electronically(chain: Chain) -> None:
    finish(chain, seal={"handed_over": "window"})
    assert [key for key, state in states(claims_about(chain)).items() if state == BROKEN] == ["no-meeting", "no-distance"]


def test_a_walk_in_has_come_to_the_hall(database: Database, cast: Cast) -> None:
    walk_in = {"name": "张测试", "id_number": "372321198506120011", "phone": "13800000001"}
    hall = cast.offices["hall"]
    chain = Chain(database, cast, member=cast.clerk, office_id=hall, walk_in=walk_in)
    broken = {claim.key: claim.reason["zh"] for claim in claims_about(chain).each if claim.state == BROKEN}
    assert set(broken) == {"no-meeting", "no-distance"}
    assert "当面收件：惠民县政务服务中心，张测试" in broken["no-meeting"]


def test_an_identity_checked_in_person_names_office_and_person(chain: Chain) -> None:
    number = application()["people"]["people"][2]["id_number"]
    form = {"id_number": number, "reason": "与证件原件一致"}
    chain.act(REGISTRATION, "override_identity", form={**form, "in_person": False})
    assert BROKEN not in states(claims_about(chain)).values()
    chain.act(REGISTRATION, "override_identity", form={**form, "in_person": True})
    broken = next(claim for claim in claims_about(chain).each if claim.key == "no-meeting")
    assert "当面核验身份：惠民县政务服务中心，王示范" in broken.reason["zh"]


def test_the_claims_cost_the_same_however_old_the_case_is(chain: Chain) -> None:
    def cost() -> int:
        with chain.database.session() as session:
            family = cases.family_of(session, chain.case().token)
            assert family is not None
            lines, submissions = history_of(session, family), cases.submissions_of(session, family)
            lists.lists_of(session, TODAY)
            with counted(chain.database) as seen:
                claims_of(session, family, lines, submissions, TODAY)
            return len(seen)

    young = cost()
    finish(chain)
    assert cost() == young == 2
