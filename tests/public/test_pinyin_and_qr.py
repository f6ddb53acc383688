"""Readings of Chinese, and codes that lead to an address."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from approvals.pinyin import initials, syllables
from approvals.qr import qr_file, qr_svg


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("企业开办", ["qi", "ye", "kai", "ban"]),
        ("重庆", ["chong", "qing"]),
        ("银行（预约）ABC 12", ["yin", "hang", "yu", "yue", "abc", "12"]),
        ("女", ["nv"]),
        ("", []),
        ("——", []),
    ],
)
def test_syllables_stand_in_order_with_the_likeliest_first(text: str, first: list[str]) -> None:
    assert [readings[0] for readings in syllables(text)] == first


def test_other_readings_follow_and_what_nobody_can_read_stands_for_itself() -> None:
    assert "zhong" in syllables("重庆")[0][1:]
    assert [len(readings) >= 1 for readings in syllables("㐀龘\u4db5")] == [True, True, True]


def test_nobody_changes_what_the_next_one_gets() -> None:
    syllables("公章")[0].append("x")
    assert syllables("公章") == [["gong"], ["zhang"]]


def test_initials() -> None:
    assert initials("公章刻制备案") == "gzkzba"
    assert initials("3人公司") == "3rgs"


def test_a_code_is_an_image_without_style_or_script() -> None:
    drawn = ElementTree.fromstring(qr_svg("https://example.test/progress/" + "a" * 24, "扫码查进度 <b>"))
    assert drawn.get("aria-label") == "扫码查进度 <b>" and drawn.get("role") == "img"
    assert not [part for part in drawn.iter() if "style" in part.attrib or part.tag.endswith(("style", "script"))]
    assert ElementTree.fromstring(qr_svg("x")).get("aria-hidden") == "true"
    assert qr_file("x").startswith(b"<?xml")


def test_neither_library_is_loaded_before_it_is_wanted() -> None:
    asked = "import sys, approvals.app, approvals.pinyin, approvals.qr; print({'pypinyin', 'segno'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "set()"
