"""Every fault made in a shipped definition is reported, by a rule on its meaning, with its place."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from approvals.cli.workflows import group
from tests.engine.definitions import LINE, VERSION_RULES, as_text, lint_with, shipped
from tests.engine.mutations import KINDS, changed, in_batches, mutations, text_edits
from workflows.engine.catalogue import DEFINITIONS
from workflows.engine.fingerprints import FILE, write_fingerprints
from workflows.engine.loader import fingerprint


def latest() -> list[str]:
    """The newest version of each workflow: an older one is published and never edited again."""
    versions: dict[str, int] = {}
    for name in shipped():
        key, _, number = name.partition("/")
        versions[key] = max(versions.get(key, 0), int(number))
    return [f"{key}/{number}" for key, number in sorted(versions.items())]


def test_the_shipped_definitions_have_no_problem() -> None:
    assert lint_with({}) == []


@pytest.mark.parametrize("name", latest())
def test_every_mutation_is_reported(name: str) -> None:
    data = shipped()[name].data
    unreported, misplaced = [], []
    kinds = set()
    for kind, (label, mutated) in mutations(data):
        assert mutated != data, label
        kinds.add(kind)
        problems = lint_with({name: mutated})
        if not any(problem.rule not in VERSION_RULES for problem in problems):
            unreported.append(f"{kind}: {label}")
        lines = as_text(mutated).count("\n") + 1
        for problem in problems:
            within = problem.file != f"{name}.yaml" or problem.line <= lines
            if not LINE.fullmatch(str(problem)) or not within:
                misplaced.append(f"{label}: {problem}")
    assert unreported == []
    assert misplaced == []
    assert kinds >= {kind.__name__ for kind in KINDS} - {"waiting"}


@pytest.mark.parametrize("name", latest())
def test_every_text_dropped_or_blank_is_reported(name: str) -> None:
    """Texts do not depend on each other, so dozens are spoilt at once and each must be reported in its own place."""
    data = shipped()[name].data
    for batch in in_batches(text_edits(data), 60):
        spoilt = data
        for path, change in batch:
            spoilt = changed(spoilt, path, change)
        problems = [problem for problem in lint_with({name: spoilt}) if problem.rule not in VERSION_RULES]
        assert {problem.rule for problem in problems} == {"text-missing"}
        assert len({(problem.line, problem.column) for problem in problems}) == len(batch)


def a_few_of_each_kind(name: str) -> list[tuple[str, dict[str, object]]]:
    found: dict[str, list[tuple[str, dict[str, object]]]] = {}
    for kind, mutation in mutations(shipped()[name].data):
        found.setdefault(kind, []).append(mutation)
    return [items[len(items) // 2] for items in found.values()]


@pytest.mark.parametrize("name", latest())
def test_the_command_exits_1_and_prints_the_place(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, folder)
    for label, mutated in a_few_of_each_kind(name):
        (folder / f"{name}.yaml").write_text(as_text(mutated), encoding="utf-8")
        published = {key: fingerprint(document.data) for key, document in shipped().items()}
        write_fingerprints(folder, {**published, name: fingerprint(mutated)})
        result = CliRunner().invoke(group, ["lint", str(folder)])
        assert result.exit_code == 1, label
        assert all(LINE.fullmatch(line) for line in result.output.splitlines()), label
        assert not any(rule in result.output for rule in VERSION_RULES), label


def test_a_changed_version_is_reported_by_its_fingerprint(tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, folder)
    before = (folder / FILE).read_text(encoding="utf-8")
    path = folder / "company-seal" / "1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("300.00", "301.00"), encoding="utf-8")
    result = CliRunner().invoke(group, ["lint", str(folder)])
    assert result.exit_code == 1
    assert "company-seal/1.yaml:3:1: " in result.output and "[changed-version]" in result.output
    result = CliRunner().invoke(group, ["publish", str(folder)])
    assert result.exit_code == 1
    assert (folder / FILE).read_text(encoding="utf-8") == before
