"""Which versions are in force."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workflows.county import county_catalogue
from workflows.engine.catalogue import DEFINITIONS, Catalogue

county_catalogue()  # registers the guards of this law


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS, folder / "definitions"))


def test_an_unpublished_version_with_faults_leaves_the_published_one_in_force(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "company-seal" / "2.yaml").write_text("workflow: [broken", encoding="utf-8")
    assert Catalogue(root).latest("company-seal").version == 1


def test_a_published_version_that_changed_is_refused(tmp_path: Path) -> None:
    root = copied(tmp_path)
    path = root / "company-seal" / "1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("公章刻制备案", "印章备案"), encoding="utf-8")
    with pytest.raises(ValueError, match="changed since it was published"):
        Catalogue(root)
