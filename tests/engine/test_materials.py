"""Which materials an application needs: conditions, one for each row, the same person once, and rows that move."""

from __future__ import annotations

from typing import Any

from tests.rules.applications import LI, shareholder, valid_application
from workflows.county import county_catalogue
from workflows.engine.materials import Needed, asks_for_files, materials_of

REGISTRATION = county_catalogue().version("company-registration", 2)


def needed(content: Any, key: str) -> list[Needed]:
    return [each for each in materials_of(REGISTRATION, content) if each.material.key == key]


def test_people_of_the_county_are_asked_for_nothing() -> None:
    found = materials_of(REGISTRATION, valid_application())
    assert not asks_for_files(found)
    assert [each.name for each in found if each.material.key == "identity"] == ["张测试", "李样例", "王示范"], "each person once"


def test_a_passport_asks_for_a_file_once_for_each_person() -> None:
    content = valid_application()
    content["people"]["people"][1] |= {"id_kind": "passport", "id_number": " e12345678"}
    content["capital"]["shareholders"][1] = shareholder("李样例", "E12345678", "400000.00", id_kind="passport")
    (proof,) = needed(content, "foreign-identity")
    assert (proof.name, proof.path) == ("李样例", "capital.shareholders.1")
    content["capital"]["shareholders"].reverse()
    (moved,) = needed(content, "foreign-identity")
    assert moved.path == "capital.shareholders.0" and moved.subject == proof.subject, "known by what it says, not by its place"
    assert "E12345678" not in proof.subject and LI not in proof.subject


def test_an_approval_on_paper_is_a_file_and_one_with_a_number_is_shared() -> None:
    content = valid_application()
    content["premises"]["items"][0] |= {"licensed": True, "approval_number": "A1"}
    assert needed(content, "item-approval") and not needed(content, "item-approval-file")
    content["premises"]["items"][0]["approval_on_paper"] = True
    assert needed(content, "item-approval-file") and not needed(content, "item-approval")


def test_nonsense_needs_nothing_of_anybody() -> None:
    for content in ({}, {"capital": None}, {"capital": {"shareholders": "x"}}, {"capital": {"shareholders": [None, {}, {"kind": ""}]}}):
        assert not [each for each in materials_of(REGISTRATION, content) if each.row is not None]


def test_the_first_versions_know_their_materials_by_place() -> None:
    for key in set(county_catalogue().keys()) - {"delegated-handling", "food-permit"}:  # younger than the keys: they name their own
        first = county_catalogue().version(key, 1)
        if all(not material.each for material in first.materials):
            assert [material.key for material in first.materials] == [f"material-{n}" for n in range(1, len(first.materials) + 1)]
