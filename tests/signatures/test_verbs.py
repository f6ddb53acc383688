"""Confirming who one is, signing, reminding: what the verbs let through and what they refuse, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from approvals.gateway import Gateways
from approvals.jobs.reminders import remind_unsigned
from approvals.jobs.schedules import Work, schedule_named
from approvals.models import Notice, Person, Signature
from approvals.operations import confirming, reminding, signing
from approvals.operations.errors import NotFound, Outdated, Refusal
from tests.rules.applications import LI, ZHANG
from tests.support.driving import REGISTRATION, Chain, answer, confirm_identity, content_with
from tests.support.seed import application
from tests.support.statements import counted

SECRET = "a secret of the tests"


def identify(chain: Chain, asked: Signature, name: str, number: str) -> confirming.Identified:
    return chain.database.write(confirming.identify, asked.token, name, number, chain.now)


def send(chain: Chain, asked: Signature) -> datetime:
    return chain.database.write(confirming.send_code, asked.token, SECRET, chain.now)


def confirm(chain: Chain, asked: Signature, code: str) -> confirming.Confirmed:
    return chain.database.write(confirming.confirm, asked.token, code, SECRET, chain.now)


def notices(chain: Chain, kind: str) -> list[Notice]:
    with chain.database.reading() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)))


def code_sent(chain: Chain) -> str:
    found = re.search(r"验证码(\d{6})", notices(chain, "code")[-1].text["zh"])
    assert found is not None
    return found[1]


def refused(verb: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        verb()
    assert refusal.value.message["en"]
    return refusal.value.reason


def sign(chain: Chain, asked: Signature, action: str = signing.SIGN, **values: str) -> str:
    return answer(chain.database, asked, chain.now, action, values.get("reason", ""), values.get("digest", asked.digest))


def test_name_and_number_are_compared_however_they_are_typed(chain: Chain) -> None:
    first, second, _ = chain.signatures()
    wide = "".join(chr(ord(each) + 0xFEE0) if each.isdigit() else each for each in ZHANG)
    assert identify(chain, first, " 张　测试 ", wide.lower()).is_right
    assert not identify(chain, second, "张测试", ZHANG).is_right, "another person's link"
    assert not identify(chain, second, "李样例", ZHANG).is_right
    assert identify(chain, second, "李樣例", f"{LI[:6]} {LI[6:]}").is_right


def test_after_five_tries_in_an_hour_even_the_right_answer_is_not_looked_at(chain: Chain) -> None:
    asked = chain.signatures()[0]
    left = [identify(chain, asked, "张测试", LI).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert not identify(chain, asked, "张测试", ZHANG).is_right
    chain.now += timedelta(hours=1)
    assert identify(chain, asked, "张测试", ZHANG).is_right


def test_a_code_confirms_once_and_only_its_own_link(chain: Chain) -> None:
    first, second, _ = chain.signatures()
    send(chain, first)
    [told] = notices(chain, "code")
    assert (told.to_phone, told.urgent, told.person_id) == (first.phone, True, None)
    code = code_sent(chain)
    assert code not in chain.signatures()[0].code_hash
    assert not confirm(chain, second, code).is_right
    assert confirm(chain, first, f" {code[:3]} {code[3:]}").is_right
    assert chain.signatures()[0].confirmed_at == chain.now
    assert not confirm(chain, first, code).is_right, "a code is good once"
    assert chain.faults() == []


def test_a_code_is_void_after_five_entries_and_after_ten_minutes(chain: Chain) -> None:
    asked = chain.signatures()[0]
    send(chain, asked)
    right = code_sent(chain)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert [confirm(chain, asked, wrong).tries_left for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    assert not confirm(chain, asked, right).is_right
    chain.now += confirming.RESEND_AFTER
    send(chain, asked)
    chain.now += confirming.CODE_GOOD_FOR
    assert not confirm(chain, asked, code_sent(chain)).is_right
    send(chain, asked)
    chain.now += confirming.CODE_GOOD_FOR - timedelta(seconds=1)
    assert confirm(chain, asked, code_sent(chain)).is_right


def test_codes_are_sent_no_faster_than_one_a_minute_and_six_an_hour(chain: Chain) -> None:
    asked = chain.signatures()[0]
    again = send(chain, asked)
    assert again == chain.now + confirming.RESEND_AFTER
    chain.now += timedelta(seconds=30)
    assert send(chain, asked) == again and len(notices(chain, "code")) == 1
    for _ in range(5):
        chain.now += confirming.RESEND_AFTER
        send(chain, asked)
    chain.now += confirming.RESEND_AFTER
    assert refused(lambda: send(chain, asked)) == "too-many-codes"
    assert len(notices(chain, "code")) == 6


def test_whoever_has_no_telephone_is_told_what_to_do(chain: Chain) -> None:
    asked = chain.signatures()[0]

    def forget_phone(session: Any) -> None:
        session.get(Signature, asked.id).phone = session.get(Signature, asked.id).email = ""

    chain.database.write(forget_phone)
    assert refused(lambda: send(chain, asked)) == "no-phone"
    assert refused(lambda: chain.database.write(reminding.remind, chain.cast.applicant.acting, asked.id, chain.now)) == "no-phone"


def test_an_expired_link_is_renewed_to_the_same_telephone(chain: Chain) -> None:
    asked = chain.signatures()[0]
    assert refused(lambda: chain.database.write(reminding.renew_link, asked.token, chain.now)) == "signing-over"
    chain.now += timedelta(days=7)
    assert refused(lambda: identify(chain, asked, "张测试", ZHANG)) == "link-expired"
    chain.database.write(reminding.renew_link, asked.token, chain.now)
    renewed = chain.signatures()[0]
    assert renewed.token != asked.token and renewed.link_expires_at == chain.now + timedelta(days=7)
    told = notices(chain, "reminder")[-1]
    assert renewed.token in told.text["zh"] and told.to_phone == asked.phone
    with pytest.raises(NotFound):
        identify(chain, asked, "张测试", ZHANG)
    assert identify(chain, renewed, "张测试", ZHANG).is_right


def test_a_link_is_good_for_one_answer(chain: Chain) -> None:
    asked = chain.signatures()[0]
    assert sign(chain, asked) == "signing"
    assert sign(chain, asked) == "signing", "a double click changes nothing"
    assert refused(lambda: sign(chain, asked, signing.DECLINE, reason="想反悔")) == "voted"
    assert refused(lambda: identify(chain, asked, "张测试", ZHANG)) == "link-answered"
    votes = [each.vote for each in chain.signatures()]
    assert votes == ["yes", "", ""] and chain.faults() == []


def test_nothing_but_what_was_shown_is_signed(chain: Chain) -> None:
    asked = chain.signatures()[0]
    assert refused(lambda: sign(chain, asked, digest="0" * 64)) == "signing-over"
    assert refused(lambda: sign(chain, asked, signing.DECLINE, reason=" ")) == "no-reason"
    chain.act(REGISTRATION, "change", chain.cast.applicant)
    assert refused(lambda: identify(chain, asked, "张测试", ZHANG)) == "link-over"
    chain.resubmit(content_with(premises={"address": "示例路2号"}), signed=False)
    assert refused(lambda: identify(chain, asked, "张测试", ZHANG)) == "link-superseded"
    assert refused(lambda: sign(chain, asked)) == "signing-over"
    anew = chain.signatures()[0]
    assert anew.digest != asked.digest and anew.submission == 2
    chain.sign()
    assert chain.case(REGISTRATION).state == "reviewing" and chain.faults() == []


def test_an_objection_leads_to_a_correction_and_back_to_signing(chain: Chain) -> None:
    first, second, _ = chain.signatures()
    sign(chain, first)
    assert sign(chain, second, signing.DECLINE, reason="出资额写错了") == "correcting"
    assert refused(lambda: sign(chain, chain.signatures()[2])) == "signing-over"
    chain.resubmit(content_with(premises={"address": "示例路2号"}), signed=False)
    assert chain.case(REGISTRATION).state == "signing"
    assert [each.vote for each in chain.signatures()] == ["", "", ""]
    assert chain.faults() == []


def remind(chain: Chain, member: Any, asked: Signature) -> None:
    chain.database.write(reminding.remind, member.acting, asked.id, chain.now)


def test_the_applicant_and_the_clerk_remind_once_an_hour(chain: Chain) -> None:
    asked = chain.signatures()[0]
    chain.now += timedelta(days=3)
    remind(chain, chain.cast.applicant, asked)
    again = chain.signatures()[0]
    assert (again.token, again.reminders) == (asked.token, 1)
    assert again.link_expires_at == chain.now + timedelta(days=7)
    assert refused(lambda: remind(chain, chain.cast.clerk, asked)) == "reminded"
    chain.now += reminding.REMIND_AFTER
    remind(chain, chain.cast.clerk, asked)
    for stranger in (chain.cast.other_applicant, chain.cast.registrar, chain.cast.outsider):
        chain.now += reminding.REMIND_AFTER
        with pytest.raises(NotFound):
            remind(chain, stranger, asked)
    assert len(notices(chain, "reminder")) == 2 and chain.faults() == []
    sign(chain, asked)
    assert refused(lambda: remind(chain, chain.cast.applicant, asked)) == "signing-over"


def test_a_wrong_telephone_is_corrected_without_filing_anew(chain: Chain) -> None:
    asked = chain.signatures()[1]
    assert refused(lambda: change(chain, asked, "123")) == "phone"
    change(chain, asked, "138 0000 9999")
    changed = chain.signatures()[1]
    assert changed.phone == "13800009999" and changed.token != asked.token and changed.digest == asked.digest
    assert notices(chain, "reminder")[-1].to_phone == "13800009999"
    with pytest.raises(NotFound):
        identify(chain, asked, "李样例", LI)
    assert chain.faults() == []
    sign(chain, changed)
    assert refused(lambda: change(chain, asked, "13800008888")) == "signing-over"


def change(chain: Chain, asked: Signature, phone: str, member: Any = None) -> None:
    acting = (member or chain.cast.applicant).acting
    chain.database.write(reminding.change_contact, acting, asked.id, phone, chain.now)


def test_what_was_confirmed_by_another_telephone_signs_nothing(chain: Chain) -> None:
    asked = chain.signatures()[1]
    assert refused(lambda: chain.database.write(signing.answer, asked.id, "sign", asked.digest, chain.now)) == "unconfirmed"
    change(chain, asked, "13800009999")
    own = chain.signatures()[1]
    send(chain, own)
    assert confirm(chain, own, code_sent(chain)).is_right
    change(chain, asked, asked.phone)
    true = chain.signatures()[1]
    assert true.confirmed_at is None and len({asked.token, own.token, true.token}) == 3
    for action, reason in ((signing.SIGN, ""), (signing.DECLINE, "不同意")):
        again = partial(chain.database.write, signing.answer, asked.id, action, asked.digest, chain.now, reason)
        assert refused(again) == "unconfirmed"
    assert chain.signatures()[1].vote == "" and chain.faults() == []


def test_a_code_goes_to_no_telephone_of_somebody_else_on_the_case(chain: Chain) -> None:
    first, second, _ = chain.signatures()

    def give_phones(session: Any) -> None:
        session.get(Person, chain.cast.applicant.person_id).phone = "13811110001"
        session.get(Person, chain.cast.clerk.person_id).phone = "13811110002"

    chain.database.write(give_phones)
    assert refused(lambda: change(chain, second, "138 1111 0001")) == "phone-of-another"
    assert refused(lambda: change(chain, second, first.phone)) == "phone-of-another"
    assert refused(lambda: change(chain, second, "13811110001", chain.cast.clerk)) == "phone-of-another"
    assert refused(lambda: change(chain, second, "13811110002", chain.cast.clerk)) == "phone-of-another"
    assert chain.signatures()[1].phone == second.phone and not notices(chain, "reminder")

    def is_the_signatory(session: Any) -> None:
        session.get(Person, chain.cast.applicant.person_id).identity_number = LI

    chain.database.write(is_the_signatory)
    change(chain, second, "13811110001")
    assert chain.signatures()[1].phone == "13811110001" and chain.faults() == []


def test_a_telephone_is_changed_three_times_an_hour_and_ten_times_a_day(chain: Chain) -> None:
    first, second, third = chain.signatures()
    for number in range(3):
        change(chain, first, f"1380000990{number}")
    assert refused(lambda: change(chain, first, "13800009909")) == "too-many-changes"
    for number in range(3):
        change(chain, second, f"1380000991{number}")
        change(chain, third, f"1380000992{number}")
    chain.now += timedelta(hours=1)
    change(chain, first, "13800009930")
    assert refused(lambda: change(chain, second, "13800009931")) == "too-many-changes"
    assert len(notices(chain, "reminder")) == 10
    chain.now += timedelta(days=1)
    change(chain, second, "13800009931")
    assert chain.faults() == []


def test_a_schedule_reminds_after_one_three_and_six_working_days(chain: Chain) -> None:
    case_id = chain.case(REGISTRATION).id
    sign(chain, chain.signatures()[0])

    def sweep(at: datetime) -> int:
        chain.now = at
        return remind_unsigned(chain.database, at)

    start = chain.now
    by_day = {day: sweep(start + timedelta(days=day)) for day in range(12)}
    # Filed on a Monday morning: a reminder goes out on the morning after the first, third and sixth working day after it.
    assert by_day == {0: 0, 1: 0, 2: 2, 3: 0, 4: 2, 5: 0, 6: 0, 7: 0, 8: 0, 9: 2, 10: 0, 11: 0}
    assert chain.database.write(reminding.remind_due, case_id, chain.now) == 0
    assert [each.reminders for each in chain.signatures()] == [0, 3, 3]
    assert chain.faults() == []
    chain.sign()
    assert sweep(start + timedelta(days=40)) == 0


def test_the_schedule_of_reminders_is_run_by_the_worker(chain: Chain) -> None:
    schedule = schedule_named("unsigned")
    assert schedule is not None
    at = chain.now + timedelta(days=2)
    assert schedule.run(Work(chain.database, Gateways("https://example.org"), "worker", lambda: at)) == 3
    assert schedule.run(Work(chain.database, Gateways("https://example.org"), "worker", lambda: at)) == 0


def test_a_signature_in_person_or_notarised_is_recorded_by_a_clerk(chain: Chain) -> None:
    first, second, third = chain.signatures()
    form = {"signatory": str(first.id), "way": "in-person", "identity_checked": True}
    chain.act(REGISTRATION, "sign_in_person", chain.cast.clerk, form=form)
    deed = {"signatory": str(second.id), "way": "notarised", "paper": "（2026）示证字第1号", "identity_checked": True}
    chain.act(REGISTRATION, "sign_in_person", chain.cast.clerk, form=deed)
    assert [(each.vote, each.way) for each in chain.signatures()] == [("yes", "in-person"), ("yes", "notarised"), ("", "")]
    assert refused(lambda: chain.act(REGISTRATION, "sign_in_person", chain.cast.clerk, form=form)) == "voted"
    assert sign(chain, third) == "reviewing"
    assert chain.faults() == []


def test_a_different_answer_after_signing_by_hand_is_refused(chain: Chain) -> None:
    asked = chain.signatures()[0]
    sign(chain, asked)
    with pytest.raises(Outdated):
        sign(chain, asked, signing.DECLINE, reason="不同意")


def test_statements_of_signing(chain: Chain) -> None:
    *others, last = chain.signatures()
    for each in others:
        confirm_identity(chain.database, each, chain.now)
        with counted(chain.database) as seen:
            chain.database.write(signing.answer, each.id, signing.SIGN, each.digest, chain.now)
        assert len(seen) <= 8, seen
    confirm_identity(chain.database, last, chain.now)
    with counted(chain.database) as seen:
        assert chain.database.write(signing.answer, last.id, signing.SIGN, last.digest, chain.now) == "reviewing"
    assert len(seen) <= 16, seen


def test_a_shareholder_who_is_no_officer_is_asked_at_their_own_telephone(chain: Chain) -> None:
    content = application(chain.now.date())
    content["capital"]["shareholders"][1]["phone"] = "13800007777"
    content["people"]["people"][1]["phone"] = ""
    from workflows.rules.signatories import signatories

    assert [each.phone for each in signatories(content)] == ["13800000001", "13800007777", "13800000003"]
