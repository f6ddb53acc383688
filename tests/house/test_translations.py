"""No text of the interface is without its English: marked texts, texts in pairs, and what scripts and stylesheets show."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from approvals.translations import english, extraction
from tests.house.sources import modules

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.S)


def test_every_marked_text_has_sound_english() -> None:
    assert extraction.faults() == [], "python -m approvals.translations update adds what is missing"


def test_marked_texts_are_found_in_modules_and_templates() -> None:
    places = {place.split("/")[0] for message in extraction.marked() for place, _line in message.locations}
    assert places == {"approvals", "templates"}
    assert len(list(extraction.marked())) > 500


@pytest.mark.parametrize(
    ("chinese", "translation", "fault"),
    [
        ("保存", "", "not translated"),
        ("保存", "  ", "not translated"),
        ("保存", "保存", "Chinese in"),
        ("保存：", "Save：", "Chinese in"),
        ("还有%(number)d处", "More", "placeholders differ"),
        ("还有%(number)d处", "More: %(count)d", "placeholders differ"),
        ("还有%(number)d处", "More: %(number)s", "placeholders differ"),
        ("多少", "50% of them", "placeholders differ"),
        ("保存", 'Say "save"', "one of"),
        ("保存", "<b>Save</b>", "one of"),
        (("%(num)d 件", "%(num)d 件"), ("one case", "%(n)d cases"), "placeholders differ"),
        (("%(num)d 件", "%(num)d 件"), ("one case", ""), "not translated"),
    ],
)
def test_a_bad_translation_is_found(
    chinese: str | tuple[str, str], translation: str | tuple[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind of fault is planted in a file of its own."""
    _plant(monkeypatch, chinese, translation)
    assert any(found.startswith(fault) for found in extraction.faults())


def test_sound_missing_fuzzy_and_left_over_translations_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, ("%(num)d 件", "%(num)d 件"), ("one case", "%(num)d cases"))
    assert extraction.faults() == []
    _plant(monkeypatch, "保存", "Save", flags=["fuzzy"])
    assert extraction.faults() == ["fuzzy: 保存"]
    _plant(monkeypatch, "保存", "Save")
    monkeypatch.setattr(extraction, "translated", Catalog)
    assert extraction.faults() == ["not in the file: 保存"]
    _plant(monkeypatch, "保存", "Save")
    monkeypatch.setattr(extraction, "marked", Catalog)
    assert extraction.faults() == ["marked nowhere any more: 保存"]


def _plant(
    monkeypatch: pytest.MonkeyPatch, chinese: str | tuple[str, str], translation: str | tuple[str, str], **more: list[str]
) -> None:
    marked, known = Catalog(), Catalog()
    marked.add(chinese)
    known.add(chinese, translation, **more)
    monkeypatch.setattr(extraction, "marked", lambda: marked)
    monkeypatch.setattr(extraction, "translated", lambda: known)


def test_english_is_compiled_as_it_stands_in_the_file() -> None:
    compiled = english()
    for message in extraction.translated():
        if isinstance(message.id, str) and message.id:
            assert compiled.gettext(message.id) == message.string
    assert compiled.ngettext("%(count)s 个工作日", "%(count)s 个工作日", 1) == "%(count)s working day"
    assert compiled.ngettext("%(count)s 个工作日", "%(count)s 个工作日", 2) == "%(count)s working days"


REGISTERED = {"【滨周到·惠办事】"}
"""Names that are the same in every language: how operators of telephones know the sender."""


def lame_pairs(source: str) -> list[str]:
    """Pairs of texts in a module whose English is missing, empty or Chinese; names put into it do not count."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Dict):
            continue
        pair = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)}
        if "zh" not in pair:
            continue
        english_text = pair.get("en")
        constants = [
            each.value
            for each in ([] if english_text is None else ast.walk(english_text))
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        if english_text is None or (_is_empty(english_text) and not _is_empty(pair["zh"])):
            found.append(f"{node.lineno}: no English")
        elif any(CHINESE.search(text) for text in constants if text not in REGISTERED):
            found.append(f"{node.lineno}: Chinese in the English text")
    return found


def _is_empty(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == ""


@pytest.mark.parametrize("package", ["approvals", "workflows"])
def test_texts_in_pairs_have_english(package: str) -> None:
    assert [f"{path}:{fault}" for path, source in modules(package) for fault in lame_pairs(source)] == []


def test_lame_pairs_are_found() -> None:
    assert lame_pairs('x = {"zh": "好"}') == ["1: no English"]
    assert lame_pairs('x = {"zh": "好", "en": ""}') == ["1: no English"]
    assert lame_pairs('x = {"zh": "好", "en": f"good：{name}"}') == ["1: Chinese in the English text"]
    assert lame_pairs('x = {"zh": "好", "en": f"good: {name}"}') == []


@pytest.mark.parametrize("path", sorted((ROOT / "approvals" / "static").glob("*.[cj]s*")), ids=lambda path: path.name)
def test_scripts_and_stylesheets_show_no_text_of_their_own(path: Path) -> None:
    """What they show comes with the page, in its language."""
    assert CHINESE.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))) == []
