"""Golden pairs: a folder with one fault, and exactly what the linter says about it.

Each folder of ``golden`` holds the files that differ from the sound ``companions``, and ``expected.txt``.
"""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from approvals.cli.workflows import group
from workflows.engine import lint as lint_package
from workflows.engine.catalogue import DEFINITIONS, definition_files
from workflows.engine.fingerprints import FILE, write_fingerprints
from workflows.engine.lint import version_name
from workflows.engine.loader import fingerprint, read

HERE = Path(__file__).parent
GOLDEN = sorted(path for path in (HERE / "golden").iterdir() if path.is_dir())


def laid_out(pair: Path | None, folder: Path) -> Path:
    """A folder of definitions: the companions, over them the files of a pair, everything published as it is."""
    shutil.copytree(HERE / "companions", folder)
    shutil.copy(DEFINITIONS / "vocabulary.yaml", folder)
    if pair is not None:
        shutil.copytree(pair, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    if not (folder / FILE).exists():
        documents = [read(path, folder) for path in definition_files(folder)]
        write_fingerprints(folder, {version_name(document): fingerprint(document.data) for document in documents})
    return folder


def test_the_companions_have_no_fault(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["lint", str(laid_out(None, tmp_path / "definitions"))])
    assert (result.exit_code, result.output) == (0, "child/1 ok\nfollower/1 ok\nparent/1 ok\n")


@pytest.mark.parametrize("pair", GOLDEN, ids=lambda pair: pair.name)
def test_the_linter_says_what_is_expected(pair: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["lint", str(laid_out(pair, tmp_path / "definitions"))])
    assert result.output == (pair / "expected.txt").read_text(encoding="utf-8")
    assert result.exit_code == 1


def rules_in_the_source() -> set[str]:
    """Every rule name that the linter can print, as its source spells them."""
    found: set[str] = set()
    for path in Path(lint_package.__file__).parent.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:\.problem\(\s*|, 1, 1, f?"[^"]*", )"([a-z]+(?:-[a-z]+)*)"', source))
        if path.name == "shape.py":
            found |= set(re.findall(r'yield "([a-z-]+)", ', source))
        for kind in re.findall(r'_unless_known\(\s*subject, "([^"]+)"', source):
            found.add(f"unknown-{kind.replace(' ', '-')}")
    # `_unless_known` gives the value of a parameter, a sign-off's result for one, another rule.
    return found - {"unknown-result"}


def test_every_rule_has_a_pair() -> None:
    said = "\n".join((pair / "expected.txt").read_text(encoding="utf-8") for pair in GOLDEN)
    assert rules_in_the_source() - set(re.findall(r"\[([a-z-]+)\]$", said, re.MULTILINE)) == {"too-many-situations"}
