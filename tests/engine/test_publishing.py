"""Publishing adds fingerprints of new versions and never changes old ones."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from approvals.cli.workflows import group
from workflows.engine.catalogue import DEFINITIONS
from workflows.engine.fingerprints import FILE, Changed, publish, read_fingerprints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))


def test_a_new_version_is_published_once(folder: Path) -> None:
    before = read_fingerprints(folder)
    text = (folder / "tax-registration" / "1.yaml").read_text(encoding="utf-8")
    (folder / "tax-registration" / "2.yaml").write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    result = CliRunner().invoke(group, ["lint", str(folder)])
    assert result.exit_code == 1 and "tax-registration/2.yaml:3:1: " in result.output and "[unpublished]" in result.output
    result = CliRunner().invoke(group, ["publish", str(folder)])
    assert (result.exit_code, result.output) == (0, "tax-registration/2 published\n")
    after = read_fingerprints(folder)
    assert {name: after[name] for name in before} == before and set(after) - set(before) == {"tax-registration/2"}
    assert CliRunner().invoke(group, ["lint", str(folder)]).exit_code == 0
    assert CliRunner().invoke(group, ["publish", str(folder)]).exit_code == 0
    assert read_fingerprints(folder) == after


def test_a_faulty_version_is_not_published(folder: Path) -> None:
    text = (folder / "tax-registration" / "1.yaml").read_text(encoding="utf-8")
    faulty = text.replace("version: 1", "version: 2").replace("dest: done", "dest: finished")
    (folder / "tax-registration" / "2.yaml").write_text(faulty, encoding="utf-8")
    before = read_fingerprints(folder)
    result = CliRunner().invoke(group, ["publish", str(folder)])
    assert result.exit_code == 1 and "[unknown-state]" in result.output
    assert read_fingerprints(folder) == before


@pytest.mark.parametrize("current", [{"a/1": "other"}, {}, {"a/1": "other", "b/1": "new"}])
def test_what_was_published_stays(tmp_path: Path, current: dict[str, str]) -> None:
    assert publish(tmp_path, {"a/1": "first"}) == ("a/1",)
    with pytest.raises(Changed) as refused:
        publish(tmp_path, current)
    assert refused.value.versions == ("a/1",)
    assert read_fingerprints(tmp_path) == {"a/1": "first"}


@pytest.mark.parametrize("text", ["[]", '{"a/1": 5}', "{", "\x00"])
def test_a_damaged_file_of_fingerprints_is_reported(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text, encoding="utf-8")
    result = CliRunner().invoke(group, ["lint", str(folder)])
    assert result.exit_code == 1 and result.output.startswith(f"{FILE}:1:1: ")
