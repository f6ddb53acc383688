"""The page of an action: what it says is missing, what it says comes after, and what it lists beside its form."""

from __future__ import annotations

import re
from typing import Any

from approvals.db import Database
from tests.rules.applications import ZHANG
from tests.support.driving import REGISTRATION, SEAL, Chain, content_with
from tests.support.seed import HALL, seed
from tests.support.web import Visitor
from tests.web.test_cases import form_of, path


def driven(application: Any, database: Database, content: Any = None) -> Chain:
    chain = Chain(database, seed(database), content)
    application.config["NOW"] = lambda: chain.now
    return chain


def test_a_missing_reason_and_a_missing_confirmation_are_said_at_once(application: Any, database: Database) -> None:
    chain = driven(application, database)
    registrar = Visitor(application, chain.cast.registrar.person_id)
    page = registrar.post(path(chain, REGISTRATION, "refuse"), form_of(chain, REGISTRATION, reason=""), status=422).text
    summary = page[page.index('class="error-summary"') : page.index("</section>", page.index('class="error-summary"'))]
    assert "有2处" in summary and 'href="#reason"' in summary and 'href="#confirmed"' in summary
    sent = form_of(chain, REGISTRATION, reason="", confirmed="y")
    assert 'href="#confirmed"' not in registrar.post(path(chain, REGISTRATION, "refuse"), sent, status=422).text


def test_a_confirmation_says_whether_the_applicant_can_begin_again(application: Any, database: Database) -> None:
    chain = driven(application, database)
    chain.claim(REGISTRATION)
    final = Visitor(application, chain.cast.registrar.person_id).get(path(chain, REGISTRATION, "refuse")).text
    assert "提交后不能撤销" in final and "申请人可以再选" not in final
    chain.act(REGISTRATION, "approve")
    chain.claim(SEAL)
    page = Visitor(application, chain.cast.officers["public-security"].person_id).get(path(chain, SEAL, "fail")).text
    assert "申请人可以再选“重新办理”" in page and "不能撤销" not in page


def test_what_is_handed_out_is_a_list_and_no_row_of_boxes(application: Any, database: Database) -> None:
    chain = driven(application, database, content_with(delivery={"way": "window", "office": HALL}))
    chain.act(REGISTRATION, "approve")
    chain.settle_matters()
    chain.settle_matters()
    chain.claim("company-opening")
    page = Visitor(application, chain.cast.clerk.person_id).get(path(chain, action="hand_out")).text
    listed = page[page.index("要一起发放的结果") : page.index("</ul>", page.index("要一起发放的结果"))]
    assert "营业执照" in listed and "check-list" not in listed


def test_confirming_a_number_is_offered_where_a_number_is_in_doubt(application: Any, database: Database) -> None:
    chain = driven(application, database)
    chain.claim(REGISTRATION)
    registrar = Visitor(application, chain.cast.registrar.person_id)
    assert "override_identity" not in registrar.get(path(chain, REGISTRATION)).text
    registrar.get(path(chain, REGISTRATION, "override_identity"))
    wrong = ZHANG[:-1] + ("1" if ZHANG[-1] != "1" else "2")
    content = content_with()
    for table in (content["people"]["people"], content["capital"]["shareholders"]):
        for row in table:
            if row["id_number"] == ZHANG:
                row.update(id_number=wrong, id_as_on_card=True)
    doubtful = Chain(database, chain.cast, content)
    doubtful.claim(REGISTRATION)
    page = registrar.get(path(doubtful, REGISTRATION)).text
    assert re.search(r'href="[^"]+/actions/override_identity"', page)
    doubtful.act(REGISTRATION, "override_identity", form={"id_number": wrong, "reason": "与身份证原件一致"})
    assert "/actions/override_identity" not in registrar.get(path(doubtful, REGISTRATION)).text


def test_the_applicant_reads_in_full_what_was_issued_to_them(application: Any, database: Database) -> None:
    chain = driven(application, database)
    chain.act(REGISTRATION, "approve")
    chain.act(SEAL, "complete")
    issued = {"manager": "钱经理", "contact_phone": "13811112222"}
    chain.act("bank-account", "complete", form=issued)
    for workflow in ("company-opening", "bank-account"):
        page = Visitor(application, chain.cast.applicant.person_id).get(path(chain, workflow)).text
        assert page.count("13811112222") == 2 and "138****2222" not in page, "among the results and in the history"
    page = Visitor(application, chain.cast.supervisor.person_id).get(path(chain, "bank-account")).text
    assert "13811112222" not in page and "138****2222" in page
