"""Reading definition files: places, faults of the file itself, fingerprints."""

import pytest

from workflows.engine.catalogue import DEFINITIONS, Catalogue
from workflows.engine.loader import fingerprint, read_text

GOOD = "# words\nstates:\n  here:\n    title: {zh: 在此, en: Here}\nby: [clerk, officer]\n"


def test_every_key_and_value_has_its_place() -> None:
    document = read_text(GOOD, "x.yaml")
    assert document.data == {"states": {"here": {"title": {"zh": "在此", "en": "Here"}}}, "by": ["clerk", "officer"]}
    assert document.place("states", "here", "title", "en") == (4, 21)
    assert document.place("by", 1) == (5, 13)
    assert document.place("states", "here", "missing") == (3, 3), "what is not there is placed where it should be"
    assert str(document.problem("rule", "what to do", "by")) == "x.yaml:5:1: what to do [rule]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1, 2\n", "x.yaml:2:1: did not find expected"),
        ("a: 1\na: 2\n", "x.yaml:2:1: the key 'a' is given twice [duplicate-key]"),
        ("a: {b: 1, b: 2}\n", "x.yaml:1:11: the key 'b' is given twice [duplicate-key]"),
        ("a: !!python/object:os.system x\n", "x.yaml:1:4: "),
        ("a: 2026-13-45\n", "x.yaml:1:1: "),
        ("a: &b [*b]\n", "x.yaml:1:1: "),
        ("a: 1\n--- \nb: 2\n", "x.yaml:2:1: "),
        ("a: \x00\n", "x.yaml:1:1: "),
        ("\ta: 1\n", "x.yaml:1:"),
    ],
)
def test_a_broken_file_is_a_problem_with_its_place(text: str, said: str) -> None:
    problems = read_text(text, "x.yaml").problems
    assert len(problems) == 1 and str(problems[0]).startswith(said)


def test_an_empty_file_is_no_definition() -> None:
    assert read_text("", "x.yaml").data == {}
    assert read_text("just words", "x.yaml").data == "just words"


def test_comments_and_layout_do_not_count_but_every_value_does() -> None:
    before = fingerprint(read_text(GOOD, "x").data)
    assert fingerprint(read_text("by:\n- clerk\n- officer\nstates: {here: {title: {en: Here, zh: 在此}}}\n", "x").data) == before
    assert fingerprint(read_text(GOOD.replace("Here", "There"), "x").data) != before
    assert fingerprint(read_text(GOOD.replace("clerk, officer", "officer, clerk"), "x").data) != before


def test_the_catalogue_knows_every_version() -> None:
    catalogue = Catalogue()
    assert len(catalogue.keys()) == len([path for path in DEFINITIONS.iterdir() if path.is_dir()]) == 11
    for definition in catalogue:
        assert catalogue.version(definition.key, definition.version) is definition
        assert catalogue.by_fingerprint(definition.fingerprint) is definition
    assert catalogue.latest("company-opening").page("name").fields
    with pytest.raises(KeyError):
        catalogue.latest("company-closing")
    with pytest.raises(KeyError):
        catalogue.latest("company-seal").page("name")
