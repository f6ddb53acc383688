"""Which versions are in force."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workflows.county import county_catalogue
from workflows.engine.catalogue import DEFINITIONS, Catalogue

county_catalogue()  # registers the guards of this law


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS, folder / "definitions"))


def test_an_unpublished_version_with_faults_leaves_the_published_one_in_force(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "housing-fund" / "2.yaml").write_text("workflow: [broken", encoding="utf-8")
    assert Catalogue(root).latest("housing-fund").version == 1


def test_a_published_version_that_changed_is_refused(tmp_path: Path) -> None:
    root = copied(tmp_path)
    path = root / "company-seal" / "1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("公章刻制备案", "印章备案"), encoding="utf-8")
    with pytest.raises(ValueError, match="changed since it was published"):
        Catalogue(root)


ALONE = """
from {module} import {name}
from workflows.county import county_catalogue
from workflows.engine.registry import EFFECTS, GUARDS, TRIGGERS
for definition in county_catalogue():
    for action in definition.actions.values():
        guards = [*action.guards, *(guard for branch in action.branches for guard in branch.guards)]
        assert {{guard.name for guard in guards}} <= set(GUARDS), guards
        assert {{effect.name for effect in action.effects}} <= set(EFFECTS), action.effects
        assert action.when is None or action.when.name in TRIGGERS, action.when
"""


@pytest.mark.parametrize(
    ("module", "name"), [("approvals.queries.verification", "verify_all"), ("workflows.county", "county_catalogue")]
)
def test_whatever_is_imported_first_every_name_is_registered(module: str, name: str) -> None:
    program = ALONE.format(module=module, name=name)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
