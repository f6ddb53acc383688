"""The drawing of a workflow: well formed, scalable, and fit for a page without inline styles."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from click.testing import CliRunner

from approvals.cli.workflows import group
from workflows.engine.catalogue import Catalogue
from workflows.engine.diagram import draw, text_width

CATALOGUE = Catalogue()
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", CATALOGUE.keys())
def test_every_state_and_action_stands_in_the_drawing(key: str, language: str) -> None:
    definition = CATALOGUE.latest(key)
    svg = draw(definition, language)
    root = ElementTree.fromstring(svg)
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {state.title[language] for state in definition.states.values()} <= words
    assert {action.title[language] for action in definition.actions.values()} <= words
    assert root.get("viewBox") and root.get("width") is None and root.get("height") is None
    assert root.get("aria-label") == definition.title[language]


def test_nothing_in_it_needs_a_loose_content_security_policy() -> None:
    svg = draw(CATALOGUE.latest("company-opening"), "zh")
    assert not re.search(r'\sstyle=|<style|<script|\son\w+=|javascript:|\sid="|<!DOCTYPE|<\?xml', svg)


def test_where_a_case_is_and_has_been_is_marked() -> None:
    svg = draw(CATALOGUE.latest("company-registration"), "zh", current="correcting", visited={"reviewing", "correcting"})
    classes = re.findall(r'class="node state (\w+)"', svg)
    assert (classes.count("current"), classes.count("visited")) == (1, 1)
    assert "current" not in draw(CATALOGUE.latest("company-registration"), "zh")


def test_the_workflows_that_a_state_opens_are_named() -> None:
    titles = {definition.key: definition.title for definition in CATALOGUE}
    assert "· 公章刻制备案" in draw(CATALOGUE.latest("company-opening"), "zh", titles=titles)


def test_chinese_takes_its_full_width() -> None:
    assert text_width("公司登记") > 1.6 * text_width("abcd")
    narrow = 72 * text_width("公司登记")
    assert narrow == pytest.approx(4 * 12)


def test_boxes_are_as_wide_as_their_words() -> None:
    definition = CATALOGUE.latest("company-registration")
    root = ElementTree.fromstring(draw(definition, "zh"))
    for node in root.iter(f"{SVG}g"):
        if (node.get("class") or "").startswith("node state"):
            shape = node.find(f"{SVG}path")
            assert shape is not None
            across = [float(pair.split(",")[0]) for pair in re.findall(r"-?[\d.]+,-?[\d.]+", shape.get("d") or "")]
            widest = max(72 * text_width(text.text or "") for text in node.iter(f"{SVG}text"))
            assert max(across) - min(across) > widest


def test_the_command_prints_the_drawing_of_a_version() -> None:
    result = CliRunner().invoke(group, ["diagram", "company-seal", "--version", "1", "--language", "en"])
    assert result.exit_code == 0 and result.stdout.startswith("<svg") and "Company seals" in result.stdout
    for wrong in (["company-closing"], ["company-seal", "--version", "99"]):
        result = CliRunner().invoke(group, ["diagram", *wrong])
        assert result.exit_code == 1 and "company-seal/1" in result.output
