"""Numbers of identity papers and credit codes, checked against python-stdnum where it is right."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from tests.rules.applications import FIRM, LI, OLD_PLACE, TODAY, WANG, ZHANG, credit_code, identity_number
from workflows.rules import (
    age_on,
    birth_date,
    credit_code_faults,
    identity_faults,
    mask_identity,
    mask_name,
    mask_phone,
    new_credit_code,
    normalise_number,
    organisation_check_character,
)


@pytest.mark.parametrize("number", [ZHANG, LI, WANG])
def test_invented_numbers_are_valid_for_the_library_and_for_us(number: str) -> None:
    assert ric.validate(number) == number
    assert identity_faults("identity-card", number, TODAY) == ()


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("residence-permit", identity_number("19900101", 11, "810000")),
        ("residence-permit", identity_number("19900101", 11, "820000")),
        ("residence-permit", identity_number("19900101", 11, "830000")),
        ("foreigner-card", identity_number("19900101", 11, "937840")),
        ("identity-card", identity_number("19700101", 11, "371621")),
    ],
)
def test_papers_that_the_library_refuses_are_accepted(kind: str, number: str) -> None:
    with pytest.raises(ValidationError):
        ric.validate(number)
    assert identity_faults(kind, number, TODAY) == ()


def test_a_birth_in_the_future_is_a_fault_although_the_library_accepts_it() -> None:
    number = identity_number("20261124", 11)
    assert ric.validate(number) == number
    assert identity_faults("identity-card", number, TODAY) == ("future",)
    assert identity_faults("identity-card", number, date(2026, 11, 24)) == ()


@pytest.mark.parametrize(
    ("kind", "number", "faults"),
    [
        ("identity-card", ZHANG[:-1], ("length",)),
        ("identity-card", "37232119850612011５", ()),
        ("identity-card", "²72321198506120115", ("characters",)),
        ("identity-card", ZHANG[:10] + "9999" + ZHANG[14:], ("date", "check-digit")),
        ("identity-card", identity_number("19900230", 11), ("date",)),
        ("identity-card", identity_number("18000101", 11), ("date",)),
        ("identity-card", identity_number("19900101", 11, "810000"), ("place",)),
        ("residence-permit", WANG, ("place",)),
        ("foreigner-card", WANG, ("place",)),
        ("foreigner-card", "XYZ371600000001", ()),
        ("passport", "e12345678", ()),
        ("passport", "12", ("characters",)),
        ("other", "anything 任何", ()),
        ("library-card", "1", ()),
        ("credit-code", FIRM, ()),
        ("credit-code", FIRM[:17], ("length",)),
        ("credit-code", "91371621MAOTEXT19R", ("characters",)),
    ],
)
def test_faults(kind: str, number: str, faults: tuple[str, ...]) -> None:
    assert identity_faults(kind, number, TODAY) == faults


def test_every_single_wrong_digit_is_noticed() -> None:
    for position in range(17):
        for digit in set("0123456789") - {ZHANG[position]}:
            wrong = ZHANG[:position] + digit + ZHANG[position + 1 :]
            assert "check-digit" in identity_faults("identity-card", wrong, TODAY)


@given(st.dates(date(1930, 1, 1), TODAY), st.integers(0, 999))
def test_check_digit_agrees_with_an_independent_count(birth: date, sequence: int) -> None:
    number = identity_number(f"{birth:%Y%m%d}", sequence, OLD_PLACE)
    assert identity_faults("identity-card", number.lower(), TODAY) == ()
    assert birth_date(number) == birth


@pytest.mark.parametrize(
    ("birth", "today", "years"),
    [
        (date(2008, 11, 23), TODAY, 18),
        (date(2008, 11, 24), TODAY, 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_in_completed_years(birth: date, today: date, years: int) -> None:
    assert age_on(birth, today) == years


@pytest.mark.parametrize("number", ["", "1", ZHANG[:10] + "0230" + ZHANG[14:], "样" * 18])
def test_no_birth_date_in_other_texts(number: str) -> None:
    assert birth_date(number) is None


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" 37232119900228024x ", "37232119900228024X"),
        ("３７２３２１　１９９０ｘ", "3723211990X"),
        ("9137-1621", "91371621"),
        ("ß", "ß"),
    ],
)
def test_normal_form(typed: str, normal: str) -> None:
    assert normalise_number(typed) == normal


def test_rural_collectives_are_accepted_although_the_library_refuses_them() -> None:
    number = credit_code("MF000001", "N2371621")
    with pytest.raises(ValidationError):
        uscc.validate(number)
    assert credit_code_faults(number) == ()


@pytest.mark.parametrize("number", ["91110000600037341L", "9 1 110000 600037341l"])
def test_published_example_of_the_library(number: str) -> None:
    assert credit_code_faults(number) == ()


@pytest.mark.parametrize(("organisation", "character"), [("00000000", "0"), ("D2143569", "X")])
def test_organisation_check_character(organisation: str, character: str) -> None:
    assert organisation_check_character(organisation) == character


@pytest.mark.parametrize("organisation", ["", "1234567", "1234567a", "123456789"])
def test_organisation_check_character_refuses_other_input(organisation: str) -> None:
    with pytest.raises(ValueError, match="eight characters"):
        organisation_check_character(organisation)


@given(st.integers(0, 31**6 - 1))
def test_new_credit_codes_are_right_inside_and_outside(serial: int) -> None:
    number = new_credit_code(serial)
    assert uscc.validate(number) == number
    assert number == credit_code(number[8:16])
    assert re.fullmatch(r"91371621MA[0-9A-Z]{8}", number)
    assert credit_code_faults(number) == ()


def test_new_credit_codes_differ() -> None:
    assert len({new_credit_code(serial) for serial in range(2000)}) == 2000


@pytest.mark.parametrize("serial", [-1, 31**6])
def test_new_credit_code_refuses_other_serials(serial: int) -> None:
    with pytest.raises(ValueError, match="serial must lie"):
        new_credit_code(serial)


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_name("张测三"), "张*三"),
        (mask_name("李四"), "李*"),
        (mask_name("欧阳测试"), "欧**试"),
        (mask_name("𫍯"), "*"),
        (mask_name(""), ""),
        (mask_identity("371621199001011234"), "3716**********1234"),
        (mask_identity("E12345678"), "E1*****78"),
        (mask_identity("123"), "***"),
        (mask_identity(""), ""),
        (mask_phone("13812345678"), "138****5678"),
        (mask_phone("+86 138 1234 5678"), "138****5678"),
        (mask_phone("5320000"), "*****00"),
        (mask_phone("110"), "***"),
        (mask_phone("1234"), "****"),
    ],
)
def test_masks(masked: str, shown: str) -> None:
    assert masked == shown
