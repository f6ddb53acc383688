"""Personal data is masked for everybody but the applicant, and shown in full for a reason that the history keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import Disclosure, Event, EventPayload
from approvals.operations import disclosing
from approvals.operations.disclosing import AGAIN, DISCLOSED, LONGEST_REMARK, OPEN_FOR, OTHER
from approvals.operations.errors import NotFound, Refusal
from tests.privacy.personal import pages_of, personal_data
from tests.rules.applications import LI, ZHANG
from tests.support.driving import BANK, REGISTRATION, ROOT, SEAL, Chain, content_with
from tests.support.seed import HALL, Member
from tests.support.statements import counted
from tests.support.web import Visitor
from workflows.rules import mask_address, mask_email

Visit = Callable[[Member], Visitor]
PRIVATE = "惠民县胡集镇样例路7号院2单元"


def disclosures(database: Database) -> list[Disclosure]:
    with database.reading() as session:
        return list(session.scalars(select(Disclosure).order_by(Disclosure.disclosed_at, Disclosure.id)))


def address(chain: Chain, workflow: str = REGISTRATION) -> str:
    return f"/cases/{chain.case(workflow).token}"


# ---- masked ---------------------------------------------------------------------------------------------------------


def test_nobody_on_the_authorities_side_meets_a_full_number_anywhere(application: Any, database: Database) -> None:
    """Everything that staff reach by links, in the registration, while matters run and at the hand-out."""
    content = content_with(delivery={"way": "post", "address": PRIVATE, "recipient": "李领取", "phone": "13912345678"})
    content["people"]["people"][0]["email"] = "private@example.cn"
    chain = Chain(database, content=content)
    application.config["NOW"] = lambda: chain.now
    personal = {*personal_data(content), "13800000001"}
    assert {ZHANG, LI, PRIVATE, "13912345678", "private@example.cn"} <= personal
    cast, looked = chain.cast, 0
    staff = (cast.clerk, cast.registrar, cast.registrar_head, cast.supervisor, cast.bank_officer, *cast.officers.values())

    def look() -> int:
        read = 0
        starts = ["/desk", "/desk/search?q=HM", "/supervision", *(address(chain, workflow) for workflow in chain.states())]
        for member in staff:
            for path, text in pages_of(Visitor(application, member.person_id), starts):
                found = [each for each in personal if each in text]
                assert not found, f"{member.sign_in_name} reads {found} on {path}"
                read += 1
        return read

    chain.claim(REGISTRATION)
    looked += look()
    chain.act(REGISTRATION, "approve")
    chain.claim(SEAL)
    looked += look()
    chain.settle_matters()
    chain.settle_matters()
    chain.claim(ROOT)
    looked += look()
    assert looked > 200
    text = Visitor(application, cast.applicant.person_id).get(address(chain, ROOT)).text
    assert ZHANG in text and PRIVATE in text, "the applicant reads their own"


def test_addresses_of_people_are_masked_and_those_of_the_enterprise_are_public(chain: Chain, visit: Visit) -> None:
    page = visit(chain.cast.registrar).get(address(chain)).text
    assert content_with()["premises"]["address"] in page
    assert mask_address(PRIVATE) == "惠民县胡集镇****" and mask_address("山东省滨州市惠民县某路1号") == "山东省滨州市惠民县****"
    assert mask_address("无名路1号") == "****" and mask_address(" ") == ""
    assert mask_email("zhang@example.cn") == "z***@example.cn" and mask_email("no-address") == "**********"


# ---- shown in full --------------------------------------------------------------------------------------------------


def test_one_reason_shows_one_case_for_ten_minutes_to_one_person(chain: Chain, visit: Visit) -> None:
    registrar, other = visit(chain.cast.registrar), visit(chain.cast.other_registrar)
    page = registrar.get(address(chain)).text
    assert "已遮挡" in page and ZHANG not in page
    answer = registrar.post(f"{address(chain)}/disclosure", {"reason": "compare-papers", "next": address(chain)}, status=303)
    assert answer.location == address(chain)
    shown = registrar.get(address(chain)).text
    assert ZHANG in shown and LI in shown and "正在显示完整信息" in shown and "核对证件、材料" in shown
    assert ZHANG not in other.get(address(chain)).text
    chain.now += OPEN_FOR
    hidden = registrar.get(address(chain)).text
    assert ZHANG not in hidden and "再看完整信息（核对证件、材料）" in hidden


def test_the_reason_is_remembered_so_that_one_press_shows_it_again(chain: Chain, visit: Visit, database: Database) -> None:
    registrar = visit(chain.cast.registrar)
    registrar.post(f"{address(chain)}/disclosure", {"reason": OTHER, "remark": " 当事人 来电 "}, status=303)
    chain.now += OPEN_FOR
    registrar.post(f"{address(chain)}/disclosure", {"reason": AGAIN}, status=303)
    assert [each.reason for each in disclosures(database)] == ["当事人 来电", "当事人 来电"]
    assert ZHANG in registrar.get(address(chain)).text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "请选择为什么要查看完整信息"),
        ({"reason": "curiosity"}, "请选择为什么要查看完整信息"),
        ({"reason": AGAIN}, "请选择为什么要查看完整信息"),
        ({"reason": OTHER, "remark": "  "}, "请写明原因"),
        ({"reason": "contact", "remark": "长" * (LONGEST_REMARK + 1)}, "请写短一些"),
    ],
)
def test_without_a_reason_nothing_is_shown_and_what_was_typed_is_kept(
    chain: Chain, visit: Visit, database: Database, sent: dict[str, str], sentence: str
) -> None:
    registrar = visit(chain.cast.registrar)
    page = registrar.post(f"{address(chain)}/disclosure", sent, status=422).text
    assert sentence in page and (sent.get("remark", "").strip() or sentence) in page
    assert not disclosures(database) and ZHANG not in registrar.get(address(chain)).text


def test_a_double_click_is_one_disclosure(chain: Chain, visit: Visit, database: Database) -> None:
    registrar = visit(chain.cast.registrar)
    for _ in range(2):
        registrar.post(f"{address(chain)}/disclosure", {"reason": "contact"}, status=303)
    assert len(disclosures(database)) == 1
    until = disclosing.OPEN_FOR + disclosures(database)[0].disclosed_at
    assert chain.disclose(REGISTRATION) == until, "a second reason within the time adds nothing either"


def test_each_row_of_the_register_is_an_event_of_the_chained_history(chain: Chain, database: Database) -> None:
    chain.disclose(REGISTRATION, remark="核对股东")
    chain.disclose(REGISTRATION, chain.cast.supervisor, "supervise")
    chain.act(REGISTRATION, "approve")
    chain.disclose(BANK, chain.cast.bank_officer)
    with database.reading() as session:
        told = session.execute(
            select(Event.actor_id, Event.actor_name, Event.role, Event.happened_at, EventPayload.body)
            .join(EventPayload, EventPayload.event_id == Event.id)
            .where(Event.action == DISCLOSED)
            .order_by(Event.happened_at)
        ).all()
    rows = disclosures(database)
    assert [(row.person_id, row.person_name, row.role, row.disclosed_at) for row in rows] == [tuple(line[:4]) for line in told]
    for row, line in zip(rows, told, strict=True):
        assert f'"reason":"{row.reason}"' in line.body and f'"office":{row.office_id}' in line.body
        assert '"identity-numbers"' in line.body and ZHANG not in line.body
    assert [row.role for row in rows] == ["registrar", "supervisor", "officer"]
    assert rows[0].office_id == chain.cast.offices[HALL]
    assert chain.faults() == []


def test_the_applicant_reads_who_looked_and_why(chain: Chain, visit: Visit) -> None:
    chain.disclose(REGISTRATION, reason="contact", remark="电话打不通")
    page = visit(chain.cast.applicant).get(address(chain)).text
    assert "查看完整的个人信息" in page and "联系本人：电话打不通" in page and "孙登记（登记员）" in page


def test_who_may_not_read_a_case_is_shown_nothing_of_it(chain: Chain, visit: Visit, database: Database) -> None:
    for member in (chain.cast.outsider, chain.cast.administrator, chain.cast.other_applicant, chain.cast.bank_officer):
        visit(member).post(f"{address(chain)}/disclosure", {"reason": "contact"}, status=404)
        with pytest.raises(NotFound):
            chain.disclose(REGISTRATION, member)
    with pytest.raises(Refusal) as own:
        chain.disclose(REGISTRATION, chain.cast.applicant)
    assert own.value.reason == "own"
    visit(chain.cast.applicant).post(f"{address(chain)}/disclosure", {"reason": "contact"}, status=303)
    assert not disclosures(database)


def test_one_disclosure_is_a_fixed_number_of_statements(chain: Chain, database: Database) -> None:
    case_id, acting = chain.case(REGISTRATION).id, chain.cast.registrar.acting
    with counted(database) as sent:
        database.write(disclosing.disclose, acting, case_id, chain.now, "contact")
    assert len(sent) == 6, sent  # the lock of PostgreSQL for the read of what was shown before, which goes by another engine there
