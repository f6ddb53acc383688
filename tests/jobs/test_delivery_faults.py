"""Why a message did not go out, in the language of whoever looks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from approvals.operations.delivery_faults import FAULTS, fault, read_fault

JOBS = Path(__file__).resolve().parents[2] / "approvals" / "jobs"
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")


@pytest.mark.parametrize("key", FAULTS)
def test_each_fault_is_read_in_both_languages(key: str) -> None:
    for stored in (fault(key), fault(key, "550 no such user: a：b")):
        read = read_fault(stored)
        assert read["zh"] == stored
        assert read["en"].startswith(FAULTS[key]["en"]) and not CHINESE.search(read["en"].partition("a：b")[0])
    assert read["en"].endswith(": 550 no such user: a：b")


def test_what_a_gateway_says_stays_in_its_own_words() -> None:
    assert read_fault("停机") == {"zh": "停机", "en": "停机"}
    assert read_fault("") == {"zh": "", "en": ""}


def test_nothing_is_stored_that_could_not_be_read_in_english() -> None:
    named: set[str] = set()
    for path in JOBS.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in {"fault", "Outcome", "_refused"}:
                continue
            texts = [each.value for each in ast.walk(call) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            assert not [text for text in texts if CHINESE.search(text)], f"{path.name}:{call.lineno}"
            named.update(texts)
    assert set(FAULTS) <= named, "each fault is one that is told"
