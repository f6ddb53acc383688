"""Telephone numbers: however one is typed, it is the same number; what cannot be one is said to be none."""

import pytest

from workflows.rules import is_mobile, is_phone, normalise_phone

MOBILE, LANDLINE = "13800001234", "0543-5320000"


@pytest.mark.parametrize(
    "typed",
    [
        "138 0000 1234", "138-0000-1234", "+86 138 0000 1234", "8613800001234", "0086-13800001234",
        "１３８００００１２３４", " 13800001234\u200b",
    ],
)
def test_a_mobile_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normalise_phone(typed) == MOBILE
    assert is_mobile(typed) and is_phone(typed)


@pytest.mark.parametrize("typed", ["05435320000", "0543 5320000", "(0543)5320000", "+86 0543-5320000"])
def test_a_landline_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normalise_phone(typed) == LANDLINE
    assert is_phone(typed) and not is_mobile(typed)


def test_short_area_codes_take_longer_numbers() -> None:
    assert normalise_phone("01088886666") == "010-88886666"


@pytest.mark.parametrize("typed", ["", "abc", "1380000", "5320000", "23800001234", "138000012345", "1380000123x", "0543"])
def test_what_is_no_telephone_number_is_kept_as_typed_and_refused(typed: str) -> None:
    assert normalise_phone(typed) == typed
    assert not is_phone(typed) and not is_mobile(typed)


@pytest.mark.parametrize("typed", [MOBILE, LANDLINE, "abc 1"])
def test_writing_it_twice_changes_nothing(typed: str) -> None:
    assert normalise_phone(normalise_phone(typed)) == normalise_phone(typed)
