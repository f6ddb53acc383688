"""The linter on anything at all: it reports, and never fails itself."""

from pathlib import Path

import pytest

from tests.engine.definitions import lint_with, shipped
from tests.engine.mutations import nonsense
from workflows.engine.lint import lint, waiting


@pytest.mark.parametrize("name", ["bank-account/1", "company-seal/1"])
def test_nonsense_anywhere_is_no_reason_to_fail(name: str) -> None:
    for label, changed in nonsense(shipped()[name].data):
        problems = lint_with({name: changed})
        assert all(problem.line >= 1 and problem.column >= 1 for problem in problems), label


@pytest.mark.parametrize("data", [None, [], "words", 5, {}, {"workflow": "company-seal"}])
def test_a_file_that_is_no_definition_is_reported(data: object) -> None:
    problems = lint_with({"company-seal/1": data})
    assert {problem.rule for problem in problems} & {"wrong-type", "missing-key"}


def test_a_folder_without_vocabulary_is_reported(tmp_path: Path) -> None:
    assert [problem.rule for problem in lint(tmp_path)] == ["vocabulary"]


def test_more_situations_than_can_be_tried_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_SITUATIONS", 10)
    assert {problem.rule for problem in lint_with({})} == {"too-many-situations"}
