"""Every text that a person reads goes through the catalogue of texts, or stands in both languages beside each other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3007\u3400-\u9fff]")
CHINESE_OR_ITS_MARKS = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")
MARKERS = {"_", "_l", "gettext", "ngettext", "lazy_gettext"}
PAIRS = {"problem", "fault"}
"""Functions that take the Chinese and the English text of one message."""

OWN_NAME = "中文"
"""The language is called by its own name on English pages."""

SHOWN = ("views", "forms", "queries", "operations")


def bare_texts_of_template(source: str) -> list[str]:
    """Lines of a template with Chinese, or Chinese commas and colons, outside of expressions, statements and comments."""
    text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", lambda found: "\n" * found[0].count("\n"), source, flags=re.S)
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if CHINESE_OR_ITS_MARKS.search(line)]


def bare_texts_in_expressions(source: str) -> list[str]:
    """Strings with Chinese, or Chinese marks, in the expressions of a template that are neither marked for translation nor compared."""
    tree = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(source)
    marked: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKERS:
            marked.update(id(each) for each in call.find_all(nodes.Const))
    for compared in tree.find_all(nodes.Compare):
        marked.update(id(each) for each in compared.find_all(nodes.Const))
    return [
        f"{each.lineno}: {each.value}"
        for each in tree.find_all(nodes.Const)
        if each.value != OWN_NAME and isinstance(each.value, str) and id(each) not in marked and CHINESE_OR_ITS_MARKS.search(each.value)
    ]


def bare_texts_of_module(source: str) -> list[str]:
    """String constants with Chinese that are neither marked for translation, nor a docstring, nor the ``zh`` of a pair."""
    tree = ast.parse(source)
    excused: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS | PAIRS:
            excused.update(ast.walk(node))
        if isinstance(node, ast.Dict) and any(isinstance(key, ast.Constant) and key.value == "zh" for key in node.keys):
            excused.update(ast.walk(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            excused.add(node.value)
    return [
        f"{node.lineno}: {node.value.strip()}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in excused and CHINESE.search(node.value)
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_have_no_bare_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert [*bare_texts_of_template(source), *bare_texts_in_expressions(source)] == []


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in SHOWN for path in (ROOT / "approvals" / folder).rglob("*.py")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_modules_have_no_bare_text(path: Path) -> None:
    assert bare_texts_in_expressions("{{ _('好') }}{{ x | join('、') }}{{ '好' if y }}") == ["1: 、", "1: 好"]
    assert bare_texts_of_module(path.read_text(encoding="utf-8")) == []


def texts_said_once(source: str) -> list[str]:
    """Assignments outside of macros that call something: a template that is imported is run once, in one language, for all."""
    body = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(source).body
    return [f"{each.lineno}" for each in body if isinstance(each, nodes.Assign) and any(each.find_all(nodes.Call))]


def test_imported_templates_say_nothing_once_for_all() -> None:
    parsed = [Environment().parse(path.read_text(encoding="utf-8")) for path in (ROOT / "templates").rglob("*.html")]
    imports = [each.template for tree in parsed for each in tree.find_all((nodes.FromImport, nodes.Import))]
    names = sorted({each.value for each in imports if isinstance(each, nodes.Const)})
    assert names
    faults = {name: texts_said_once((ROOT / "templates" / name).read_text(encoding="utf-8")) for name in names}
    assert {name: found for name, found in faults.items() if found} == {}


def test_texts_said_once_are_found() -> None:
    said = "{% set words = {'late': _('好')} %}{% set kinds = {'late': 'red'} %}"
    assert texts_said_once(said) == ["1"]
    assert texts_said_once(f"{{% macro badge() %}}{said}{{% endmacro %}}") == []


def test_bare_texts_are_found() -> None:
    assert bare_texts_of_template("<p>{{ _('好') }}</p>\n{# 好 #}<p>坏</p>\n<b>{{ x }}</b>：") == ["2: <p>坏</p>", "3: <b></b>："]
    assert bare_texts_of_module('"""说明"""\nx = _("好")\ny = {"zh": "好", "en": "good"}\nz = "坏"\n') == ["4: 坏"]
